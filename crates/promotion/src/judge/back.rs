//! Rollback: back to what was here, and to nothing else.

use attest::Holding;

use super::Case;
use super::answer::Answer;
use super::words::{instant, plain, quoted};
use crate::model::{Guardrail, Name};

pub(super) fn judge(case: &Case<'_>) -> Guardrail {
    answer(case).named(Name::Order)
}

fn answer(case: &Case<'_>) -> Answer {
    let environment = quoted(&case.request.environment);
    let Some(standing) = case.standing(&case.request.environment) else {
        return Answer::unknown(format!("it is not known what ran in {environment} before"));
    };
    let Some(wanted) = &case.request.image.digest else {
        return Answer::not_met("it has no digest, so it cannot be told whether it was here");
    };
    let is_wanted =
        |image: &Result<gitops::Image, String>| image.as_ref().is_ok_and(|image| image.digest.as_ref() == Some(wanted));
    let before = standing.before.iter().find(|earlier| is_wanted(&earlier.image));
    if before.is_none() && !is_wanted(&standing.image) {
        return Answer::not_met(format!("it never ran in {environment}, as far as the history tells"))
            .hint("`stepgate-promote history` shows what ran there; what never did must be promoted");
    }
    let here = match before.and_then(|earlier| earlier.since) {
        Some(since) => format!("it ran in {environment} since {}", instant(since)),
        None => format!("it ran in {environment} before"),
    };
    if !case.environment.rollback.verified.unwrap_or(true) {
        return Answer::met(here);
    }
    match super::proven::health(case, &case.request.environment, None) {
        Holding::Holds { keys, .. } => {
            Answer::met(format!("{here}, and was found healthy by {}", plain(&keys.join(", "))))
        }
        Holding::Failed { .. } => Answer::not_met(format!("{here}, but was found not healthy at last"))
            .hint("go back to another image: `stepgate-promote history` shows them"),
        Holding::Missing | Holding::TooOld { .. } | Holding::TooFew { .. } => {
            Answer::not_met(format!("{here}, but was never found healthy there"))
                .hint("go back to another image, or let the policy allow it with `rollback.verified: false`")
        }
    }
}
