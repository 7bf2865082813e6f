//! The policy, and the one function that turns reports into a verdict.

mod change;
mod limits;
mod pattern;
mod policy;
mod reasons;
mod rulings;
#[cfg(test)]
mod tests;

pub use change::{Change, LineMap};
pub use pattern::{PathPattern, PatternError, RulePattern};
pub use policy::{Action, Block, Policy, RulePolicy, ToolPolicy};

use std::collections::HashSet;

use crate::baseline::{Baseline, Cover, Entry};
use crate::model::{Disposition, Finding, Muted, Report, Verdict};
use rulings::Rulings;

/// Everything that a verdict depends on besides the reports.
#[derive(Debug, Default)]
pub struct Criteria<'c> {
    /// What blocks.
    pub policy: Policy,
    /// Known debt.
    pub baseline: Option<&'c Baseline>,
    /// An earlier report of any format, as a baseline of its findings.
    pub against: Option<&'c Baseline>,
    /// What the change touched; findings outside are muted.
    pub change: Option<&'c Change>,
    /// The files of the repository, when they are known: a finding in none of them may be about a file that the change
    /// touched, under a name that nobody could make out, so it is not outside the change.
    pub files: Option<&'c HashSet<String>>,
    /// Reasons found before judging that make the gate say no (a baseline that grew).
    pub refusals: Vec<String>,
}

impl Criteria<'_> {
    /// Whether the change cannot have caused `finding`.
    fn excludes(&self, finding: &Finding<'_>) -> bool {
        let known = |path| self.files.is_none_or(|files| files.contains(path));
        self.change.is_some_and(|change| change.excludes(finding)) && known(finding.path())
    }
}

/// What the judge learned besides the verdict.
#[derive(Debug)]
pub struct Judgement {
    /// Pass, fail or incomplete, with reasons.
    pub verdict: Verdict,
    /// Baseline entries of which fewer were found than the baseline allows, with the number found. Only of tools that
    /// have a report here, and none when a report is incomplete.
    pub stale: Vec<(Entry, u32)>,
    /// What the policy switched off and why, and what is odd about it (a policy for a tool that no report is of). Has no
    /// part in the verdict.
    pub notes: Vec<String>,
}

/// Marks every finding of `reports` with its disposition and says what comes of it. Removes nothing.
///
/// A finding is muted for the first of these that applies: its tool suppressed it, the policy switches its rule off,
/// the baseline lists it, the earlier report has it, the change did not touch it. Where the policy says
/// [`Block::Any`], the last three do not keep it from blocking. Then the limits of the policy are applied, from the
/// narrowest: findings of a rule, of a tool, and of all tools.
pub fn judge(reports: &mut [Report<'_>], criteria: &Criteria<'_>) -> Judgement {
    let mut rulings = Rulings::new(&criteria.policy);
    for finding in reports.iter_mut().flat_map(|report| &mut report.findings) {
        finding.disposition = rulings.if_new(finding);
    }
    let compared = criteria.baseline.is_some() || criteria.against.is_some();
    let open = reports.iter().filter(|_| compared).flat_map(|report| &report.findings).filter(|f| is_open(f));
    let open: Vec<&Finding<'_>> = open.collect();
    let known = criteria.baseline.map(|baseline| baseline.cover(&open, criteria.change));
    let seen = criteria.against.map(|against| against.cover(&open, criteria.change));
    drop(open);

    let findings = reports.iter_mut().flat_map(|report| &mut report.findings);
    for (finding, at) in findings.filter(|finding| is_open(finding)).zip(0..) {
        let is_in = |cover: &Option<Cover>| cover.as_ref().is_some_and(|cover| cover.covered.get(at) == Some(&true));
        let why = if is_in(&known) {
            Some(Muted::Baseline)
        } else if is_in(&seen) {
            Some(Muted::Against)
        } else {
            criteria.excludes(finding).then_some(Muted::OutsideChange)
        };
        if let Some(why) = why
            && !(finding.disposition == Disposition::Blocking && rulings.blocks_any(finding))
        {
            finding.disposition = Disposition::Muted(why);
        }
    }
    let limits = limits::apply(reports, &mut rulings);
    Judgement {
        verdict: reasons::verdict(reports, criteria, &limits),
        stale: criteria
            .baseline
            .zip(known)
            .map(|(baseline, known)| baseline.stale(&known, reports))
            .unwrap_or_default(),
        notes: [rulings.switched_off(reports), rulings.unknown_tools(reports)].concat(),
    }
}

/// Neither suppressed nor switched off, so that the baseline and the change have a say.
fn is_open(finding: &Finding<'_>) -> bool {
    !matches!(finding.disposition, Disposition::Muted(_))
}
