//! Where a gate's outcome goes, and with whose credentials.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bitbucket::{Auth, Bitbucket, Clock, Retries, Secret};

use super::Notes;
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
        match (place, auth(env, pipeline)?) {
            (Ok(place), Some(auth)) => {
                let access = Access { auth, oauth_url: env.get("STEPGATE_BITBUCKET_OAUTH_URL"), clock };
                Self::new(place, access, args, pipeline).map(Some)
            }
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

    fn new(place: Place, access: Access<'_>, args: &PublishArgs, pipeline: &Pipeline) -> Result<Self> {
        let Access { auth, oauth_url, clock } = access;
        let budget = args.bitbucket_patience.map_or(Retries::default().budget, Duration::from_secs);
        let retries = Retries { budget, ..Retries::default() };
        let notes = Notes::default();
        let whole = !matches!(auth, Auth::Proxy(_));
        let mut builder = Bitbucket::builder()
            .auth(auth)
            .user_agent(concat!("stepgate/", env!("CARGO_PKG_VERSION")))
            .retries(retries)
            .clock(clock)
            .on_note({
                let notes = Arc::clone(&notes);
                move |note| notes.lock().unwrap_or_else(PoisonError::into_inner).push(note.to_owned())
            });
        if let Some(url) = &args.bitbucket_url {
            builder = builder.base_uri(url);
        }
        if let Some(url) = oauth_url {
            builder = builder.oauth_uri(url);
        }
        let client = builder.build().map_err(|error| Failure::usage("cannot talk to Bitbucket").because(error))?;
        let Place { workspace, repo, commit, branch } = place;
        Ok(Self {
            repository: client.repository(&workspace, &repo),
            workspace,
            repo,
            commit,
            branch,
            pull_request: args.pull_request.or(pipeline.pull_request),
            link: pipeline.url(),
            whole,
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

/// How to get in.
struct Access<'e> {
    auth: Auth,
    oauth_url: Option<&'e str>,
    clock: Clock,
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
        Ok(Self { slugs: url.as_deref().and_then(slugs), head, branch: git.current_branch().await? })
    }
}

/// Workspace and repository in the URL of a clone: `https://bitbucket.org/acme/shop.git`,
/// `git@bitbucket.org:acme/shop.git`, `ssh://git@bitbucket.org/acme/shop`.
fn slugs(url: &str) -> Option<(String, String)> {
    let (_, path) = url.split_once("bitbucket.org")?;
    let path = path.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '/').trim_end_matches('/');
    let (workspace, repo) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    (!workspace.is_empty() && !repo.is_empty() && !repo.contains('/')).then(|| (workspace.to_owned(), repo.to_owned()))
}

/// The credentials that the environment holds. Never from arguments, which everybody on the machine can read.
fn auth(env: &Env, pipeline: &Pipeline) -> Result<Option<Auth>> {
    if let Some(token) = env.get("STEPGATE_BITBUCKET_TOKEN") {
        return Ok(Some(Auth::AccessToken(Secret::new(token))));
    }
    if let Some((email, token)) = pair(env, "STEPGATE_BITBUCKET_EMAIL", "STEPGATE_BITBUCKET_API_TOKEN")? {
        return Ok(Some(Auth::ApiToken { email: email.to_owned(), token: Secret::new(token) }));
    }
    if let Some((key, secret)) = pair(env, "STEPGATE_BITBUCKET_OAUTH_KEY", "STEPGATE_BITBUCKET_OAUTH_SECRET")? {
        return Ok(Some(Auth::OAuth { client_id: key.to_owned(), client_secret: Secret::new(secret) }));
    }
    Ok(pipeline.proxy.clone().map(Auth::Proxy))
}

fn pair<'e>(env: &'e Env, one: &str, other: &str) -> Result<Option<(&'e str, &'e str)>> {
    match (env.get(one), env.get(other)) {
        (Some(one), Some(other)) => Ok(Some((one, other))),
        (None, None) => Ok(None),
        (found, _) => {
            let (set, missing) = if found.is_some() { (one, other) } else { (other, one) };
            Err(Failure::usage(format!("{set} is set and {missing} is not")).hint(format!("set {missing} too")))
        }
    }
}

fn no_access() -> Failure {
    Failure::usage("cannot publish: there are no credentials for Bitbucket")
        .hint("set STEPGATE_BITBUCKET_TOKEN, or STEPGATE_BITBUCKET_EMAIL and STEPGATE_BITBUCKET_API_TOKEN")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspace_and_repository_are_read_from_every_form_of_url() {
        for url in [
            "https://bitbucket.org/acme/shop.git",
            "https://***@bitbucket.org/acme/shop",
            "git@bitbucket.org:acme/shop.git",
            "ssh://git@bitbucket.org:22/acme/shop/",
            "http://bitbucket.org/acme/shop",
        ] {
            assert_eq!(slugs(url), Some(("acme".to_owned(), "shop".to_owned())), "{url}");
        }
        for url in ["https://github.com/acme/shop", "https://bitbucket.org/acme", "https://bitbucket.org/a/b/c"] {
            assert_eq!(slugs(url), None, "{url}");
        }
    }

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
