//! Whose signatures count.

use attest::Claim;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ask;

/// A key, and what its word counts for.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Key {
    /// SPKI in PEM, as `stepgate keygen` and `openssl pkey -pubout` write it.
    pub public_key: String,
    /// What it may claim: `lint`, `tests`, `scan`, `manifests`, `provenance`, `health`, `deployment`, or URIs.
    #[serde(deserialize_with = "ask::claims")]
    #[schemars(with = "Vec<String>")]
    pub may_sign: Vec<Claim>,
    /// Of which services (`*` stands for any characters). Left out: of all.
    #[serde(default)]
    pub services: Option<Vec<String>>,
    /// In which environments, for `health` and `deployment`. Left out: in all.
    #[serde(default)]
    pub environments: Option<Vec<String>>,
    /// What was signed before does not count: `2026-01-01T00:00:00Z`.
    #[serde(default, deserialize_with = "ask::time")]
    #[schemars(with = "Option<String>")]
    pub valid_from: Option<Timestamp>,
    /// What was signed at this time or later does not count.
    #[serde(default, deserialize_with = "ask::time")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Timestamp>,
    /// The key cannot be trusted any more.
    #[serde(default)]
    pub revoked: Option<Revoked>,
}

/// A key that somebody else may have.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// What says that it was signed at this time or later does not count. Left out: nothing does. The time is the
    /// statement's own word: leave it out when the key was stolen.
    #[serde(default, deserialize_with = "ask::time")]
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
}
