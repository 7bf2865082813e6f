//! The GitOps repository, and the way into it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use landing::{Event, Logged, Merge, Options, Remote, Snapshot, Text};
use step::access::Access;
use step::gitops::GitOps;
use step::{Failure, Place, Result, Session};

use crate::args::{PutArgs, Via};
use crate::config::Config;
use crate::goal::Goal;
use crate::put::Stopped;

/// The way into the GitOps repository.
pub(crate) struct Way {
    pub(crate) via: Via,
    pub(crate) remote: Remote,
    pub(crate) branch: String,
    /// The repository as the API knows it, where that is needed.
    bitbucket: Option<bitbucket::Repository>,
    reviewers: Vec<String>,
    default_reviewers: bool,
    merge: bool,
}

/// Finds it.
pub(crate) async fn find(args: &PutArgs, goals: &[Goal], place: &Place<Config>, session: &Session) -> Result<Way> {
    let config = &place.config;
    let named = args.place.repo.as_ref().or(config.repository.as_ref()).ok_or_else(|| {
        Failure::usage("cannot tell which is the GitOps repository")
            .hint("give --repo, set STEPGATE_GITOPS_REPO, or configure `bump.repository` in stepgate.yaml")
    })?;
    let via = via(args, goals, config)?;
    let access = Access::find(&session.env, &place.pipeline)?;
    let on_bitbucket = args.pull_request.gitops_repository.as_deref();
    let gitops = GitOps { named, on_bitbucket, access: access.as_ref(), place };
    let bitbucket = match via {
        Via::Push => None,
        Via::Api | Via::PullRequest => Some(gitops.connect(&args.access)?.1),
    };
    let remote = match (&bitbucket, via) {
        (Some(repository), Via::Api) => Remote::Api(repository.clone()),
        (Some(repository), Via::PullRequest) if gitops.is_name() => Remote::Api(repository.clone()),
        _ => Remote::Git(gitops.scratch().await?),
    };
    let branch = args.place.branch.clone().or_else(|| config.branch.clone()).unwrap_or_else(|| "main".to_owned());
    let reviewers = config.reviewers.iter().chain(&args.pull_request.reviewer).cloned().collect();
    let default_reviewers = args.pull_request.default_reviewers || config.default_reviewers;
    Ok(Way { via, remote, branch, bitbucket, reviewers, default_reviewers, merge: merge(args, goals, config) })
}

impl Way {
    /// What to call the repository, without credentials.
    pub(crate) fn name(&self) -> String {
        self.remote.name()
    }

    /// Whether git, or the API, knows who commits.
    pub(crate) async fn knows_who_commits(&self) -> Result<bool> {
        match &self.remote {
            Remote::Git(scratch) => {
                scratch.has_identity().await.map_err(|error| Failure::git("cannot tell who commits", error))
            }
            Remote::Api(_) => Ok(true),
        }
    }

    /// How to land; what happens on the way is added to `notes`.
    pub(crate) fn options(&self, sign: Option<bool>, deadline: Duration, notes: &Arc<Mutex<Vec<String>>>) -> Options {
        let notes = Arc::clone(notes);
        Options {
            deadline,
            sign,
            tell: Arc::new(move |event: &Event| {
                notes.lock().unwrap_or_else(PoisonError::into_inner).push(told(event));
            }),
            ..Options::new(&self.branch)
        }
    }

    /// The pull request for these goals: a branch of its own for each service and environment.
    pub(crate) fn pull_request<'a>(
        &self,
        goals: &[Goal],
        replaces: &'a dyn Fn(&Logged) -> bool,
    ) -> landing::PullRequest<'a> {
        landing::PullRequest {
            branch: branch(goals),
            describe: &Text::of,
            replaces,
            reviewers: self.reviewers.clone(),
            default_reviewers: self.default_reviewers,
            close_source_branch: true,
            merge: self.merge.then(Merge::default),
        }
    }

    /// The branch of the pull request for these goals as it is now, when there is one.
    pub(crate) async fn proposed(&self, goals: &[Goal]) -> Result<Option<Snapshot<'_>>, Stopped> {
        self.remote.snapshot(&branch(goals)).await.map_err(Stopped::landing)
    }

    /// The repository as the API knows it.
    pub(crate) fn bitbucket(&self) -> Result<&bitbucket::Repository> {
        self.bitbucket.as_ref().ok_or_else(|| Failure::bug("a pull request needs the API, and there is none"))
    }
}

fn told(event: &Event) -> String {
    match event {
        Event::Moved { attempt, .. } => format!("attempt {attempt}: another commit landed first; planning again"),
        Event::Refused { attempt, said, .. } => format!("attempt {attempt} was refused: {said}"),
        Event::Lost { attempt, said, .. } => format!("attempt {attempt} had no answer: {said}"),
    }
}

/// `stepgate/orders-api/staging`; of several services or environments all their names.
fn branch(goals: &[Goal]) -> String {
    let names = |of: fn(&Goal) -> String| {
        let names: BTreeSet<String> = goals.iter().map(of).collect();
        names.into_iter().collect::<Vec<_>>().join("+")
    };
    let services = names(|goal| goal.service.clone().unwrap_or_else(|| goal.image.name.path().replace('/', "-")));
    match names(|goal| goal.environment.clone().unwrap_or_default()) {
        none if none.is_empty() => format!("stepgate/{services}"),
        environments => format!("stepgate/{services}/{environments}"),
    }
}

/// The way that arguments and config say; all environments of one call go the same way.
fn via(args: &PutArgs, goals: &[Goal], config: &Config) -> Result<Via> {
    if let Some(via) = args.commit.via {
        return Ok(via);
    }
    let of = |goal: &Goal| environment(goal, config).and_then(|it| it.via).unwrap_or(config.via);
    let first = goals.first().map_or(config.via, of);
    if goals.iter().any(|goal| of(goal) != first) {
        return Err(Failure::usage("the environments of one call go the same way, and these are configured to differ")
            .hint("call it once for each environment, or give --via"));
    }
    Ok(first)
}

fn merge(args: &PutArgs, goals: &[Goal], config: &Config) -> bool {
    let of = |goal: &Goal| environment(goal, config).and_then(|it| it.merge).unwrap_or(config.merge);
    args.pull_request.merge || !goals.is_empty() && goals.iter().all(of)
}

fn environment<'c>(goal: &Goal, config: &'c Config) -> Option<&'c crate::config::Environment> {
    config.environments.get(goal.environment.as_deref()?)
}

/// What stopped it: the plan itself, the remote, or what was asked of it.
pub(crate) fn stopped(message: String, error: landing::Error<Stopped>) -> Stopped {
    match error {
        landing::Error::Caller(stopped) => stopped,
        other => Stopped::Failed(failure(message, &other)),
    }
}

/// The failure of a remote, or of what was asked of it.
pub(crate) fn failure<E: fmt::Display>(message: impl Into<String>, error: &landing::Error<E>) -> Failure {
    let failure = if error.is_remote() { Failure::remote(message) } else { Failure::input(message) };
    let hint = match error {
        // What helps a clone of the service does not help here.
        landing::Error::Git(error) if error.is_remote() => Some(
            "see that the GitOps repository is there, and that the credentials of this step may read and write it"
                .to_owned(),
        ),
        error => error.hint(),
    };
    failure.because(error.to_string()).hint_if(hint)
}
