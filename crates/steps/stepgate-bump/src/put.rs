//! `put`: images to where the GitOps repository wants them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use git::Repo;
use gitops::{Age, FileChange, Plan, Record, Rules, Source, Wish};
use http::Clock;
use landing::{Draft, File, Landed, Next, Person, Snapshot};
use step::progress::Progress;
use step::{Exit, Failure, Place, Result, Session};

use crate::args::{PutArgs, Via};
use crate::attestations::{self, Attestations};
use crate::config::Config;
use crate::goal::{self, Goal};
use crate::remote::{self, Way};
use crate::report::{Ended, Report};
use crate::witness::{self, Scene, Witness};
use crate::{diff, digest, guard, order, policy, proposal, source};

/// How long to try again unless somebody says otherwise.
const DEADLINE: Duration = Duration::from_secs(300);

/// Why a plan could not be made, or was not to be.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It cannot be done.
    Failed(Failure),
    /// A rule says no.
    Refused(gitops::Refusal),
    /// A freeze says not yet.
    NotYet(String),
}

impl Stopped {
    /// The repository did not give what a plan needs.
    pub(crate) fn landing(error: landing::Error) -> Self {
        Self::Failed(remote::failure("cannot read the GitOps repository", &error))
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => failure.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::NotYet(why) => f.write_str(why),
        }
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<gitops::Refusal> for Stopped {
    fn from(refusal: gitops::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Puts them there.
pub(crate) async fn put(args: &PutArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("bump", &args.config, session).await?;
    let mut job = Job::find(args, &place, session).await?;
    let way = remote::find(args, &job.goals, &place, session).await?;
    if job.author.is_none() && !way.knows_who_commits().await? {
        job.author = Some(Person::pipelines());
    }
    let mut made = Made::default();
    let (landed, notes) = {
        let notes = Arc::new(Mutex::new(Vec::new()));
        let progress = Progress::new(session);
        let landed = progress.during(&format!("changing {}", way.name()), job.land(&way, &notes, &mut made)).await;
        (landed, std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner)))
    };
    let ended = match landed {
        Ok(ended) => ended,
        Err(stopped) => {
            // What was planned is not done.
            made = Made::default();
            match stopped {
                Stopped::Failed(failure) => return Err(failure),
                Stopped::Refused(refusal) => Ended::refused(refusal)?,
                Stopped::NotYet(why) => Ended::NotYet { why },
            }
        }
    };
    Report::new(ended, &way, made, notes).tell(args, &place, session)
}

/// What came of the plan that was made last.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) plan: Plan,
    pub(crate) diff: String,
    pub(crate) carried: Vec<String>,
    /// What a newer build has put there already, a sentence for each.
    pub(crate) superseded: Vec<String>,
    stopped: Option<Ended>,
}

/// Everything that is known before the GitOps repository is asked for the first time.
struct Job<'a> {
    goals: Vec<Goal>,
    rules: Rules,
    source: Source,
    attestations: Attestations,
    witness: Option<Witness>,
    clock: Clock,
    clone: Option<&'a Repo>,
    message: Option<String>,
    author: Option<Person>,
    sign: Option<bool>,
    deadline: Duration,
    dry_run: bool,
    allow_older: bool,
}

impl<'a> Job<'a> {
    async fn find(args: &PutArgs, place: &'a Place<Config>, session: &mut Session) -> Result<Self> {
        let config = &place.config;
        let mut images = args.images.clone();
        digest::complete(&mut images, args, config, session).await?;
        let goals = goal::goals(&images, &args.place, config, &place.pipeline)?;
        let clone = place.repo().ok();
        let commit = &args.commit;
        let author = commit.author.as_ref().or(config.author.as_ref()).map(|text| author(text)).transpose()?;
        let source = source::source(commit, &place.pipeline, clone).await;
        Ok(Self {
            attestations: attestations::find(commit.attestations.as_deref(), place, &goals)?,
            witness: witness::find(&source, &goals, session)?,
            clock: session.clock.clone(),
            rules: rules(args, config),
            source,
            goals,
            clone,
            message: commit.message.clone().or_else(|| config.message.clone()),
            author,
            sign: commit.sign.or(config.sign),
            deadline: commit.deadline.or(config.deadline.as_ref().map(step::values::Time::get)).unwrap_or(DEADLINE),
            dry_run: commit.dry_run,
            allow_older: args.rules.allow_older,
        })
    }

