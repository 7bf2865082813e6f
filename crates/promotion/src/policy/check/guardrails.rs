//! Whether what is asked of a change can be met, and asks for something.

use std::collections::BTreeSet;

use gitops::words::quoted;
use yaml_edit::Path;

use super::super::read::Fault;
use super::super::{Approvals, Environment, Freeze, Policy, Via};
use super::{keys, names};
use crate::calendar::Period;
use crate::condition;

/// Everything that one environment asks for.
pub(super) fn guardrails(policy: &Policy, environment: &Environment, path: &Path) -> Result<(), Fault> {
    order(environment, path)?;
    keys::require(policy, environment, path)?;
    let rollback = path.clone().key("rollback");
    for (who, path) in [
        (&environment.who, path.clone().key("who")),
        (&environment.hotfix, path.clone().key("hotfix")),
        (&environment.rollback.who, rollback.key("who")),
    ] {
        names::people(policy, who.as_deref().unwrap_or_default(), &path)?;
    }
    if let Some(asked) = &environment.approvals {
        let path = path.clone().key("approvals");
        if environment.via != Via::PullRequest {
            return Err(Fault::new(path, "a push cannot be approved").hint("add `via: pull-request` beside it"));
        }
        approvals(policy, asked, &path)?;
    }
    for (index, window) in environment.windows.iter().enumerate() {
        period(window, path.clone().key("windows").index(index))?;
    }
    for (index, frozen) in environment.freezes.iter().enumerate() {
        let path = path.clone().key("freezes").index(index);
        if !frozen.environments.is_empty() {
            return Err(Fault::new(path.key("environments"), "a freeze of an environment is of this one alone")
                .hint("leave it out, or move the freeze to `freezes` of the whole file"));
        }
        freeze(policy, frozen, &path)?;
    }
    conditions(environment, path)
}

/// What is asked of the environment before goes with there being one.
fn order(environment: &Environment, path: &Path) -> Result<(), Fault> {
    if environment.before().next().is_some() {
        return Ok(());
    }
    let needs = "there is no environment before this one, in which the image could have been";
    let hint = "add `from` or `from-any`, or leave it out";
    if environment.soak.is_some() {
        return Err(Fault::new(path.clone().key("soak"), needs).hint(hint));
    }
    if environment.verified == Some(true) {
        return Err(Fault::new(path.clone().key("verified"), needs).hint(hint));
    }
    Ok(())
}

fn approvals(policy: &Policy, approvals: &Approvals, path: &Path) -> Result<(), Fault> {
    if approvals.count == 0 {
        return Err(Fault::new(path.clone().key("count"), "0 asks for nothing").hint("leave `approvals` out"));
    }
    let Some(from) = &approvals.from else { return Ok(()) };
    names::people(policy, from, &path.clone().key("from"))?;
    let (want, have) = (approvals.count, policy.count(from));
    if want > have {
        let what = format!("{want} people must approve, and `from` names {have}");
        return Err(Fault::new(path.clone().key("count"), what).hint("nobody could ever meet it: name more people"));
    }
    Ok(())
}

/// Who may change the policy.
pub(super) fn change(policy: &Policy) -> Result<(), Fault> {
    let path = Path::root().key("policy");
    names::people(policy, policy.policy.who.as_deref().unwrap_or_default(), &path.clone().key("who"))?;
    policy.policy.approvals.as_ref().map_or(Ok(()), |asked| approvals(policy, asked, &path.key("approvals")))
}

/// A freeze, of an environment or of the whole file.
pub(super) fn freeze(policy: &Policy, freeze: &Freeze, path: &Path) -> Result<(), Fault> {
    names::text(&freeze.reason, path.clone().key("reason"))?;
    period(&freeze.when, path.clone().key("when"))?;
    for (index, environment) in freeze.environments.iter().enumerate() {
        names::environment(policy, environment, &path.clone().key("environments").index(index))?;
    }
    names::people(policy, &freeze.except_who, &path.clone().key("except-who"))
}

fn period(period: &Period, path: Path) -> Result<(), Fault> {
    period.check().map_err(|what| Fault::new(path, what))
}

fn conditions(environment: &Environment, path: &Path) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for (index, asked) in environment.conditions.iter().enumerate() {
        let path = path.clone().key("conditions").index(index);
        names::text(&asked.name, path.clone().key("name"))?;
        if !names.insert(&asked.name) {
            return Err(Fault::new(path.key("name"), format!("{} is there twice", quoted(&asked.name))));
        }
        condition::check(&asked.cel).map_err(|error| {
            Fault::new(path.key("cel"), error.to_string()).hint("conditions are written in CEL: https://cel.dev")
        })?;
    }
    Ok(())
}
