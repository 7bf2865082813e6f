//! An image that is written in parts.

use yaml_edit::Change;

use super::{Rules, refuse, set, stale};
use crate::place::{Place, Slot, Split, Written};
use crate::reference::{Digest, Image};
use crate::refusal::{Reason, Refusal};
use crate::words::quoted;

pub(super) fn put(
    place: &Place,
    parts: &Split,
    image: &Image,
    rules: &Rules,
) -> Result<(Vec<Change>, Written), Refusal> {
    let mut changes = Vec::new();
    let mut written = place.image.clone();
    if place.image.name.is_some() && !place.fits(&image.name) {
        rename(place, parts, image, &mut changes)?;
        written.name = Some(image.name.clone());
    }
    let inline = parts.tag.as_ref().filter(|slot| slot.text.contains('@'));
    if let Some(slot) = inline {
        both_in_the_tag(place, slot, image, rules, &mut changes, &mut written)?;
        return Ok((changes, written));
    }
    if let (Some(digest), None, false) = (&place.image.digest, &image.digest, rules.clear_digest) {
        return Err(stale(place, digest));
    }
    tag(place, parts, image, rules, &mut changes, &mut written)?;
    digest(place, parts, image, rules, &mut changes, &mut written)?;
    Ok((changes, written))
}

/// `tag: 1.8.1@sha256:…`
fn both_in_the_tag(
    place: &Place,
    slot: &Slot,
    image: &Image,
    rules: &Rules,
    changes: &mut Vec<Change>,
    written: &mut Written,
) -> Result<(), Refusal> {
    let tag = image.tag.as_ref().ok_or_else(|| no_tag(place, image))?;
    let text = match (&image.digest, &place.image.digest) {
        (Some(digest), _) => format!("{tag}@{digest}"),
        (None, Some(digest)) if !rules.clear_digest => return Err(stale(place, digest)),
        (None, _) => tag.to_string(),
    };
    changes.extend(set(place, slot, &text)?);
    written.tag = Some(tag.to_string());
    written.digest = image.digest.as_ref().map(ToString::to_string);
    Ok(())
}

fn no_tag(place: &Place, image: &Image) -> Refusal {
    let tag = quoted(place.image.tag.as_deref().unwrap_or_default());
    let what = format!("the tag {tag} stands here, and {} has none", quoted(&image.to_string()));
    refuse(place, Reason::Policy, what).hint("give the tag too: name:tag@digest")
}

fn tag(
    place: &Place,
    parts: &Split,
    image: &Image,
    rules: &Rules,
    changes: &mut Vec<Change>,
    written: &mut Written,
) -> Result<(), Refusal> {
    match (&parts.tag, &image.tag) {
        (Some(slot), Some(tag)) => changes.extend(set(place, slot, tag.as_str())?),
        // The digest alone would leave a tag that says something else.
        (Some(slot), None) if slot.filled().is_some() => return Err(no_tag(place, image)),
        (_, None) => return Ok(()),
        // Only a digest is kept here, and it is going to be the right one.
        (None, Some(_)) if place.image.digest.is_some() && image.digest.is_some() => return Ok(()),
        (None, Some(tag)) => changes.push(inserted(place, parts, rules, "tag", tag.as_str())?),
    }
    written.tag = image.tag.as_ref().map(ToString::to_string);
    Ok(())
}

fn digest(
    place: &Place,
    parts: &Split,
    image: &Image,
    rules: &Rules,
    changes: &mut Vec<Change>,
    written: &mut Written,
) -> Result<(), Refusal> {
    match (&parts.digest, &image.digest) {
        (Some(slot), Some(digest)) => changes.extend(set(place, slot, &in_its_form(place, parts, digest)?)?),
        (Some(slot), None) if slot.filled().is_some() => changes.extend(set(place, slot, "")?),
        (_, None) => return Ok(()),
        // Without a tag nothing else would say which image; with one it is enough, unless a digest is required.
        (None, Some(_)) if image.tag.is_some() && !rules.require_digest => return Ok(()),
        (None, Some(digest)) => {
            let text = in_its_form(place, parts, digest)?;
            changes.push(inserted(place, parts, rules, "digest", &text)?);
        }
    }
    written.digest = image.digest.as_ref().map(ToString::to_string);
    Ok(())
}

fn in_its_form(place: &Place, parts: &Split, digest: &Digest) -> Result<String, Refusal> {
    if !parts.bare_digest {
        return Ok(digest.to_string());
    }
    if digest.algorithm() != "sha256" {
        let what = format!("only digits of sha256 can stand here, not `{}`", digest.short());
        return Err(refuse(place, Reason::Stuck, what));
    }
    Ok(digest.hex().to_owned())
}

/// A key that is not there yet.
fn inserted(place: &Place, parts: &Split, rules: &Rules, part: &str, value: &str) -> Result<Change, Refusal> {
    let what = format!("there is no {part} here, only {}", there(parts));
    let Some(insert) = &parts.insert else {
        return Err(refuse(place, Reason::Missing, what).hint(format!("write the {part} there once by hand")));
    };
    if !rules.insert && !insert.freely {
        return Err(refuse(place, Reason::Missing, what).hint("have the missing key added (--insert)"));
    }
    let key = match part {
        "tag" => &insert.tag,
        "digest" => &insert.digest,
        _ => &insert.repository,
    };
    Ok(Change::set(place.document, insert.home.clone().key(key), value).or_insert())
}

fn there(parts: &Split) -> &'static str {
    match (&parts.repository, &parts.tag, &parts.digest) {
        (_, Some(_), Some(_)) => "a tag and a digest",
        (_, Some(_), None) => "a tag",
        (_, None, Some(_)) => "a digest",
        (Some(_), None, None) => "a name",
        (None, None, None) => "nothing",
    }
}

/// Sets registry and repository, each in its own scalar where there is one.
fn rename(place: &Place, parts: &Split, image: &Image, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    if place.local.is_some() {
        let what = "the name is put together with a registry that is set for the whole file";
        return Err(refuse(place, Reason::Stuck, what).hint("change the name by hand"));
    }
    let (registry, path) = image.name.normal();
    match (&parts.registry, &parts.repository) {
        (Some(its_registry), Some(repository)) if its_registry.filled().is_some() => {
            changes.extend(set(place, its_registry, registry)?);
            changes.extend(set(place, repository, &path)?);
        }
        (_, Some(repository)) => changes.extend(set(place, repository, image.name.as_str())?),
        (_, None) => {
            let rules = Rules { insert: true, ..Rules::default() };
            changes.push(inserted(place, parts, &rules, "name", image.name.as_str())?);
        }
    }
    Ok(())
}
