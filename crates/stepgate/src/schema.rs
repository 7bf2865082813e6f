//! `stepgate schema`: JSON Schemas of what we read and write.

use std::io::Write;

use schemars::{JsonSchema, schema_for};
use step::{Exit, Failure, Result, Session};

/// `stepgate.yaml` as a whole: a section per step.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(title = "stepgate.yaml", description = "stepgate's configuration of a service's repository.")]
pub struct ConfigFile {
    /// Static analysis.
    pub lint: stepgate_lint::Config,
}

/// Arguments of `stepgate schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of what.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// `stepgate.yaml`.
    Config,
    /// The JSON report, `stepgate.report/v1`.
    Report,
}

/// Prints the schema.
///
/// # Errors
///
/// When standard output cannot be written.
pub fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let text = match args.of {
        Of::Config => config_schema(),
        Of::Report => findings::write::REPORT_SCHEMA.to_owned(),
    };
    session.out.write_all(text.as_bytes()).map_err(|error| Failure::input("cannot print the schema").because(error))?;
    Ok(Exit::Pass)
}

/// The schema of `stepgate.yaml`, from the types that read it.
#[must_use]
pub fn config_schema() -> String {
    let schema = schema_for!(ConfigFile);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
