//! What has to be proved: the `scan.proof` section of stepgate.yaml.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Scanner;
use crate::age::Age;

/// What has to be proved: the `scan.proof` section of stepgate.yaml.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Demands {
    /// Refuses a report that cannot show which scanners ran or how old its database is. Default: no, it is a warning.
    pub required: bool,
    /// How old the database of vulnerabilities may be. Default: `24h`.
    pub database_max_age: Age,
    /// The scanners that have to have run. Default: `vuln` and `secret`.
    pub scanners: Vec<Scanner>,
    /// Versions of the scanner that are refused, besides Trivy 0.69.4 to 0.69.6, which always are
    /// (GHSA-69fq-xp46-6x23).
    pub deny_versions: Vec<String>,
    /// What an operating system does that its vendor no longer looks after. Default: `block`.
    pub end_of_life: EndOfLife,
    /// Lets an image pass whose operating system nobody knows, if packages of a language were found in it: for images
    /// that are built from nothing. Default: no.
    pub allow_no_os: bool,
    /// Lets an image pass in which no package was found. Default: no.
    pub allow_no_packages: bool,
    /// How old the report itself may be. Default: after a day it is a warning.
    pub max_age: Option<Age>,
    /// How old EPSS scores and the catalogue of exploited vulnerabilities may be, where a rule asks for them. Default:
    /// `7d`.
    pub intel_max_age: Age,
}

/// What an operating system does that its vendor no longer looks after.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EndOfLife {
    /// It makes the gate say no: nobody publishes what is wrong with it.
    #[default]
    Block,
    /// It is a warning.
    Warn,
}

pub(super) const A_DAY: Age = Age::hours(24);

impl Default for Demands {
    fn default() -> Self {
        Self {
            required: false,
            database_max_age: A_DAY,
            scanners: vec![Scanner::Vuln, Scanner::Secret],
            deny_versions: Vec::new(),
            end_of_life: EndOfLife::default(),
            allow_no_os: false,
            allow_no_packages: false,
            max_age: None,
            intel_max_age: Age::days(7),
        }
    }
}
