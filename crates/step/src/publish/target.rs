//! Where a gate's outcome goes, and with whose credentials.

use std::fmt;
use std::sync::{Arc, PoisonError};

use bitbucket::Clock;

use super::Notes;
use crate::access::{self, Access};
use crate::args::{Publish, PublishArgs};
use crate::env::Env;
use crate::failure::{Failure, Result};
use crate::pipeline::Pipeline;

/// A commit on Bitbucket, perhaps with its pull request, and access to it.
#[derive(Debug)]
pub struct Target {
    /// Workspace.
    pub workspace: String,
    /// Repository.
    pub repo: String,
    /// The commit that annotations are posted on.
    pub commit: String,
    /// Its branch, the source branch of a pull request.
    pub branch: Option<String>,
    /// The pull request that is commented.
    pub pull_request: Option<u64>,
    /// The page of the pipeline.
    pub link: Option<String>,
    repository: bitbucket::Repository,
    whole: bool,
    pub(super) notes: Notes,
}

impl Target {
    /// Where to publish; `None` when nothing is to be published. What `args` leave out comes from the pipeline, then
    /// from `git`; credentials come from the environment, then from the step's proxy.
    ///
    /// # Errors
    ///
    /// Usage failures, when publishing is asked for and it is not known where to, or there is no access; and whenever
    /// half of a pair of credentials is missing.
    pub async fn find(
        args: &PublishArgs,
        pipeline: &Pipeline,
        env: &Env,
        git: Option<&git::Repo>,
    ) -> Result<Option<Self>> {
        Self::find_by(args, pipeline, env, git, Clock::system()).await
    }

    /// The same, with a clock that a test can drive.
    pub(super) async fn find_by(
        args: &PublishArgs,
        pipeline: &Pipeline,
        env: &Env,
        git: Option<&git::Repo>,
        clock: Clock,
    ) -> Result<Option<Self>> {
        let wanted = args.publish == Publish::Always || args.require_publish;
        if args.publish == Publish::Never || !(wanted || pipeline.in_step) {
            return Ok(None);
        }
        let place = Place::find(args, pipeline, git).await?;
        match (place, Access::find(env, pipeline)?) {
            (Ok(place), Some(access)) => Self::new(place, &access, clock, args, pipeline).map(Some),
            (Err(missing), _) if wanted => Err(missing.failure()),
            (_, None) if wanted => Err(no_access()),
            _ => Ok(None),
        }
    }

    /// The page of a file at a line is this and `/PATH#lines-LINE`.
    #[must_use]
    pub fn source(&self) -> String {
        format!("https://bitbucket.org/{}/{}/src/{}", self.workspace, self.repo, self.commit)
    }

    /// The repository on Bitbucket.
    #[must_use]
    pub fn repository(&self) -> &bitbucket::Repository {
        &self.repository
    }

    pub(super) fn remote_commit(&self) -> bitbucket::Commit {
        self.repository.commit(&self.commit)
    }

    /// Whether there is access to more than reports.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    fn new(place: Place, access: &Access, clock: Clock, args: &PublishArgs, pipeline: &Pipeline) -> Result<Self> {
        let notes = Notes::default();
        let client = access.connect(&args.access, clock, {
            let notes = Arc::clone(&notes);
            move |note| notes.lock().unwrap_or_else(PoisonError::into_inner).push(note.to_owned())
        })?;
        let Place { workspace, repo, commit, branch } = place;
        Ok(Self {
            repository: client.repository(&workspace, &repo),
            workspace,
            repo,
            commit,
            branch,
            pull_request: args.pull_request.or(pipeline.pull_request),
            link: pipeline.url(),
            whole: access.is_whole(),
            notes,
        })
    }
}

/// `acme/shop at 0123456789ab`
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} at {:.12}", self.workspace, self.repo, self.commit)
    }
}

struct Place {
    workspace: String,
    repo: String,
    commit: String,
    branch: Option<String>,
}

/// A fact without which nothing can be published, and the argument that gives it.
struct Missing(&'static str, &'static str);

impl Missing {
    fn failure(self) -> Failure {
        Failure::usage(format!("cannot publish: the {} is not known", self.0)).hint(format!("give {}", self.1))
    }
}

