//! The description of a pull request: short, and the same for the same plans, so that it is only written anew when
//! something changed. No HTML: Bitbucket shows it as text.

use findings::write::markdown::{COMMENT_CHARS, Page, code, plain};
use promotion::{Guardrail, Plan, State, Verdict};

use super::{heading, reason, verdict_words};
use crate::report::Report;
use crate::write::words;

/// `report` as a page of at most `max_chars` characters (`None`: as many as Bitbucket takes). When it is too long, whole
/// lines are left out at the end of a table, and that is said.
pub(crate) fn body(report: &Report, max_chars: Option<usize>) -> String {
    let plans = report.plans.as_slice();
    let mut page = Page::new(max_chars.unwrap_or(COMMENT_CHARS), String::new());
    if !report.problems.is_empty() {
        page.line(&format!("**{}**", plain(&verdict_words(Verdict::NotMet))));
        page.line("");
        for problem in &report.problems {
            page.line(&format!("- {}", plain(problem)));
        }
        page.line("");
    } else if plans.is_empty() {
        page.line(if report.head.is_some() { "No image is moved." } else { "Nothing is asked for." });
        page.line("");
    }
    if plans.len() > 1 {
        let verdict = verdict_words(Plan::together(plans));
        page.line(&format!("**{} changes together: {}**", plans.len(), plain(&verdict)));
        page.line("");
    }
    for plan in plans {
        one(plan, &mut page);
    }
    if !report.others.is_empty() {
        page.line(&format!("No guardrail looks at {}.", plain(&words::some(&report.others))));
    }
    page.finish()
}

fn one(plan: &Plan, page: &mut Page) {
    page.line(&format!("**{}: {}**", plain(&heading(plan)), plain(&verdict_words(plan.verdict()))));
    page.line("");
    let image = &plan.request.image;
    let from = plan.from.as_ref().map(|from| format!(", in place of {}", code(&words::version(from))));
    let new = format!("{} {}", image.name.as_str(), words::version(image));
    page.line(&format!("{}{}", code(&new), from.unwrap_or_default()));
    page.line("");
    if let Some(reason) = reason(&plan.request.kind) {
        page.line(&format!("Reason: {}", plain(reason)));
        page.line("");
    }
    let rows = plan.guardrails.iter().map(row);
    let written = page.table("| Guardrail | Says | Why |\n|---|---|---|", rows).unwrap_or(0);
    if let Some(more) = plan.guardrails.len().checked_sub(written).filter(|more| *more > 0) {
        page.line(&format!("and {more} more"));
        page.line("");
    }
}

fn row(guardrail: &Guardrail) -> String {
    let Guardrail { name: which, state, why, hint } = guardrail;
    let says = match state {
        State::Met => "✓ met".to_owned(),
        State::NotMet => "✗ **not met**".to_owned(),
        State::NotYet(Some(until)) => format!("… not yet, until {}", words::day(*until)),
        State::NotYet(None) => "… not yet".to_owned(),
        State::Unknown { .. } => "? **unknown**".to_owned(),
    };
    let hint = hint.as_ref().map(|hint| format!(". Hint: {}", plain(hint))).unwrap_or_default();
    format!("| {} | {says} | {}{hint} |", plain(&which.to_string()), plain(why))
}
