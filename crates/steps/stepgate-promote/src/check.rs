//! `check`: the same judgement on a change that is there already: a pull request or a push, also one made by hand.

use findings::Outcome;
use jiff::Timestamp;
use promotion::model::Approvals;
use promotion::{Facts, Identity, Known, Proof, State as Says, Verdict, judge_policy_change};
use step::progress::Progress;
use step::publish::{Bulletin, COMMENT_CHARS, DataValue, Insight, ReportType, Target, publish};
use step::{Exit, Failure, Pipeline, Place, Result, Session};

use crate::approving::{self, branch_of, is_from_a_fork, is_to};
use crate::args::{CheckArgs, RepoArgs};
use crate::changes::{self, Changes};
use crate::config::Config;
use crate::judging::{People, plans};
use crate::report::{Done, Report};
use crate::repository::Repository;
use crate::state::{Depth, State};
use crate::write;

/// A change, judged.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// What came of it.
    pub(crate) report: Report,
    /// The yeses to it, of a pull request.
    pub(crate) approvals: Known<Approvals>,
}

/// Judges, tells and publishes.
pub(crate) async fn check(args: &CheckArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repo = RepoArgs {
        repo: args.repo.repo.clone(),
        branch: args.repo.branch.clone(),
        gitops_repository: args.repo.gitops_repository.clone(),
        config: args.repo.config.clone(),
        access: args.publish.access.clone(),
    };
    let repository = Repository::open(&repo, &place, session).await?;
    let target = Target::find(&args.publish, &place.pipeline, &session.env, place.repo().ok()).await?;
    let now = session.clock.now();
    let judged = {
        let progress = Progress::new(session);
        let judging = judge(args, &repository, &place, now);
        progress.during(&format!("judging a change to {}", repository.name()), judging).await?
    };
    let report = judged.report;
    let exit = report.tell(&args.output, &place, session)?;
    let Some(target) = &target else { return Ok(exit) };
    let published = publish(bulletin(&report, target), target).await;
    // When the stream takes nothing, the exit code still tells.
    published.tell(&mut session.err).ok();
    Ok(published.exit(exit, args.publish.require_publish))
}

async fn judge(args: &CheckArgs, repository: &Repository, place: &Place<Config>, now: Timestamp) -> Result<Judged> {
    let pipeline = &place.pipeline;
    if let Some(id) = args.publish.pull_request.or(pipeline.pull_request) {
        let judged = pull_request(repository, id, now).await?;
        return match &args.head {
            Some(head) => is_at(head, judged),
            None => Ok(judged),
        };
    }
    push(args, repository, pipeline, place, now).await
}

fn is_at(head: &str, judged: Judged) -> Result<Judged> {
    match &judged.report.head {
        Some(now) if !now.starts_with(head) => {
            Err(Failure::remote(format!("the pull request is not at {head:.12} any more, but at {now:.12}"))
                .hint("the pipeline of its last commit judges it"))
        }
        _ => Ok(judged),
    }
}

/// Judges a pull request as it is now, by the policy of its destination.
pub(crate) async fn pull_request(repository: &Repository, id: u64, now: Timestamp) -> Result<Judged> {
    let api = repository.needs_api()?;
    let open = api.repository.pull_requests().get(id).await.map_err(|error| {
        Failure::remote(format!("cannot read pull request {id} of {}", repository.name())).because(error)
    })?;
    if !is_to(&open, &repository.branch) {
        let there = branch_of(open.destination.as_ref()).unwrap_or("(no branch)");
        return Err(Failure::usage(format!(
            "pull request {id} wants to go to `{there}`, not to `{}`",
            repository.branch
        )));
    }
    if is_from_a_fork(&open) {
        return Err(Failure::input(format!("pull request {id} comes from a fork, or its repository is gone"))
            .hint("push its branch to the GitOps repository itself"));
    }
    let scratch = repository.scratch()?;
    let gone = || Failure::input(format!("the branch of pull request {id} is gone"));
    let source = branch_of(open.source.as_ref()).ok_or_else(gone)?;
    let head = scratch.tip(source).await.map_err(crate::repository::cannot_read)?.ok_or_else(gone)?;
    let told = open.source.as_ref().and_then(|side| side.commit.as_ref()).map_or("", |commit| commit.hash.as_str());
    if told.len() < 12 || !head.starts_with(told) {
        return Err(Failure::remote(format!(
            "pull request {id} moved while it was read: {head:.12} is not {told:.12}"
        ))
        .hint("run it again"));
    }
    let state = repository.state().await?;
    let base =
        scratch.merge_base(&state.tip, &head).await.map_err(crate::repository::cannot_read)?.ok_or_else(|| {
            Failure::input(format!("pull request {id} has no history in common with `{}`", repository.branch))
        })?;
    let approvals = approving::of(repository, id, &state, Some(&head)).await;
    let author = open.author.as_ref().map_or_else(Identity::default, |author| Identity {
        uuid: author.uuid.clone(),
        name: author.display_name.clone(),
        proof: Proof::Shown("Bitbucket names the author of the pull request".to_owned()),
    });
    let mut changes = changes::between(repository, &state, &base, &head).await?;
    let of_policy = policy_problems(&changes, &author, &approvals, &state, now);
    let behind = behind(&changes, &state, &base).await?;
    changes.problems.extend(of_policy.into_iter().chain(behind));
    let mut judged = of(repository, &state, changes, &author, approvals, now).await?;
    judged.report.head = Some(head);
    Ok(judged)
}

