//! The verdict in words.

use std::collections::BTreeMap;

use super::limits::Limit;
use super::{Block, Criteria};
use crate::model::{Disposition, Finding, Muted, Outcome, Report, Totals, Verdict};
use crate::words::{count, number};

/// More than these nobody reads.
const MOST_REASONS: usize = 20;
const MOST_NAMES: usize = 3;
const MOST_TOOLS: usize = 10;

pub(super) fn verdict(reports: &[Report<'_>], criteria: &Criteria<'_>, limits: &[Limit]) -> Verdict {
    let findings = || reports.iter().flat_map(|report| &report.findings);
    let totals = Totals::of(findings());
    let blocking_findings: Vec<_> = findings().filter(|finding| finding.disposition == Disposition::Blocking).collect();
    let mut reasons: Vec<_> = incomplete(reports).into_iter().collect();
    let outcome = if !reasons.is_empty() {
        Outcome::Incomplete
    } else if !blocking_findings.is_empty() || !criteria.refusals.is_empty() {
        Outcome::Fail
    } else {
        Outcome::Pass
    };
    reasons.extend(criteria.refusals.iter().cloned());
    if !blocking_findings.is_empty() {
        reasons.push(blocking(&blocking_findings, criteria));
    }
    if outcome == Outcome::Pass {
        reasons.push(passing(findings(), &totals));
    }
    let (kept, exceeded): (Vec<&Limit>, Vec<_>) = limits.iter().partition(|limit| limit.is_kept());
    reasons.extend(exceeded.into_iter().chain(kept).map(limit));
    let more = reasons.len().saturating_sub(MOST_REASONS);
    if more > 0 {
        reasons.truncate(MOST_REASONS - 1);
        reasons.push(format!("and {}", count(more as u64 + 1, "more reason")));
    }
    Verdict { outcome, reasons }
}

/// `1 of 3 reports cannot be relied on: reports/phpstan.json`. What is wrong with them stands with the reports.
fn incomplete(reports: &[Report<'_>]) -> Option<String> {
    if reports.is_empty() {
        return Some("there is no report, so nothing is known about the code".to_owned());
    }
    let broken = || reports.iter().filter(|report| !report.is_complete());
    let name =
        |report: &Report<'_>| if report.source.is_empty() { report.tool.to_owned() } else { report.source.clone() };
    let mut names: Vec<_> = broken().take(MOST_NAMES).map(name).collect();
    let of = reports.len();
    match broken().count() {
        0 => None,
        _ if of == 1 => Some(format!("{} cannot be relied on", names.concat())),
        all => {
            names.extend((all > MOST_NAMES).then(|| format!("and {} more", all - MOST_NAMES)));
            Some(format!("{all} of {of} reports cannot be relied on: {}", names.join(", ")))
        }
    }
}

/// `3 new findings block: phpstan 2, phpcs 1`
fn blocking(findings: &[&Finding<'_>], criteria: &Criteria<'_>) -> String {
    let mut by_tool = BTreeMap::<&str, u64>::new();
    for finding in findings {
        *by_tool.entry(finding.rule.tool).or_default() += u64::from(finding.count.max(1));
    }
    let total = by_tool.values().sum();
    let mut by_tool: Vec<_> = by_tool.into_iter().collect();
    by_tool.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let mut tools: Vec<_> =
        by_tool.iter().take(MOST_TOOLS).map(|(tool, count)| format!("{tool} {}", number(*count))).collect();
    if by_tool.len() > MOST_TOOLS {
        tools.push(format!("and {}", count((by_tool.len() - MOST_TOOLS) as u64, "more tool")));
    }
    let policy = &criteria.policy;
    let filtered = criteria.baseline.is_some() || criteria.against.is_some() || criteria.change.is_some();
    let all_new = policy.block == Block::New && policy.tools.values().all(|tool| tool.block != Some(Block::Any));
    let noun = if filtered && all_new { "new finding" } else { "finding" };
    let verb = if total == 1 { "blocks" } else { "block" };
    format!("{} {verb}: {}", count(total, noun), tools.join(", "))
}

/// `no new findings; 1,925 muted by the baseline, 2 outside the change`
fn passing<'f, 'a: 'f>(findings: impl Iterator<Item = &'f Finding<'a>>, totals: &Totals) -> String {
    let mut by_cause = BTreeMap::<Muted, u64>::new();
    for finding in findings {
        if let Disposition::Muted(why) = finding.disposition {
            *by_cause.entry(why).or_default() += u64::from(finding.count);
        }
    }
    let start = match (totals.reported, totals.muted) {
        (0, 0) => "no findings".to_owned(),
        (0, _) => "no new findings".to_owned(),
        (1, _) => "1 finding is reported and does not block".to_owned(),
        (reported, _) => format!("{} are reported and do not block", count(reported, "finding")),
    };
    let muted: Vec<_> = by_cause.into_iter().map(|(why, count)| format!("{} {}", number(count), cause(why))).collect();
    if muted.is_empty() { start } else { format!("{start}; {}", muted.join(", ")) }
}

const fn cause(why: Muted) -> &'static str {
    match why {
        Muted::Baseline => "muted by the baseline",
        Muted::OutsideChange => "outside the change",
        Muted::Against => "in the earlier report too",
        Muted::Suppressed => "suppressed in the tool's own report",
        Muted::Policy => "switched off by the policy",
        Muted::Exception => "accepted by exceptions",
        Muted::Vex => "not applicable by VEX statements",
    }
}

/// `phpstan: 12 findings, 2 more than the 10 tolerated`
fn limit(limit: &Limit) -> String {
    let of = if limit.of.is_empty() { String::new() } else { format!("{}: ", limit.of) };
    let (found, max) = (limit.found, number(limit.max));
    if limit.is_kept() {
        return format!("{of}{} of at most {max} tolerated", count(found, "finding"));
    }
    format!("{of}{}, {} more than the {max} tolerated", count(found, "finding"), number(found - limit.max))
}
