//! Who asks, and who has approved.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::answer::{Answer, Quorum, combine};
use super::words::{listed, plain, quoted};
use crate::model::{Approval, Approvals, Facts, Guardrail, Name, Proof, State, Unknown};
use crate::policy;

/// Whether the one who asks may: a promotion is asked for by `who`, a hotfix by those of `who` that `hotfix` names too, a
/// rollback by `rollback.who`.
pub(super) fn who(case: &Case<'_>) -> Option<Guardrail> {
    let environment = &case.environment;
    let mut answers = Vec::new();
    if case.is_rollback() {
        answers.extend(environment.rollback.who.as_ref().map(|who| may(case.facts, who, "roll back here")));
    } else {
        answers.extend(environment.who.as_ref().map(|who| may(case.facts, who, "change this environment")));
    }
    if case.is_hotfix() {
        let who = environment.hotfix.as_deref().unwrap_or_default();
        answers.push(may(case.facts, who, "call a change a hotfix here"));
    }
    (!answers.is_empty()).then(|| combine(Quorum::All, answers).named(Name::Who))
}

/// Who may change the policy, and who must approve of that.
pub(super) fn policy_change(facts: &Facts<'_>) -> Vec<Guardrail> {
    let change = &facts.policy.policy;
    let who = change.who.as_ref().map(|who| may(facts, who, "change the policy").named(Name::Who));
    let approvals = change.approvals.as_ref().map(|wanted| approved(facts, wanted).named(Name::Approvals));
    who.into_iter().chain(approvals).collect()
}

/// Whether the one who asks is shown to be among these people.
pub(super) fn is_shown_among(facts: &Facts<'_>, who: &[String]) -> bool {
    shown(facts).is_ok_and(|uuid| facts.policy.is_among(uuid, who))
}

/// The one who asks, by UUID, when nobody can have made that up; else why that is not known.
pub(crate) fn shown<'a>(facts: &'a Facts<'_>) -> Result<&'a str, Unknown> {
    let unknown = |why: String| Err(Unknown { why, remote: false });
    match (&facts.who.proof, &facts.who.uuid) {
        (Proof::Shown(_), Some(uuid)) if !key(uuid).is_empty() => Ok(uuid),
        (Proof::Shown(_), _) => unknown("whoever asks has no UUID".to_owned()),
        (Proof::Claimed, _) => {
            let name = facts.who.name.as_deref().or(facts.who.uuid.as_deref()).unwrap_or("somebody");
            unknown(format!("that it is {} is only claimed, and anybody can claim it", plain(name)))
        }
        (Proof::Nobody, _) => unknown("nobody knows who asks".to_owned()),
        (Proof::Failed(why), _) => {
            Err(Unknown { why: format!("who asks could not be found out: {}", plain(&why.why)), remote: why.remote })
        }
    }
}

/// What would show who asks.
const SHOW: &str = "run it in a Bitbucket pipeline with `oidc: true` and a token that may read pipelines, so that who triggered it is shown";

fn may(facts: &Facts<'_>, who: &[String], what: &str) -> Answer {
    if who.is_empty() {
        return Answer::not_met(format!("the policy lets nobody {what}"));
    }
    let uuid = match shown(facts) {
        Ok(uuid) => uuid,
        Err(unknown) => return Answer::because(&unknown).hint(SHOW),
    };
    let person = plain(&facts.policy.person(uuid));
    if facts.policy.is_among(uuid, who) {
        let how = match &facts.who.proof {
            Proof::Shown(how) => plain(how),
            Proof::Claimed | Proof::Nobody | Proof::Failed(_) => String::new(),
        };
        Answer::met(format!("{person} may {what} ({how})"))
    } else {
        let names: Vec<String> = who.iter().map(|name| quoted(&facts.policy.person(name))).collect();
        Answer::not_met(format!("{person} may not {what}")).hint(format!("ask one of {}", listed(&names)))
    }
}

/// Whether enough others have approved.
pub(super) fn approvals(case: &Case<'_>) -> Option<Guardrail> {
    let wanted = case.environment.approvals.as_ref()?;
    Some(approved(case.facts, wanted).named(Name::Approvals))
}

