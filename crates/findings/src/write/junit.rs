//! JUnit XML for a Tests tab. A suite per tool; what blocks is a failed case, what is reported a skipped one, and what
//! is muted one skipped case for each reason, because a baseline of thousands would bury the rest. A tool with nothing
//! to say has a case that passes; an input that cannot be relied on is an error.

use std::collections::BTreeMap;
use std::io::{self, Write};

use junit_report::{Duration, OffsetDateTime, TestCase, TestResult, TestSuite};

use super::summary::{muted_words, number, place, runs};
use crate::escape;
use crate::model::{Disposition, Finding, Gate, Muted, Report};

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let suites = gate.tools().into_iter().map(|tool| suite(gate, tool));
    let mut report = junit_report::Report::new();
    report.add_testsuites(suites);
    report.write_xml(&mut *out).map_err(io::Error::other)?;
    writeln!(out)
}

fn suite(gate: &Gate<'_>, tool: &str) -> TestSuite {
    let name = line(tool);
    let problems = runs(gate, tool).filter(|report| !report.is_complete()).map(incomplete);
    let mut cases: Vec<_> = problems.collect();
    let mut muted: BTreeMap<Muted, u64> = BTreeMap::new();
    for finding in runs(gate, tool).flat_map(|report| &report.findings) {
        match finding.disposition {
            Disposition::Blocking => cases.push(case(finding, failed(finding))),
            Disposition::Reported => cases.push(case(finding, reported(finding))),
            Disposition::Muted(reason) => *muted.entry(reason).or_default() += u64::from(finding.count),
        }
    }
    if cases.is_empty() {
        cases.push(TestCase::success(&format!("{name} finds nothing new"), Duration::ZERO));
    }
    for (reason, count) in muted {
        let name = format!("{} muted: {}", number(count), muted_words(reason));
        cases.push(TestCase::skipped_with_cause(&name, reason.as_str(), &name));
    }
    TestSuite {
        package: gate.program.to_owned(),
        name,
        // There is no clock here, and a report of the same findings should be the same report.
        timestamp: OffsetDateTime::UNIX_EPOCH,
        hostname: "localhost".to_owned(),
        testcases: cases,
        system_out: None,
        system_err: None,
    }
}

fn incomplete(report: &Report<'_>) -> TestCase {
    let name = format!("{} is whole", line(&report.source));
    TestCase::error(&name, Duration::ZERO, "incomplete", &line(&report.problems.join("; ")))
}

fn case(finding: &Finding<'_>, result: TestResult) -> TestCase {
    let place = place(finding);
    let name = [finding.rule.id, &place].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" at ");
    let name = if name.is_empty() { finding.rule.tool } else { &name };
    TestCase {
        name: line(name),
        time: Duration::ZERO,
        result,
        classname: Some(line(finding.file.map_or(finding.rule.tool, |file| file.path))),
        filepath: finding.file.map(|file| line(file.path)),
        system_out: None,
        system_err: None,
    }
}

fn failed(finding: &Finding<'_>) -> TestResult {
    let help = finding.detail.and_then(|detail| detail.help);
    let cause = [&place(finding), finding.message, help.unwrap_or_default()].join("\n");
    // The crate writes this into a CDATA section as it is.
    let cause = text(cause.trim()).replace("]]>", "]] >");
    TestResult::Failure { type_: finding.severity.to_string(), message: line(finding.message), cause: Some(cause) }
}

fn reported(finding: &Finding<'_>) -> TestResult {
    let message = format!("reported, does not block: {}", line(finding.message));
    TestResult::SkippedWithCause { type_: finding.severity.to_string(), message, cause: None }
}

/// Hostile text for people, in one line: an attribute has no others.
fn line(text: &str) -> String {
    escape::xml(&escape::terminal(text)).into_owned()
}

/// Hostile text for people, line by line.
fn text(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
