//! What a change to the GitOps repository does: which images it moves, and what else.

use promotion::deployment::Actor;
use promotion::model::Approvals;
use promotion::{Action, Approval, Deployment, Identity, Kind, Proof, Request};
use step::{Failure, Result};

use crate::approving::new_lines;
use crate::repository::{Repository, cannot_read};
use crate::state::State;

/// What a change does, judged by the policy of `state`.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The images that it moves, and what is attested of that.
    pub(crate) moves: Vec<Moved>,
    /// Whether it changes the policy.
    pub(crate) policy: bool,
    /// What no change may do, in words.
    pub(crate) problems: Vec<String>,
    /// The other files that it changes: no guardrail looks at them.
    pub(crate) others: Vec<String>,
}

/// An image that is moved.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    pub(crate) request: Request,
    /// The deployment that comes with it.
    pub(crate) attested: Option<Deployment>,
}

/// What lies between the commits `from` and `to`.
pub(crate) async fn between(repository: &Repository, state: &State<'_>, from: &str, to: &str) -> Result<Changes> {
    let scratch = repository.scratch()?;
    let files = scratch.changed_files(from, to).await.map_err(cannot_read)?;
    let mut changes = Changes::default();
    let mut attested = Vec::new();
    for file in &files {
        if file == promotion::policy::FILE {
            changes.policy = true;
        } else if file.starts_with("attestations/") {
            attested.extend(added(repository, state, file, from, to, &mut changes.problems).await?);
        } else if file == promotion::hold::FILE {
            changes.problems.extend(stops(repository, from, to).await?);
        } else if !state.is_target(file) {
            changes.others.push(file.clone());
        }
    }
    let (before, after) = (state.images_at(from).await?, state.images_at(to).await?);
    for (place, now) in &after {
        let was = before.get(place);
        if was == Some(now) {
            continue;
        }
        let (service, environment) = place.clone();
        match now {
            Ok(image) => changes.moves.push(moved(service, environment, image.clone(), &attested)),
            Err(why) => changes.problems.push(format!("{service} in {environment}: {why}")),
        }
    }
    if changes.policy && !changes.moves.is_empty() {
        changes.problems.push(
            "it changes promotion.yaml and images at once; one after the other, by the policy in force".to_owned(),
        );
    }
    Ok(changes)
}

fn moved(service: String, environment: String, image: gitops::Image, attested: &[Deployment]) -> Moved {
    let text = image.to_string();
    let is_it = |it: &&Deployment| it.service == service && it.environment == environment && it.image == text;
    let attested = attested.iter().filter(is_it).max_by_key(|it| it.at).cloned();
    let reason = |it: &Deployment| it.reason.clone().unwrap_or_default();
    let kind = match &attested {
        Some(it) if it.action == Action::RolledBack => Kind::Rollback { reason: reason(it) },
        Some(it) if it.reason.is_some() => Kind::Hotfix { reason: reason(it) },
        _ => Kind::Promotion,
    };
    Moved { request: Request { service, environment, image, kind }, attested }
}

/// The deployments that a change adds to a bundle. A bundle only grows.
async fn added(
    repository: &Repository,
    state: &State<'_>,
    file: &str,
    from: &str,
    to: &str,
    problems: &mut Vec<String>,
) -> Result<Vec<Deployment>> {
    let scratch = repository.scratch()?;
    let before = scratch.read(from, file).await.map_err(cannot_read)?.map(|it| it.content).unwrap_or_default();
    let after = scratch.read(to, file).await.map_err(cannot_read)?.map(|it| it.content).unwrap_or_default();
    if !after.starts_with(&before) {
        problems.push(format!("{file} is rewritten: attestations are only ever added"));
    }
    let Some((service, digest)) = state.bundle_of(file) else {
        problems.push(format!("{file} is no bundle of a service and an image"));
        return Ok(Vec::new());
    };
    let lines = new_lines(&after, &before, &service, digest.hex(), state, jiff::Timestamp::MAX);
    Ok(lines.into_iter().map(|(_, deployment)| deployment).collect())
}

/// Emergency stops that a change takes away.
async fn stops(repository: &Repository, from: &str, to: &str) -> Result<Vec<String>> {
    let scratch = repository.scratch()?;
    let read = async |commit: &str| {
        let content = scratch.read(commit, promotion::hold::FILE).await.map_err(cannot_read)?;
        let text = content.map(|it| String::from_utf8_lossy(&it.content).into_owned()).unwrap_or_default();
        promotion::Holds::read(&text).map_err(|error| {
            Failure::input(format!("cannot use {} of {commit:.12}", promotion::hold::FILE)).because(error)
        })
    };
    let before = read(from).await?;
    let after = match read(to).await {
        Ok(after) => after,
        Err(failure) => return Ok(vec![failure.to_string()]),
    };
    let gone = before.holds.iter().filter(|hold| !after.holds.contains(hold));
    Ok(gone.map(|hold| format!("it takes the hold on {} away: use `release`", hold.scope())).collect())
}

/// Who made an attested change, as far as the one who signed it could show.
pub(crate) fn identity(actor: &Actor) -> Identity {
    let proof = if actor.proof == "shown" {
        Proof::Shown("the one who signed the deployment was shown it".to_owned())
    } else {
        Proof::Claimed
    };
    Identity { uuid: actor.uuid.clone(), name: actor.name.clone(), proof }
}

/// The yeses that are attested of a change which is done.
pub(crate) fn approvals(deployment: &Deployment) -> Approvals {
    let given = deployment.approved_by.iter().filter_map(|actor| {
        let uuid = actor.uuid.clone().filter(|_| actor.proof == "shown")?;
        Some(Approval { uuid, name: actor.name.clone(), at: deployment.at })
    });
    Approvals { given: given.collect(), stale: Vec::new(), authors: deployment.by.uuid.clone().into_iter().collect() }
}