/// The people whose yes counts, each once, by the key of their UUID; why that cannot be told.
pub(crate) fn approvers<'a>(
    facts: &'a Facts<'_>,
    from: Option<&[String]>,
) -> Result<BTreeMap<String, &'a Approval>, Unknown> {
    let approvals = facts.approvals.as_ref().map_err(Clone::clone)?;
    let requester = shown(facts).map_err(|unknown| Unknown {
        why: format!("it cannot be ruled out that one of those who approve is the one who asks: {}", unknown.why),
        remote: unknown.remote,
    })?;
    if approvals.authors.is_empty() && !approvals.given.is_empty() {
        let why = "nobody says who made the change, so nobody can be ruled out".to_owned();
        return Err(Unknown { why, remote: false });
    }
    let out = involved(approvals, requester);
    let counts = |approval: &&Approval| {
        let key = key(&approval.uuid);
        !key.is_empty() && !out.contains(&key) && from.is_none_or(|from| facts.policy.is_among(&approval.uuid, from))
    };
    Ok(approvals.given.iter().filter(counts).map(|approval| (key(&approval.uuid), approval)).collect())
}

/// Those who made the change or ask for it.
fn involved(approvals: &Approvals, requester: &str) -> BTreeSet<String> {
    approvals.authors.iter().map(String::as_str).chain([requester]).map(key).collect()
}

fn approved(facts: &Facts<'_>, wanted: &policy::Approvals) -> Answer {
    let from = wanted.from.as_deref();
    let counted = match approvers(facts, from) {
        Ok(counted) => counted,
        Err(unknown) if facts.approvals.is_ok() => return Answer::because(&unknown).hint(SHOW),
        Err(unknown) => return Answer::because(&unknown),
    };
    // Nought would be no guardrail; the reader of the policy refuses it.
    let want = wanted.count.max(1);
    let names: Vec<String> = counted.values().map(|approval| named(facts, approval)).collect();
    if counted.len() >= want {
        return Answer::met(format!("approved by {}", listed(&names)));
    }
    let by = if names.is_empty() { String::new() } else { format!(" ({})", listed(&names)) };
    let left_out = left_out(facts, from, &counted);
    let why = format!("{} of {want} approvals{by}{left_out}", counted.len());
    let whom = match from {
        Some(from) => listed(&from.iter().map(|name| quoted(&facts.policy.person(name))).collect::<Vec<_>>()),
        None => "anybody who did not make the change".to_owned(),
    };
    Answer::new(State::NotYet(None), why).hint(format!("ask {whom} to approve the pull request as it is now"))
}

/// Whose yes does not count, and why.
fn left_out(facts: &Facts<'_>, from: Option<&[String]>, counted: &BTreeMap<String, &Approval>) -> String {
    let Ok(approvals) = facts.approvals else { return String::new() };
    let involved = shown(facts).map(|requester| involved(approvals, requester)).unwrap_or_default();
    let mut reasons = BTreeSet::new();
    let tagged =
        approvals.given.iter().map(|given| (given, false)).chain(approvals.stale.iter().map(|old| (old, true)));
    for (approval, is_stale) in tagged {
        let key = key(&approval.uuid);
        if counted.contains_key(&key) {
            continue;
        }
        let reason = if involved.contains(&key) {
            "made the change or asks for it"
        } else if from.is_some_and(|from| !facts.policy.is_among(&approval.uuid, from)) {
            "is not among those who are to approve"
        } else if is_stale {
            "approved an earlier state of it"
        } else {
            "has no UUID"
        };
        reasons.insert(format!("{} {reason}", named(facts, approval)));
    }
    reasons.iter().map(|reason| format!("; {reason}")).collect()
}

fn named(facts: &Facts<'_>, approval: &Approval) -> String {
    let known = facts.policy.person(&approval.uuid);
    match &approval.name {
        Some(name) if known == approval.uuid => plain(name),
        _ => plain(&known),
    }
}

/// By what UUIDs are compared: however they are written, the same person is one.
fn key(uuid: &str) -> String {
    uuid.trim().trim_start_matches('{').trim_end_matches('}').to_ascii_lowercase()
}
