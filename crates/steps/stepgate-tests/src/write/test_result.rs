//! An in-toto Statement with the predicate `test-result/v0.1`, not signed yet:
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>.
//!
//! Tests that passed are counted and not named: there may be hundreds of thousands. The subject is the commit that was
//! tested; without one there is nothing to attest, and the caller refuses to write.

use std::io::{self, Write};

use attest::claim::TEST_RESULT;
use findings::Outcome;
use serde::Serialize;

use super::Options;
use crate::report::{Disposition, Gate, Test};

/// The Statement.
#[derive(Serialize)]
struct Statement<'g> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Subject<'g>>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Predicate<'g>,
}

#[derive(Serialize)]
struct Subject<'g> {
    name: &'g str,
    digest: Digest<'g>,
}

#[derive(Serialize)]
struct Digest<'g> {
    #[serde(rename = "gitCommit")]
    git_commit: &'g str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Predicate<'g> {
    result: &'static str,
    configuration: Vec<Configuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'g str>,
    /// Flaky tests, and red ones in quarantine.
    warned_tests: Vec<String>,
    failed_tests: Vec<String>,
    /// Ours: what the verdict rests on, for a policy that wants more than a word.
    summary: Summary<'g>,
}

/// A resource descriptor.
#[derive(Serialize)]
struct Configuration {
    name: &'static str,
    uri: &'static str,
}

#[derive(Serialize)]
struct Summary<'g> {
    /// When it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    program: &'static str,
    version: &'static str,
    verdict: &'static str,
    reasons: &'g [String],
    tests: u64,
    passed: u64,
    failed: u64,
    errored: u64,
    skipped: u64,
    flaky: u64,
    quarantined: u64,
    unlisted: u64,
}

pub(super) fn write(gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let subject = options.commit.map(|commit| Subject { name: "git", digest: Digest { git_commit: commit } });
    let statement = Statement {
        kind: "https://in-toto.io/Statement/v1",
        subject: subject.into_iter().collect(),
        predicate_type: TEST_RESULT,
        predicate: predicate(gate, options),
    };
    serde_json::to_writer_pretty(&mut *out, &statement)?;
    writeln!(out)
}

/// The predicate alone, to be signed.
pub(crate) fn test_result(gate: &Gate, options: &Options<'_>) -> serde_json::Value {
    serde_json::to_value(predicate(gate, options)).unwrap_or_default()
}

fn predicate<'g>(gate: &'g Gate, options: &Options<'g>) -> Predicate<'g> {
    let totals = gate.totals;
    let warned = totals.flaky > 0 || totals.quarantined > 0;
    Predicate {
        result: match gate.verdict.outcome {
            Outcome::Pass if warned => "WARNED",
            Outcome::Pass => "PASSED",
            Outcome::Fail | Outcome::Incomplete => "FAILED",
        },
        configuration: vec![Configuration { name: "stepgate-tests", uri: "stepgate.yaml" }],
        url: options.run,
        warned_tests: names(gate, |test| test.disposition != Disposition::Blocking),
        failed_tests: names(gate, |test| test.disposition == Disposition::Blocking),
        summary: Summary {
            at: options.at.map(|at| at.to_string()),
            program: Gate::PROGRAM,
            version: Gate::VERSION,
            verdict: gate.verdict.outcome.as_str(),
            reasons: &gate.verdict.reasons,
            tests: totals.tests,
            passed: totals.passed,
            failed: totals.failed,
            errored: totals.errored,
            skipped: totals.skipped,
            flaky: totals.flaky,
            quarantined: totals.quarantined,
            unlisted: gate.unlisted,
        },
    }
}

fn names(gate: &Gate, meant: impl Fn(&Test) -> bool) -> Vec<String> {
    gate.tests.iter().filter(|test| meant(test)).map(|test| test.case.id()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Options, Output, fixture, write};

    fn statement(gate: &super::Gate) -> Value {
        let options = Options { commit: Some("0123abc"), run: Some("https://example.org/1"), ..Options::default() };
        let mut out = Vec::new();
        write(Output::TestResult, gate, &options, &mut out).expect("a Vec takes everything");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn the_subject_is_the_commit_and_the_result_is_the_verdict() {
        let [failing, passing, incomplete] =
            [fixture::gate(), fixture::passing(), fixture::incomplete()].map(|gate| statement(&gate));
        assert_eq!(failing["subject"][0]["digest"]["gitCommit"], "0123abc");
        assert_eq!(failing["predicateType"], "https://in-toto.io/attestation/test-result/v0.1");
        assert_eq!(
            (&failing["predicate"]["result"], &incomplete["predicate"]["result"]),
            (&"FAILED".into(), &"FAILED".into())
        );
        assert!(["PASSED", "WARNED"].contains(&passing["predicate"]["result"].as_str().expect("a word")));
        assert!(failing["predicate"]["failedTests"].as_array().is_some_and(|tests| !tests.is_empty()));
        assert!(failing["predicate"]["warnedTests"].as_array().is_some_and(|tests| !tests.is_empty()));
    }

    #[test]
    fn a_pass_with_flaky_tests_is_a_warning() {
        let mut gate = fixture::passing();
        gate.totals.flaky = 0;
        gate.totals.quarantined = 0;
        assert_eq!(statement(&gate)["predicate"]["result"], "PASSED");
        gate.totals.flaky = 1;
        assert_eq!(statement(&gate)["predicate"]["result"], "WARNED");
    }
}