    async fn land(&self, way: &Way, notes: &Arc<Mutex<Vec<String>>>, made: &mut Made) -> Result<Ended, Stopped> {
        let options = way.options(self.sign, self.deadline, notes);
        let plan = async |snapshot: &Snapshot<'_>| self.plan(snapshot, way, made).await;
        let failed = |error| remote::stopped(format!("cannot change {}", way.name()), error);
        // A plan that stops closes what is proposed, so a dry run goes the way that has nothing to close.
        match if self.dry_run { Via::Push } else { way.via } {
            Via::Push | Via::Api => {
                let landed = landing::push(&way.remote, &options, plan).await.map_err(failed)?;
                Ok(match landed {
                    Landed::Committed { commit, attempts, .. } => Ended::Committed { commit, attempts },
                    Landed::Stopped => made.stopped(),
                })
            }
            Via::PullRequest => {
                let replaces = |logged: &landing::Logged| self.allow_older || !self.is_older_than(&logged.message);
                let request = way.pull_request(&self.goals, &replaces);
                let bitbucket = way.bitbucket()?;
                let proposed = landing::pull_request(&way.remote, bitbucket, &options, &request, plan).await;
                Ok(proposal::ended(proposed.map_err(failed)?, &request.branch, made, notes))
            }
        }
    }

    /// Whether a commit is of a newer build than ours.
    fn is_older_than(&self, message: &str) -> bool {
        gitops::records(message).iter().any(|record| gitops::age(&record.source, &self.source) == Age::Newer)
    }

    /// What is to be done with the repository as it is now.
    async fn plan(&self, snapshot: &Snapshot<'_>, way: &Way, made: &mut Made) -> Result<Next, Stopped> {
        *made = Made::default();
        let (policy, policy_ref) = policy::read(snapshot).await?.unzip();
        let (mut wishes, files) = goal::wishes(&self.goals, policy.as_ref(), snapshot).await?;
        let policy = policy.unwrap_or_default();
        if !self.allow_older {
            // A newer build is told before its version is held against this one.
            let plan = gitops::plan(&wishes, &files, &Rules { allow_downgrade: true, ..self.rules })?;
            let late = order::late(&plan.moves, &self.source, self.clone, snapshot).await?;
            wishes.retain(|it| !late.iter().any(|l| (&l.service, &l.environment) == (&it.service, &it.environment)));
            made.superseded = late.into_iter().map(|late| late.by).collect();
        }
        made.plan = gitops::plan(&wishes, &files, &self.rules)?;
        guard::check(&policy, &wishes, &made.plan, snapshot, self.clock.now()).await?;
        let own = match &self.witness {
            Some(witness) => {
                let proposes = way.via == Via::PullRequest;
                let branch = if proposes { way.proposed(&self.goals).await? } else { None };
                let (plan, proposed) = (&made.plan, branch.as_ref());
                let scene = Scene { policy: &policy, policy_ref, plan, snapshot, proposed, proposes };
                witness.statements(&wishes, &self.attestations, &scene).await?
            }
            None => Vec::new(),
        };
        let carried = self.attestations.files(&own, &wishes, snapshot).await?;
        made.carried = carried.iter().map(|change| change.file.clone()).collect();
        let plan = &made.plan;
        let changes = || plan.files.iter().chain(&carried);
        if changes().next().is_none() {
            let superseded = !made.superseded.is_empty();
            made.stopped = Some(if superseded { Ended::Superseded } else { Ended::Unchanged });
            return Ok(Next::Stop);
        }
        if self.dry_run {
            made.diff = changes().map(|it| diff::unified(&it.file, &it.before, &it.after)).collect();
            made.stopped = Some(Ended::Planned);
            return Ok(Next::Stop);
        }
        let file = |change: &FileChange| File { path: change.file.clone(), content: change.after.clone() };
        let message = self.message(&wishes, plan)?;
        let files = changes().map(file).collect();
        Ok(Next::Commit(Draft {
            message,
            author: self.author.clone(),
            files,
            time: Some(self.clock.now().as_second()),
        }))
    }

    fn message(&self, wishes: &[Wish], plan: &Plan) -> Result<String, Stopped> {
        let record = |wish: &Wish| {
            let Wish { service, environment, image, .. } = wish.clone();
            Record { service, environment, image, source: self.source.clone() }
        };
        let records: Vec<Record> = wishes.iter().map(record).collect();
        Ok(gitops::message(self.message.as_deref(), &records, &plan.moves).map_err(template)?)
    }
}

fn template(error: gitops::TemplateError) -> Failure {
    let hint = error.hint();
    Failure::usage("cannot make the message of the commit").because(error).hint(hint)
}

fn rules(args: &PutArgs, config: &Config) -> Rules {
    let rules = &args.rules;
    Rules {
        clear_digest: rules.clear_digest,
        allow_latest: rules.allow_latest,
        allow_downgrade: rules.allow_downgrade,
        require_digest: rules.require_digest || config.require_digest,
        insert: rules.insert,
        rename: rules.rename,
    }
}

impl Made {
    /// Why the plan said to stop.
    pub(crate) fn stopped(&mut self) -> Ended {
        self.stopped.take().unwrap_or(Ended::Unchanged)
    }
}

/// Who the commit is from.
fn author(text: &str) -> Result<Person> {
    text.parse().map_err(|what: String| Failure::usage(what).hint("write it as `Name <address>`"))
}
