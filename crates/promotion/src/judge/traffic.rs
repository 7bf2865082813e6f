//! Emergency stops, and what else is on its way.

use jiff::Timestamp;

use super::Case;
use super::answer::Answer;
use super::words::{instant, listed, plain, quoted};
use crate::hold::Hold;
use crate::model::{Flight, Guardrail, Name, State};
use crate::policy::Concurrency;

/// Whether no emergency stop is in force. A rollback passes those that are not about its very image.
pub(super) fn hold(case: &Case<'_>) -> Guardrail {
    let (request, facts) = (case.request, case.facts);
    let digest = request.image.digest.as_ref().map(gitops::Digest::as_str);
    let in_force: Vec<&Hold> =
        facts.holds.stopping(&request.service, &request.environment, digest, facts.now).collect();
    let stopping: Vec<&Hold> =
        in_force.iter().copied().filter(|hold| !case.is_rollback() || hold.digest.is_some()).collect();
    let answer = if in_force.is_empty() {
        Answer::met("no emergency stop is in force")
    } else if stopping.is_empty() {
        Answer::met(format!("a rollback passes the emergency stop of {}", told(&in_force)))
    } else {
        let why = format!("an emergency stop is in force: {}", told(&stopping));
        let until = stopping.iter().map(|hold| hold.until).collect::<Option<Vec<Timestamp>>>();
        match until.and_then(|all| all.into_iter().max()) {
            Some(until) => Answer::new(State::NotYet(Some(until)), format!("{why}; until {}", instant(until))),
            None => Answer::not_met(why).hint("`stepgate-promote release` takes it back"),
        }
    };
    answer.named(Name::Hold)
}

fn told(holds: &[&Hold]) -> String {
    let mut told: Vec<String> = holds
        .iter()
        .map(|hold| {
            let by = hold.by.as_deref().map_or_else(String::new, |by| format!(" by {}", plain(by)));
            format!("{} since {}{by}, {}", plain(&hold.scope()), instant(hold.since), quoted(&hold.reason))
        })
        .collect();
    told.sort_unstable();
    told.join("; ")
}

/// Whether not too many changes are on their way, where the policy has the environment.
pub(super) fn concurrency(case: &Case<'_>) -> Option<Guardrail> {
    let (request, facts) = (case.request, case.facts);
    let is_in_the_way: fn(&Flight, &str) -> bool = match case.environment.concurrency {
        _ if !facts.policy.environments.contains_key(&request.environment) => return None,
        Concurrency::Unlimited => return None,
        Concurrency::Service => |flight, service| flight.service == service,
        Concurrency::Environment => |_, _| true,
    };
    let answer = match facts.flights {
        _ if case.is_rollback() => Answer::met("a rollback does not wait"),
        Err(unknown) => Answer::because(unknown),
        Ok(flights) => {
            let mut others: Vec<String> = flights
                .iter()
                .filter(|flight| flight.environment == request.environment && is_in_the_way(flight, &request.service))
                .map(|flight| format!("{} ({})", plain(&flight.what), plain(&flight.service)))
                .collect();
            others.sort_unstable();
            if others.is_empty() {
                Answer::met("nothing else is on its way")
            } else {
                Answer::new(State::NotYet(None), format!("first comes {}", listed(&others)))
                    .hint("let it be merged and verified, or decline it")
            }
        }
    };
    Some(answer.named(Name::Concurrency))
}
