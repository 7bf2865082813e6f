//! `plan` and `run`: judge, and act only when every guardrail is met.

use std::cell::{Cell, RefCell};

use landing::{Draft, Logged, Next, Snapshot, Text};
use promotion::policy::Via;
use promotion::{Action, Plan, Request, Verdict};
use step::progress::Progress;
use step::{Exit, Failure, Place, Result, Session};

use crate::acting::{By, Change, deployments, push};
use crate::args::{MoveArgs, RunArgs};
use crate::config::Config;
use crate::judging::{BRANCHES, People, is_there, plans, requests};
use crate::report::{Done, Report};
use crate::repository::{Committing, Repository, cannot_change, cannot_read};
use crate::state::{Depth, State};
use crate::{approving, identity};

/// `plan`: says, and changes nothing.
pub(crate) async fn plan(args: &MoveArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repository = Repository::open(&args.repo, &place, session).await?;
    let state = {
        let progress = Progress::new(session);
        progress.during(&format!("reading {}", repository.name()), repository.state()).await?
    };
    let requests = requests(args, &state)?;
    let who = identity::who(&repository, &place.pipeline, session).await;
    let approvals = approving::of_open(&repository, &branch(&requests), &state).await;
    let people = People { who, approvals };
    let now = session.clock.now();
    let plans = plans(&requests, &people, &repository, &state, now).await?;
    let done = if requests.iter().all(|request| is_there(request, &state)) { Done::There } else { Done::Judged };
    Report::new(&repository, &state, plans, done, now).tell(&args.output, &place, session)
}

/// `run`: takes the images there.
pub(crate) async fn run(args: &RunArgs, session: &mut Session) -> Result<Exit> {
    let wanted = &args.wanted;
    let place = Place::<Config>::find("promote", &wanted.repo.config, session).await?;
    let repository = Repository::open(&wanted.repo, &place, session).await?;
    let committing = repository.committing(&args.commit, &place, session).await?;
    let who = identity::who(&repository, &place.pipeline, session).await;
    let job = Job {
        args: wanted,
        repository: &repository,
        committing: &committing,
        who,
        clock: session.clock.clone(),
        first: Cell::default(),
    };
    let (via, branch) = job.way().await?;
    let outcome = {
        let what = format!("changing {}", repository.name());
        let progress = Progress::new(session);
        match via {
            Via::Push => {
                let look = async |tip: &str| job.look(tip, None).await;
                progress.during(&what, push(&repository, &committing, look)).await?
            }
            Via::PullRequest => progress.during(&what, job.propose(branch, args.merge, &place)).await?,
        }
    };
    outcome.tell(&wanted.output, &place, session)
}

/// Everything that stays the same however often it is tried.
struct Job<'a> {
    args: &'a MoveArgs,
    repository: &'a Repository,
    committing: &'a Committing,
    who: promotion::Identity,
    clock: http::Clock,
    /// The state by which the way was found: the first look is mostly at the same tip.
    first: Cell<Option<State<'a>>>,
}

impl<'a> Job<'a> {
    /// How the images get there, and the branch of a pull request for them.
    async fn way(&self) -> Result<(Via, String)> {
        let state = self.repository.state().await?;
        let requests = requests(self.args, &state)?;
        let via = |request: &Request| state.policy.environment(&request.environment).via;
        let first = requests.first().map_or(Via::Push, via);
        if requests.iter().any(|request| via(request) != first) {
            return Err(Failure::usage("what goes together goes one way, and the policy has different ones for these")
                .hint("promote to each environment by itself"));
        }
        let branch = branch(&requests);
        self.first.set(Some(state));
        Ok((first, branch))
    }

