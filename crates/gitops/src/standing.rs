//! Which image stands where the targets of a service say.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use yaml_edit::Yaml;

use crate::find::is_template;
use crate::place::{Parts, Place};
use crate::plan::places;
use crate::reference::{Image, Name};
use crate::refusal::Refusal;
use crate::target::Target;
use crate::words::quoted;

/// What one place holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Where it is: `staging/values.yaml:12 image.tag`.
    pub place: String,
    /// The image, under the name that was asked for.
    pub image: Image,
}

/// The image that all places of all targets hold, the places being those that [`plan()`](crate::plan()) would change:
/// [`agreed`].
///
/// # Errors
///
/// In words: there are no targets; a file is not in `files`, or no YAML; the image is nowhere, or in several places of which
/// none is named; a place holds another image, a template, or no image; two places differ.
pub fn standing(name: &Name, targets: &[Target], files: &BTreeMap<String, Vec<u8>>) -> Result<Image, String> {
    let mut found = Vec::new();
    for target in targets {
        let content = files.get(&target.file).map(Vec::as_slice);
        found.extend(held(&target.file, content, &[(name, target)]));
    }
    agreed(name, &found)
}

/// What the places of each of `targets` hold, in a file that is read once for all of them; `content` is `None` when there is
/// no such file.
///
/// # Errors
///
/// For each target in words, as for [`standing`].
#[must_use]
pub fn held(file: &str, content: Option<&[u8]>, targets: &[(&Name, &Target)]) -> Vec<Result<Vec<Held>, String>> {
    let all = |why: String| targets.iter().map(|_| Err(why.clone())).collect();
    let Some(content) = content else { return all(format!("{} is not there", crate::refusal::plain(file))) };
    let yaml = match Yaml::read(content) {
        Ok(yaml) => yaml,
        Err(error) => return all(Refusal::yaml(crate::Reason::Unreadable, file, &error).to_string()),
    };
    let of = |(name, target): &(&Name, &Target)| {
        let places = places(name, target, &yaml).map_err(|refusal| told(&refusal))?;
        places.iter().map(|place| image(name, place)).collect()
    };
    targets.iter().map(of).collect()
}

/// The image in which all places agree: in the digest, and in the tag as far as one is written; without a digest in the tag.
/// A tag alone does not agree with a digest: it can come to be another image.
///
/// # Errors
///
/// There is no place, one could not be read, or two differ, in words.
pub fn agreed<'h>(
    name: &Name,
    found: impl IntoIterator<Item = &'h Result<Vec<Held>, String>>,
) -> Result<Image, String> {
    let mut first: Option<&Held> = None;
    let mut tagged: Option<&Held> = None;
    for found in found {
        for held in found.as_ref().map_err(Clone::clone)? {
            let first = *first.get_or_insert(held);
            let tag = tagged.or(held.image.tag.as_ref().map(|_| held));
            let differs = if first.image.digest == held.image.digest {
                tag.filter(|tagged| held.image.tag.is_some() && tagged.image.tag != held.image.tag)
            } else {
                Some(first)
            };
            if let Some(other) = differs {
                let shown = |held: &Held| format!("{} holds {}", held.place, quoted(&version(&held.image)));
                return Err(format!("{}, but {}", shown(other), shown(held)));
            }
            tagged = tag;
        }
    }
    let one = tagged.or(first).map(|held| held.image.clone());
    one.ok_or_else(|| format!("there is no target for {}", quoted(name.as_str())))
}

/// The image without its name.
fn version(image: &Image) -> String {
    let Image { tag, digest, .. } = image;
    match (tag, digest) {
        (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
        (Some(tag), None) => tag.to_string(),
        (None, Some(digest)) => digest.to_string(),
        (None, None) => "(none)".to_owned(),
    }
}

/// The refusal, and what could have been meant.
fn told(refusal: &Refusal) -> String {
    match refusal.candidates.as_slice() {
        [] => refusal.to_string(),
        candidates => format!("{refusal}: {}", candidates.join(", ")),
    }
}

/// The image at a place, if it is one of `name` and nothing in it is left to a program.
fn image(name: &Name, place: &Place) -> Result<Held, String> {
    let shown = place.shown();
    if matches!(place.parts, Parts::Entry { .. }) {
        return Err(format!("{}: {} is not in the file", crate::refusal::plain(&place.file), quoted(name.as_str())));
    }
    if let Some(written) = &place.image.name
        && !place.fits(name)
    {
        return Err(format!("{shown} holds {}, not {}", quoted(written.as_str()), quoted(name.as_str())));
    }
    let template = place.parts.slots().into_iter().find(|slot| is_template(&slot.text));
    if let Some(slot) = template {
        return Err(format!("{shown} is filled in by a template: {}", quoted(&slot.text)));
    }
    let part = |what: &str, text: &str| format!("{shown} holds {}, which is no {what}", quoted(text));
    let tag = place.image.tag.as_deref().map(|text| text.parse().map_err(|_not_one| part("tag", text))).transpose()?;
    let digest = place.image.digest.as_deref();
    let digest = digest.map(|text| digest_of(place, text).ok_or_else(|| part("digest", text))).transpose()?;
    if tag.is_none() && digest.is_none() {
        return Err(format!("{shown} holds neither a tag nor a digest"));
    }
    if digest.is_none()
        && let Parts::Split(parts) = &place.parts
        && let Some(slot) = parts.tag.as_ref().filter(|slot| !slot.is_string && !is_plain_number(&slot.text))
    {
        // Helm makes 1.1 of `1.10`.
        return Err(format!("{shown} holds {} without quotes, which is no text in YAML", quoted(&slot.text)));
    }
    Ok(Held { place: shown, image: Image { name: name.clone(), tag, digest } })
}

/// Whether a number is printed as it is written.
fn is_plain_number(text: &str) -> bool {
    text.len() < 16 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digest that is written, or of which only the digits are.
fn digest_of(place: &Place, text: &str) -> Option<crate::Digest> {
    let is_bare = matches!(&place.parts, Parts::Split(parts) if parts.bare_digest);
    let whole = if is_bare && !text.contains(':') { format!("sha256:{text}") } else { text.to_owned() };
    whole.parse().ok()
}