impl Place {
    async fn find(args: &PublishArgs, pipeline: &Pipeline, git: Option<&git::Repo>) -> Result<Result<Self, Missing>> {
        let known = Known::of(git).await.map_err(|error| Failure::git("cannot find out what to publish to", error))?;
        let (workspace, repo) = known.slugs.unzip();
        let place = || {
            Ok(Self {
                workspace: first(&args.workspace, &pipeline.workspace, workspace)
                    .ok_or(Missing("workspace", "--workspace"))?,
                repo: first(&args.repo_slug, &pipeline.repo, repo).ok_or(Missing("repository", "--repo-slug"))?,
                commit: first(&args.commit, &pipeline.commit, known.head).ok_or(Missing("commit", "--commit"))?,
                branch: pipeline.branch.clone().or(known.branch),
            })
        };
        Ok(place())
    }
}

fn first(flag: &Option<String>, pipeline: &Option<String>, git: Option<String>) -> Option<String> {
    flag.clone().or_else(|| pipeline.clone()).or(git)
}

/// What the clone knows.
#[derive(Default)]
struct Known {
    slugs: Option<(String, String)>,
    head: Option<String>,
    branch: Option<String>,
}

impl Known {
    async fn of(git: Option<&git::Repo>) -> git::Result<Self> {
        let Some(git) = git else { return Ok(Self::default()) };
        let url = match git.default_remote().await? {
            Some(remote) => git.remote_url(&remote).await?,
            None => None,
        };
        let head = git.rev_parse("HEAD").await?;
        Ok(Self { slugs: url.as_deref().and_then(access::slugs), head, branch: git.current_branch().await? })
    }
}

fn no_access() -> Failure {
    Failure::usage("cannot publish: there are no credentials for Bitbucket")
        .hint("set STEPGATE_BITBUCKET_TOKEN, or STEPGATE_BITBUCKET_EMAIL and STEPGATE_BITBUCKET_API_TOKEN")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn find(args: PublishArgs, env: &[(&str, &str)]) -> Result<Option<Target>> {
        let env = Env::from_iter(env.iter().copied());
        Target::find(&args, &Pipeline::from_env(&env), &env, None).await
    }

    const STEP: [(&str, &str); 3] = [
        ("BITBUCKET_BUILD_NUMBER", "1"),
        ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
        ("BITBUCKET_COMMIT", "0123456789abcdef0123456789abcdef01234567"),
    ];

    #[tokio::test]
    async fn nothing_is_published_from_a_laptop_unless_asked_for() {
        assert!(find(PublishArgs::default(), &[]).await.expect("off").is_none());
        let never = PublishArgs { publish: Publish::Never, ..PublishArgs::default() };
        assert!(find(never, &STEP).await.expect("off").is_none());
    }

    #[tokio::test]
    async fn a_step_publishes_with_its_own_access() {
        let target = find(PublishArgs::default(), &STEP).await.expect("a step").expect("a target");
        assert_eq!(target.to_string(), "acme/shop at 0123456789ab");
        assert!(!target.is_whole());
    }

    #[tokio::test]
    async fn a_token_beats_the_access_of_the_step_and_reaches_further() {
        let env = [&STEP[..], &[("STEPGATE_BITBUCKET_TOKEN", "t")]].concat();
        let target = find(PublishArgs::default(), &env).await.expect("a step").expect("a target");
        assert!(target.is_whole());
        assert!(!format!("{target:?}").contains("\"t\""));
    }

    #[tokio::test]
    async fn what_is_asked_for_and_cannot_be_done_is_wrong_usage() {
        let always = PublishArgs { publish: Publish::Always, ..PublishArgs::default() };
        let failure = find(always.clone(), &[]).await.expect_err("no place");
        assert_eq!(failure.to_string(), "cannot publish: the workspace is not known");
        let failure = find(always, &STEP[1..]).await.expect_err("no access");
        assert_eq!(failure.exit(), crate::Exit::Usage);
        let half = [&STEP[..], &[("STEPGATE_BITBUCKET_EMAIL", "a@b.c")]].concat();
        let failure = find(PublishArgs::default(), &half).await.expect_err("half a pair");
        assert_eq!(failure.hints(), ["set STEPGATE_BITBUCKET_API_TOKEN too"]);
    }
}
