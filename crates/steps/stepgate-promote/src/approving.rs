//! Who said yes to a change, and who made it.

use std::collections::HashSet;

use attest::{Claim, Question};
use bitbucket::{PullRequest, PullRequestState};
use jiff::Timestamp;
use promotion::model::Approvals;
use promotion::{Action, Approval, Deployment, Known, Request};
use step::Result;

use crate::repository::{Api, Repository, cannot_read, unanswered, unknown};
use crate::state::State;

/// The yeses to the pull request that is open for a branch; none when there is no such pull request.
pub(crate) async fn of_open(repository: &Repository, branch: &str, state: &State<'_>) -> Known<Approvals> {
    match open(repository, branch).await? {
        Some(id) => of(repository, id, state, None).await,
        None => Ok(Approvals::default()),
    }
}

/// The number of the pull request that is open from a branch of ours to the protected one.
pub(crate) async fn open(repository: &Repository, branch: &str) -> Known<Option<u64>> {
    let api = match repository.api() {
        Ok(api) => api,
        Err(_) if !repository.is_on_bitbucket() => return Ok(None),
        Err(unknown) => return Err(unknown),
    };
    let query = format!("source.branch.name = \"{}\"", branch.replace('\\', "\\\\").replace('"', "\\\""));
    let list = api.repository.pull_requests().list().state(&PullRequestState::Open).query(query).all().await;
    let mut open = list.map_err(|error| unanswered("cannot list pull requests", &error))?;
    // The query is a favour of the server's.
    open.retain(|it| is_from(it, branch) && is_to(it, &repository.branch));
    Ok(open.iter().map(|it| it.id).min())
}

fn is_from(open: &PullRequest, branch: &str) -> bool {
    !is_from_a_fork(open) && branch_of(open.source.as_ref()) == Some(branch)
}

/// Whether its source is not in the repository itself: a branch of the same name there is another one.
pub(crate) fn is_from_a_fork(open: &PullRequest) -> bool {
    let of = |side: &Option<bitbucket::Endpoint>| side.as_ref()?.repository.as_ref()?.full_name.clone();
    of(&open.source).is_none() || of(&open.source) != of(&open.destination)
}

/// Whether it wants to go to a branch.
pub(crate) fn is_to(open: &PullRequest, branch: &str) -> bool {
    branch_of(open.destination.as_ref()) == Some(branch)
}

/// The branch of one side.
pub(crate) fn branch_of(side: Option<&bitbucket::Endpoint>) -> Option<&str> {
    Some(side?.branch.as_ref()?.name.as_str())
}

/// The yeses to a pull request as it is now, read by its number, and everybody who made it. Where it is known what is to be
/// approved, its head must be that.
pub(crate) async fn of(repository: &Repository, id: u64, state: &State<'_>, head: Option<&str>) -> Known<Approvals> {
    let api = repository.api()?;
    let what = format!("cannot read the approvals of pull request {id}");
    let found = api.repository.pull_requests().approvals_of(id).await.map_err(|error| unanswered(&what, &error))?;
    if let Some(head) = head.filter(|head| *head != found.head) {
        let why = format!("the pull request moved while it was judged: {head:.12} is not {:.12}", found.head);
        return Err(promotion::Unknown { why, remote: true });
    }
    let mut approvals = Approvals {
        given: found.given.iter().filter_map(approval).collect(),
        stale: found.stale.iter().filter_map(approval).collect(),
        authors: found.author.and_then(|author| author.uuid).into_iter().collect(),
    };
    let proposed = proposed(repository, &found.head, state).await.map_err(|failure| unknown(&failure.to_string()))?;
    // Whoever triggered it, as it is attested.
    approvals.authors.extend(proposed.iter().filter_map(|deployment| deployment.by.uuid.clone()));
    approvals.authors.extend(source_authors(api, &proposed, state).await);
    approvals.authors.sort();
    approvals.authors.dedup();
    Ok(approvals)
}

/// An account that is gone approves of nothing.
fn approval(given: &bitbucket::Approval) -> Option<Approval> {
    let at = given.at.unwrap_or(Timestamp::MIN);
    Some(Approval { uuid: given.uuid.clone()?, name: given.display_name.clone(), at })
}

/// Every proposal that is attested in `head` and not yet at the tip of the protected branch.
async fn proposed(repository: &Repository, head: &str, state: &State<'_>) -> Result<Vec<Deployment>> {
    let scratch = repository.scratch()?;
    let files = scratch.files(head, "attestations").await.map_err(cannot_read)?;
    let mut found = Vec::new();
    for (service, digest) in state.bundles_in(&files) {
        let file = gitops::bundle_path(&service, &digest);
        let Some(content) = scratch.read(head, &file).await.map_err(cannot_read)? else { continue };
        let there = state.file(&file).await?.unwrap_or_default();
        if content.content != there {
            let lines = new_lines(&content.content, &there, &service, digest.hex(), state, Timestamp::MAX);
            found.extend(lines.into_iter().map(|(_, deployment)| deployment));
        }
    }
    found.retain(|deployment| deployment.action == Action::Proposed);
    Ok(found)
}

/// The author of the commit that an image was built from, where Bitbucket tells: whoever wrote a change does not approve
/// of it.
async fn source_authors(api: &Api, proposed: &[Deployment], state: &State<'_>) -> Vec<String> {
    let mut authors = Vec::new();
    for deployment in proposed {
        let is_it = |record: &&gitops::Record| record.image.to_string() == deployment.image;
        let records = state.standings.values().filter_map(|standing| standing.record.as_ref());
        let Some(source) = records.filter(is_it).map(|record| &record.source).next() else { continue };
        let (Some(repository), Some(commit)) = (&source.repository, &source.commit) else { continue };
        let Some((workspace, repo)) = step::access::slugs(repository) else { continue };
        let found = api.client.repository(&workspace, &repo).commit(commit).get().await;
        authors.extend(
            found.ok().and_then(|commit| commit.author).and_then(|author| author.user).and_then(|user| user.uuid),
        );
    }
    authors
}

/// The statements of a bundle that propose what is requested and are not in `there`, with their lines.
pub(crate) fn proposals(
    bundle: &[u8],
    there: &[u8],
    request: &Request,
    state: &State<'_>,
    now: Timestamp,
) -> Vec<(String, Deployment)> {
    let Some(digest) = &request.image.digest else { return Vec::new() };
    let mut found = new_lines(bundle, there, &request.service, digest.hex(), state, now);
    let image = request.image.to_string();
    found.retain(|(_, it)| it.action == Action::Proposed && it.environment == request.environment && it.image == image);
    found
}

/// The attested deployments of a bundle that are not in `there`, with their lines.
pub(crate) fn new_lines(
    bundle: &[u8],
    there: &[u8],
    service: &str,
    digest: &str,
    state: &State<'_>,
    now: Timestamp,
) -> Vec<(String, Deployment)> {
    let known: HashSet<&[u8]> = there.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let lines: Vec<&[u8]> = bundle.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let evidence = attest::examine(bundle, &state.policy.trust(), &Question { service, digest, now });
    let deployments = evidence.accepted.iter().filter(|accepted| accepted.claim == Claim::Deployment);
    let new = deployments.filter_map(|accepted| {
        let line = lines.get(accepted.line.checked_sub(1)?).filter(|line| !known.contains(**line))?;
        let deployment = Deployment::of(&accepted.statement).ok()?;
        Some((String::from_utf8_lossy(line).into_owned(), deployment))
    });
    new.collect()
}
