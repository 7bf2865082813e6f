//! For a person in front of a terminal or a log: the verdict first, then every guardrail with what it says and why.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use findings::escape;
use findings::words::count;
use findings::write::terminal::{DIM, Page, one_line};
use promotion::{Guardrail, Plan, State, Verdict};

use super::{heading, headline, reason, verdict_words};
use crate::report::{Done, Report};
use crate::write::{Context, Options, words};

pub(super) fn write(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (plans, context) = (report.plans.as_slice(), &report.context);
    let mut page = Page::new(out, options.width, options.colour);
    if report.done != Done::Judged || plans.is_empty() || !report.problems.is_empty() {
        page.item(verdict_style(report.verdict()), "", &headline(report))?;
        for problem in &report.problems {
            page.item(Style::new(), "  ✗ ", problem)?;
        }
        page.blank()?;
    }
    if plans.len() > 1 {
        let verdict = Plan::together(plans);
        page.item(verdict_style(verdict), "", &format!("{}: {}", together_words(plans), timed(verdict, context)))?;
        page.blank()?;
    }
    for plan in plans {
        one(plan, context, &mut page)?;
    }
    if !report.others.is_empty() {
        page.item(DIM, "no guardrail looks at ", &words::some(&report.others))?;
    }
    page.line(DIM, &one_line(&words::origin(context)))?;
    page.reports(options.reports)
}

/// `3 changes together`, of which some are allowed each for itself.
fn together_words(plans: &[Plan]) -> String {
    let allowed = plans.iter().filter(|plan| plan.verdict() == Verdict::Met).count();
    let all = count(plans.len() as u64, "change");
    if allowed == plans.len() {
        format!("{all} together")
    } else {
        format!("{all} together, {allowed} allowed by itself")
    }
}

fn one(plan: &Plan, context: &Context, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = plan.verdict();
    page.line(verdict_style(verdict), &one_line(&format!("{}: {}", heading(plan), timed(verdict, context))))?;
    let image = &plan.request.image;
    let from = match &plan.from {
        Some(from) => format!(", in place of {}", words::version(from)),
        None => String::new(),
    };
    page.item(DIM, "  ", &format!("{} {}{from}", image.name.as_str(), words::version(image)))?;
    if let Some(reason) = reason(&plan.request.kind) {
        page.item(Style::new(), "  reason: ", reason)?;
    }
    let names: Vec<_> = plan.guardrails.iter().map(|guardrail| cell(&guardrail.name.to_string())).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (guardrail, name) in plan.guardrails.iter().zip(names) {
        line(guardrail, &format!("{name:<width$}"), context, page)?;
    }
    page.blank()
}

/// A name longer than this is cut.
const NAME_CHARS: usize = 40;

fn cell(text: &str) -> String {
    escape::terminal(&escape::cut(text, NAME_CHARS)).into_owned()
}

fn line(guardrail: &Guardrail, name: &str, context: &Context, page: &mut Page<'_>) -> io::Result<()> {
    let (mark, style) = mark(guardrail.state);
    let lead = format!("  {mark} {name}  {:<7}  ", words::state(guardrail.state));
    let until = match guardrail.state {
        State::NotYet(Some(until)) => {
            format!("until {} ({}): ", words::day(until), words::distance(until, context.now))
        }
        _ => String::new(),
    };
    page.item(style, &lead, &format!("{until}{}", guardrail.why))?;
    match &guardrail.hint {
        Some(hint) => page.item(DIM, &format!("{:1$}hint: ", "", lead.chars().count()), hint),
        None => Ok(()),
    }
}

const fn mark(state: State) -> (&'static str, Style) {
    match state {
        State::Met => ("✓", AnsiColor::Green.on_default()),
        State::NotMet => ("✗", AnsiColor::Red.on_default().bold()),
        State::NotYet(_) => ("…", AnsiColor::Yellow.on_default()),
        State::Unknown { .. } => ("?", AnsiColor::Red.on_default()),
    }
}

const fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Met => AnsiColor::Green.on_default().bold(),
        Verdict::NotMet | Verdict::Failed => AnsiColor::Red.on_default().bold(),
        Verdict::NotYet(_) => AnsiColor::Yellow.on_default().bold(),
    }
}

/// The verdict, with how far away its time is.
fn timed(verdict: Verdict, context: &Context) -> String {
    match super::not_before(verdict) {
        Some(from) => format!("{} ({})", verdict_words(verdict), words::distance(from, context.now)),
        None => verdict_words(verdict),
    }
}
