//! `stepgate schema`: JSON Schemas of what we read and write.

use std::io::Write;

use step::{Exit, Failure, Result, Session};

/// The schema of `stepgate.yaml`, made from the types that read it.
pub const CONFIG: &str = include_str!("../schema/stepgate.schema.json");

/// The file in a repository that `stepgate.yaml` names as its schema.
pub const FILE_NAME: &str = "stepgate.schema.json";

/// Arguments of `stepgate schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of what
    #[arg(value_enum, value_name = "WHAT")]
    of: Of,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// The config file, stepgate.yaml
    Config,
    /// The JSON report of `stepgate lint` and `stepgate scan`, `stepgate.report/v1`
    Report,
    /// The JSON report of `stepgate tests`, a `stepgate.report/v1` with tests and coverage
    TestsReport,
    /// The JSON report of `stepgate bump put`, `stepgate.bump/v1`
    BumpReport,
    /// The file in the GitOps repository that says where images stand and what must be so before they change,
    /// promotion.yaml
    Promotion,
    /// The JSON report of `stepgate promote plan`, `run`, `check`, `merge` and `rollback`, `stepgate.promote-plan/v1`
    PromotePlan,
    /// The JSON report of `stepgate promote status`, `stepgate.promote-status/v1`
    PromoteStatus,
    /// The JSON report of `stepgate promote history`, `stepgate.promote-history/v1`
    PromoteHistory,
    /// The JSON report of `stepgate promote audit`, `stepgate.promote-audit/v1`
    PromoteAudit,
}

/// Prints the schema.
///
/// # Errors
///
/// When standard output cannot be written.
pub fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let text = match args.of {
        Of::Config => CONFIG,
        Of::Report => findings::write::REPORT_SCHEMA,
        Of::TestsReport => stepgate_tests::REPORT_SCHEMA,
        Of::BumpReport => stepgate_bump::REPORT_SCHEMA,
        Of::Promotion => promotion::policy::SCHEMA,
        Of::PromotePlan => stepgate_promote::PLAN_SCHEMA,
        Of::PromoteStatus => stepgate_promote::STATUS_SCHEMA,
        Of::PromoteHistory => stepgate_promote::HISTORY_SCHEMA,
        Of::PromoteAudit => stepgate_promote::AUDIT_SCHEMA,
    };
    session.out.write_all(text.as_bytes()).map_err(|error| Failure::input("cannot print the schema").because(error))?;
    Ok(Exit::Pass)
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, schema_for};

    use super::*;

    /// `stepgate.yaml` as a whole: a section per step.
    #[derive(Default, serde::Serialize, JsonSchema)]
    #[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
    #[schemars(title = "stepgate.yaml", description = "stepgate's configuration of a service's repository.")]
    struct ConfigFile {
        /// The GitOps repository: which, where in it the images of this service stand, how a change gets there.
        bump: Option<stepgate_bump::Config>,
        /// Static analysis: what blocks, what is known, which tools run.
        lint: Option<stepgate_lint::Config>,
        /// Promotion: the GitOps repository, and how a change gets there.
        promote: Option<stepgate_promote::Config>,
        /// Images: what blocks, what is accepted for a while, what has to be proved, how Trivy is run.
        scan: Option<stepgate_scan::Config>,
        /// Tests: what blocks, which tests are in quarantine, what must be covered.
        tests: Option<stepgate_tests::Config>,
    }

    #[test]
    fn the_committed_schema_is_made_from_the_types_that_read_the_config() {
        let mut schema = serde_json::to_string_pretty(&schema_for!(ConfigFile)).expect("JSON");
        schema.push('\n');
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/stepgate.schema.json");
        #[expect(clippy::disallowed_methods, reason = "a test that generates a committed file when asked to")]
        if std::env::var_os("STEPGATE_GENERATE").is_some() {
            std::fs::write(path, schema).expect("written");
            return;
        }
        assert!(
            schema == CONFIG,
            "the config changed; renew its schema: STEPGATE_GENERATE=1 cargo test -p stepgate schema"
        );
    }

    #[test]
    fn the_schema_has_every_section_that_a_config_may_have() {
        let schema: serde_json::Value = serde_json::from_str(CONFIG).expect("JSON");
        let sections: Vec<_> = schema["properties"].as_object().expect("sections").keys().collect();
        assert_eq!(sections, step::config::SECTIONS);
    }
}
