//! What is written, apart from the model, so that the model can change and `stepgate.report/v1` does not. Only
//! additions are allowed within v1. The JSON Schema in `schema/tests.report.v1.schema.json` is made from these types.

use std::borrow::Cow;

use findings::fingerprint::fingerprint;
use findings::{Rule, Severity};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::parts::{Comparison, Coverage, ExitCode, History, Quarantine, Slow, seconds};
use crate::report::{self, By, Disposition, Gate, Test};
use crate::write::words;

/// What `stepgate-tests` made of the reports it was given.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "stepgate.report/v1 of stepgate-tests")]
pub(super) struct Report<'g> {
    /// The name of this format.
    #[schemars(extend("const" = "stepgate.report/v1"))]
    schema: &'static str,
    /// The program that judged.
    #[schemars(extend("const" = "stepgate-tests"))]
    program: &'static str,
    /// Its version.
    version: &'static str,
    /// `pass`: nothing blocks and every input is whole. `fail`: the gate says no. `incomplete`: some input cannot be
    /// relied on, which is never a pass.
    #[schemars(extend("enum" = ["pass", "fail", "incomplete"]))]
    verdict: &'static str,
    /// Why, in words, most important first.
    reasons: &'g [String],
    /// Counts of tests over all inputs.
    totals: Totals,
    /// What was read, in the order in which it was named.
    inputs: Vec<Input<'g>>,
    /// The exit codes of the programs that ran the tests.
    exit_codes: Vec<ExitCode<'g>>,
    /// What was odd about the inputs and mended, or merely worth knowing. Never affects the verdict.
    notes: Vec<String>,
    /// Everything there is to say of: red and flaky tests, what blocks first; then what else is wrong.
    #[schemars(with = "Vec<Finding<'_>>")]
    findings: Findings<'g>,
    /// How many red and flaky tests there are beyond those in `findings`, which were too many to be held.
    unlisted: u64,
    /// What is different from the run that it was compared with; null when it was compared with none.
    comparison: Option<Comparison<'g>>,
    /// The tests that took longest, longest first.
    slowest: Vec<Slow<'g>>,
    /// The tests that are known to be flaky, by the history of earlier runs, worst first.
    flaky_history: Vec<History<'g>>,
    /// The quarantine itself: what has ended, what can come out, what matches nothing.
    quarantine: Quarantine<'g>,
    /// Which lines ran; null when there was no report of coverage.
    coverage: Option<Coverage<'g>>,
}

/// Counts of tests; an attempt that another one took the place of does not count.
#[derive(JsonSchema, Serialize)]
struct Totals {
    /// All: the sum of passed, failed, errored and skipped.
    tests: u64,
    /// Passed, at the first attempt or at a later one.
    passed: u64,
    /// What was checked did not hold.
    failed: u64,
    /// Broke before that was known.
    errored: u64,
    /// Did not run to the end, on purpose.
    skipped: u64,
    /// Of those that passed: after an attempt that did not.
    flaky: u64,
    /// Of those that failed or errored: in quarantine, so that they do not block.
    quarantined: u64,
    /// Seconds, summed over the tests.
    duration: f64,
}

/// A report, as read.
#[derive(JsonSchema, Serialize)]
struct Input<'g> {
    /// The file, as it was named.
    path: &'g str,
    /// The format it was read as; null when it could not be read.
    format: Option<&'static str>,
    /// The tool that wrote it, `unknown` when nothing tells.
    tool: &'g str,
    /// Whether everything the tool saw is known to be here.
    complete: bool,
    /// Why it is not; null when it is.
    problem: Option<String>,
    /// How many of the red and flaky tests in `findings` are from it.
    findings: u64,
    /// How many tests it holds; of a report of coverage: how many files.
    tests: u64,
}

