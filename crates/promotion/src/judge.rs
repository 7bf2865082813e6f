//! Every guardrail, and what it says.

mod answer;
mod back;
mod before;
mod image;
mod people;
mod proven;
#[cfg(test)]
mod tests;
mod times;
mod traffic;
mod words;

use crate::condition;
use crate::model::{Facts, Guardrail, Kind, Plan, Request, Standing};
use crate::policy::Environment;

pub(crate) use before::soaked_since;
pub(crate) use people::approvers;
pub(crate) use words::plain;

/// What is asked of a change to `promotion.yaml` itself, by the policy in force.
#[must_use]
pub fn judge_policy_change(facts: &Facts<'_>) -> Vec<Guardrail> {
    people::policy_change(facts)
}

/// Evaluates all guardrails of the request, whatever the first ones say.
///
/// They come in the order of [`Name`](crate::model::Name). What the policy does not ask for is left out; image, "not
/// failed here", freeze and hold always speak. A rollback goes back to what was here: for it order says that, and
/// soak, attestations and approvals are left out, as are conditions; window, freeze and concurrency let it pass.
#[must_use]
pub fn judge(request: &Request, facts: &Facts<'_>) -> Plan {
    let case = Case { request, facts, environment: facts.policy.environment(&request.environment) };
    let mut guardrails = vec![image::judge(&case), proven::not_failed_here(&case), times::freeze(&case)];
    guardrails.push(traffic::hold(&case));
    guardrails.extend(people::who(&case));
    guardrails.extend(times::window(&case));
    guardrails.extend(traffic::concurrency(&case));
    if case.is_rollback() {
        guardrails.push(back::judge(&case));
    } else {
        guardrails.extend(before::judge(&case));
        guardrails.extend(proven::required(&case));
        guardrails.extend(people::approvals(&case));
        guardrails.extend(condition::judge(request, facts));
    }
    guardrails.sort_by(|one, other| one.name.cmp(&other.name));
    let from = case.standing(&request.environment).and_then(|standing| standing.image.clone().ok());
    Plan { request: request.clone(), from, guardrails }
}

/// What is asked, what is known, and what the policy wants of the environment.
pub(crate) struct Case<'a> {
    pub(crate) request: &'a Request,
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) environment: Environment,
}

impl Case<'_> {
    fn is_rollback(&self) -> bool {
        matches!(self.request.kind, Kind::Rollback { .. })
    }

    fn is_hotfix(&self) -> bool {
        matches!(self.request.kind, Kind::Hotfix { .. })
    }

    /// What stands in an environment of the service.
    fn standing(&self, environment: &str) -> Option<&Standing> {
        self.facts.standings.get(&(self.request.service.clone(), environment.to_owned()))
    }
}
