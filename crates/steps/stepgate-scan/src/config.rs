//! The `scan` section of `stepgate.yaml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use image_scan::evidence::Demands;
use image_scan::exceptions::Exception;
use image_scan::policy;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use step::values::Time;

use crate::args;
use crate::write::Output;

/// Images: what blocks, what is accepted for a while, what has to be proved, how Trivy is run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// Where images go to, unless the command line says it: one of `policy.environments`.
    pub environment: Option<String>,
    /// What blocks.
    pub policy: policy::Config,
    /// What has to be proved.
    pub proof: Demands,
    /// Findings that are accepted for a while.
    pub exceptions: Vec<Exception>,
    /// Files with more exceptions, relative to the root of the repository.
    pub exception_files: Vec<PathBuf>,
    /// Files with statements that vulnerabilities do not apply: OpenVEX, CSAF, CycloneDX.
    pub vex: Vec<PathBuf>,
    /// The file with FIRST's EPSS scores.
    pub epss: Option<PathBuf>,
    /// The file with CISA's catalogue of known exploited vulnerabilities.
    pub kev: Option<PathBuf>,
    /// The file that remembers when each finding was first seen.
    pub first_seen: Option<PathBuf>,
    /// How Trivy is run.
    pub trivy: Trivy,
    /// Where the signed verdict goes, from the root of the repository, when there is a key: a file or a directory. Default:
    /// `stepgate-attestations` where the step runs.
    pub attestation: Option<PathBuf>,
    /// The service of this repository, which the signed verdict names.
    pub service: Option<String>,
    /// Files to write besides the terminal's text, by format: `html: reports/scan.html`.
    #[serde(deserialize_with = "known_outputs")]
    #[schemars(schema_with = "schema_of_outputs")]
    pub outputs: BTreeMap<String, PathBuf>,
}

/// How Trivy is run.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Trivy {
    /// The program: a path, or a name that is looked for in PATH. Default: `trivy`.
    pub command: PathBuf,
    /// What to look for: `vuln`, `secret`, `misconfig`, `license`. Default: the first three.
    pub scanners: Vec<Scanner>,
    /// Where Trivy keeps its databases, relative to the root of the repository. Default: `TRIVY_CACHE_DIR`, else Trivy's
    /// own.
    pub cache_dir: Option<PathBuf>,
    /// How long one image, or an update of the database, may take: `90s`, `10m`, `1h`. Default: `30m`.
    pub timeout: Time,
}

impl Default for Trivy {
    fn default() -> Self {
        let scanners = ["vuln", "secret", "misconfig"].map(|name| Scanner(name.to_owned())).to_vec();
        Self {
            command: PathBuf::from("trivy"),
            scanners,
            cache_dir: None,
            timeout: Time::from(Duration::from_secs(30 * 60)),
        }
    }
}

/// The name of one of Trivy's scanners.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String")]
pub struct Scanner(pub(crate) String);

impl TryFrom<String> for Scanner {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        args::scanner(&name).map(Self)
    }
}

impl JsonSchema for Scanner {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scanner".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "One of Trivy's scanners.", "enum": args::SCANNERS })
    }
}

/// A name that is checked where it is read, so that an error says where it stands.
#[derive(Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
struct OutputName(String);

impl TryFrom<String> for OutputName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Output::from_name(&name).map(|_known| Self(name))
    }
}

fn known_outputs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, PathBuf>, D::Error> {
    let outputs = BTreeMap::<OutputName, PathBuf>::deserialize(deserializer)?;
    Ok(outputs.into_iter().map(|(OutputName(name), path)| (name, path)).collect())
}

fn schema_of_outputs(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "enum": Output::ALL.map(Output::as_str) },
        "additionalProperties": { "type": "string" },
    })
}
