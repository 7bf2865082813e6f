//! What the policy says of one finding, as if nothing were known about it.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Action, Block, Policy, RulePolicy, ToolPolicy};
use crate::model::{Disposition, Finding, Muted, Report, Rule, Severity};
use crate::words::count;

/// A policy, and for each rule that was met the parts of the policy that can concern it.
pub(super) struct Rulings<'p> {
    pub(super) policy: &'p Policy,
    by_rule: FxHashMap<*const (), ForRule<'p>>,
}

struct ForRule<'p> {
    tool: Option<&'p ToolPolicy>,
    exceptions: Vec<&'p RulePolicy>,
}

impl<'p> Rulings<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        Self { policy, by_rule: FxHashMap::default() }
    }

    /// What becomes of `finding` unless a baseline, an earlier report or the change mutes it.
    pub(super) fn if_new(&mut self, finding: &Finding<'_>) -> Disposition {
        if finding.detail.is_some_and(|detail| detail.suppressed.is_some()) {
            return Disposition::Muted(Muted::Suppressed);
        }
        let exception = self.exception(finding);
        let tool = self.tool(finding);
        match exception.map(|exception| exception.action).or(tool.and_then(|tool| tool.action)) {
            Some(Action::Off) => return Disposition::Muted(Muted::Policy),
            Some(Action::Warn) => return Disposition::Reported,
            Some(Action::Block) => return Disposition::Blocking,
            None => {}
        }
        let at_least = tool.and_then(|tool| tool.severity).or(self.policy.severity).unwrap_or(Severity::Info);
        if finding.severity >= at_least { Disposition::Blocking } else { Disposition::Reported }
    }

    /// Whether `finding` blocks although it is not new.
    pub(super) fn blocks_any(&mut self, finding: &Finding<'_>) -> bool {
        self.tool(finding).and_then(|tool| tool.block).unwrap_or(self.policy.block) == Block::Any
    }

    /// The exception for the rule of `finding`, where it is.
    pub(super) fn exception(&mut self, finding: &Finding<'_>) -> Option<&'p RulePolicy> {
        let applies = |policy: &&&'p RulePolicy| policy.is_at(finding.path());
        self.for_rule(finding.rule).exceptions.iter().find(applies).copied()
    }

    pub(super) fn tool(&mut self, finding: &Finding<'_>) -> Option<&'p ToolPolicy> {
        self.for_rule(finding.rule).tool
    }

    /// Rules are interned, so their address is enough to know them by.
    fn for_rule(&mut self, rule: &Rule<'_>) -> &ForRule<'p> {
        let policy = self.policy;
        self.by_rule.entry(std::ptr::from_ref(rule).cast()).or_insert_with(|| {
            let tool = policy.tools.iter().find(|(name, _)| name.eq_ignore_ascii_case(rule.tool)).map(|(_, tool)| tool);
            let rules = tool.map(|tool| tool.rules.as_slice()).unwrap_or_default().iter().chain(&policy.rules);
            ForRule { tool, exceptions: rules.filter(|exception| exception.rule.matches(rule.id)).collect() }
        })
    }

    /// What the policy switched off, with its reason, so that the reports tell.
    pub(super) fn switched_off(&mut self, reports: &[Report<'_>]) -> Vec<String> {
        let mut off = BTreeMap::<String, u64>::new();
        for finding in reports.iter().flat_map(|report| &report.findings) {
            if finding.disposition == Disposition::Muted(Muted::Policy) {
                let what = match self.exception(finding) {
                    Some(exception @ RulePolicy { reason: Some(reason), .. }) => format!("{exception} ({reason})"),
                    Some(exception) => exception.to_string(),
                    None => format!("the tool {}", finding.rule.tool),
                };
                *off.entry(what).or_default() += u64::from(finding.count);
            }
        }
        off.into_iter()
            .map(|(what, found)| format!("the policy switches off {what}: {}", count(found, "finding")))
            .collect()
    }

    /// A tool's policy that no report is concerned by is probably a slip of the pen.
    pub(super) fn unknown_tools(&self, reports: &[Report<'_>]) -> Vec<String> {
        let mut here: Vec<&str> = reports.iter().map(|report| report.tool).collect();
        here.extend(reports.iter().flat_map(|report| &report.findings).map(|finding| finding.rule.tool));
        here.sort_unstable();
        here.dedup();
        let is_here = |name: &str| here.iter().any(|tool| tool.eq_ignore_ascii_case(name));
        let unknown = self.policy.tools.keys().filter(|name| !is_here(name));
        unknown
            .map(|name| format!("the policy names the tool `{name}`, and these reports are of {}", list(&here)))
            .collect()
    }
}

fn list(tools: &[&str]) -> String {
    if tools.is_empty() { "no tool".to_owned() } else { tools.join(", ") }
}
