//! Emergency stops: `holds.yaml` at the root of the GitOps repository.

#[cfg(test)]
mod tests;
mod yaml;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::PolicyError;

/// Where they stand.
pub const FILE: &str = "holds.yaml";

/// All emergency stops.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// One each.
    pub holds: Vec<Hold>,
}

/// An emergency stop.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hold {
    /// Which service; left out: every one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "yaml::name")]
    #[schemars(length(min = 1))]
    pub service: Option<String>,
    /// Which environment; left out: every one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "yaml::name")]
    #[schemars(length(min = 1))]
    pub environment: Option<String>,
    /// Only this image, by its digest, `sha256:` and 64 hexadecimal digits: what was rolled back does not come back.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "yaml::digest")]
    #[schemars(regex(pattern = "^([Ss][Hh][Aa]256:)?[0-9A-Fa-f]{64}$"))]
    pub digest: Option<String>,
    /// Why.
    #[serde(deserialize_with = "yaml::reason")]
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Who, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Since when, as RFC 3339: `2026-11-30T09:00:00Z`.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Until when; left out: until it is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

impl Holds {
    /// Reads the file, strictly; an empty one has none. What could never stop anything (a digest that is none, a name
    /// without a letter, an end before the beginning) is an error, because somebody relies on it.
    ///
    /// # Errors
    ///
    /// What is wrong, with line, column and what to try.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        yaml::read(text)
    }

    /// The whole file, with a line on top that says what it is. Every text is quoted, so that nothing in it is YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        yaml::write(self)
    }

    /// Those in force at a time that stop the image (by digest) from going to an environment. Where the digest is not
    /// known, nobody can tell that it is not the one that is stopped: so it is.
    pub fn stopping<'h>(
        &'h self,
        service: &'h str,
        environment: &'h str,
        digest: Option<&'h str>,
        now: Timestamp,
    ) -> impl Iterator<Item = &'h Hold> {
        self.holds.iter().filter(move |hold| hold.is_in_force(now) && hold.covers(service, environment, digest))
    }

    /// Adds one, in place of those with the same scope.
    pub fn add(&mut self, hold: Hold) {
        self.release(hold.service.as_deref(), hold.environment.as_deref(), hold.digest.as_deref());
        self.holds.push(hold);
    }

    /// Takes out those with exactly this scope, and gives them back: `None` is what stops every service, every
    /// environment, every image, and not any of them.
    pub fn release(&mut self, service: Option<&str>, environment: Option<&str>, digest: Option<&str>) -> Vec<Hold> {
        self.holds.extract_if(.., |hold| hold.has_scope(service, environment, digest)).collect()
    }
}

impl Hold {
    /// What it stops, in words: `orders-api in production`, `everything`, `orders-api in production, sha256:0123456789ab`.
    #[must_use]
    pub fn scope(&self) -> String {
        let place = match (&self.service, &self.environment) {
            (None, None) => "everything".to_owned(),
            (Some(service), None) => format!("{service} everywhere"),
            (None, Some(environment)) => format!("everything in {environment}"),
            (Some(service), Some(environment)) => format!("{service} in {environment}"),
        };
        match &self.digest {
            None => place,
            Some(digest) => format!("{place}, sha256:{:.12}", digits(digest)),
        }
    }

    /// Whether it stops anything at a time: from its beginning on, and no more at its end.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.since <= now && self.until.is_none_or(|until| now < until)
    }

    fn covers(&self, service: &str, environment: &str, digest: Option<&str>) -> bool {
        self.service.as_deref().is_none_or(|name| name == service)
            && self.environment.as_deref().is_none_or(|name| name == environment)
            && match (&self.digest, digest) {
                (Some(held), Some(digest)) => digits(held) == digits(digest),
                (None, _) | (_, None) => true,
            }
    }

    fn has_scope(&self, service: Option<&str>, environment: Option<&str>, digest: Option<&str>) -> bool {
        self.service.as_deref() == service
            && self.environment.as_deref() == environment
            && self.digest.as_deref().map(digits) == digest.map(digits)
    }
}

/// The digits of a digest in lower case, with `sha256:` before them or without.
fn digits(digest: &str) -> String {
    let lower = digest.to_ascii_lowercase();
    lower.strip_prefix("sha256:").map_or_else(|| lower.clone(), str::to_owned)
}
