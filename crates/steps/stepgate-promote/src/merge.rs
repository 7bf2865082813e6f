//! `merge`: completes a pull request, when every guardrail is met and its approvals are of its last commit.

use bitbucket::{Merged, PullRequest, PullRequestState};
use http::Clock;
use landing::{Next, Snapshot};
use promotion::model::Approvals;
use promotion::{Action, Identity, Plan, Verdict};
use step::progress::Progress;
use step::{Exit, Failure, Place, Result, Session};

use crate::acting::{By, Change, deployments};
use crate::args::MergeArgs;
use crate::check;
use crate::config::Config;
use crate::judging::is_there;
use crate::report::{Done, Report};
use crate::repository::{Committing, Repository, cannot_change};
use crate::state::{Depth, State};
use crate::{approving, changes, identity};

/// Merges it.
pub(crate) async fn merge(args: &MergeArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repository = Repository::open(&args.repo, &place, session).await?;
    let committing = repository.committing(&args.commit, &place, session).await?;
    let who = identity::who(&repository, &place.pipeline, session).await;
    let clock = session.clock.clone();
    let report = {
        let progress = Progress::new(session);
        let merging = complete(args.id, &repository, &committing, &who, &clock);
        progress.during(&format!("merging pull request {}", args.id), merging).await?
    };
    report.tell(&args.output, &place, session)
}

/// Judges the pull request as it is now, merges it, and attests what was done. Of one that is merged already only what is
/// missing is attested, so that an interrupted run can be repeated.
pub(crate) async fn complete(
    id: u64,
    repository: &Repository,
    committing: &Committing,
    who: &Identity,
    clock: &Clock,
) -> Result<Report> {
    let api = repository.needs_api()?;
    let pull_requests = api.repository.pull_requests();
    let cannot = |error| Failure::remote(format!("cannot merge pull request {id}")).because(error);
    let open = pull_requests.get(id).await.map_err(cannot)?;
    if open.state == Some(PullRequestState::Merged) {
        return after(&open, repository, committing, clock).await;
    }
    let judged = check::pull_request(repository, id, clock.now()).await?;
    if judged.report.verdict() != Verdict::Met {
        return Ok(judged.report);
    }
    let merged = match pull_requests.merge(id).send().await {
        Ok(Merged::Done(merged)) => merged,
        Ok(Merged::Pending) => {
            return Err(Failure::remote(format!("Bitbucket is still merging pull request {id}"))
                .hint("run it again: what is merged by then is attested, and nothing is merged twice"));
        }
        Err(error) if error.is_conflict() => {
            return Err(Failure::remote(format!("pull request {id} moved while it was merged"))
                .because(error)
                .hint("run it again: it is judged as it is then"));
        }
        Err(error) => {
            // The answer may be lost and the merge done.
            let now = pull_requests.get(id).await.map_err(cannot)?;
            if now.state != Some(PullRequestState::Merged) {
                return Err(cannot(error).hint("a merge check of the repository may be in the way"));
            }
            Box::new(now)
        }
    };
    let (mut report, approvals) = (judged.report, judged.approvals.unwrap_or_default());
    let plans = report.plans.clone();
    let commit = merged.merge_commit.as_ref().map(|commit| commit.hash.clone());
    report.done = Done::Merged { pull_request: id, commit };
    report.problems = not_what_was_judged(&plans, repository).await?;
    if !report.problems.is_empty() {
        return Ok(report);
    }
    let by = By { who: who.clone(), approvals: &approvals.given, pull_request: Some(id) };
    attest(&plans, &by, repository, committing, clock).await?;
    report.notes.extend(repository.take_notes());
    Ok(report)
}

/// A merge takes whatever the branch has at that moment: a commit that came between the judgement and the merge is found
/// here, loudly.
async fn not_what_was_judged(plans: &[Plan], repository: &Repository) -> Result<Vec<String>> {
    let state = repository.state().await?;
    let not_there = plans.iter().map(|plan| &plan.request).filter(|request| !is_there(request, &state));
    let problem = |request: &promotion::Request| {
        let place = state.standings.get(&(request.service.clone(), request.environment.clone()));
        let there = match place.map(|standing| &standing.image) {
            Some(Ok(image)) => image.to_string(),
            Some(Err(why)) => why.clone(),
            None => "nothing".to_owned(),
        };
        format!(
            "merged, and not what was judged: {} in {} has {there}, judged was {}; somebody pushed at the moment of the \
             merge: roll back, and see who may push there",
            request.service, request.environment, request.image
        )
    };
    Ok(not_there.map(problem).collect())
}

/// Adds what was done to the bundles.
async fn attest(
    plans: &[Plan],
    by: &By<'_>,
    repository: &Repository,
    committing: &Committing,
    clock: &Clock,
) -> Result<()> {
    if committing.key.is_none() || plans.is_empty() {
        return Ok(());
    }
    let write = async |snapshot: &Snapshot<'_>| {
        let state = State::read(repository.scratch()?, &snapshot.commit, Depth::Current).await?;
        let mut change = Change::new(&state, committing, clock.now());
        for plan in plans {
            let found = deployments(&state, &plan.request.service, clock.now()).await?;
            let is_done = found.iter().any(|it| {
                it.deployment.action == Action::Promoted
                    && it.deployment.pull_request == by.pull_request
                    && it.deployment.environment == plan.request.environment
            });
            if !is_done {
                change.attest(Action::Promoted, plan, by, &found).await?;
            }
        }
        let subject = by.pull_request.map(|id| format!("Attest the promotion by pull request {id}"));
        let draft = change.draft(subject.as_deref()).await?;
        Ok::<_, Failure>(draft.map_or(Next::Stop, Next::Commit))
    };
    let options = repository.options(committing);
    let landed = landing::push(&repository.remote, &options, write).await;
    landed.map(drop).map_err(|error| cannot_change(repository, error))
}

/// What is missing after a merge that an earlier run, or a person, did.
async fn after(
    merged: &PullRequest,
    repository: &Repository,
    committing: &Committing,
    clock: &Clock,
) -> Result<Report> {
    let id = merged.id;
    let state = repository.state().await?;
    let commit = merged.merge_commit.as_ref().map(|commit| commit.hash.clone());
    let approvals: Approvals = approving::of(repository, id, &state, None).await.map_err(|unknown| {
        Failure::remote(format!("cannot read the approvals of pull request {id}")).because(unknown.why)
    })?;
    let full = match &commit {
        Some(hash) => repository.scratch()?.full_id(hash).await.map_err(crate::repository::cannot_read)?,
        None => None,
    };
    let mut plans = Vec::new();
    let mut by = By { approvals: &approvals.given, pull_request: Some(id), ..By::default() };
    if let Some(full) = full
        && let Some(before) = repository.scratch()?.first_parent(&full).await.map_err(crate::repository::cannot_read)?
    {
        let done = changes::between(repository, &state, &before, &full).await?;
        for moved in done.moves {
            if let Some(attested) = &moved.attested {
                by.who = changes::identity(&attested.by);
            }
            plans.push(Plan { request: moved.request, from: None, guardrails: Vec::new() });
        }
    }
    attest(&plans, &by, repository, committing, clock).await?;
    let mut report =
        Report::new(repository, &state, Vec::new(), Done::Merged { pull_request: id, commit }, clock.now());
    report.notes = repository.take_notes();
    report.notes.push(format!("pull request {id} was merged already"));
    Ok(report)
}
