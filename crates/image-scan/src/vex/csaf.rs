//! CSAF 2.0, profile VEX: <https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#45-profile-5-vex>.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::Value;

use super::product::{Id, Product};
use super::{Document, Says, Statement, joined, time, typed};

#[derive(Deserialize)]
#[serde(expecting = "a VEX document")]
struct Wire {
    document: Head,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Head {
    tracking: Option<Tracking>,
}

#[derive(Deserialize)]
struct Tracking {
    current_release_date: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tree {
    branches: Vec<Branch>,
    full_product_names: Vec<FullName>,
    relationships: Vec<Relationship>,
    product_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    branches: Vec<Self>,
    product: Option<FullName>,
}

#[derive(Deserialize)]
struct FullName {
    product_id: String,
    product_identification_helper: Option<Helper>,
}

#[derive(Deserialize)]
struct Helper {
    purl: Option<String>,
    /// CSAF 2.1.
    #[serde(default)]
    purls: Vec<String>,
}

#[derive(Deserialize)]
struct Relationship {
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: FullName,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    cve: Option<String>,
    #[serde(default)]
    ids: Vec<OtherId>,
    #[serde(default)]
    product_status: ProductStatus,
    #[serde(default)]
    flags: Vec<Remark>,
    #[serde(default)]
    threats: Vec<Remark>,
}

#[derive(Deserialize)]
struct OtherId {
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProductStatus {
    known_not_affected: Vec<String>,
    fixed: Vec<String>,
    first_fixed: Vec<String>,
    known_affected: Vec<String>,
    first_affected: Vec<String>,
    last_affected: Vec<String>,
    under_investigation: Vec<String>,
}

/// A flag (with `label`) or a threat (with `category` and `details`).
#[derive(Deserialize)]
struct Remark {
    label: Option<String>,
    category: Option<String>,
    details: Option<String>,
    product_ids: Option<Vec<String>>,
    group_ids: Option<Vec<String>>,
}

/// Products by their id in the document.
type Products = BTreeMap<String, Product>;
/// Ids of products by group.
type Groups = BTreeMap<String, Vec<String>>;

pub(super) fn read(value: Value, document: &mut Document) -> Result<(), String> {
    let wire: Wire = typed(value)?;
    let made = wire.document.tracking.and_then(|tracking| tracking.current_release_date);
    let made = time(made.as_deref(), "document.tracking.current_release_date")?;
    let groups = wire.product_tree.product_groups.iter();
    let groups: Groups = groups.map(|group| (group.group_id.clone(), group.product_ids.clone())).collect();
    let products = products(wire.product_tree, document);
    for (at, vulnerability) in wire.vulnerabilities.into_iter().enumerate() {
        let place = format!("vulnerabilities[{at}]");
        let names = vulnerability.cve.iter().cloned().chain(vulnerability.ids.iter().map(|id| id.text.clone()));
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            return Err(format!("{place}: it has neither `cve` nor `ids`"));
        }
        let grounds = Grounds::of(&vulnerability, &groups);
        for (key, says, ids) in by_status(&vulnerability.product_status) {
            let place = format!("{place}.product_status.{key}");
            for id in ids {
                let why = grounds.why(id);
                if says == Says::NotAffected && why.is_empty() {
                    document.warn(&place, &format!("`{id}` has neither a flag nor an impact; it excuses nothing"));
                    continue;
                }
                let Some(product) = products.get(id) else {
                    document
                        .warn(&place, &format!("there is no product `{id}` with a package URL; it matches nothing"));
                    continue;
                };
                let (place, names, products) = (place.clone(), names.clone(), vec![product.clone()]);
                document.add(Statement { place, names, made, says, why, products });
            }
        }
    }
    Ok(())
}

fn by_status(status: &ProductStatus) -> [(&'static str, Says, &[String]); 7] {
    [
        ("known_not_affected", Says::NotAffected, &status.known_not_affected),
        ("fixed", Says::Fixed, &status.fixed),
        ("first_fixed", Says::Fixed, &status.first_fixed),
        ("known_affected", Says::Counts, &status.known_affected),
        ("first_affected", Says::Counts, &status.first_affected),
        ("last_affected", Says::Counts, &status.last_affected),
        ("under_investigation", Says::Counts, &status.under_investigation),
    ]
}

/// The flags and impacts of a vulnerability. Those that name no product are about all.
struct Grounds<'v> {
    flags: Remarks<'v>,
    impacts: Remarks<'v>,
}

#[derive(Default)]
struct Remarks<'v> {
    of_all: Option<&'v str>,
    by_product: FxHashMap<&'v str, &'v str>,
}

impl<'v> Grounds<'v> {
    fn of(vulnerability: &'v Vulnerability, groups: &'v Groups) -> Self {
        let flags = vulnerability.flags.iter().map(|flag| (flag, flag.label.as_deref()));
        let impacts = vulnerability.threats.iter().filter(|threat| threat.category.as_deref() == Some("impact"));
        let impacts = impacts.map(|threat| (threat, threat.details.as_deref()));
        Self { flags: remarks(flags, groups), impacts: remarks(impacts, groups) }
    }