/// Judges what a push did, by the policy before it.
async fn push(
    args: &CheckArgs,
    repository: &Repository,
    pipeline: &Pipeline,
    place: &Place<Config>,
    now: Timestamp,
) -> Result<Judged> {
    let scratch = repository.scratch()?;
    let tip = repository.tip().await?;
    let here = match place.repo() {
        Ok(clone) => clone.head().await.ok(),
        Err(_) => None,
    };
    let head = args.head.clone().or_else(|| pipeline.commit.clone()).or(here).unwrap_or_else(|| tip.clone());
    let cannot = crate::repository::cannot_read;
    scratch.fetch_history(&head).await.map_err(cannot)?;
    scratch.fetch_history(&tip).await.map_err(cannot)?;
    let is_landed = scratch.is_ancestor(&head, &tip).await.map_err(cannot)?;
    let base = match &args.base {
        Some(base) => Some(base.clone()),
        None if is_landed => scratch.first_parent(&head).await.map_err(cannot)?,
        None => scratch.merge_base(&tip, &head).await.map_err(cannot)?,
    };
    let base = base.ok_or_else(|| {
        Failure::input(format!("there is no commit before {head:.12}, so there is no policy to judge it by"))
            .hint("give --base")
    })?;
    let state = State::read(scratch, &base, Depth::Current).await?;
    let mut changes = changes::between(repository, &state, &base, &head).await?;
    let nobody = Identity::default();
    let approvals = Ok(attested_approvals(&changes));
    let of_policy = policy_problems(&changes, &nobody, &approvals, &state, now);
    changes.problems.extend(of_policy);
    let mut judged = of(repository, &state, changes, &nobody, approvals, now).await?;
    judged.report.head = Some(head);
    Ok(judged)
}

/// The yeses that every deployment of the change attests: of several only those that all have.
fn attested_approvals(changes: &Changes) -> Approvals {
    let mut all = changes.moves.iter().map(|it| it.attested.as_ref().map(changes::approvals).unwrap_or_default());
    let Some(mut common) = all.next() else { return Approvals::default() };
    for other in all {
        common.given.retain(|it| other.given.iter().any(|that| that.uuid == it.uuid));
        common.authors.extend(other.authors);
    }
    common
}

/// Judges each image that is moved. Who wanted it is what is attested of it, else `author`.
async fn of(
    repository: &Repository,
    state: &State<'_>,
    changes: Changes,
    author: &Identity,
    approvals: Known<Approvals>,
    now: Timestamp,
) -> Result<Judged> {
    let mut report = Report::new(repository, state, Vec::new(), Done::Judged, now);
    report.problems = changes.problems;
    report.others = changes.others;
    for moved in &changes.moves {
        let who = moved.attested.as_ref().map_or_else(|| author.clone(), |it| changes::identity(&it.by));
        let people = People { who, approvals: approvals.clone() };
        report.plans.extend(plans(std::slice::from_ref(&moved.request), &people, repository, state, now).await?);
    }
    Ok(Judged { report, approvals })
}

/// What is in the way of a change to the policy itself.
fn policy_problems(
    changes: &Changes,
    author: &Identity,
    approvals: &Known<Approvals>,
    state: &State<'_>,
    now: Timestamp,
) -> Vec<String> {
    if !changes.policy {
        return Vec::new();
    }
    let (evidence, flights) = (attest::Evidence::default(), Ok(Vec::new()));
    let facts = Facts {
        policy: &state.policy,
        now,
        standings: &state.standings,
        holds: &state.holds,
        evidence: &evidence,
        who: author,
        approvals,
        flights: &flights,
    };
    let guardrails = judge_policy_change(&facts).into_iter().filter(|guardrail| guardrail.state != Says::Met);
    guardrails.map(|guardrail| format!("it changes promotion.yaml: {}", guardrail.why)).collect()
}

/// Places that moved on the branch since the change began: what was approved is not what a merge would make.
async fn behind(changes: &Changes, state: &State<'_>, base: &str) -> Result<Vec<String>> {
    let before = state.images_at(base).await?;
    let mut problems = Vec::new();
    for moved in &changes.moves {
        let place = (moved.request.service.clone(), moved.request.environment.clone());
        let now = state.standings.get(&place).map(|standing| &standing.image);
        if now != before.get(&place) {
            problems.push(format!(
                "{} in {} was changed on the branch meanwhile: bring the pull request up to date",
                place.0, place.1
            ));
        }
    }
    Ok(problems)
}

fn bulletin<'b>(report: &Report, target: &Target) -> Bulletin<'b> {
    let program = "stepgate-promote";
    let outcome = match report.verdict() {
        Verdict::Met => Outcome::Pass,
        Verdict::NotMet | Verdict::NotYet(_) => Outcome::Fail,
        Verdict::Failed => Outcome::Incomplete,
    };
    let lines = write::plan::lines(report);
    let mut insight = Insight::new(program, env!("CARGO_PKG_VERSION"), None, ReportType::Security, target);
    insight.passed = outcome == Outcome::Pass;
    insight.details.clone_from(&lines);
    insight.data = vec![
        ("Images moved", DataValue::Count(report.plans.len() as u64)),
        ("Problems", DataValue::Count(report.problems.len() as u64)),
        ("Other files", DataValue::Count(report.others.len() as u64)),
    ];
    let reason = lines.into_iter().next().unwrap_or_default();
    let comment = write::plan::markdown(report, Some(COMMENT_CHARS));
    Bulletin { program, outcome, reason, comment, insights: vec![insight] }
}
