//! The policy, and the one function that turns reports into a verdict.

mod change;
mod policy;

pub use change::{Change, LineMap};
pub use policy::{Action, Block, Policy, RulePolicy, ToolPolicy};

use crate::baseline::{Baseline, Entry};
use crate::model::{Report, Verdict};

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
    /// Reasons found before judging that make the gate say no (a baseline that grew).
    pub refusals: Vec<String>,
}

/// What the judge learned besides the verdict.
#[derive(Debug)]
pub struct Judgement {
    /// Pass, fail or incomplete, with reasons.
    pub verdict: Verdict,
    /// Baseline entries of which fewer were found than the baseline allows, with the number found.
    pub stale: Vec<(Entry, u32)>,
}

/// Marks every finding of `reports` with its disposition and says what comes of it. Removes nothing.
pub fn judge(reports: &mut [Report<'_>], criteria: &Criteria<'_>) -> Judgement {
    todo!()
}