/// One thing that there is to say.
#[derive(JsonSchema, Serialize)]
struct Finding<'g> {
    /// The tool that ran the test; `stepgate-tests` where it is what says so.
    tool: &'g str,
    /// What kind of thing it is.
    #[schemars(extend("enum" = ["test-failed", "test-errored", "test-flaky", "test-removed", "test-newly-skipped",
        "quarantine-expired", "coverage"]))]
    rule: &'static str,
    /// How bad it is.
    severity: Severity,
    /// What went wrong, in a line, as plain text.
    message: Cow<'g, str>,
    /// Where to look: relative to the root of the repository; null when unknown.
    path: Option<&'g str>,
    /// False: the path is not in the repository, and as the tool printed it. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<bool>,
    /// The line in it, from 1; null when unknown.
    #[schemars(range(min = 1))]
    line: Option<u32>,
    /// Null: a test fails in one line.
    end_line: Option<u32>,
    /// Null: nobody reports it.
    column: Option<u32>,
    /// What became of it.
    #[schemars(extend("enum" = ["blocking", "reported", "muted"]))]
    disposition: &'static str,
    /// Why it is muted; null when it is not.
    muted_by: Option<MutedBy<'g>>,
    /// The identity that survives moved lines and other checkouts: of the rule and the test.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    fingerprint: String,
    /// How many occurrences this entry stands for.
    count: u32,
    /// The id of the test; null when it is not about one.
    test: Option<String>,
    /// How often the test was tried; null when it did not run.
    attempts: Option<u64>,
    /// How long the last attempt took, in seconds; null when unknown.
    duration: Option<f64>,
    /// The message and trace as reported, of earlier attempts when the last one passed; null when there are none.
    trace: Option<String>,
}

/// Who put a test in quarantine.
#[derive(JsonSchema, Serialize)]
struct MutedBy<'g> {
    /// The kind of reason.
    #[schemars(extend("const" = "quarantine"))]
    reason: &'static str,
    /// Who looks after it, or `bitbucket` when it is in Bitbucket's own list.
    owner: &'g str,
    /// The words of whoever put it there; null when there are none.
    words: Option<&'g str>,
    /// The ticket about it, if there is one.
    ticket: Option<&'g str>,
    /// The last day on which it counts; null when it has no end.
    expires: Option<&'g str>,
}

/// The findings, made one by one while they are written.
struct Findings<'g>(&'g Gate);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let gate = self.0;
        let tests = gate.tests.iter().map(|test| Finding::of_test(gate, test));
        let difference = gate.difference.iter();
        let removed = difference
            .clone()
            .flat_map(|difference| &difference.removed)
            .map(|id| Finding::removed(id, gate.shrink_blocks));
        let skipped = difference
            .flat_map(|difference| &difference.newly_skipped)
            .map(|id| Finding::skipped(id, gate.shrink_blocks));
        let expired = gate.quarantine.expired.iter().map(Finding::expired);
        let reasons = gate.coverage.iter().flat_map(|coverage| &coverage.reasons).map(|why| Finding::coverage(why));
        serializer.collect_seq(tests.chain(removed).chain(skipped).chain(expired).chain(reasons))
    }
}

impl<'g> Report<'g> {
    pub(super) fn new(gate: &'g Gate) -> Self {
        let note = |input: &report::Input, note: &String| format!("{}: {note}", input.path);
        Self {
            schema: "stepgate.report/v1",
            program: Gate::PROGRAM,
            version: Gate::VERSION,
            verdict: gate.verdict.outcome.as_str(),
            reasons: &gate.verdict.reasons,
            totals: Totals::new(&gate.totals),
            inputs: inputs(gate),
            exit_codes: gate.codes.iter().map(ExitCode::new).collect(),
            notes: gate.inputs.iter().flat_map(|input| input.notes.iter().map(|text| note(input, text))).collect(),
            findings: Findings(gate),
            unlisted: gate.unlisted,
            comparison: gate.difference.as_ref().map(Comparison::new),
            slowest: gate.slowest.iter().map(Slow::new).collect(),
            flaky_history: gate.flakiness.iter().map(History::new).collect(),
            quarantine: Quarantine::new(&gate.quarantine),
            coverage: gate.coverage.as_ref().map(Coverage::new),
        }
    }
}

impl Totals {
    fn new(totals: &report::Totals) -> Self {
        let report::Totals { tests, passed, failed, errored, skipped, flaky, quarantined, time } = *totals;
        Self { tests, passed, failed, errored, skipped, flaky, quarantined, duration: seconds(time) }
    }
}

fn inputs(gate: &Gate) -> Vec<Input<'_>> {
    let mut findings = vec![0; gate.inputs.len()];
    for test in &gate.tests {
        if let Some(count) = findings.get_mut(test.input) {
            *count += 1;
        }
    }
    gate.inputs.iter().zip(findings).map(|(input, findings)| Input::new(input, findings)).collect()
}

