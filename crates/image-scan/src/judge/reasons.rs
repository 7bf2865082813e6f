//! The verdict in words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use findings::words::{count, number};
use findings::{Disposition, Muted, Outcome, Severity, Verdict};

use super::Told;
use super::rulings::Counted;
use crate::model::{Finding, Scan};

/// More than these nobody reads.
const MOST_REASONS: usize = 20;
const MOST_NAMES: usize = 3;

pub(super) fn verdict(scans: &[Scan<'_>], counted: &[Counted], told: &Told) -> Verdict {
    let mut reasons = incomplete(scans);
    reasons.extend(told.problems.iter().cloned());
    let mut blocking: Vec<&Counted> = counted.iter().filter(|rule| rule.blocks()).collect();
    blocking.sort_by_key(|rule| (Reverse(worst_first(rule)), rule.rule.name.clone()));
    let outcome = if !reasons.is_empty() {
        Outcome::Incomplete
    } else if !blocking.is_empty() || !told.refusals.is_empty() {
        Outcome::Fail
    } else {
        Outcome::Pass
    };
    reasons.extend(blocking.iter().map(|rule| blocked(rule, scans)));
    reasons.extend(told.refusals.iter().cloned());
    if outcome == Outcome::Pass {
        reasons.push(passing(scans));
    }
    reasons.extend(counted.iter().filter_map(tolerated));
    let more = reasons.len().saturating_sub(MOST_REASONS);
    if more > 0 {
        reasons.truncate(MOST_REASONS - 1);
        reasons.push(format!("and {}", count(more as u64 + 1, "more reason")));
    }
    Verdict { outcome, reasons }
}

/// What people call a scan: the file that it was read from, else the artifact, else the scanner.
pub(super) fn name(scan: &Scan<'_>) -> String {
    let names = [&*scan.source, scan.artifact, scan.scanner];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or("a report").to_owned()
}

fn incomplete(scans: &[Scan<'_>]) -> Vec<String> {
    if scans.is_empty() {
        return vec!["there is no report, so nothing is known about the image".to_owned()];
    }
    let problems = scans.iter().flat_map(|scan| scan.problems.iter().map(move |problem| (scan, problem)));
    problems.map(|(scan, problem)| format!("{}: {problem}", name(scan))).collect()
}

/// Numbers by severity, the worst first, to be compared.
fn worst_first(rule: &Counted) -> [u64; 5] {
    Severity::WORST_FIRST.map(|severity| rule.by_severity[severity as usize])
}

/// ``3 findings blocked by rule `fixable`: critical 1, high 2 (worst: CVE-2026-1 in curl 7.88, fixed in 7.88.1)``
fn blocked(rule: &Counted, scans: &[Scan<'_>]) -> String {
    let total = rule.total();
    let mut text = format!("{} blocked by rule `{}`: {}", count(total, "finding"), rule.rule.name, severities(rule));
    let worst = rule.worst.and_then(|(at, number)| scans.get(at)?.findings.get(number));
    if let Some(worst) = worst {
        let which = if total == 1 { "" } else { "worst: " };
        text.push_str(&format!(" ({which}{})", in_words(worst)));
    }
    if let Some(max) = rule.rule.max {
        text.push_str(&format!("; {} more than the {} tolerated", number(total.saturating_sub(max)), number(max)));
    }
    if let Some(reason) = &rule.rule.reason {
        text.push_str(&format!("; {reason}"));
    }
    text
}

fn severities(rule: &Counted) -> String {
    let of = |severity: Severity| (severity, rule.by_severity[severity as usize]);
    let counts = Severity::WORST_FIRST.map(of).into_iter().filter(|(_, count)| *count > 0);
    counts.map(|(severity, count)| format!("{severity} {}", number(count))).collect::<Vec<_>>().join(", ")
}

fn in_words(finding: &Finding<'_>) -> String {
    let mut text = finding.id.to_owned();
    match finding.package {
        Some(package) => text.push_str(&format!(" in {} {}", package.name, package.version)),
        None if finding.path.is_empty() => {}
        None if finding.line == 0 => text.push_str(&format!(" in {}", finding.path)),
        None => text.push_str(&format!(" in {}:{}", finding.path, finding.line)),
    }
    if finding.is_fixable() {
        text.push_str(&format!(", fixed in {}", finding.fixed_version));
    }
    text.trim_end().to_owned()
}

/// `110 packages of web.tar: 12 findings, none blocks: 10 reported, 2 to be looked at; 3 muted by exceptions`
fn passing(scans: &[Scan<'_>]) -> String {
    let of = |scan: &Scan<'_>| {
        let name = if scan.artifact.is_empty() { name(scan) } else { scan.artifact.to_owned() };
        if scan.packages == 0 { name } else { format!("{} of {name}", count(scan.packages, "package")) }
    };
    let mut looked: Vec<_> = scans.iter().take(MOST_NAMES).map(of).collect();
    if scans.len() > MOST_NAMES {
        looked.push(count((scans.len() - MOST_NAMES) as u64, "more report"));
    }
    let (mut reported, mut warns, mut muted) = (0, 0, BTreeMap::<Muted, u64>::new());
    for finding in scans.iter().flat_map(|scan| &scan.findings) {
        match finding.ruling.disposition {
            Disposition::Muted(why) => *muted.entry(why).or_default() += 1,
            _ if finding.ruling.warns => warns += 1,
            _ => reported += 1,
        }
    }
    let total = reported + warns + muted.values().sum::<u64>();
    let looked = looked.join(", ");
    if total == 0 {
        return format!("{looked}: no findings");
    }
    let mut parts = Vec::new();
    parts.extend((reported > 0).then(|| format!("{} reported", number(reported))));
    parts.extend((warns > 0).then(|| format!("{} to be looked at", number(warns))));
    parts.extend(muted.into_iter().map(|(why, count)| format!("{} {}", number(count), cause(why))));
    let verb = if total == 1 { "and it does not block" } else { "and none blocks" };
    format!("{looked}: {}, {verb}: {}", count(total, "finding"), parts.join(", "))
}

const fn cause(why: Muted) -> &'static str {
    match why {
        Muted::Exception => "muted by exceptions",
        Muted::Vex => "that do not apply by VEX",
        Muted::Suppressed => "suppressed in the scanner's own report",
        Muted::Baseline | Muted::OutsideChange | Muted::Against | Muted::Policy => "muted",
    }
}

/// ``rule `x`: 3 of at most 5 findings tolerated``
fn tolerated(rule: &Counted) -> Option<String> {
    let max = rule.rule.max.filter(|_| rule.total() > 0 && !rule.blocks())?;
    Some(format!("rule `{}`: {} of at most {} findings tolerated", rule.rule.name, number(rule.total()), number(max)))
}
