//! The document `stepgate.promote-plan/v1`.

use std::io::{self, Write};

use gitops::Image;
use jiff::Timestamp;
use promotion::{Guardrail, Kind, Plan, State};
use schemars::JsonSchema;
use serde::Serialize;

use super::{not_before, reason, verdict_word};
use crate::report::{Done, Report};
use crate::write::{Context, words};

/// Its JSON Schema, made from the types that are written.
pub const SCHEMA: &str = include_str!("../../../schema/promote-plan.schema.json");

/// What all guardrails say of the moves that somebody wants, `stepgate.promote-plan/v1`. Times are RFC 3339, in UTC.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(title = "stepgate.promote-plan/v1")]
pub(super) struct Document {
    /// `stepgate.promote-plan/v1`.
    schema: &'static str,
    /// `stepgate-promote`.
    program: &'static str,
    /// Of the program.
    version: &'static str,
    /// The GitOps repository, without credentials.
    repository: String,
    /// Its branch.
    branch: String,
    /// The commit at the tip of the branch.
    tip: String,
    /// The commit that `promotion.yaml` was read from.
    policy_commit: String,
    /// The SHA-256 of `promotion.yaml`, as hexadecimal digits.
    policy_sha256: String,
    /// The time that guardrails went by.
    now: String,
    /// Of all together: `met`, `not met` (which beats the others), `failed` (what is missing could not be asked for),
    /// `not yet`.
    verdict: &'static str,
    /// From when on it is met, where time alone is missing and that is known.
    not_before: Option<String>,
    /// What was done about it.
    done: Done,
    /// The commit that was judged, of a change that is there already.
    head: Option<String>,
    /// What no change may do, in words; any makes the verdict `not met`.
    problems: Vec<String>,
    /// Other files of a change: no guardrail looks at them.
    other_files: Vec<String>,
    /// One for each service and environment.
    plans: Vec<Entry>,
}

/// A move that somebody wants.
#[derive(Debug, JsonSchema, Serialize)]
struct Entry {
    /// The service.
    service: String,
    /// Where it is to go.
    environment: String,
    /// `promotion`, `hotfix` or `rollback`.
    kind: &'static str,
    /// Why, for a hotfix and a rollback.
    reason: Option<String>,
    /// What is to run there: `registry.example/shop/api:1.4.1@sha256:…`.
    image: String,
    /// What stands there now.
    replaces: Option<String>,
    /// As of all together.
    verdict: &'static str,
    /// As of all together.
    not_before: Option<String>,
    /// Every guardrail, in a fixed order.
    guardrails: Vec<Said>,
}

/// What a guardrail says.
#[derive(Debug, JsonSchema, Serialize)]
struct Said {
    /// Which: `soak`, `attestation tests`.
    name: String,
    /// `met`, `not met`, `not yet`, `unknown` (which is no yes).
    state: &'static str,
    /// From when on it is met, where that is known and it is not met yet.
    not_before: Option<String>,
    /// Whether it is unknown because a remote did not answer: then it may be known later.
    remote: bool,
    /// Why.
    why: String,
    /// What to do about it.
    hint: Option<String>,
}

impl From<&Plan> for Entry {
    fn from(plan: &Plan) -> Self {
        let request = &plan.request;
        let verdict = plan.verdict();
        Self {
            service: request.service.clone(),
            environment: request.environment.clone(),
            kind: match request.kind {
                Kind::Promotion => "promotion",
                Kind::Hotfix { .. } => "hotfix",
                Kind::Rollback { .. } => "rollback",
            },
            reason: reason(&request.kind).map(str::to_owned),
            image: request.image.to_string(),
            replaces: plan.from.as_ref().map(Image::to_string),
            verdict: verdict_word(verdict),
            not_before: not_before(verdict).as_ref().map(Timestamp::to_string),
            guardrails: plan.guardrails.iter().map(Said::from).collect(),
        }
    }
}

impl From<&Guardrail> for Said {
    fn from(guardrail: &Guardrail) -> Self {
        let Guardrail { name: which, state, why, hint } = guardrail;
        let until = if let State::NotYet(Some(until)) = state { Some(until.to_string()) } else { None };
        Self {
            name: which.to_string(),
            state: words::state(*state),
            not_before: until,
            remote: matches!(state, State::Unknown { remote: true }),
            why: why.clone(),
            hint: hint.clone(),
        }
    }
}

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Context { repository, branch, tip, policy_commit, policy_sha256, now } = report.context.clone();
    let verdict = report.verdict();
    let document = Document {
        schema: "stepgate.promote-plan/v1",
        program: "stepgate-promote",
        version: env!("CARGO_PKG_VERSION"),
        repository,
        branch,
        tip,
        policy_commit,
        policy_sha256,
        now: now.to_string(),
        verdict: verdict_word(verdict),
        not_before: not_before(verdict).as_ref().map(Timestamp::to_string),
        done: report.done.clone(),
        head: report.head.clone(),
        problems: report.problems.clone(),
        other_files: report.others.clone(),
        plans: report.plans.iter().map(Entry::from).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_made_from_the_types_that_are_written() {
        crate::write::tests::is_up_to_date(&schemars::schema_for!(Document), SCHEMA, "promote-plan");
    }
}
