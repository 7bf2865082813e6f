//! Windows and freezes.

use jiff::Timestamp;

use super::Case;
use super::answer::Answer;
use super::people::is_shown_among;
use super::words::{listed, local, quoted};
use crate::calendar;
use crate::model::{Guardrail, Name, Proof, State};
use crate::policy::{Exempt, Freeze};

/// How often a freeze may follow on another before the end of them all is not looked for any more.
const FREEZES_IN_A_ROW: usize = 64;

/// Whether it is a time for changes, where the policy has such times.
pub(super) fn window(case: &Case<'_>) -> Option<Guardrail> {
    let windows = &case.environment.windows;
    let zone = windows.first().map(|window| window.zone.as_str())?;
    let phase = calendar::windows(windows, case.facts.now);
    let answer = match (case.is_rollback(), phase.on, phase.until) {
        (true, ..) => Answer::met("a rollback may be made at any time"),
        (false, true, Some(until)) => Answer::met(format!("it is a time for changes until {}", local(until, zone))),
        (false, true, None) => Answer::met("it is a time for changes"),
        (false, false, Some(until)) => Answer::new(
            State::NotYet(Some(until)),
            format!("it is no time for changes; the next one begins at {}", local(until, zone)),
        ),
        (false, false, None) => Answer::not_met("the last time for changes is over"),
    };
    Some(answer.named(Name::Window))
}

/// Whether no freeze is on that stops this change.
pub(super) fn freeze(case: &Case<'_>) -> Guardrail {
    let on = calendar::freezes(case.facts.policy, &case.request.environment, case.facts.now);
    let stopping: Vec<&Freeze> = on.iter().copied().filter(|freeze| is_stopping(case, freeze)).collect();
    let answer = if on.is_empty() {
        Answer::met("no freeze is on")
    } else if case.is_rollback() {
        Answer::met(format!("no freeze stops a rollback ({})", reasons(&on)))
    } else if stopping.is_empty() {
        Answer::met(format!("a freeze is on, with an exception for this ({})", reasons(&on)))
    } else {
        stopped(case, &stopping)
    };
    answer.named(Name::Freeze)
}

fn is_stopping(case: &Case<'_>, freeze: &Freeze) -> bool {
    let is_hotfix = || {
        let who = case.environment.hotfix.as_deref().unwrap_or_default();
        case.is_hotfix() && freeze.except_for.contains(&Exempt::Hotfix) && is_shown_among(case.facts, who)
    };
    !(case.is_rollback() || is_shown_among(case.facts, &freeze.except_who) || is_hotfix())
}

fn stopped(case: &Case<'_>, stopping: &[&Freeze]) -> Answer {
    let why = format!("a freeze is on: {}", reasons(stopping));
    let zone = stopping.first().map_or("UTC", |freeze| freeze.when.zone.as_str());
    let answer = match end(case) {
        Some(end) => Answer::new(State::NotYet(Some(end)), format!("{why}, until {}", local(end, zone))),
        None => Answer::not_met(format!("{why}, with no end in sight")),
    };
    let has_exception = |freeze: &&Freeze| !freeze.except_who.is_empty() || !freeze.except_for.is_empty();
    let is_shown = matches!(case.facts.who.proof, Proof::Shown(_));
    if stopping.iter().any(has_exception) && !is_shown {
        answer.hint("its exceptions are for people, and who asks is not shown")
    } else {
        answer
    }
}

/// When the last of the freezes that follow on each other is over.
fn end(case: &Case<'_>) -> Option<Timestamp> {
    let mut at = case.facts.now;
    for _ in 0..FREEZES_IN_A_ROW {
        let on = calendar::freezes(case.facts.policy, &case.request.environment, at);
        let mut stopping = on.into_iter().filter(|freeze| is_stopping(case, freeze)).peekable();
        if stopping.peek().is_none() {
            return Some(at);
        }
        let until = stopping.map(|freeze| freeze.when.at(at).until).collect::<Option<Vec<_>>>()?;
        at = until.into_iter().max().filter(|until| *until > at)?;
    }
    None
}

fn reasons(freezes: &[&Freeze]) -> String {
    listed(&freezes.iter().map(|freeze| quoted(&freeze.reason)).collect::<Vec<_>>())
}