    fn why(&self, id: &str) -> String {
        joined(&[self.flags.about(id), self.impacts.about(id)], ": ")
    }
}

impl<'v> Remarks<'v> {
    fn about(&self, id: &str) -> Option<&'v str> {
        self.by_product.get(id).copied().or(self.of_all)
    }
}

fn remarks<'v>(list: impl Iterator<Item = (&'v Remark, Option<&'v str>)>, groups: &'v Groups) -> Remarks<'v> {
    let mut remarks = Remarks::default();
    // The first remark on a product counts, so that no group has to be gone through twice.
    let mut known_groups = FxHashSet::default();
    for (remark, text) in list {
        let Some(text) = text else { continue };
        if remark.product_ids.is_none() && remark.group_ids.is_none() {
            remarks.of_all.get_or_insert(text);
        }
        let new_groups = remark.group_ids.iter().flatten().filter(|group| known_groups.insert(group.as_str()));
        let grouped: Vec<&String> = new_groups.filter_map(|group| groups.get(group)).flatten().collect();
        for id in remark.product_ids.iter().flatten().chain(grouped) {
            remarks.by_product.entry(id).or_insert(text);
        }
    }
    remarks
}

fn products(tree: Tree, document: &mut Document) -> Products {
    let mut products = Products::new();
    for name in &tree.full_product_names {
        add(name, &mut products, document);
    }
    // The nesting is bounded by what the JSON parser takes.
    let mut branches: Vec<&Branch> = tree.branches.iter().collect();
    while let Some(branch) = branches.pop() {
        branches.extend(&branch.branches);
        if let Some(name) = &branch.product {
            add(name, &mut products, document);
        }
    }
    for relationship in &tree.relationships {
        let name = &relationship.full_product_name;
        add(name, &mut products, document);
        let ids = |id: &str| products.get(id).map(|product| product.ids.clone());
        let (part, whole) = (ids(&relationship.product_reference), ids(&relationship.relates_to_product_reference));
        // What has its own package URL needs no other.
        if let (Some(part), false) = (part, products.contains_key(&name.product_id)) {
            products.insert(name.product_id.clone(), related(part, whole));
        }
    }
    products
}

/// A part of a whole. A whole without a package URL is a platform, such as a release of Red Hat's: then the part is the
/// product if its version is given, since the same build of a package is the same package everywhere.
fn related(part: Vec<Id>, whole: Option<Vec<Id>>) -> Product {
    match whole {
        Some(ids) => Product { ids, parts: vec![part] },
        None => {
            let has_version = |id: &Id| matches!(id, Id::Package(purl) if purl.version.is_some());
            Product { ids: part.into_iter().filter(has_version).collect(), parts: Vec::new() }
        }
    }
}

fn add(name: &FullName, products: &mut Products, document: &mut Document) {
    let Some(helper) = &name.product_identification_helper else { return };
    let mut ids = Vec::new();
    for text in helper.purl.iter().chain(&helper.purls) {
        match Id::parse(text) {
            Ok(id) => ids.push(id),
            Err(error) => {
                document
                    .warn(&format!("product `{}`", name.product_id), &format!("`{text}` is no package URL: {error}"));
            }
        }
    }
    if !ids.is_empty() {
        products.insert(name.product_id.clone(), Product { ids, parts: Vec::new() });
    }
}
