//! Statements that a vulnerability does not apply: OpenVEX, CSAF and CycloneDX VEX.

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::identity::upper;
use crate::{Finding, Kind, Scan};

mod csaf;
mod cyclonedx;
mod openvex;
mod product;
#[cfg(test)]
mod tests;

use product::{Mismatch, Product};

/// A document of statements.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Where it was read from, as named by the caller.
    pub source: String,
    /// What in it is not used, and why; each a sentence with the place.
    pub warnings: Vec<String>,
    statements: Vec<Statement>,
    /// Places in `statements` by name of the vulnerability in upper case.
    by_name: FxHashMap<String, Vec<usize>>,
}

/// One statement about one vulnerability.
#[derive(Clone, Debug)]
struct Statement {
    /// Where it stands: `statements[2]`.
    place: String,
    /// The names of the vulnerability, the first for people.
    names: Vec<String>,
    /// When it was made; `None` is older than all.
    made: Option<Timestamp>,
    says: Says,
    /// Justification and statement of impact, in words.
    why: String,
    products: Vec<Product>,
}

/// What a statement says of its products.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Says {
    NotAffected,
    Fixed,
    /// Affected, or nobody knows yet.
    Counts,
}

impl Says {
    const fn excuses(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not affected",
            Self::Fixed => "fixed",
            Self::Counts => "affected or under investigation",
        }
    }
}

impl Document {
    fn new(source: &str) -> Self {
        Self { source: source.to_owned(), ..Self::default() }
    }

    fn warn(&mut self, place: &str, what: &str) {
        self.warnings.push(format!("{}: {place}: {what}", self.source));
    }

    fn add(&mut self, statement: Statement) {
        let at = self.statements.len();
        for name in &statement.names {
            let places = self.by_name.entry(upper(name).into_owned()).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
        self.statements.push(statement);
    }

    /// The places of the statements about `finding`'s vulnerability. One may come twice.
    fn about<'d>(&'d self, finding: &'d Finding<'_>) -> impl Iterator<Item = usize> + 'd {
        let vulnerability = finding.kind == Kind::Vulnerability && !self.statements.is_empty();
        let names = std::iter::once(&finding.id).chain(finding.aliases).filter(move |_| vulnerability);
        names.filter_map(|name| self.by_name.get(upper(name).as_ref())).flatten().copied()
    }
}

/// Reads a document of any of the formats.
///
/// # Errors
///
/// When it is none of them, with the place in the document.
pub fn read(bytes: &[u8], source: &str) -> Result<Document, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("{source} is not JSON: {error}"))?;
    let mut document = Document::new(source);
    let has = |key: &str| value.get(key).is_some();
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let read = if text("@context").contains("openvex") || (has("statements") && !has("predicateType")) {
        openvex::read(value, &mut document)
    } else if value.get("document").is_some_and(|document| document.get("csaf_version").is_some()) {
        csaf::read(value, &mut document)
    } else if text("bomFormat") == "CycloneDX" {
        cyclonedx::read(value, &mut document)
    } else {
        Err(unknown(&value))
    };
    read.map_err(|error| format!("{source} cannot be used: {error}"))?;
    if document.statements.is_empty() && document.warnings.is_empty() {
        document.warnings.push(format!("{source} has no statements; it excuses nothing"));
    }
    Ok(document)
}

/// What `documents` say about `finding` of `scan`: the words for people when they say that it does not apply.
///
/// The latest statement decides; of several at one time, one that does not excuse.
#[must_use]
pub fn excuse(documents: &[Document], finding: &Finding<'_>, scan: &Scan<'_>) -> Option<String> {
    let mut latest: Option<(&Document, &Statement)> = None;
    for document in documents {
        for statement in document.about(finding).filter_map(|at| document.statements.get(at)) {
            let order = |statement: &Statement| (statement.made, !statement.says.excuses());
            let is_later = latest.is_none_or(|(_, known)| order(statement) > order(known));
            if is_later && statement.products.iter().any(|product| product.covers(finding, scan).is_ok()) {
                latest = Some((document, statement));
            }
        }
    }
    let (document, statement) = latest.filter(|(_, statement)| statement.says.excuses())?;
    let colon = if statement.why.is_empty() { "" } else { ": " };
    let (says, place) = (statement.says.as_str(), &statement.place);
    Some(format!("VEX {place} of `{}`: {says}{colon}{}", document.source, statement.why))
}

