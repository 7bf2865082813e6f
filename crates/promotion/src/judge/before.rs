//! Order and soak: the environments that come before this one.

use attest::{Claim, Holding};
use jiff::Timestamp;

use super::Case;
use super::answer::{Answer, Quorum, combine};
use super::words::{between, instant, length, plain, quoted, version};
use crate::model::{Guardrail, Name, Standing, State};

/// Order and soak for `from`, of which all must say yes, and for `from-any`, of which one must.
pub(super) fn judge(case: &Case<'_>) -> Vec<Guardrail> {
    let sets = [(Quorum::All, &case.environment.from), (Quorum::Any, &case.environment.from_any)];
    let mut guardrails = Vec::new();
    for (quorum, environments) in sets.into_iter().filter(|(_, environments)| !environments.is_empty()) {
        let all = |ask: fn(&Case<'_>, &str) -> Answer| {
            combine(quorum, environments.iter().map(|environment| ask(case, environment)).collect())
        };
        guardrails.push(all(order).named(Name::Order));
        if is_verified(case) || case.environment.soak.is_some() {
            guardrails.push(all(soak).named(Name::Soak));
        }
    }
    guardrails
}

/// Since when the image has been in an environment and healthy, so that soak counts from then; `None` where that is not
/// known or not so.
pub(crate) fn soaked_since(case: &Case<'_>, environment: &str) -> Option<Timestamp> {
    let standing = stands(case, environment).ok()?;
    let healthy = healthy(case, environment, standing).ok()?;
    Some(standing.since?.max(healthy.unwrap_or(Timestamp::MIN)))
}

fn is_verified(case: &Case<'_>) -> bool {
    case.environment.verified.unwrap_or(true)
}

fn order(case: &Case<'_>, environment: &str) -> Answer {
    match stands(case, environment) {
        Ok(standing) => {
            let since = standing.since.map_or_else(String::new, |since| format!(" since {}", instant(since)));
            Answer::met(format!("it runs in {}{since}", quoted(environment)))
        }
        Err(answer) => answer,
    }
}

/// The image by its digest, as it stands in an environment now; or why it does not.
fn stands<'a>(case: &'a Case<'_>, environment: &str) -> Result<&'a Standing, Answer> {
    let (shown, service) = (quoted(environment), &case.request.service);
    let goes_there = || {
        let service = case.facts.policy.services.get(service);
        service.is_some_and(|service| service.environments.contains_key(environment))
    };
    let Some(standing) = case.standing(environment) else {
        return Err(if goes_there() {
            Answer::unknown(format!("it is not known what runs in {shown}"))
        } else {
            Answer::not_met(format!("{} does not go to {shown}, so it cannot come from there", quoted(service)))
        });
    };
    let there = match &standing.image {
        Ok(there) => there,
        Err(why) => return Err(Answer::unknown(format!("what runs in {shown} cannot be told: {}", plain(why)))),
    };
    match (&there.digest, &case.request.image.digest) {
        (Some(theirs), Some(ours)) if theirs == ours => Ok(standing),
        (None, _) => Err(Answer::not_met(format!("what runs in {shown} has no digest: {}", version(there)))
            .hint(format!("put it there with its digest: stepgate-promote run … --to {}", plain(environment)))),
        (Some(_), _) => Err(Answer::not_met(format!("{shown} runs {} instead", version(there)))
            .hint(format!("promote it to {shown} first"))),
    }
}

fn soak(case: &Case<'_>, environment: &str) -> Answer {
    let standing = match stands(case, environment) {
        Ok(standing) => standing,
        Err(Answer { state: State::NotMet, hint, .. }) => {
            return Answer { hint, ..Answer::not_met(format!("it does not run in {}", quoted(environment))) };
        }
        Err(answer) => return answer,
    };
    let healthy = match if is_verified(case) { healthy(case, environment, standing) } else { Ok(None) } {
        Ok(healthy) => healthy,
        Err(answer) => return answer,
    };
    let shown = quoted(environment);
    let state = if is_verified(case) { "healthy" } else { "there" };
    let Some(soak) = &case.environment.soak else {
        let since = healthy.map_or_else(String::new, |since| format!(" at {}", instant(since)));
        return Answer::met(format!("it was found healthy in {shown}{since}"));
    };
    let Some(since) = standing.since else {
        return Answer::unknown(format!(
            "it is not known since when it runs in {shown}: the history that is known does not reach back so far"
        ))
        .hint("fetch the whole history of the GitOps repository");
    };
    let since = healthy.map_or(since, |healthy| healthy.max(since));
    let (now, wanted) = (case.facts.now, length(soak.0));
    match since.checked_add(soak.0) {
        Ok(end) if end <= now => {
            Answer::met(format!("it has been {state} in {shown} for {} of {wanted}", length(between(since, now))))
        }
        Ok(end) => Answer::new(
            State::NotYet(Some(end)),
            format!(
                "it has been {state} in {shown} for {} of {wanted}, which is over at {}",
                length(between(since, now)),
                instant(end)
            ),
        ),
        Err(_) => Answer::not_met(format!("{wanted} in {shown} are never over")),
    }
}

/// When the image was found healthy in an environment since it stands there; `None` in it: nothing says when.
fn healthy(case: &Case<'_>, environment: &str, standing: &Standing) -> Result<Option<Timestamp>, Answer> {
    let shown = quoted(environment);
    let not_yet = |why: String| {
        Answer::new(State::NotYet(None), why).hint(format!("let stepgate-verify judge and sign the rollout in {shown}"))
    };
    match super::proven::health(case, environment, standing.since) {
        // Being found healthy again does not begin the soak anew.
        Holding::Holds { .. } => Ok(super::proven::healthy_since(case, environment, standing.since)),
        Holding::Missing | Holding::TooFew { .. } => Err(not_yet(format!("it was not found healthy in {shown} yet"))),
        Holding::TooOld { at } => {
            let at = at.map_or_else(|| "at no known time".to_owned(), |at| format!("at {}", instant(at)));
            Err(not_yet(format!("it was found healthy in {shown} {at}, but not since it came there")))
        }
        Holding::Failed { at, keys, .. } => Err(super::proven::failed(&Claim::Health, Some(environment), at, &keys)),
    }
}
