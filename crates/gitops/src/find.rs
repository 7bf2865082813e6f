//! Where images stand, told by what is in a file and never guessed: a file in which nothing is recognised gives nothing.

mod argocd;
mod compose;
mod fields;
mod flux;
mod kustomize;
mod manifest;
mod spot;
#[cfg(test)]
mod tests;
pub(crate) mod values;

use yaml_edit::{Kind, Node, Yaml};

use crate::place::{Parts, Place, PlaceKind, Slot, Split, Written};
use crate::reference::{Name, Tag};
pub(crate) use fields::{Fields, is_template, slot_of};
pub(crate) use kustomize::is_kustomization;
pub(crate) use spot::Spot;

/// All places of `image` in a file, from top to bottom; `None` for every image.
#[must_use]
pub fn find(file: &str, yaml: &Yaml<'_>, image: Option<&Name>) -> Vec<Place> {
    let mut places: Vec<Place> = yaml.documents().flat_map(|root| in_document(file, root)).collect();
    if yaml.text().contains(flux::MARKER) {
        flux::mark(file, yaml, &mut places);
    }
    places.retain(|place| image.is_none_or(|image| place.holds(image)));
    places.sort_by(|a, b| (a.document, a.line, &a.path).cmp(&(b.document, b.line, &b.path)));
    places.dedup_by(|a, b| (a.document, a.line, &a.path) == (b.document, b.line, &b.path));
    places
}

fn in_document(file: &str, root: Node<'_>) -> Vec<Place> {
    if root.kind() != Kind::Mapping {
        return Vec::new();
    }
    let root = &Spot::new(root);
    let fields = Fields::of(root);
    let (version, kind) = (fields.text("apiVersion"), fields.text("kind"));
    let group = version.and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
    if is_kustomization(file, root.node) {
        return kustomize::images(file, fields.spot("images"));
    }
    match (group, kind) {
        ("kustomize.toolkit.fluxcd.io", Some("Kustomization")) => {
            kustomize::images(file, root.find(&["spec", "images"]))
        }
        ("argoproj.io", Some("Application" | "ApplicationSet")) => argocd::find(file, root),
        ("helm.toolkit.fluxcd.io", Some("HelmRelease")) => helm_release(file, root),
        (_, Some(_)) if version.is_some() => manifest::find(file, root),
        _ if argocd::is_source(file) => argocd::source_of(file, root),
        _ if is_of_something_else(&fields) => Vec::new(),
        _ if compose::is_compose(&fields) => compose::find(file, &fields),
        _ => values::find(file, &PlaceKind::HelmValues, root),
    }
}

/// What has images in it that are no part of a deployment: pipelines, charts, our own promotion.yaml.
fn is_of_something_else(fields: &Fields<'_>) -> bool {
    let has = |key| fields.node(key).is_some();
    let is_pipeline = has("pipelines") || (has("jobs") && has("on")) || has("stages");
    let is_chart = has("apiVersion") && has("name") && has("version");
    is_pipeline || is_chart || is_promotion(fields)
}

fn is_promotion(fields: &Fields<'_>) -> bool {
    fields.node("services").is_some_and(|services| {
        services.entries().any(|(_, service)| service.kind() == Kind::Mapping && service.get("environments").is_some())
    })
}

/// Flux's HelmRelease: the values, and the images of the Kustomization that is applied to what the chart renders.
/// <https://fluxcd.io/flux/components/helm/helmreleases/>
fn helm_release(file: &str, root: &Spot<'_>) -> Vec<Place> {
    let values = root.find(&["spec", "values"]);
    let mut places = values.map(|values| values::find(file, &PlaceKind::HelmRelease, &values)).unwrap_or_default();
    if let Some(renderers) = root.find(&["spec", "postRenderers"]) {
        for renderer in renderers.items() {
            places.extend(kustomize::images(file, renderer.find(&["kustomize", "images"])));
        }
    }
    places
}

/// A place of which the image is in one scalar, when that is an image reference.
pub(crate) fn whole(file: &str, document: usize, kind: PlaceKind, slot: Slot, before: &str) -> Option<Place> {
    let text = slot.text.strip_prefix(before)?;
    let (name, tag, digest) = taken_apart(text)?;
    let written = Written { name: Some(name.parse().ok()?), tag, digest };
    let (path, line) = (slot.path.clone(), slot.line);
    let parts = Parts::Whole { name: name.to_owned(), before: before.to_owned(), slot };
    Some(Place {
        file: file.to_owned(),
        document,
        kind,
        line,
        path,
        image: written,
        local: None,
        parts,
        explicit: false,
    })
}

/// Name, tag and digest of a reference of which the tag may be a template; `None` when it is no reference.
fn taken_apart(text: &str) -> Option<(&str, Option<String>, Option<String>)> {
    let owned = |text: &str| Some(text.to_owned());
    if let Some(at) = fields::template_at(text) {
        let (before, template) = text.split_at(at);
        let name = before.strip_suffix(':')?;
        return name.parse::<Name>().is_ok().then(|| (name, owned(template), None));
    }
    let (name, tag, digest) = crate::reference::split(text);
    let is_reference = name.parse::<Name>().is_ok()
        && tag.is_none_or(|tag| tag.parse::<Tag>().is_ok())
        && digest.is_none_or(|digest| digest.contains(':') && !digest.contains(char::is_whitespace));
    is_reference.then(|| (name, tag.and_then(owned), digest.and_then(owned)))
}

/// A place of which the image is in several scalars. `global` is a registry that stands before every name.
pub(crate) fn split(file: &str, document: usize, kind: PlaceKind, parts: Split, global: Option<&str>) -> Option<Place> {
    let main = parts.tag.as_ref().or(parts.digest.as_ref()).or(parts.repository.as_ref())?;
    let (path, line) = (main.path.clone(), main.line);
    let filled = |slot: &Option<Slot>| slot.as_ref().and_then(Slot::filled).map(str::to_owned);
    let named = |registry: Option<&str>| {
        let repository = filled(&parts.repository)?;
        let text = match registry {
            Some(registry) => format!("{registry}/{repository}"),
            None => repository,
        };
        text.parse::<Name>().ok()
    };
    let registry = filled(&parts.registry);
    let own = named(registry.as_deref());
    let (name, local) = match global {
        // Bitnami's charts: the registry of the whole file replaces that of the image.
        Some(global) if own.as_ref().is_some_and(|own| own.registry().is_none() || registry.is_some()) => {
            (named(Some(global)), own)
        }
        _ => (own, None),
    };
    let tag = filled(&parts.tag);
    let (tag, inline) = match tag.as_deref().and_then(|tag| tag.split_once('@')) {
        Some((tag, digest)) => (Some(tag.to_owned()).filter(|tag| !tag.is_empty()), Some(digest.to_owned())),
        None => (tag, None),
    };
    let image = Written { name, tag, digest: inline.or_else(|| filled(&parts.digest)) };
    let parts = Parts::Split(Box::new(parts));
    Some(Place { file: file.to_owned(), document, kind, line, path, image, local, parts, explicit: false })
}