    /// A pull request, whose description is the plan.
    async fn propose(&self, branch: String, merge: bool, place: &Place<Config>) -> Result<Report> {
        let api = self.repository.needs_api()?;
        let last = RefCell::new(None);
        let plan = async |snapshot: &Snapshot<'_>| {
            let (report, next) = self.look(&snapshot.commit, Some(&branch)).await?;
            *last.borrow_mut() = Some(report);
            Ok::<_, Failure>(next)
        };
        let describe = |draft: &Draft| {
            let title = Text::of(draft).title;
            let description = last.borrow().as_ref().map(Report::description).unwrap_or_default();
            Text { title, description }
        };
        let request = landing::PullRequest {
            branch: branch.clone(),
            describe: &describe,
            // Whoever proposed something else for this service and environment proposed what is older than this wish.
            replaces: &|_: &Logged| true,
            reviewers: place.config.reviewers.clone(),
            default_reviewers: place.config.default_reviewers,
            close_source_branch: true,
            merge: None,
        };
        let options = self.repository.options(self.committing);
        let proposed = landing::pull_request(&self.repository.remote, &api.repository, &options, &request, plan).await;
        let proposed = proposed.map_err(|error| cannot_change(self.repository, error))?;
        let mut report = last.into_inner().ok_or_else(|| Failure::bug("nothing was judged"))?;
        report.proposed(proposed, &branch);
        report.notes.extend(self.repository.take_notes());
        if merge
            && report.verdict() == Verdict::Met
            && let Some(id) = report.pull_request()
        {
            return crate::merge::complete(id, self.repository, self.committing, &self.who, &self.clock).await;
        }
        Ok(report)
    }

    /// Judges the state at `tip`, and makes the commit.
    async fn look(&self, tip: &str, branch: Option<&str>) -> Result<(Report, Next)> {
        let state = match self.first.take().filter(|state| state.tip == tip) {
            Some(state) => state,
            None => State::read(self.repository.scratch()?, tip, Depth::Current).await?,
        };
        let now = self.clock.now();
        let requests = requests(self.args, &state)?;
        let approvals = match branch {
            Some(branch) => approving::of_open(self.repository, branch, &state).await,
            None => Ok(promotion::model::Approvals::default()),
        };
        let people = People { who: self.who.clone(), approvals };
        let plans = plans(&requests, &people, self.repository, &state, now).await?;
        let mut report = Report::new(self.repository, &state, plans, Done::Judged, now);
        if requests.iter().all(|request| is_there(request, &state)) {
            report.done = Done::There;
            return Ok((report, Next::Stop));
        }
        let acts = match (branch, report.verdict()) {
            (_, Verdict::Met) => true,
            // A pull request is how approvals are asked for, and may wait for the time to come.
            (Some(_), Verdict::NotYet(_)) => true,
            // One that is open says what is in its way now.
            (Some(branch), _) => approving::open(self.repository, branch).await.is_ok_and(|open| open.is_some()),
            (None, _) => false,
        };
        if !acts {
            return Ok((report, Next::Stop));
        }
        let action = if branch.is_none() { Action::Promoted } else { Action::Proposed };
        let draft = self.draft(&state, &report.plans, action, branch).await?;
        Ok((report, draft.map_or(Next::Stop, Next::Commit)))
    }

    async fn draft(
        &self,
        state: &State<'_>,
        plans: &[Plan],
        action: Action,
        branch: Option<&str>,
    ) -> Result<Option<Draft>> {
        let mut change = Change::new(state, self.committing, self.clock.now());
        change.images(plans).await?;
        let by = By { who: self.who.clone(), ..By::default() };
        for plan in plans {
            let kept = match branch {
                Some(branch) => kept(self.repository, state, branch, plan, self.clock.now()).await?,
                None => None,
            };
            match (kept, &plan.request.image.digest) {
                (Some(line), Some(digest)) => change.lines(&plan.request.service, digest, line.as_bytes()).await?,
                _ => {
                    let found = deployments(state, &plan.request.service, self.clock.now()).await?;
                    change.attest(action, plan, &by, &found).await?;
                }
            }
        }
        change.draft(None).await
    }
}

/// The statement that proposes the same on the branch already: made anew it would be another commit, and approvals of the
/// old one would not count.
async fn kept(
    repository: &Repository,
    state: &State<'_>,
    branch: &str,
    plan: &Plan,
    now: jiff::Timestamp,
) -> Result<Option<String>> {
    let Some(digest) = &plan.request.image.digest else { return Ok(None) };
    let scratch = repository.scratch()?;
    let Some(tip) = scratch.tip(branch).await.map_err(cannot_read)? else { return Ok(None) };
    let file = gitops::bundle_path(&plan.request.service, digest);
    let Some(bundle) = scratch.read(&tip, &file).await.map_err(cannot_read)? else { return Ok(None) };
    let there = state.file(&file).await?.unwrap_or_default();
    let found = approving::proposals(&bundle.content, &there, &plan.request, state, now);
    Ok(found.into_iter().next_back().map(|(line, _)| line))
}

/// The branch of a pull request: `stepgate/orders-api/production`, of several all their names.
fn branch(requests: &[Request]) -> String {
    let names = |of: fn(&Request) -> &str| {
        let mut names: Vec<&str> = requests.iter().map(of).collect();
        names.sort_unstable();
        names.dedup();
        names.join("+")
    };
    format!("{BRANCHES}{}/{}", names(|it| &it.service), names(|it| &it.environment))
}
