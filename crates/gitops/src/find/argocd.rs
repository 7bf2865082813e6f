//! Argo CD's Application and ApplicationSet: parameters and values of Helm, images of Kustomize.
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/>

use std::collections::BTreeMap;

use yaml_edit::Yaml;

use super::{Spot, slot_of, split, values, whole};
use crate::place::{Place, PlaceKind, Slot, Split, Stuck};

/// The images of all sources.
pub(super) fn find(file: &str, root: &Spot<'_>) -> Vec<Place> {
    let specs = [root.get("spec"), root.find(&["spec", "template", "spec"])];
    let mut places = Vec::new();
    for spec in specs.into_iter().flatten() {
        let one = [spec.get("source"), spec.find(&["sourceHydrator", "drySource"])];
        let many = spec.get("sources").map(|sources| sources.items().collect()).unwrap_or_default();
        let sources = one.into_iter().flatten().chain::<Vec<_>>(many);
        places.extend(sources.flat_map(|source| source_of(file, &source)));
    }
    places
}

/// Whether a file holds overrides of a source, which it shows by its name only.
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/#store-overrides-in-git>
pub(super) fn is_source(file: &str) -> bool {
    file.rsplit('/').next().is_some_and(|name| name.starts_with(".argocd-source"))
}

/// The images of one source.
pub(super) fn source_of(file: &str, source: &Spot<'_>) -> Vec<Place> {
    let mut places = parameters(file, source);
    places.extend(in_values(file, source));
    places.extend(kustomize(file, source));
    places
}

/// `helm.parameters`: `{name: image.tag, value: 1.8.1}`. Those with the same beginning are one image.
fn parameters(file: &str, source: &Spot<'_>) -> Vec<Place> {
    let mut images: BTreeMap<&str, Split> = BTreeMap::new();
    let mut places = Vec::new();
    let Some(parameters) = source.find(&["helm", "parameters"]) else { return Vec::new() };
    for parameter in parameters.items() {
        let (Some(name), Some(value)) = (parameter.text("name"), parameter.get("value")) else { continue };
        let (Some(slot), (stem, leaf)) = (slot_of(&value), name.rsplit_once('.').unwrap_or(("", name))) else {
            continue;
        };
        if leaf == "image" || leaf.ends_with("Image") {
            places.extend(whole(file, source.node.document(), PlaceKind::ArgoHelmParameter, slot, ""));
            continue;
        }
        let stem_of_flat = name.strip_suffix("Tag").or_else(|| name.strip_suffix("Repository"));
        let (stem, leaf) = match stem_of_flat {
            Some(flat) if flat.to_ascii_lowercase().ends_with("image") => (flat, name.get(flat.len()..).unwrap_or("")),
            _ => (stem, leaf),
        };
        let parts = images.entry(stem).or_default();
        match leaf {
            "tag" | "Tag" => parts.tag = Some(slot),
            "repository" | "Repository" => parts.repository = Some(slot),
            "name" if stem.to_ascii_lowercase().ends_with("image") => parts.repository = Some(slot),
            "registry" => parts.registry = Some(slot),
            "digest" => parts.digest = Some(slot),
            _ => {}
        }
    }
    for (stem, parts) in images {
        let is_image = stem.to_ascii_lowercase().contains("image") || parts.repository.is_some();
        if is_image && (parts.tag.is_some() || parts.digest.is_some()) {
            places.extend(split(file, source.node.document(), PlaceKind::ArgoHelmParameter, parts, None));
        }
    }
    places
}

/// `helm.valuesObject`, and `helm.values`, which is text: what is in it is found and not edited.
fn in_values(file: &str, source: &Spot<'_>) -> Vec<Place> {
    if let Some(object) = source.find(&["helm", "valuesObject"]) {
        return values::find(file, &PlaceKind::ArgoHelmValues, &object);
    }
    let Some(text) = source.find(&["helm", "values"]) else { return Vec::new() };
    let Some(inner) = text.node.scalar() else { return Vec::new() };
    let Ok(yaml) = Yaml::read(inner.as_bytes()) else { return Vec::new() };
    let mut places = Vec::new();
    for root in yaml.documents() {
        for mut place in values::find(file, &PlaceKind::ArgoHelmValues, &Spot::new(root)) {
            place.document = text.node.document();
            place.line = place.line.saturating_add(text.node.line());
            place.path = text.path();
            for slot in place.parts.slots_mut() {
                *slot = Slot { path: text.path(), line: place.line, stuck: Some(Stuck::Block), ..slot.clone() };
            }
            places.push(place);
        }
    }
    places
}

/// `kustomize.images`: `name=newname:tag`, `name:tag`; `*` for the new name keeps it.
fn kustomize(file: &str, source: &Spot<'_>) -> Vec<Place> {
    let Some(images) = source.find(&["kustomize", "images"]) else { return Vec::new() };
    images.items().filter_map(|image| kustomize_image(file, &image)).collect()
}

fn kustomize_image(file: &str, image: &Spot<'_>) -> Option<Place> {
    let slot = slot_of(image)?;
    let Some((old, new)) = slot.text.split_once('=') else {
        return whole(file, image.node.document(), PlaceKind::ArgoKustomizeImage, slot, "");
    };
    let is_star = new == "*" || new.starts_with("*:") || new.starts_with("*@");
    let before = if is_star { format!("{old}=*") } else { format!("{old}=") };
    let as_if = if is_star { new.replacen('*', old, 1) } else { new.to_owned() };
    let known = Slot { text: format!("{before}{as_if}"), ..slot.clone() };
    let mut place = whole(file, image.node.document(), PlaceKind::ArgoKustomizeImage, known, &before)?;
    if let crate::place::Parts::Whole { slot: kept, name, .. } = &mut place.parts {
        *kept = slot;
        if is_star {
            name.clear();
        }
    }
    Some(place)
}
