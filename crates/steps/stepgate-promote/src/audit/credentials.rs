//! Who can read the credentials (row 1 of the threats, and the limit below them).
//!
//! Source: <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>

use bitbucket::{Environment, Variable};
use promotion::Policy;

use super::{Check, Facts, Name, Seen, environments, is_every_branch_restricted};

pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    let server = facts.server;
    let is_restricted = server.restrictions.as_deref().is_ok_and(is_every_branch_restricted);
    let mut checks = Vec::new();
    for name in environments(facts.policy) {
        checks.extend(environment(name, facts.policy, &server.environments, is_restricted).map(|it| it.about(name)));
    }
    checks.push(shared(&server.repository_variables, "repository"));
    checks.push(shared(&server.workspace_variables, "workspace"));
    checks
}

type Environments = Vec<(Environment, Seen<Vec<Variable>>)>;

fn environment(name: &str, policy: &Policy, all: &Seen<Environments>, is_restricted: bool) -> [Check; 2] {
    let (inside, restricted) = (Name::CredentialsInEnvironment, Name::EnvironmentRestricted);
    if policy.is_open(name) {
        let why = "the policy asks for nothing before a change there";
        return [inside.not_applicable(why), restricted.not_applicable(why)];
    }
    let all = match all {
        Ok(all) => all,
        Err(unseen) => return [inside.unseen(unseen), restricted.unseen(unseen)],
    };
    let is_it = |it: &Environment| [&it.name, &it.slug].into_iter().flatten().any(|one| one.eq_ignore_ascii_case(name));
    let Some((found, variables)) = all.iter().find(|(it, _)| is_it(it)) else {
        let why = format!("Bitbucket has no deployment environment {name}, so that no credential is kept to it");
        let close = format!(
            "add it in the repository's settings, Deployments, with the credentials as secured variables, and name it in \
             the step: `deployment: {name}`"
        );
        return [inside.open(&why, &close), restricted.open(why, close)];
    };
    [credentials(variables), branches(found, is_restricted)]
}

/// Whether the credentials are in the environment, and never shown.
fn credentials(variables: &Seen<Vec<Variable>>) -> Check {
    let name = Name::CredentialsInEnvironment;
    let variables = match variables {
        Ok(variables) => variables,
        Err(unseen) => return name.unseen(unseen),
    };
    let found: Vec<&Variable> = variables.iter().filter(|it| is_credential(&it.key)).collect();
    let shown: Vec<&str> = found.iter().filter(|it| it.secured != Some(true)).map(|it| it.key.as_str()).collect();
    if !shown.is_empty() {
        return name.open(
            format!("{} can be read by whoever sees the settings", shown.join(", ")),
            "delete it, add it again as a secured variable, and take another credential: this one was seen",
        );
    }
    if found.is_empty() {
        return name.open(
            "it has no credential of stepgate, so that a promotion uses one that other steps see too",
            "put STEPGATE_SIGNING_KEY and STEPGATE_BITBUCKET_TOKEN there as secured variables, and only there",
        );
    }
    let keys: Vec<&str> = found.iter().map(|it| it.key.as_str()).collect();
    name.closed(format!("{} there and secured", keys.join(", ")))
}

/// Whether a step of any branch may name the environment, and so read its variables.
fn branches(environment: &Environment, is_restricted: bool) -> Check {
    let name = Name::EnvironmentRestricted;
    let admin_only = environment.restrictions.as_ref().and_then(|restrictions| restrictions.admin_only);
    if admin_only == Some(true) {
        return name.closed("only administrators of the repository deploy to it");
    }
    if is_restricted {
        return name
            .closed("not everybody may push to any branch, so that nobody else edits a step that deploys to it");
    }
    name.unknown(
        "everybody who may run a pipeline deploys to it, unless its branches are restricted, which the API does not tell",
        "restrict pushes to every branch (`*`), or let only administrators deploy to it (Premium)",
    )
}

/// Whether a credential is where every branch sees it.
fn shared(variables: &Seen<Vec<Variable>>, of: &str) -> Check {
    let name = Name::NoSharedCredentials;
    let check = match variables {
        Err(unseen) => name.unseen(unseen),
        Ok(variables) => {
            let found = variables.iter().map(|it| it.key.as_str()).filter(|key| is_credential(key));
            let found: Vec<&str> = found.collect();
            if found.is_empty() {
                name.closed(format!("no variable of the {of} is named like one"))
            } else {
                let keys = found.join(", ");
                name.open(
                    format!("{keys}: every step of every branch can read it, whatever its pipeline does with it"),
                    "move it to the deployment environments that need it, and take another credential",
                )
            }
        }
    };
    check.about(of)
}

/// Whether a variable holds a credential of stepgate, by its name: `STEPGATE_SIGNING_KEY`, `STEPGATE_BITBUCKET_TOKEN`.
fn is_credential(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    let is_secret = ["KEY", "TOKEN", "SECRET", "PASSWORD"].iter().any(|word| key.contains(word));
    key.starts_with("STEPGATE_") && is_secret
}
