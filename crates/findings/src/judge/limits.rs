//! How many blocking findings are tolerated: of a rule, of a tool, in all.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::RulePolicy;
use super::rulings::Rulings;
use crate::model::{Disposition, Finding, Report};

/// A limit of the policy and how many findings it was asked to tolerate.
pub(super) struct Limit {
    /// Of what: `phpstan`, ``the rule `argument.*` ``; empty: of everything.
    pub(super) of: String,
    pub(super) max: u64,
    pub(super) found: u64,
}

impl Limit {
    pub(super) fn is_kept(&self) -> bool {
        self.found <= self.max
    }
}

/// Turns blocking findings into reported ones wherever a limit tolerates all of them, and gives the limits that had
/// anything to tolerate.
pub(super) fn apply(reports: &mut [Report<'_>], rulings: &mut Rulings<'_>) -> Vec<Limit> {
    let mut limits = Vec::new();
    of_rules(reports, rulings, &mut limits);
    of_tools(reports, rulings, &mut limits);
    let found = blocking(reports).map(count).sum();
    if rulings.policy.max > 0 && found > 0 {
        let limit = Limit { of: String::new(), max: rulings.policy.max, found };
        if limit.is_kept() {
            blocking(reports).for_each(tolerate);
        }
        limits.push(limit);
    }
    limits
}

fn of_rules(reports: &mut [Report<'_>], rulings: &mut Rulings<'_>, limits: &mut Vec<Limit>) {
    let mut found = FxHashMap::<*const RulePolicy, Limit>::default();
    let mut limit_of = |finding: &Finding<'_>| {
        let exception = rulings.exception(finding)?;
        Some((std::ptr::from_ref(exception), exception.max?, exception))
    };
    for finding in blocking(reports) {
        if let Some((key, max, exception)) = limit_of(finding) {
            let new = || Limit { of: exception.to_string(), max, found: 0 };
            found.entry(key).or_insert_with(new).found += count(finding);
        }
    }
    for finding in blocking(reports) {
        if limit_of(finding).and_then(|(key, ..)| found.get(&key)).is_some_and(Limit::is_kept) {
            tolerate(finding);
        }
    }
    limits.extend(found.into_values());
    limits.sort_by(|a, b| (&a.of, a.max).cmp(&(&b.of, b.max)));
}

fn of_tools(reports: &mut [Report<'_>], rulings: &mut Rulings<'_>, limits: &mut Vec<Limit>) {
    let mut found = BTreeMap::<&str, Limit>::new();
    for finding in blocking(reports) {
        if let Some(max) = rulings.tool(finding).and_then(|tool| tool.max) {
            let of = finding.rule.tool;
            found.entry(of).or_insert_with(|| Limit { of: of.to_owned(), max, found: 0 }).found += count(finding);
        }
    }
    for finding in blocking(reports) {
        if found.get(finding.rule.tool).is_some_and(Limit::is_kept) {
            tolerate(finding);
        }
    }
    limits.extend(found.into_values());
}

fn blocking<'r, 'a>(reports: &'r mut [Report<'a>]) -> impl Iterator<Item = &'r mut Finding<'a>> {
    let all = reports.iter_mut().flat_map(|report| &mut report.findings);
    all.filter(|finding| finding.disposition == Disposition::Blocking)
}

fn count(finding: &mut Finding<'_>) -> u64 {
    finding.count.max(1).into()
}

fn tolerate(finding: &mut Finding<'_>) {
    finding.disposition = Disposition::Reported;
}