/// Statements that would excuse something and match nothing in `scans`, in sentences. One whose vulnerability was found
/// is named, with the reason why it does not match; those about others are counted.
#[must_use]
pub fn unused(documents: &[Document], scans: &[Scan<'_>]) -> Vec<String> {
    documents.iter().flat_map(|document| unused_of(document, scans)).collect()
}

/// How many statements of a document are named.
const MOST_NAMED: usize = 20;

fn unused_of(document: &Document, scans: &[Scan<'_>]) -> Vec<String> {
    let mut used = FxHashSet::default();
    let mut near: FxHashMap<usize, Mismatch> = FxHashMap::default();
    for (scan, finding) in scans.iter().flat_map(|scan| scan.findings.iter().map(move |finding| (scan, finding))) {
        for at in document.about(finding) {
            let statement = document.statements.get(at).filter(|statement| statement.says.excuses());
            let Some(statement) = statement.filter(|_| !used.contains(&at)) else { continue };
            let products = statement.products.iter().map(|product| product.covers(finding, scan));
            // The best reason, to be told if no product matches.
            match products.max_by_key(|covers| covers.map_or_else(|miss| miss as u8, |()| u8::MAX)) {
                Some(Ok(())) => _ = used.insert(at),
                Some(Err(miss)) => {
                    let known = near.entry(at).or_insert(miss);
                    *known = miss.max(*known);
                }
                None => _ = near.entry(at).or_insert(Mismatch::Nameless),
            }
        }
    }
    let mut near: Vec<_> = near.into_iter().filter(|(at, _)| !used.contains(at)).collect();
    near.sort_unstable();
    let all = document.statements.iter().filter(|statement| statement.says.excuses()).count();
    let others = all.saturating_sub(used.len() + near.len());
    let mut told: Vec<String> = near.iter().take(MOST_NAMED).map(|(at, miss)| missed(document, *at, *miss)).collect();
    let count = |number: usize| findings::words::count(u64::try_from(number).unwrap_or(u64::MAX), "statement");
    if let Some(more) = near.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        told.push(format!("{}: {} more match no finding", document.source, count(more)));
    }
    if others > 0 {
        told.push(format!("{}: {} about vulnerabilities that were not found", document.source, count(others)));
    }
    told
}

fn missed(document: &Document, at: usize, miss: Mismatch) -> String {
    let statement = document.statements.get(at);
    let (place, name) = statement
        .map_or(("", ""), |statement| (statement.place.as_str(), statement.names.first().map_or("", String::as_str)));
    format!("{}: {place} about `{name}` matches no finding: {}", document.source, miss.as_str())
}

/// Why a document is of no format that is known.
fn unknown(value: &Value) -> String {
    let has = |key: &str| value.get(key).is_some();
    let hint = if has("payloadType") || has("predicateType") {
        "it is an attestation; hand over the VEX document in it"
    } else if has("spdxVersion") {
        "it is an SPDX bill of materials, which makes no statements"
    } else if has("SchemaVersion") || has("matches") {
        "it looks like a report of a scanner, which goes elsewhere"
    } else if value.get("document").is_some() {
        "it looks like CSAF, but has no `document.csaf_version`"
    } else {
        "OpenVEX has `@context` and `statements`, CSAF `document.csaf_version`, CycloneDX `bomFormat`"
    };
    format!("it is no VEX document: {hint}")
}

/// Reads `value` as a `T`, or says where it is something else.
fn typed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| match error.path().to_string().as_str() {
        "." => error.into_inner().to_string(),
        path => format!("{path}: {}", error.inner()),
    })
}

/// A time as documents write it. What is no time is an error: the statement could be the one that counts.
fn time(text: Option<&str>, place: &str) -> Result<Option<Timestamp>, String> {
    let parse = |text: &str| text.parse().map_err(|error| format!("{place}: `{text}` is no time: {error}"));
    text.map(parse).transpose()
}

/// The parts that say something, with `sep` between them.
fn joined(parts: &[Option<&str>], sep: &str) -> String {
    let parts: Vec<&str> = parts.iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join(sep)
}