impl<'g> Input<'g> {
    fn new(input: &'g report::Input, findings: u64) -> Self {
        Self {
            path: &input.path,
            format: input.format,
            tool: &input.tool,
            complete: input.problems.is_empty(),
            problem: (!input.problems.is_empty()).then(|| input.problems.join("; ")),
            findings,
            tests: input.holds,
        }
    }
}

impl<'g> Finding<'g> {
    fn of_test(gate: &'g Gate, test: &'g Test) -> Self {
        let (case, place) = (&test.case, test.place.as_ref());
        let severity = if case.status.is_red() { Severity::High } else { Severity::Medium };
        let id = case.id();
        let (disposition, muted_by) = match &test.disposition {
            Disposition::Blocking => ("blocking", None),
            Disposition::Reported => ("reported", None),
            Disposition::Quarantined(by) => ("muted", Some(MutedBy::new(by))),
        };
        Self {
            tool: gate.inputs.get(test.input).map_or("unknown", |input| &input.tool),
            path: place.map(|place| place.path.as_str()),
            inside: place.filter(|place| !place.inside).map(|_| false),
            line: place.map(|place| place.line).filter(|line| *line > 0),
            disposition,
            muted_by,
            attempts: Some(u64::from(case.retries) + 1),
            duration: case.time.map(seconds),
            trace: words::trace(case),
            ..Self::about_test(test.rule(), severity, words::message(test).into(), id)
        }
    }

    fn removed(id: &str, blocks: bool) -> Self {
        let message = "it was in the earlier run and is not in this one";
        Self {
            disposition: of_shrinking(blocks),
            ..Self::about_test("test-removed", Severity::Medium, message.into(), id.to_owned())
        }
    }

    fn skipped(id: &str, blocks: bool) -> Self {
        let message = "it ran in the earlier run and is skipped in this one";
        Self {
            disposition: of_shrinking(blocks),
            ..Self::about_test("test-newly-skipped", Severity::Medium, message.into(), id.to_owned())
        }
    }

    fn expired((pattern, owner, day): &(String, String, String)) -> Self {
        let message = format!("the quarantine of {pattern} ({owner}) ended on {day}");
        let disposition = "blocking";
        Self { disposition, ..Self::about("quarantine-expired", Severity::High, message.into(), pattern) }
    }

    fn coverage(reason: &'g str) -> Self {
        // The same demand is the same finding while its numbers change.
        let demand = reason.replace(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','), "");
        Self { disposition: "blocking", ..Self::about("coverage", Severity::High, reason.into(), &demand) }
    }

    fn about_test(rule: &'static str, severity: Severity, message: Cow<'g, str>, id: String) -> Self {
        let finding = Self::about(rule, severity, message, &id);
        Self { test: Some(id), ..finding }
    }

    /// `what` tells it apart from others of its rule.
    fn about(rule: &'static str, severity: Severity, message: Cow<'g, str>, what: &str) -> Self {
        let of_rule = Rule { tool: Gate::PROGRAM, id: rule, help: None, link: None };
        Self {
            tool: Gate::PROGRAM,
            rule,
            severity,
            message,
            path: None,
            inside: None,
            line: None,
            end_line: None,
            column: None,
            disposition: "reported",
            muted_by: None,
            fingerprint: fingerprint(&findings::Finding::new(&of_rule, None, severity, what)).to_string(),
            count: 1,
            test: None,
            attempts: None,
            duration: None,
            trace: None,
        }
    }
}

impl<'g> MutedBy<'g> {
    fn new(by: &'g By) -> Self {
        let reason = "quarantine";
        match by {
            By::Entry { owner, reason: words, ticket, expires } => {
                Self { reason, owner, words: Some(words), ticket: ticket.as_deref(), expires: Some(expires) }
            }
            By::Bitbucket => Self { reason, owner: "bitbucket", words: None, ticket: None, expires: None },
        }
    }
}

/// The JSON Schema (draft 2020-12) of what is written.
/// What becomes of a test that is gone or skipped now.
fn of_shrinking(blocks: bool) -> &'static str {
    if blocks { "blocking" } else { "reported" }
}

#[cfg(test)]
pub(super) fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report<'_>>()
}
