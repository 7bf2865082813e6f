//! `promotion.yaml` of a GitOps repository: which services there are, where each environment says what runs, and what
//! must be so before anything changes there.

mod ask;
mod check;
mod environment;
mod key;
mod order;
mod people;
pub(crate) mod read;
mod span;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use attest::{Trust, TrustedKey};
use gitops::reference::Name;
use gitops::words::{meant, quoted};
use gitops::{Image, Reason, Refusal, Target, Wish};
use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde::de::Error as _;

pub(crate) use ask::some;
pub use environment::{Approvals, Change, Concurrency, Condition, Environment, Exempt, Freeze, Require, Rollback, Via};
pub use key::{Key, Revoked};
pub use read::PolicyError;
pub(crate) use read::read as read_yaml;
pub use span::Span;

/// Where it stands.
pub const FILE: &str = "promotion.yaml";

/// The JSON Schema of the file, made from the types that read it.
pub const SCHEMA: &str = include_str!("../schema/promotion.schema.json");

/// A file to begin with: every key is explained in it.
pub const TEMPLATE: &str = include_str!("../templates/promotion.yaml");

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(title = "promotion.yaml")]
pub struct Policy {
    /// By name.
    pub services: BTreeMap<String, Service>,
    /// By name. As soon as there is one, a service can go only to environments that are here; without any, all
    /// environments of services are without guardrails.
    pub environments: BTreeMap<String, Environment>,
    /// Whose signatures count, by name.
    pub keys: BTreeMap<String, Key>,
    /// People by their UUIDs in braces, under a name that is used in `who` and `from`.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Names of people, by their UUIDs in braces: only for reading.
    pub people: BTreeMap<String, String>,
    /// Times without changes in every environment, or in those that are named.
    pub freezes: Vec<Freeze>,
    /// Who may change this file.
    pub policy: Change,
}

/// What is built and deployed as one.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Where its images are kept, without a tag: `registry.example/shop/api`.
    pub image: Name,
    /// By name.
    #[serde(default)]
    pub environments: BTreeMap<String, Place>,
}

/// Where a service runs.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The places in files that say which image runs there.
    #[serde(deserialize_with = "targets")]
    #[schemars(length(min = 1))]
    pub targets: Vec<Target>,
}

fn targets<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Target>, D::Error> {
    let targets = Vec::<Target>::deserialize(deserializer)?;
    if targets.is_empty() { Err(D::Error::custom("there must be at least one target")) } else { Ok(targets) }
}

/// The JSON Schema of `promotion.yaml`.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(Policy)
}

impl Policy {
    /// Reads `promotion.yaml`, strictly: a key that does not exist, a name that nothing has, a circle of environments, a key
    /// that is none, a condition that cannot be read, an impossible time are errors. Nothing behind a key (`who:`) is one
    /// too, because it could mean nobody or anybody. An empty file has no services and no guardrails.
    ///
    /// # Errors
    ///
    /// What is wrong, with line, column and what to try.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        let policy: Self = read_yaml(text)?;
        check::check(&policy).map_err(|fault| fault.found_in(text))?;
        Ok(policy)
    }

    /// The guardrails of an environment; none where the file has none.
    #[must_use]
    pub fn environment(&self, name: &str) -> Environment {
        self.environments.get(name).cloned().unwrap_or_default()
    }

    /// Whether nothing at all is asked of a change in the environment: no order, no attestation, nobody, no window, no pull
    /// request, no condition. Then a build may put its image there by itself. [Freezes](crate::calendar::freezes) do not
    /// count here: they stop a build too, but only while they are on.
    #[must_use]
    pub fn is_open(&self, environment: &str) -> bool {
        self.environments.get(environment).is_none_or(Environment::is_open)
    }

    /// Whose signatures count.
    #[must_use]
    pub fn trust(&self) -> Trust {
        let keys = self.keys.iter().filter_map(|(name, key)| {
            Some(TrustedKey {
                name: name.clone(),
                // `read` refuses a key that is none; in a policy of another origin it counts for nothing.
                key: attest::PublicKey::from_pem(&key.public_key).ok()?,
                may_sign: key.may_sign.clone(),
                services: key.services.clone(),
                environments: key.environments.clone(),
                valid_from: key.valid_from,
                valid_until: key.valid_until,
                revoked: key
                    .revoked
                    .as_ref()
                    .map(|Revoked { since, reason }| attest::Revocation { since: *since, reason: reason.clone() }),
            })
        });
        Trust { keys: keys.collect() }
    }

    /// The wish that puts `image` where `environment` of `service` has it.
    ///
    /// # Errors
    ///
    /// No such service or environment, or an image that is not the service's.
    pub fn wish(&self, service: &str, environment: &str, image: Image) -> Result<Wish, Refusal> {
        let found = self.services.get(service).ok_or_else(|| unknown("service", service, self.services.keys()))?;
        if !found.image.same_as(&image.name) {
            let what = format!(
                "the image of {} is {}, not {}",
                quoted(service),
                quoted(found.image.as_str()),
                quoted(image.name.as_str())
            );
            return Err(Refusal::new(Reason::Policy, what).hint("is it the image of another service?"));
        }
        let place = found.environments.get(environment).ok_or_else(|| {
            unknown(&format!("environment of {}", quoted(service)), environment, found.environments.keys())
        })?;
        Ok(Wish {
            service: Some(service.to_owned()),
            environment: Some(environment.to_owned()),
            image,
            targets: place.targets.clone(),
        })
    }
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k String>) -> Refusal {
    let hint = meant(name, known.map(String::as_str), "promotion.yaml has");
    Refusal::new(Reason::Missing, format!("there is no {what} {}", quoted(name)))
        .hint(hint.unwrap_or_else(|| "promotion.yaml has none".to_owned()))
}
