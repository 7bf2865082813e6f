//! The `lint` section of `stepgate.yaml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use findings::judge::Policy;
use findings::read::Format;
use findings::write::Output;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use crate::exit_codes::ExitCodes;
use crate::formats;

/// Static analysis: what blocks, what is known, which tools run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// What blocks.
    pub policy: Policy,
    /// The baseline file, relative to the root of the repository. Default: `stepgate-baseline.jsonl` when it exists.
    pub baseline: Option<PathBuf>,
    /// Lets a change add entries to the baseline. Default: no, the gate refuses such a change.
    pub allow_baseline_growth: bool,
    /// Judge only what the change did: `lines`, `files` or `off` (default).
    pub changed: Changed,
    /// The branch or commit that the change wants to go to. Default: the destination of the pull request.
    pub destination: Option<String>,
    /// Further absolute paths under which the tools may have seen the repository (a container's mount point).
    pub roots: Vec<String>,
    /// Files to write besides the terminal's text, by format: `json: reports/lint.json`.
    #[serde(deserialize_with = "known_outputs")]
    #[schemars(schema_with = "schema_of_outputs")]
    pub outputs: BTreeMap<String, PathBuf>,
    /// Where the signed verdict goes, from the root of the repository, when there is a key: a file or a directory. Default:
    /// `stepgate-attestations` where the step runs.
    pub attestation: Option<PathBuf>,
    /// The service of this repository, which the signed verdict names.
    pub service: Option<String>,
    /// The tools that `stepgate-lint run` runs, by name. Default: those that are configured in the repository.
    pub tools: BTreeMap<String, Tool>,
}

impl Config {
    /// The baseline file, relative to the root of the repository.
    #[must_use]
    pub fn baseline_path(&self) -> &Path {
        self.baseline.as_deref().unwrap_or(Path::new(BASELINE))
    }
}

/// The name of the baseline when nothing else is said.
const BASELINE: &str = "stepgate-baseline.jsonl";

/// What of a change is judged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    /// Findings on lines that the change touched.
    Lines,
    /// Findings in files that the change touched.
    Files,
    /// Every finding.
    #[default]
    Off,
}

/// How a tool is run. What is left out is as known for the tool.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Tool {
    /// The program: a path relative to the root of the repository, or a name to be found in `vendor/bin` and `PATH`.
    pub command: Option<String>,
    /// Its arguments. They replace the known ones, so they must ask for a report format that we read.
    pub args: Option<Vec<String>>,
    /// The format of its report. Default: found from the content.
    #[serde(deserialize_with = "known_format")]
    #[schemars(schema_with = "schema_of_format")]
    pub format: Option<String>,
    /// Where its report is.
    pub report: ReportIn,
    /// What its exit codes mean.
    pub exit_codes: ExitCodes,
}

/// Where a tool puts its report.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportIn {
    /// On its standard output.
    #[default]
    Stdout,
    /// In this file, relative to the root of the repository.
    File(PathBuf),
}

/// A name that is checked where it is read, so that an error says where it stands.
#[derive(Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
struct OutputName(String);

impl TryFrom<String> for OutputName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        formats::output(&name).map(|_known| Self(name))
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

/// As [`OutputName`].
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct FormatName(String);

impl TryFrom<String> for FormatName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        formats::input(&name).map(|_known| Self(name))
    }
}

fn known_format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<FormatName>::deserialize(deserializer)?.map(|FormatName(name)| name))
}

fn schema_of_format(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = Format::ALL.iter().map(|format| Some(format.as_str())).chain([None]).collect();
    json_schema!({ "enum": names })
}
