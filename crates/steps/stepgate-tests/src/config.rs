//! The `tests` section of `stepgate.yaml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use coverage::Percent;
use findings::judge::PathPattern;
use junit::quarantine;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use crate::args::FailOn;
use crate::write::Output;

/// Tests: what blocks, which tests are in quarantine, what must be covered.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// What makes the gate say no besides a test that failed: `flaky`, `shrink`, `skipped`. Default: nothing.
    pub fail_on: Vec<FailOn>,
    /// So many reports there must be at least. Default: one.
    pub expect_files: Option<u64>,
    /// Takes a report without a single test for whole, as long as another one has tests. Default: no.
    pub allow_empty: bool,
    /// Tests that may fail for a while: they still run and are shown.
    pub quarantine: Quarantine,
    /// The file that remembers what tests did in earlier runs. Default: none, unless the command line names one.
    pub history: History,
    /// What must be covered.
    pub coverage: Coverage,
    /// The branch or commit that the change wants to go to. Default: the destination of the pull request.
    pub destination: Option<String>,
    /// Further absolute paths under which the tests may have seen the repository (a container's mount point).
    pub roots: Vec<String>,
    /// Where the signed verdict goes, from the root of the repository, when there is a key: a file or a directory. Default:
    /// `stepgate-attestations` where the step runs.
    pub attestation: Option<PathBuf>,
    /// The service of this repository, which the signed verdict names.
    pub service: Option<String>,
    /// Files to write besides the terminal's text, by format: `junit: test-results/merged.xml`.
    #[serde(deserialize_with = "known_outputs")]
    #[schemars(schema_with = "schema_of_outputs")]
    pub outputs: BTreeMap<String, PathBuf>,
}

/// Tests that may fail for a while.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Quarantine {
    /// The tests, each with an owner, a reason and the day on which the entry ends.
    pub tests: Vec<quarantine::Entry>,
    /// A test that passed so many times in a row is reported as ready to come out. Needs a history. Default: 10.
    pub ready_after: usize,
}

impl Default for Quarantine {
    fn default() -> Self {
        Self { tests: Vec::new(), ready_after: 10 }
    }
}

/// The file that remembers what tests did in earlier runs.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct History {
    /// The file, relative to the root of the repository.
    pub file: Option<PathBuf>,
    /// So many runs are kept. Default: 200.
    pub runs: usize,
}

impl Default for History {
    fn default() -> Self {
        Self { file: None, runs: 200 }
    }
}

/// What must be covered.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Coverage {
    /// So much of all executable lines: `80`, `82.5`.
    pub min_lines: Option<Percent>,
    /// So much of the executable lines that the change wrote. A changed file that no report mentions is not covered.
    pub min_change: Option<Percent>,
    /// So much of the executable lines of each file.
    pub min_file: Option<Percent>,
    /// By so many percentage points it may fall below the base that `--coverage-base` names. Default: 0.
    pub max_fall: Option<Percent>,
    /// Files that need not be covered, as globs. Default: `tests/**`, `test/**`, `migrations/**`, `config/**`.
    pub exclude: Vec<PathPattern>,
    /// Directories below which a report's relative paths lie: `src/main/java`.
    pub sources: Vec<String>,
}

/// What no test is expected to run line by line.
const EXCLUDED: [&str; 4] = ["tests/**", "test/**", "migrations/**", "config/**"];

impl Default for Coverage {
    fn default() -> Self {
        Self {
            min_lines: None,
            min_change: None,
            min_file: None,
            max_fall: None,
            exclude: EXCLUDED.iter().filter_map(|glob| PathPattern::try_from((*glob).to_owned()).ok()).collect(),
            sources: Vec::new(),
        }
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
