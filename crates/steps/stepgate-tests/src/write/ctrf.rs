//! Common Test Report Format 1.0.0, <https://github.com/ctrf-io/ctrf/blob/main/schema/ctrf.schema.json>: the counts of
//! all tests, and of the tests those that are red or flaky.
//!
//! What the format has no word for is in `extra`: who put a test in quarantine, and that the list is not all tests. It
//! knows no errored tests: they count as failed, `rawStatus` tells them apart. When the tests ran the reports tell in
//! too many ways to be believed, so that `start` is the epoch, and `stop` as much later as all tests took.

use std::io::{self, Write};

use junit::Status;
use junit::case::{Case, Fault};
use serde::{Serialize, Serializer};

use super::words;
use crate::report::{By, Disposition, Gate, Test};

pub(super) fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::new(gate))?;
    writeln!(out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'g> {
    report_format: &'static str,
    spec_version: &'static str,
    generated_by: String,
    extra: DocumentExtra<'g>,
    results: Results<'g>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentExtra<'g> {
    verdict: &'static str,
    reasons: &'g [String],
    note: &'static str,
    /// Red and flaky tests that there was no room for.
    unlisted: u64,
}

#[derive(Serialize)]
struct Results<'g> {
    tool: Tool,
    summary: Summary,
    tests: Tests<'g>,
}

#[derive(Serialize)]
struct Tool {
    name: String,
}

/// Times are in milliseconds.
#[derive(Serialize)]
struct Summary {
    tests: u64,
    passed: u64,
    failed: u64,
    skipped: u64,
    pending: u64,
    other: u64,
    flaky: u64,
    start: u64,
    stop: u64,
    duration: u64,
    extra: SummaryExtra,
}

#[derive(Serialize)]
struct SummaryExtra {
    /// Of those that failed: broke before it was known.
    errored: u64,
    /// Of those that failed: do not block.
    quarantined: u64,
}

/// The tests, made one by one while they are written.
struct Tests<'g>(&'g Gate);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TestResult<'g> {
    name: &'g str,
    status: &'static str,
    raw_status: &'static str,
    /// Milliseconds; 0 when unknown.
    duration: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suite: Vec<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<&'g str>,
    flaky: bool,
    retries: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retry_attempts: Vec<Attempt<'g>>,
    extra: TestExtra<'g>,
}

#[derive(Serialize)]
struct Attempt<'g> {
    /// From 1.
    attempt: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'g str>,
}

#[derive(Serialize)]
struct TestExtra<'g> {
    /// The id of the test, with its project, class and data set.
    id: String,
    disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<InQuarantine<'g>>,
}

#[derive(Serialize)]
struct InQuarantine<'g> {
    owner: &'g str,
    reason: Option<&'g str>,
    ticket: Option<&'g str>,
    expires: Option<&'g str>,
}

impl Serialize for Tests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.tests.iter().map(TestResult::new))
    }
}

impl<'g> Document<'g> {
    fn new(gate: &'g Gate) -> Self {
        Self {
            report_format: "CTRF",
            spec_version: "1.0.0",
            generated_by: format!("{} {}", Gate::PROGRAM, Gate::VERSION),
            extra: DocumentExtra {
                verdict: gate.verdict.outcome.as_str(),
                reasons: &gate.verdict.reasons,
                note: "Only failed, errored and flaky tests are listed; the summary counts all.",
                unlisted: gate.unlisted,
            },
            results: Results { tool: Tool { name: tools(gate) }, summary: Summary::new(gate), tests: Tests(gate) },
        }
    }
}

/// The names of the tools, each once, in the order of the inputs.
fn tools(gate: &Gate) -> String {
    let mut tools: Vec<&str> = Vec::new();
    for input in &gate.inputs {
        if !input.tool.is_empty() && !tools.contains(&input.tool.as_str()) {
            tools.push(&input.tool);
        }
    }
    if tools.is_empty() { "unknown".to_owned() } else { tools.join(", ") }
}

impl Summary {
    fn new(gate: &Gate) -> Self {
        let totals = &gate.totals;
        let duration = milliseconds(totals.time);
        Self {
            tests: totals.tests,
            passed: totals.passed,
            failed: totals.failed + totals.errored,
            skipped: totals.skipped,
            pending: 0,
            other: 0,
            flaky: totals.flaky,
            start: 0,
            stop: duration,
            duration,
            extra: SummaryExtra { errored: totals.errored, quarantined: totals.quarantined },
        }
    }
}

