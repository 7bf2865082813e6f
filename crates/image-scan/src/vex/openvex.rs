//! OpenVEX: <https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md>, 0.2.0 and the text fields of 0.0.1.

use serde::Deserialize;
use serde_json::Value;

use super::product::{Id, Product};
use super::{Document, Says, Statement, joined, time, typed};

#[derive(Deserialize)]
#[serde(expecting = "a VEX document")]
struct Wire {
    timestamp: Option<String>,
    statements: Vec<WireStatement>,
}

#[derive(Deserialize)]
struct WireStatement {
    /// An object, or in 0.0.1 a text.
    vulnerability: Value,
    timestamp: Option<String>,
    #[serde(default)]
    products: Vec<Value>,
    /// 0.0.1: for all products.
    #[serde(default)]
    subcomponents: Vec<Value>,
    status: Status,
    justification: Option<String>,
    impact_statement: Option<String>,
    status_notes: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Status {
    NotAffected,
    Affected,
    Fixed,
    UnderInvestigation,
}

#[derive(Deserialize)]
struct WireVulnerability {
    #[serde(rename = "@id")]
    id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a component, or its package URL")]
struct Component {
    #[serde(rename = "@id")]
    id: Option<String>,
    #[serde(default)]
    identifiers: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    hashes: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    subcomponents: Vec<Value>,
}

pub(super) fn read(value: Value, document: &mut Document) -> Result<(), String> {
    let wire: Wire = typed(value)?;
    let made = time(wire.timestamp.as_deref(), "timestamp")?;
    for (at, statement) in wire.statements.into_iter().enumerate() {
        let place = format!("statements[{at}]");
        let names = names(statement.vulnerability).map_err(|error| format!("{place}.vulnerability: {error}"))?;
        let (says, justification, impact) =
            (says(statement.status), statement.justification, statement.impact_statement);
        let why = joined(&[justification.as_deref(), impact.as_deref(), statement.status_notes.as_deref()], ": ");
        let grounds = joined(&[justification.as_deref(), impact.as_deref()], "");
        if says == Says::NotAffected && grounds.is_empty() {
            let first = names.first().map_or("", String::as_str);
            let what =
                format!("`{first}` is not_affected without justification or impact_statement; it excuses nothing");
            document.warn(&place, &what);
            continue;
        }
        let made = time(statement.timestamp.as_deref(), &format!("{place}.timestamp"))?.or(made);
        let products = products(statement.products, statement.subcomponents, &place, document)?;
        document.add(Statement { place, names, made, says, why, products });
    }
    Ok(())
}

fn says(status: Status) -> Says {
    match status {
        Status::NotAffected => Says::NotAffected,
        Status::Fixed => Says::Fixed,
        Status::Affected | Status::UnderInvestigation => Says::Counts,
    }
}

/// The names of a vulnerability. Its `@id` is often the address of a page that ends in the name.
fn names(value: Value) -> Result<Vec<String>, String> {
    if let Value::String(name) = value {
        return Ok(vec![name]);
    }
    let WireVulnerability { id, name, aliases } = typed(value)?;
    let id = id.map(|id| id.rsplit('/').next().unwrap_or_default().to_owned());
    let names: Vec<String> = name.into_iter().chain(id).chain(aliases).filter(|name| !name.is_empty()).collect();
    if names.is_empty() { Err("it has no name".to_owned()) } else { Ok(names) }
}

fn products(
    list: Vec<Value>,
    parts_of_all: Vec<Value>,
    place: &str,
    document: &mut Document,
) -> Result<Vec<Product>, String> {
    let parts_of_all = parts(parts_of_all, &format!("{place}.subcomponents"), document)?;
    if list.is_empty() {
        document.warn(place, "it names no product, and matches nothing");
    }
    let mut products = Vec::new();
    for (at, product) in list.into_iter().enumerate() {
        let place = format!("{place}.products[{at}]");
        let (ids, own_parts) = component(product, &place, document)?;
        let own_parts = parts(own_parts, &format!("{place}.subcomponents"), document)?;
        let parts = if own_parts.is_empty() { parts_of_all.clone() } else { own_parts };
        products.push(Product { ids, parts });
    }
    Ok(products)
}

/// Parts that cannot be read stay as parts without names: left out they would widen the statement to the whole product.
fn parts(list: Vec<Value>, place: &str, document: &mut Document) -> Result<Vec<Vec<Id>>, String> {
    let place = |at: usize| format!("{place}[{at}]");
    list.into_iter().enumerate().map(|(at, part)| Ok(component(part, &place(at), document)?.0)).collect()
}

/// The names of a component that can be used, and its parts.
fn component(value: Value, place: &str, document: &mut Document) -> Result<(Vec<Id>, Vec<Value>), String> {
    let Component { id, identifiers, hashes, subcomponents } = match value {
        Value::String(id) => Component {
            id: Some(id),
            identifiers: Default::default(),
            hashes: Default::default(),
            subcomponents: Vec::new(),
        },
        value => typed(value).map_err(|error| format!("{place}: {error}"))?,
    };
    let mut ids = Vec::new();
    for text in id.iter().chain(identifiers.get("purl")) {
        match Id::parse(text) {
            Ok(id) => ids.push(id),
            // An address only makes the component known elsewhere.
            Err(_) if text.contains("://") => {}
            Err(error) => document.warn(place, &format!("`{text}` is no package URL: {error}")),
        }
    }
    ids.extend(hashes.get("sha-256").map(|hex| Id::digest(format!("sha256:{}", hex.to_lowercase()))));
    if ids.is_empty() {
        document.warn(place, "it has no package URL, image or digest, and matches nothing");
    }
    Ok((ids, subcomponents))
}
