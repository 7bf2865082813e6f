//! JUnit XML for a Tests tab. A suite for the verdict, so that there is never a report without tests nor a green one of
//! a gate that says no; then a suite for each scan: what blocks is a failed case, what is reported a skipped one, what
//! is muted one skipped case for each reason, and each section of the report without anything that blocks a case that
//! passes. A report that cannot be relied on is an error. What is wrong with the exceptions is a suite of its own.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use findings::words::{count, number};
use findings::{Disposition, Outcome, escape};
use image_scan::model::{AboutException, Gate, Target};
use image_scan::{Finding, Scan};
use junit_report::{Duration, OffsetDateTime, TestCase, TestResult, TestSuite};

use super::of_findings::EXCEPTIONS;
use super::words::{self, known};

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let verdict = suite(gate, "verdict".to_owned(), vec![verdict(gate)]);
    let scans = gate.scans.iter().map(|scan| suite(gate, line(words::artifact(scan)), cases(scan)));
    let mut report = junit_report::Report::new();
    let exceptions = (!gate.about_exceptions.is_empty())
        .then(|| suite(gate, EXCEPTIONS.to_owned(), gate.about_exceptions.iter().map(about).collect()));
    report.add_testsuites(std::iter::once(verdict).chain(scans).chain(exceptions));
    report.write_xml(&mut *out).map_err(io::Error::other)?;
    writeln!(out)
}

fn suite(gate: &Gate<'_>, name: String, testcases: Vec<TestCase>) -> TestSuite {
    TestSuite {
        package: gate.program.to_owned(),
        name,
        // There is no clock here, and a report of the same findings should be the same report.
        timestamp: OffsetDateTime::UNIX_EPOCH,
        hostname: "localhost".to_owned(),
        testcases,
        system_out: None,
        system_err: None,
    }
}

fn verdict(gate: &Gate<'_>) -> TestCase {
    let reasons = line(&gate.verdict.reasons.join("; "));
    let name = format!("{} says pass", gate.program);
    match gate.verdict.outcome {
        Outcome::Pass => TestCase::success(&name, Duration::ZERO),
        Outcome::Fail => TestCase::failure(&name, Duration::ZERO, "fail", &reasons),
        Outcome::Incomplete => TestCase::error(&name, Duration::ZERO, "incomplete", &reasons),
    }
}

fn cases(scan: &Scan<'_>) -> Vec<TestCase> {
    let mut cases = Vec::new();
    if !scan.problems.is_empty() {
        let name = format!("{} is whole", line(&scan.source));
        cases.push(TestCase::error(&name, Duration::ZERO, "incomplete", &line(&scan.problems.join("; "))));
    }
    let mut sections: HashMap<&Target<'_>, bool> = HashMap::new();
    let mut muted: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &scan.findings {
        match finding.ruling.disposition {
            Disposition::Blocking => {
                sections.insert(finding.target, true);
                cases.push(case(finding, failed(finding)));
            }
            Disposition::Reported => cases.push(case(finding, reported(finding))),
            Disposition::Muted(_) => *muted.entry(known(finding.ruling.by).unwrap_or("the report")).or_default() += 1,
        }
    }
    // Of a report that is not whole nobody knows what is clean.
    for target in scan.targets.iter().filter(|_| scan.problems.is_empty()) {
        if !sections.contains_key(target) {
            let name = format!("nothing blocks in {}", line(target.name));
            cases.push(TestCase::success(&name, Duration::ZERO));
        }
    }
    if cases.is_empty() {
        cases.push(TestCase::success(&format!("{} finds nothing that blocks", line(scan.scanner)), Duration::ZERO));
    }
    for (by, times) in muted {
        let name = format!("{} muted by {}", number(times), line(by));
        cases.push(TestCase::skipped_with_cause(&name, "muted", &count(times, "finding")));
    }
    cases
}

fn about(about: &AboutException) -> TestCase {
    let (severity, message) = (about.lapse.severity(), line(&about.message));
    let name = format!("{}: {message}", about.lapse.as_str());
    match about.lapse.disposition() {
        Disposition::Blocking => TestCase::failure(&name, Duration::ZERO, severity.as_str(), &message),
        _ => TestCase::skipped_with_cause(&name, severity.as_str(), &message),
    }
}

fn case(finding: &Finding<'_>, result: TestResult) -> TestCase {
    TestCase {
        name: line(&format!("{} in {}", finding.id, words::subject(finding))),
        time: Duration::ZERO,
        result,
        classname: Some(line(known(finding.target.name).unwrap_or(finding.kind.as_str()))),
        filepath: known(finding.path).map(line),
        system_out: None,
        system_err: None,
    }
}

fn failed(finding: &Finding<'_>) -> TestResult {
    let facts = words::facts(finding).join(", ");
    let parts = [finding.title, &facts, finding.advice.unwrap_or_default(), finding.ruling.by];
    let parts = parts.map(|part| part.lines().map(line).collect::<Vec<_>>().join("\n"));
    let cause = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    // The crate writes this into a CDATA section as it is.
    let cause = Some(cause.replace("]]>", "]] >"));
    TestResult::Failure { type_: finding.counted_severity().to_string(), message: line(&message(finding)), cause }
}

fn reported(finding: &Finding<'_>) -> TestResult {
    let message = format!("{}, does not block: {}", words::state(finding), line(&message(finding)));
    TestResult::SkippedWithCause { type_: finding.counted_severity().to_string(), message, cause: None }
}

fn message(finding: &Finding<'_>) -> String {
    let severity = words::severity(finding);
    match finding.package {
        Some(package) => format!("{severity}: {}: {}", package.name, finding.title),
        None => format!("{severity}: {}", finding.title),
    }
}

/// Hostile text for people, in one line: an attribute has no others.
fn line(text: &str) -> String {
    escape::xml(&escape::terminal(text)).into_owned()
}
