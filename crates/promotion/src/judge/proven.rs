//! What is attested of the image, and what speaks against it.

use attest::{Accepted, Claim, Holding, Need, Outcome};
use jiff::Timestamp;

use super::Case;
use super::answer::{Answer, Quorum, combine};
use super::words::{between, instant, length, listed, plain, quoted};
use crate::deployment::{Action, Deployment};
use crate::model::{Guardrail, Name, State};
use crate::policy::Require;

/// One guardrail for each requirement.
pub(super) fn required(case: &Case<'_>) -> Vec<Guardrail> {
    let requirements = case.environment.require.iter();
    requirements.map(|require| demand(case, require).named(Name::Attestation(require.claim.clone()))).collect()
}

/// How it stands with the health of the image in an environment, counting what was said since then.
pub(super) fn health(case: &Case<'_>, environment: &str, since: Option<Timestamp>) -> Holding {
    case.facts.evidence.holds(&Need {
        claim: &Claim::Health,
        environment: Some(environment),
        keys: 1,
        by: &[],
        max_age: None,
        since,
        now: case.facts.now,
    })
}

/// Since when it was found healthy in an environment without a break: the first PASS after the last FAIL, of those since
/// then. Only to be asked where [`health`] holds.
pub(super) fn healthy_since(case: &Case<'_>, environment: &str, since: Option<Timestamp>) -> Option<Timestamp> {
    let is_here = |one: &&Accepted| one.claim == Claim::Health && one.environment.as_deref() == Some(environment);
    let said = || case.facts.evidence.accepted.iter().filter(is_here);
    let failed = said().filter(|one| one.outcome == Outcome::Fail).filter_map(|one| one.at).max();
    let passes = said().filter(|one| one.outcome == Outcome::Pass).filter_map(|one| one.at);
    passes.filter(|at| since.is_none_or(|since| *at >= since) && failed.is_none_or(|failed| *at > failed)).min()
}

/// The answer to a claim that came out badly.
pub(super) fn failed(claim: &Claim, environment: Option<&str>, at: Option<Timestamp>, keys: &[String]) -> Answer {
    let place = environment.map_or_else(String::new, |environment| format!(" in {}", quoted(environment)));
    let at = at.map_or_else(|| "at no known time".to_owned(), |at| format!("at {}", instant(at)));
    Answer::not_met(format!("{claim} FAILED{place} {at}, says {}, and nothing newer says otherwise", said_by(keys)))
        .hint(maker(claim))
}

fn demand(case: &Case<'_>, require: &Require) -> Answer {
    if !require.claim.is_of_environment() {
        return holding(case, require, None);
    }
    match (&require.environment, &case.environment.from) {
        (Some(environment), _) => holding(case, require, Some(environment)),
        (None, from) if from.is_empty() => {
            Answer::not_met(format!("the policy does not say in which environment {} must be attested", require.claim))
                .hint("name the `environment` of this requirement in promotion.yaml")
        }
        (None, from) => {
            combine(Quorum::All, from.iter().map(|environment| holding(case, require, Some(environment))).collect())
        }
    }
}

fn holding(case: &Case<'_>, require: &Require, environment: Option<&str>) -> Answer {
    let (claim, now) = (&require.claim, case.facts.now);
    let max_age = require.max_age.as_ref().map(|age| age.0);
    let need = Need { claim, environment, keys: require.keys, by: &require.by, max_age, since: None, now };
    let place = environment.map_or_else(String::new, |environment| format!(" in {}", quoted(environment)));
    let age = |at: Timestamp| format!("{} ago", length(between(at, now)));
    match case.facts.evidence.holds(&need) {
        Holding::Holds { keys, since, .. } => {
            let since = since.map_or_else(String::new, |since| format!(", {}", age(since)));
            Answer::met(format!("attested{place} by {}{since}", said_by(&keys)))
        }
        Holding::Missing => Answer::not_met(format!("nothing that counts attests {claim}{place}")).hint(maker(claim)),
        Holding::Failed { at, keys, .. } => failed(claim, environment, at, &keys),
        Holding::TooOld { at } => {
            let most = max_age.map_or_else(String::new, |most| format!(", and may be {} old", length(most)));
            let at = at.map_or_else(|| "at no known time".to_owned(), age);
            Answer::not_met(format!("it was attested{place} {at}{most}")).hint(maker(claim))
        }
        Holding::TooFew { have, want } => {
            Answer::new(State::NotYet(None), format!("{have} of {want} keys attest {claim}{place}")).hint(maker(claim))
        }
    }
}

