//! One rule, checked when it is read: what could never match is refused there.

use findings::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::globs::{NameGlob, PathGlob};
use crate::Kind;
use crate::age::Age;
use crate::model::{News, Origin, Status};

/// What the findings of a rule do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// They make the gate say no.
    #[default]
    Block,
    /// They do not block, and people should look at them.
    Warn,
    /// They are shown and do not block.
    Report,
}

/// Whose packages.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageClass {
    /// The operating system's (dpkg, apk, rpm).
    Os,
    /// A language's (Composer, npm, pip …).
    Lang,
}

/// What a blocking rule makes of a finding when nobody knows whether its conditions hold.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// The conditions count as met: the finding blocks.
    Match,
    /// The rule does not match; the next is asked.
    Skip,
}

/// One rule: what it is called, what its findings do, and which those are. Conditions that are left out always hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "RuleFields", rename_all = "kebab-case")]
#[schemars(with = "RuleFields")]
pub struct Rule {
    /// What it is called in every decision that it makes.
    pub name: String,
    /// What its findings do.
    pub action: Action,
    /// Why, for the people who read the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What they are about; empty: anything, but a rule that lets through (`warn`, `report`, or up to `max`) never
    /// means secrets unless it names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<Kind>,
    /// Whose packages they are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<PackageClass>,
    /// How bad at least, by [`Finding::counted_severity`](crate::Finding::counted_severity).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Only those that the scanner itself does not rate.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unknown_severity: bool,
    /// Whether there is a version to go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixable: Option<bool>,
    /// What the vendor says, one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<Status>,
    /// Its id or one of its aliases matches one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id: Vec<NameGlob>,
    /// The name of its package matches one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub package: Vec<NameGlob>,
    /// Its ecosystem (`debian`, `composer`, `dockerfile` …) matches one of these.
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    pub ecosystem: Vec<NameGlob>,
    /// Its file matches one of these. What has no file (packages of the operating system) is not meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<PathGlob>,
    /// Which part of the image brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What it is to the image that runs now, one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<News>,
    /// CVSS base score at least, 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cvss: Option<f64>,
    /// EPSS score at least, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epss: Option<f32>,
    /// Only what is known to be exploited.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub kev: bool,
    /// The category of the licence or secret matches one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<NameGlob>,
    /// Only what was published so long ago: until then a new CVE has grace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than: Option<Age>,
    /// Only what was first seen so long ago in this project: until then a finding has grace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_for: Option<Age>,
    /// How many of its findings are tolerated, over all scans. One more, and all of them block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// What a finding is to it for which data is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_unknown: Option<Unknown>,
}

impl Rule {
    /// Whether findings of `kind` are meant, by what the rule says and by what its conditions are about.
    #[must_use]
    pub fn is_about(&self, kind: Kind) -> bool {
        if self.kind.is_empty() {
            let lets_through = self.action != Action::Block || self.max.is_some();
            return self.possible().contains(&kind) && !(lets_through && kind == Kind::Secret);
        }
        self.kind.contains(&kind)
    }

    /// ``rule `fixable` ``, with its reason when it has one.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.reason {
            Some(reason) => format!("rule `{}`: {reason}", self.name),
            None => format!("rule `{}`", self.name),
        }
    }

    /// The kinds that every condition can hold for.
    fn possible(&self) -> Vec<Kind> {
        let narrow = self.narrow();
        Kind::ALL.into_iter().filter(|kind| narrow.iter().all(|(_, kinds)| kinds.contains(kind))).collect()
    }

    /// The conditions that are set and not about every kind, by name, with what they are about.
    fn narrow(&self) -> Vec<(&'static str, &'static [Kind])> {
        use Kind::{License, Misconfiguration, Secret, Vulnerability};
        let conditions: [(bool, &'static str, &'static [Kind]); 10] = [
            (self.class.is_some(), "class", &[Vulnerability]),
            (self.fixable.is_some(), "fixable", &[Vulnerability]),
            (!self.status.is_empty(), "status", &[Vulnerability]),
            (self.cvss.is_some(), "cvss", &[Vulnerability]),
            (self.epss.is_some(), "epss", &[Vulnerability]),
            (self.kev, "kev", &[Vulnerability]),
            (self.older_than.is_some(), "older-than", &[Vulnerability]),
            (!self.package.is_empty(), "package", &[Vulnerability, License]),
            (!self.ecosystem.is_empty(), "type", &[Vulnerability, Misconfiguration]),
            (!self.category.is_empty(), "category", &[License, Secret]),
        ];
        conditions.into_iter().filter(|(set, ..)| *set).map(|(_, name, kinds)| (name, kinds)).collect()
    }

    fn check(self) -> Result<Self, String> {
        let name = &self.name;
        if name.trim().is_empty() {
            return Err("a rule needs a name, which every decision that it makes will carry".to_owned());
        }
        for (condition, kinds) in self.narrow() {
            if let Some(kind) = self.kind.iter().find(|kind| !kinds.contains(kind)) {
                let kind = kind.as_str();
                return Err(format!("the rule `{name}` never matches a {kind}: it has no `{condition}`"));
            }
        }
        if self.possible().is_empty() {
            let conditions: Vec<_> = self.narrow().iter().map(|(condition, _)| format!("`{condition}`")).collect();
            return Err(format!("the rule `{name}` never matches: nothing has {}", conditions.join(" and ")));
        }
        if self.cvss.is_some_and(|score| !(0.0..=10.0).contains(&score)) {
            return Err(format!("the rule `{name}`: `cvss` is a score from 0 to 10"));
        }
        if self.epss.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
            return Err(format!("the rule `{name}`: `epss` is a probability from 0 to 1, not a percentage"));
        }
        if self.action != Action::Block && self.max.is_some() {
            return Err(format!("`max` of the rule `{name}` needs `action: block`; nothing else can be exceeded"));
        }
        if self.action != Action::Block && self.if_unknown.is_some() {
            return Err(format!(
                "`if-unknown` of the rule `{name}` needs `action: block`; nothing is let through for lack of data"
            ));
        }
        Ok(self)
    }
}

