//! CycloneDX VEX: <https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis>, inside of a bill of materials
//! or beside it, then with links to it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::product::{Id, Product};
use super::{Document, Says, Statement, joined, time, typed};
use crate::purl::Purl;

#[derive(Deserialize)]
#[serde(expecting = "a VEX document")]
struct Wire {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    timestamp: Option<String>,
    component: Option<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "bom-ref")]
    bom_ref: Option<String>,
    purl: Option<String>,
    #[serde(default)]
    components: Vec<Self>,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: Option<String>,
    #[serde(default)]
    references: Vec<Reference>,
    updated: Option<String>,
    analysis: Option<Analysis>,
    #[serde(default)]
    affects: Vec<Affects>,
}

#[derive(Deserialize)]
struct Reference {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analysis {
    state: Option<State>,
    justification: Option<String>,
    detail: Option<String>,
    last_updated: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Resolved,
    ResolvedWithPedigree,
    Exploitable,
    InTriage,
    FalsePositive,
    NotAffected,
}

#[derive(Deserialize)]
struct Affects {
    #[serde(rename = "ref")]
    bom_ref: String,
    #[serde(default)]
    versions: Vec<Affected>,
}

#[derive(Deserialize)]
struct Affected {
    version: Option<String>,
}

pub(super) fn read(value: Value, document: &mut Document) -> Result<(), String> {
    let wire: Wire = typed(value)?;
    let made = time(wire.metadata.timestamp.as_deref(), "metadata.timestamp")?;
    let purls = purls(wire.metadata.component.iter().chain(&wire.components));
    for (at, vulnerability) in wire.vulnerabilities.into_iter().enumerate() {
        let place = format!("vulnerabilities[{at}]");
        let names = vulnerability.id.iter().cloned().chain(vulnerability.references.into_iter().map(|other| other.id));
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        let Some(analysis) = vulnerability.analysis else { continue };
        let Some(state) = analysis.state else { continue };
        if names.is_empty() {
            return Err(format!("{place}: it has no `id`"));
        }
        let own = analysis.last_updated.as_deref().or(vulnerability.updated.as_deref());
        let made = time(own, &place)?.or(made);
        let says = match state {
            State::NotAffected | State::FalsePositive => Says::NotAffected,
            State::Resolved | State::ResolvedWithPedigree => Says::Fixed,
            State::Exploitable | State::InTriage => Says::Counts,
        };
        let why = joined(&[analysis.justification.as_deref(), analysis.detail.as_deref()], ": ");
        let products = vulnerability.affects.iter().enumerate().filter_map(|(number, affects)| {
            product(affects, &purls).map_err(|error| document.warn(&format!("{place}.affects[{number}]"), &error)).ok()
        });
        let products = products.flatten().collect();
        document.add(Statement { place, names, made, says, why, products });
    }
    if document.statements.is_empty() {
        return Err("it is a CycloneDX bill of materials without `analysis` of any vulnerability".to_owned());
    }
    Ok(())
}

/// Package URLs by the reference of their component.
fn purls<'c>(roots: impl Iterator<Item = &'c Component>) -> BTreeMap<&'c str, &'c str> {
    let mut purls = BTreeMap::new();
    // The nesting is bounded by what the JSON parser takes.
    let mut components: Vec<&Component> = roots.collect();
    while let Some(component) = components.pop() {
        components.extend(&component.components);
        if let (Some(bom_ref), Some(purl)) = (&component.bom_ref, &component.purl) {
            purls.insert(bom_ref.as_str(), purl.as_str());
        }
    }
    purls
}

/// What a reference means: a component of this document, or by a link (`urn:cdx:serial/version#ref`) one of another
/// whose reference is its package URL.
fn product(affects: &Affects, purls: &BTreeMap<&str, &str>) -> Result<Vec<Product>, String> {
    let bom_ref = affects.bom_ref.as_str();
    let link = bom_ref.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#')).map(|(_, inner)| inner);
    let inner = link.unwrap_or(bom_ref);
    let text = purls.get(bom_ref).or_else(|| purls.get(inner)).copied().unwrap_or(inner);
    // Inside a link a package URL may be encoded once more as a whole.
    let whole = format!("pkg:x/{}", inner.replace('/', "%2F"));
    let text = match text.starts_with("pkg%3A").then(|| Purl::parse(&whole)) {
        Some(Ok(purl)) => purl.name.into_owned(),
        _ => text.to_owned(),
    };
    if !text.starts_with("pkg:") {
        return Err(format!(
            "`{bom_ref}` is neither a component with a package URL nor a package URL; it matches nothing"
        ));
    }
    let id = Id::parse(&text).map_err(|error| format!("`{text}` is no package URL: {error}"))?;
    let Id::Package(purl) = &id else { return Ok(vec![Product { ids: vec![id], parts: Vec::new() }]) };
    if purl.version.is_some() || affects.versions.is_empty() {
        return Ok(vec![Product { ids: vec![id], parts: Vec::new() }]);
    }
    // Ranges have no meaning that holds for all types of packages, and match nothing.
    let versions = affects.versions.iter().filter_map(|affected| affected.version.clone());
    let ids: Vec<Id> =
        versions.map(|version| Id::Package(Purl { version: Some(version.into()), ..purl.clone() })).collect();
    if ids.is_empty() {
        return Err(format!("`{text}` is given with ranges of versions only; it matches nothing"));
    }
    Ok(vec![Product { ids, parts: Vec::new() }])
}
