//! The changes that put an image in its place: the parts that are there stay the parts that are there.

mod split;
#[cfg(test)]
mod tests;

use yaml_edit::{Change, Value};

use crate::place::{Parts, Place, Slot, Stuck, Written};
use crate::reference::{Image, Tag};
use crate::refusal::{Reason, Refusal};
use crate::version::is_downgrade;
use crate::words::quoted;

/// What may be done; nothing that could be a mistake, unless it is said.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rules {
    /// Whether a digest that is there is emptied, when the new image comes without one.
    pub clear_digest: bool,
    /// Whether the tag may be `latest`.
    pub allow_latest: bool,
    /// Whether the new tag may be an older version.
    pub allow_downgrade: bool,
    /// Whether a digest must be written.
    pub require_digest: bool,
    /// Whether keys that are missing are added.
    pub insert: bool,
    /// Whether the name may change where a target names the place.
    pub rename: bool,
}

/// The changes that put `image` there; none when it is there already.
///
/// # Errors
///
/// What the rules forbid, what would leave a part that belongs to another image, and what cannot be edited.
pub fn changes(place: &Place, image: &Image, rules: &Rules) -> Result<Vec<Change>, Refusal> {
    outcome(place, image, rules).map(|(changes, _)| changes)
}

/// The changes, and what is written then.
pub(crate) fn outcome(place: &Place, image: &Image, rules: &Rules) -> Result<(Vec<Change>, Written), Refusal> {
    check(place, image, rules)?;
    match &place.parts {
        Parts::Whole { slot, before, name } => whole(place, (slot, before, name), image, rules),
        Parts::Split(parts) => split::put(place, parts, image, rules),
        Parts::Entry { path, original } => Ok(entry(place, path, original.as_deref(), image)),
    }
}

/// A refusal about the place.
pub(crate) fn refuse(place: &Place, reason: Reason, what: impl Into<String>) -> Refusal {
    Refusal::new(reason, what).at(&place.file, Some(place.line))
}

/// What is asked of every image and place.
fn check(place: &Place, image: &Image, rules: &Rules) -> Result<(), Refusal> {
    let policy = |what: String| refuse(place, Reason::Policy, what);
    let shown = quoted(&image.to_string());
    if image.tag.is_none() && image.digest.is_none() {
        return Err(
            policy(format!("{shown} has neither a tag nor a digest")).hint("say which image: name:tag, name@digest")
        );
    }
    if image.tag.as_ref().is_some_and(|tag| tag.as_str() == "latest") && !rules.allow_latest {
        return Err(policy(format!("{shown} is another image tomorrow"))
            .hint("give the tag of this build, or allow `latest` (--allow-latest)"));
    }
    if rules.require_digest && image.digest.is_none() {
        return Err(policy(format!("{shown} has no digest, and one is required"))
            .hint("read it from what the push wrote, or ask the registry (--digest-from)"));
    }
    if let Some(written) = &place.image.name
        && !place.fits(&image.name)
        && !(place.explicit && rules.rename)
    {
        let hint = "is it the right place? a target with a path may change the name when it is allowed (--rename)";
        return Err(
            policy(format!("{} stands here, not {}", quoted(written.as_str()), quoted(image.name.as_str()))).hint(hint)
        );
    }
    let from = place.image.tag.as_deref().and_then(|tag| tag.parse::<Tag>().ok());
    if let (Some(from), Some(to)) = (from, &image.tag)
        && is_downgrade(&from, to) == Some(true)
        && !rules.allow_downgrade
    {
        return Err(policy(format!("`{to}` is older than `{from}`, which stands here"))
            .hint("allow it (--allow-downgrade), when going back is what you want"));
    }
    Ok(())
}

/// The change of one scalar, when it needs one.
pub(crate) fn set(place: &Place, slot: &Slot, value: &str) -> Result<Option<Change>, Refusal> {
    // `1.10` without quotes is a number, which Helm prints as 1.1: the same text is not the same value.
    if slot.text == value && (slot.is_string || value.is_empty()) {
        return Ok(None);
    }
    let stuck =
        |what: String, hint: &str| Err(Refusal::new(Reason::Stuck, what).at(&place.file, Some(slot.line)).hint(hint));
    let path = &slot.path;
    match &slot.stuck {
        None => Ok(Some(Change::set(place.document, path.clone(), value))),
        Some(Stuck::Alias(anchor)) => stuck(
            format!("{path} is the alias `*{anchor}`: what it stands for is used elsewhere too"),
            "give the path of the anchor, or write the value out here",
        ),
        Some(Stuck::Merge(anchor)) => stuck(
            format!("{path} comes from the merge `<<: *{anchor}`, which others use too"),
            "give the path of the anchor, or write the key out here",
        ),
        Some(Stuck::Template) => stuck(
            format!("{path} is filled in by a template: {}", quoted(&slot.text)),
            "change what the template is filled with",
        ),
        Some(Stuck::Block) => stuck(
            format!("{path} is YAML inside a text, which is not edited"),
            "write `valuesObject:` in place of `values: |`",
        ),
    }
}

/// A digest is there and the image comes without one: left alone it would win over the new tag.
pub(crate) fn stale(place: &Place, digest: &str) -> Refusal {
    refuse(
        place,
        Reason::Policy,
        format!("the digest {} stands here, and the new image comes without one", quoted(digest)),
    )
    .hint("give the digest of the new image (--digest-from), or empty the one that is there (--clear-digest)")
}

fn whole(
    place: &Place,
    (slot, before, name): (&Slot, &str, &str),
    image: &Image,
    rules: &Rules,
) -> Result<(Vec<Change>, Written), Refusal> {
    if let (Some(digest), None, false) = (&place.image.digest, &image.digest, rules.clear_digest) {
        return Err(stale(place, digest));
    }
    let kept = place.image.name.as_ref().filter(|_| place.holds(&image.name));
    let name = if kept.is_some() { name } else { image.name.as_str() };
    let written = Written {
        name: Some(kept.unwrap_or(&image.name).clone()),
        tag: image.tag.as_ref().map(ToString::to_string),
        digest: image.digest.as_ref().map(ToString::to_string),
    };
    let mut text = format!("{before}{name}");
    written.tag.iter().for_each(|tag| text.extend([":", tag]));
    written.digest.iter().for_each(|digest| text.extend(["@", digest]));
    Ok((set(place, slot, &text)?.into_iter().collect(), written))
}

/// Adds what `kustomize edit set image` would.
fn entry(place: &Place, path: &yaml_edit::Path, original: Option<&str>, image: &Image) -> (Vec<Change>, Written) {
    let name = original.unwrap_or(image.name.as_str());
    let mut keys = vec![("name", name.to_owned())];
    if name != image.name.as_str() {
        keys.push(("newName", image.name.to_string()));
    }
    keys.extend(image.tag.iter().map(|tag| ("newTag", tag.to_string())));
    keys.extend(image.digest.iter().map(|digest| ("digest", digest.to_string())));
    let keys = keys.into_iter().map(|(key, value)| (key.to_owned(), Value::String(value))).collect();
    let change = Change { to: Value::Mapping(keys), ..Change::set(place.document, path.clone(), "") }.or_insert();
    let written = Written {
        name: Some(image.name.clone()),
        tag: image.tag.as_ref().map(ToString::to_string),
        digest: image.digest.as_ref().map(ToString::to_string),
    };
    (vec![change], written)
}