/// [`Rule`] as it is written, before its fields are checked against each other.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "ScanRule")]
struct RuleFields {
    /// What it is called in every decision that it makes; no two rules share a name.
    #[schemars(length(min = 1))]
    name: String,
    /// What its findings do.
    action: Action,
    /// Why, for the people who read the report.
    #[serde(default)]
    reason: Option<String>,
    /// What they are about. Left out: anything, except that `warn`, `report` and rules with `max` never mean secrets.
    #[serde(default)]
    #[schemars(length(min = 1))]
    kind: Option<Vec<Kind>>,
    /// Whose packages they are in.
    #[serde(default)]
    class: Option<PackageClass>,
    /// How bad at least. What the scanner does not rate counts as the worst of any source, else as medium.
    #[serde(default)]
    severity: Option<Severity>,
    /// `true`: only those that the scanner itself does not rate.
    #[serde(default)]
    unknown_severity: Option<bool>,
    /// Whether there is a version to go to.
    #[serde(default)]
    fixable: Option<bool>,
    /// What the vendor says, one of these.
    #[serde(default)]
    #[schemars(length(min = 1))]
    status: Option<Vec<Status>>,
    /// Globs over the id and its aliases, in any case: `CVE-2026-*`.
    #[serde(default)]
    #[schemars(length(min = 1))]
    id: Option<Vec<NameGlob>>,
    /// Globs over the name of the package: `linux-*`.
    #[serde(default)]
    #[schemars(length(min = 1))]
    package: Option<Vec<NameGlob>>,
    /// Globs over the ecosystem: `debian`, `composer`, `npm`, `dockerfile` …
    #[serde(default, rename = "type")]
    #[schemars(length(min = 1))]
    ecosystem: Option<Vec<NameGlob>>,
    /// Globs over the file inside the image: `app/vendor/**`. Packages of the operating system have none.
    #[serde(default)]
    #[schemars(length(min = 1))]
    path: Option<Vec<PathGlob>>,
    /// `base`: a layer of the base image brought it; `own`: one that this build added.
    #[serde(default)]
    origin: Option<Origin>,
    /// What it is to the image that runs now, one of these.
    #[serde(default)]
    #[schemars(length(min = 1))]
    news: Option<Vec<News>>,
    /// CVSS base score at least, of any source.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 10.0))]
    cvss: Option<f64>,
    /// EPSS score at least: how likely an exploit is within 30 days.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    epss: Option<f32>,
    /// `true`: only what CISA knows to be exploited.
    #[serde(default)]
    kev: Option<bool>,
    /// Globs over the category of a licence (`forbidden`, `restricted` …) or of a secret (`AWS`).
    #[serde(default)]
    #[schemars(length(min = 1))]
    category: Option<Vec<NameGlob>>,
    /// Only what was published so long ago (`30d`): until then a new CVE has grace.
    #[serde(default)]
    older_than: Option<Age>,
    /// Only what was first seen here so long ago (`7d`): until then a finding has grace.
    #[serde(default)]
    seen_for: Option<Age>,
    /// How many of its findings are tolerated, over all scans. One more, and all of them block. Only with `block`.
    #[serde(default)]
    max: Option<u64>,
    /// What it makes of a finding when data for a condition is missing: `match` (default) or `skip`. Only with `block`.
    #[serde(default)]
    if_unknown: Option<Unknown>,
}

impl TryFrom<RuleFields> for Rule {
    type Error = String;

    fn try_from(fields: RuleFields) -> Result<Self, String> {
        let name = &fields.name;
        let only_true = |value: Option<bool>, key| match value {
            Some(false) => Err(format!("`{key}` of the rule `{name}` can only be true; leave it out")),
            value => Ok(value.is_some()),
        };
        let (unknown_severity, kev) =
            (only_true(fields.unknown_severity, "unknown-severity")?, only_true(fields.kev, "kev")?);
        let rule = Self {
            kind: list(name, "kind", fields.kind)?,
            status: list(name, "status", fields.status)?,
            id: list(name, "id", fields.id)?,
            package: list(name, "package", fields.package)?,
            ecosystem: list(name, "type", fields.ecosystem)?,
            path: list(name, "path", fields.path)?,
            news: list(name, "news", fields.news)?,
            category: list(name, "category", fields.category)?,
            unknown_severity,
            kev,
            action: fields.action,
            reason: fields.reason,
            class: fields.class,
            severity: fields.severity,
            fixable: fields.fixable,
            origin: fields.origin,
            cvss: fields.cvss,
            epss: fields.epss,
            older_than: fields.older_than,
            seen_for: fields.seen_for,
            max: fields.max,
            if_unknown: fields.if_unknown,
            name: fields.name,
        };
        rule.check()
    }
}

/// An empty list would match nothing, and reads as if it matched everything.
fn list<T>(rule: &str, key: &str, list: Option<Vec<T>>) -> Result<Vec<T>, String> {
    match list {
        Some(list) if list.is_empty() => {
            Err(format!("`{key}` of the rule `{rule}` is empty and would match nothing; leave it out for any"))
        }
        list => Ok(list.unwrap_or_default()),
    }
}
