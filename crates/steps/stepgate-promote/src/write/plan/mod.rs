//! What every guardrail says of the moves that somebody wants.

mod json;
mod markdown;
mod terminal;

use std::io::{self, Write};

use jiff::Timestamp;
use promotion::{Kind, Plan, State, Verdict};

use super::words;
use super::{Context, Options};
use crate::report::{Done, Report};

pub use json::SCHEMA;
pub(crate) use markdown::body as markdown;

/// The formats we write.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Output {
    /// For a person in front of a terminal or a log.
    Terminal,
    /// `stepgate.promote-plan/v1`.
    Json,
    /// For the description of a pull request: the same for the same plans.
    Markdown,
}

impl Output {
    /// The format of that name on the command line.
    ///
    /// # Errors
    ///
    /// What there is, for a name that there is not.
    pub(crate) fn from_name(name: &str) -> Result<Self, String> {
        match name {
            "terminal" => Ok(Self::Terminal),
            "json" => Ok(Self::Json),
            "markdown" => Ok(Self::Markdown),
            _ => Err(format!("`{name}` is no format of a plan; there are json, markdown and terminal")),
        }
    }
}

/// Writes `report` to `out` as `output`.
///
/// # Errors
///
/// Only when `out` cannot be written to.
pub(crate) fn write(output: Output, report: &Report, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    match output {
        Output::Terminal => terminal::write(report, options, out),
        Output::Json => json::write(report, out),
        Output::Markdown => out.write_all(markdown(report, options.max_chars).as_bytes()),
    }
}

/// What there is to say in plain text, a line each, the verdict first.
pub(crate) fn lines(report: &Report) -> Vec<String> {
    let mut lines = vec![headline(report)];
    lines.extend(report.problems.iter().cloned());
    for plan in &report.plans {
        lines.push(format!("{}: {}", heading(plan), verdict_words(plan.verdict())));
        let missing = plan.guardrails.iter().filter(|guardrail| guardrail.state != State::Met);
        lines.extend(missing.map(|it| format!("{} {}: {}", it.name, words::state(it.state), it.why)));
    }
    if !report.others.is_empty() {
        lines.push(format!("no guardrail looks at {}", words::some(&report.others)));
    }
    lines
}

/// What was done, or what follows: `allowed`, `not allowed: it takes the hold on … away`.
fn headline(report: &Report) -> String {
    let Context { repository, branch, .. } = &report.context;
    let there = format!("{branch} of {repository}");
    let verdict = match (report.problems.as_slice(), report.plans.as_slice()) {
        ([problem, ..], _) => format!("{}: {problem}", verdict_words(Verdict::NotMet)),
        ([], []) if report.head.is_some() => "allowed: no image is moved".to_owned(),
        ([], _) => verdict_words(report.verdict()),
    };
    match &report.done {
        Done::Judged => verdict,
        Done::There => format!("nothing to do: it is in {there} already"),
        Done::Committed { commit, attempts: 1 } => format!("done: committed {commit:.12} to {there}"),
        Done::Committed { commit, attempts } => {
            format!("done: committed {commit:.12} to {there}, at attempt {attempts}")
        }
        Done::Proposed { pull_request, url, state } => {
            let page = url.as_ref().map_or_else(String::new, |url| format!(": {url}"));
            format!("{state} pull request {pull_request} for {there}{page}; {verdict}")
        }
        Done::Merged { pull_request, commit } => {
            let commit = commit.as_ref().map_or_else(String::new, |commit| format!(" as {commit:.12}"));
            let but = if report.problems.is_empty() { String::new() } else { format!("; {verdict}") };
            format!("done: merged pull request {pull_request}{commit} to {there}{but}")
        }
    }
}

/// `met`, `not met`, `not yet`, `failed`.
const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::NotMet => "not met",
        Verdict::NotYet(_) => "not yet",
        Verdict::Failed => "failed",
    }
}

/// From when on a plan is met, where that is known and it is not met yet.
const fn not_before(verdict: Verdict) -> Option<Timestamp> {
    if let Verdict::NotYet(from) = verdict { from } else { None }
}

/// What follows, in words: `allowed`, `not yet, from Mon 2026-11-30 09:00 UTC on`.
fn verdict_words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Met => "allowed".to_owned(),
        Verdict::NotMet => "not allowed".to_owned(),
        Verdict::NotYet(Some(from)) => format!("not yet, from {} on", words::day(from)),
        Verdict::NotYet(None) => "not yet".to_owned(),
        Verdict::Failed => "cannot be told, for a remote did not answer".to_owned(),
    }
}

/// `orders-api to production`, `hotfix of orders-api to production`, `rollback of orders-api in production`.
fn heading(plan: &Plan) -> String {
    let (service, environment) = (&plan.request.service, &plan.request.environment);
    match plan.request.kind {
        Kind::Promotion => format!("{service} to {environment}"),
        Kind::Hotfix { .. } => format!("hotfix of {service} to {environment}"),
        Kind::Rollback { .. } => format!("rollback of {service} in {environment}"),
    }
}

/// Why it is wanted, where somebody was asked to say.
fn reason(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Promotion => None,
        Kind::Hotfix { reason } | Kind::Rollback { reason } => Some(reason),
    }
}