fn said_by(keys: &[String]) -> String {
    listed(&keys.iter().map(|key| quoted(key)).collect::<Vec<_>>())
}

/// What makes a claim.
fn maker(claim: &Claim) -> String {
    let program = match claim {
        Claim::Tests => "stepgate-tests",
        Claim::Provenance => "stepgate-bump",
        Claim::Deployment => "stepgate-promote",
        Claim::Type(_) => {
            return "sign such a statement with `stepgate attest sign` and add it to the bundle".to_owned();
        }
        Claim::Lint | Claim::Scan | Claim::Manifests | Claim::Health => claim.program().unwrap_or("stepgate"),
    };
    format!("{program} attests it when STEPGATE_SIGNING_KEY is set; `stepgate attest verify` shows what was rejected")
}

/// It was not found unhealthy here, and not taken back from here, since it was last found healthy or released here.
pub(super) fn not_failed_here(case: &Case<'_>) -> Guardrail {
    let environment = &case.request.environment;
    let answers = match health(case, environment, None) {
        Holding::Failed { at, keys, .. } => {
            vec![failed(&Claim::Health, Some(environment), at, &keys), taken_back(case, None)]
        }
        Holding::Holds { since, .. } => vec![taken_back(case, since)],
        Holding::Missing | Holding::TooOld { .. } | Holding::TooFew { .. } => vec![taken_back(case, None)],
    };
    combine(Quorum::All, answers).named(Name::NotFailedHere)
}

/// Whether it was taken back from here, and not released later; being found healthy later (`healthy`) is as good.
fn taken_back(case: &Case<'_>, healthy: Option<Timestamp>) -> Answer {
    let environment = quoted(&case.request.environment);
    let statements = case.facts.evidence.accepted.iter().filter(|accepted| accepted.claim == Claim::Deployment);
    let (mut against, mut in_favour) = (None::<(Timestamp, String)>, healthy);
    for accepted in statements {
        let deployment = match Deployment::of(&accepted.statement) {
            Ok(deployment) => deployment,
            Err(why) => {
                let why = plain(&why);
                return Answer::unknown(format!("a signed statement about its deployment cannot be used: {why}"));
            }
        };
        if deployment.service != case.request.service || deployment.environment != case.request.environment {
            continue;
        }
        let (is_subject, is_replaced) =
            (is_it(case, Some(&deployment.image)), is_it(case, deployment.replaced.as_deref()));
        let (at, why) =
            (deployment.at, deployment.reason.as_deref().map_or_else(String::new, |why| format!(": {}", plain(why))));
        match deployment.action {
            Action::RolledBack if is_replaced && !is_subject => {
                against =
                    against.max(Some((at, format!("it was rolled back from {environment} at {}{why}", instant(at)))));
            }
            Action::Held if is_subject || is_replaced => {
                against =
                    against.max(Some((at, format!("it was held back from {environment} at {}{why}", instant(at)))));
            }
            Action::Released if is_subject || is_replaced => in_favour = in_favour.max(Some(at)),
            Action::Bumped
            | Action::Proposed
            | Action::Promoted
            | Action::RolledBack
            | Action::Held
            | Action::Released => (),
        }
    }
    match against {
        Some((at, why)) if in_favour.is_none_or(|good| good <= at) => {
            Answer::not_met(why).hint("build a new image, or release this one: `stepgate-promote release`")
        }
        Some(_) => Answer::met(format!("it was taken back from {environment}, and is good again since")),
        None => Answer::met(format!("nothing says that it failed in {environment}")),
    }
}

/// Whether a reference means the image that is asked for, by its digest.
fn is_it(case: &Case<'_>, reference: Option<&str>) -> bool {
    let digest = reference.and_then(|reference| reference.parse::<gitops::Image>().ok()).and_then(|image| image.digest);
    digest.is_some() && digest == case.request.image.digest
}
