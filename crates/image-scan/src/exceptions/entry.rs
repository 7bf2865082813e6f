//! An entry of `scan.exceptions` or of a file of exceptions.

use std::fmt;

use findings::judge::{PathPattern, RulePattern};
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::purl::Purl;
use crate::{Finding, Kind, Scan};

/// A finding that is accepted for a while. Of the conditions beside `id`, all that are given have to hold.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exception {
    /// Its id or one of its aliases, in any case: `CVE-2019-14806`, `DS-0002`, `GPL-3.0-only`. Not a glob.
    pub id: ExceptionId,
    /// Only findings of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Only of packages with such a name: `curl`, `libcurl*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<RulePattern>,
    /// Only of this package: `pkg:deb/debian/curl`. A version and qualifiers have to be equal where they are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purl: Option<PurlPattern>,
    /// Only in such files of the image: `app/node_modules/**`, without a slash at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathPattern>,
    /// Only in such images: `registry.example.com/team/web`, `*/web:1.*`. Without a tag, all tags are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<RulePattern>,
    /// Only of these installed versions: `1.2.3`, or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Versions>,
    /// Why it is accepted.
    #[serde(deserialize_with = "filled")]
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Who sees to it that it goes: a person or a team.
    #[serde(deserialize_with = "filled")]
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Where the work on it is tracked.
    #[serde(default, deserialize_with = "perhaps_filled", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub ticket: Option<String>,
    /// The last day on which it is accepted: `2026-12-31`.
    #[serde(deserialize_with = "day", serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub expires: Date,
    /// The day on which it was written down.
    #[serde(
        default,
        deserialize_with = "perhaps_day",
        serialize_with = "perhaps_as_text",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub created: Option<Date>,
}

impl Exception {
    /// What it says, for the ruling that it makes:
    /// ``exception `CVE-2019-1` until 2026-12-31 (owner security-team, OPS-12): not reachable``.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { id, reason, owner, expires, .. } = self;
        let ticket = self.ticket.as_ref().map_or_else(String::new, |ticket| format!(", {ticket}"));
        format!("exception `{}` until {expires} (owner {owner}{ticket}): {reason}", id.as_str())
    }

    /// Whether everything beside the id fits.
    pub(super) fn covers(&self, finding: &Finding<'_>, scan: &Scan<'_>) -> bool {
        let package = finding.package;
        let path = if finding.path.is_empty() { package.map_or("", |package| package.path) } else { finding.path };
        self.kind.is_none_or(|kind| kind == finding.kind)
            && self.package.as_ref().is_none_or(|glob| package.is_some_and(|package| glob.matches(package.name)))
            && self.version.as_ref().is_none_or(|list| package.is_some_and(|package| list.has(package.version)))
            && self.path.as_ref().is_none_or(|glob| !path.is_empty() && glob.matches(path))
            && self.purl.as_ref().is_none_or(|purl| package.is_some_and(|package| purl.covers(package)))
            && self.image.as_ref().is_none_or(|glob| is_image(glob, scan))
    }
}

fn is_image(glob: &RulePattern, scan: &Scan<'_>) -> bool {
    let names = scan.repo_tags.iter().chain(&scan.repo_digests).chain([&scan.artifact, &scan.image_id]);
    names.filter(|name| !name.is_empty()).any(|name| glob.matches(name) || glob.matches(repository(name)))
}

/// A reference without digest and tag. The port of a registry stands before a slash.
fn repository(reference: &str) -> &str {
    let name = reference.split_once('@').map_or(reference, |(name, _)| name);
    name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(name, |(name, _)| name)
}

/// The id of a finding. Checked where it is read: a wildcard in it would be taken for one.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ExceptionId(String);

impl ExceptionId {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ExceptionId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let id = text.trim();
        if id.is_empty() {
            return Err("it is empty; write the id as the reports show it".to_owned());
        }
        if id.contains(['*', '?']) {
            return Err(format!("`{id}` looks like a glob; an exception is for one id"));
        }
        Ok(if id.len() == text.len() { Self(text) } else { Self(id.to_owned()) })
    }
}

impl From<ExceptionId> for String {
    fn from(id: ExceptionId) -> Self {
        id.0
    }
}

/// A package URL that may leave parts out.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct PurlPattern {
    text: String,
    purl: Purl<'static>,
}

impl PurlPattern {
    /// Whether `package` is meant; one without a package URL is not.
    #[must_use]
    pub fn covers(&self, package: &crate::model::Package<'_>) -> bool {
        Purl::parse(package.purl).is_ok_and(|found| self.purl.covers(&found, package.version))
    }
}

impl TryFrom<String> for PurlPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let purl = Purl::parse(&text).map_err(|error| format!("`{text}` is no package URL: {error}"))?.into_owned();
        Ok(Self { text, purl })
    }
}

impl From<PurlPattern> for String {
    fn from(pattern: PurlPattern) -> Self {
        pattern.text
    }
}

/// One version or several, as the scanner prints them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Versions(Vec<String>);

impl Versions {
    /// Whether `version` is one of them.
    #[must_use]
    pub fn has(&self, version: &str) -> bool {
        self.0.iter().any(|known| known == version)
    }
}

impl Serialize for Versions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            several => serializer.collect_seq(several),
        }
    }
}

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VersionsVisitor)
    }
}

impl JsonSchema for Versions {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Versions".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One version or several, as the scanner prints them.",
            "anyOf": [
                { "type": "string", "minLength": 1 },
                { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1 } }
            ]
        })
    }
}

struct VersionsVisitor;

impl<'de> Visitor<'de> for VersionsVisitor {
    type Value = Versions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // YAML takes 1.10 for the number 1.1.
        f.write_str("a version in quotes, or a list of versions")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Versions, E> {
        Filled::try_from(text.to_owned()).map(|Filled(text)| Versions(vec![text])).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Versions, A::Error> {
        let mut versions = Vec::new();
        while let Some(Filled(version)) = list.next_element()? {
            versions.push(version);
        }
        if versions.is_empty() { Err(A::Error::custom("the list is empty")) } else { Ok(Versions(versions)) }
    }
}

/// Text that says something. Checked where it is read, so that an error says where it stands.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Filled(String);

impl TryFrom<String> for Filled {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() { Err("it is empty") } else { Ok(Self(text)) }
    }
}

fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Filled::deserialize(deserializer).map(|Filled(text)| text)
}

fn perhaps_filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Filled>::deserialize(deserializer)?.map(|Filled(text)| text))
}

/// As [`Filled`].
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Day(Date);

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let date: Date = text.parse().map_err(|error| format!("`{text}` is no day: {error}"))?;
        // A day with a time of day, or written in another way, is read as a day too; people would not expect it.
        if date.to_string() != text {
            return Err(format!("`{text}` is no day; write it as `{date}`"));
        }
        Ok(Self(date))
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    Day::deserialize(deserializer).map(|Day(date)| date)
}

fn perhaps_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    Ok(Option::<Day>::deserialize(deserializer)?.map(|Day(date)| date))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_text<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn perhaps_as_text<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}