impl<'g> TestResult<'g> {
    fn new(test: &'g Test) -> Self {
        let (case, place) = (&test.case, test.place.as_ref());
        let known = |text: &'g str| Some(text).filter(|text| !text.is_empty());
        Self {
            name: known(&case.name).unwrap_or("(no name)"),
            status: status(case.status),
            raw_status: case.status.as_str(),
            duration: milliseconds(case.time.unwrap_or(0)),
            suite: known(&case.class).or(known(&case.suite)).into_iter().collect(),
            message: known(case.message()),
            trace: words::trace(case),
            file_path: place.map(|place| place.path.as_str()),
            line: place.map(|place| place.line).filter(|line| *line > 0),
            browser: known(&case.project),
            flaky: case.is_flaky(),
            retries: case.retries,
            retry_attempts: attempts(case),
            extra: TestExtra::new(test),
        }
    }
}

impl<'g> Attempt<'g> {
    fn new((fault, attempt): (&'g Fault, usize)) -> Self {
        let known = |text: &'g str| Some(text).filter(|text| !text.is_empty());
        Self { attempt, status: status(fault.status), message: known(fault.headline()), trace: known(&fault.text) }
    }
}

impl<'g> TestExtra<'g> {
    fn new(test: &'g Test) -> Self {
        let (disposition, quarantine) = match &test.disposition {
            Disposition::Blocking => ("blocking", None),
            Disposition::Reported => ("reported", None),
            Disposition::Quarantined(by) => ("quarantined", Some(InQuarantine::new(by))),
        };
        Self { id: test.case.id(), disposition, quarantine }
    }
}

impl<'g> InQuarantine<'g> {
    fn new(by: &'g By) -> Self {
        match by {
            By::Entry { owner, reason, ticket, expires } => {
                Self { owner, reason: Some(reason), ticket: ticket.as_deref(), expires: Some(expires) }
            }
            By::Bitbucket => Self { owner: "bitbucket", reason: None, ticket: None, expires: None },
        }
    }
}

/// The attempts before the one that decided, as far as the report tells of them.
fn attempts(case: &Case) -> Vec<Attempt<'_>> {
    case.earlier.iter().zip(1..).map(Attempt::new).collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Skipped => "skipped",
        Status::Failed | Status::Errored => "failed",
    }
}

fn milliseconds(ns: u64) -> u64 {
    ns / 1_000_000
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::report::Gate;
    use crate::write::fixture::{gate, incomplete, large, options, passing, written};
    use crate::write::{Options, Output};

    fn document(gate: &Gate) -> Value {
        serde_json::from_str(&written(Output::Ctrf, gate, &Options::default())).unwrap()
    }

    #[test]
    fn what_there_is_to_say_of_is_in_the_report() {
        let text = written(Output::Ctrf, &gate(), &options());
        // The one long text would drown the others.
        let text = text.replace(&format!("stepgate-tests {}", Gate::VERSION), "stepgate-tests VERSION");
        insta::assert_snapshot!(text.replace(&"0123456789".repeat(1_000), "0123456789…"));
    }

    #[test]
    fn the_summary_adds_up_and_errored_tests_count_as_failed() {
        for gate in [gate(), passing(), incomplete(), large(100)] {
            let document = document(&gate);
            let summary = &document["results"]["summary"];
            let count = |name: &str| summary[name].as_u64().unwrap();
            let parts = ["passed", "failed", "skipped", "pending", "other"].map(count);
            assert_eq!(count("tests"), parts.iter().sum::<u64>());
            assert_eq!(count("failed"), gate.totals.failed + gate.totals.errored);
            assert_eq!(document["results"]["tests"].as_array().unwrap().len(), gate.tests.len());
        }
    }

    #[test]
    fn a_test_and_a_tool_without_a_name_have_one() {
        let mut gate = gate();
        gate.tests[0].case.name.clear();
        gate.inputs.clear();
        let document = document(&gate);
        assert_eq!(document["results"]["tests"][0]["name"], "(no name)");
        assert_eq!(document["results"]["tool"]["name"], "unknown");
    }
}
