//! The GitOps repository, and the ways into it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bitbucket::Bitbucket;
use landing::{Event, Options, Person, Remote};
use promotion::{Known, Unknown};
use step::access::Access;
use step::args::AccessArgs;
use step::gitops::GitOps;
use step::{Failure, Place, Result, Session, signing};

use crate::args::{CommitArgs, RepoArgs};
use crate::config::Config;
use crate::state::{Depth, State};

/// How long to try again unless somebody says otherwise.
const DEADLINE: Duration = Duration::from_secs(300);

/// The GitOps repository.
pub(crate) struct Repository {
    /// By git.
    pub(crate) remote: Remote,
    /// The protected branch.
    pub(crate) branch: String,
    /// By the API, or why that cannot be.
    api: Known<Api>,
    on_bitbucket: bool,
    /// Notes of what happened on the way.
    notes: Arc<Mutex<Vec<String>>>,
}

/// The repository as the API knows it.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) client: Bitbucket,
    pub(crate) repository: bitbucket::Repository,
    pub(crate) workspace: String,
}

/// How a commit is made.
pub(crate) struct Committing {
    pub(crate) author: Option<Person>,
    pub(crate) key: Option<attest::SigningKey>,
    sign: Option<bool>,
    deadline: Duration,
}

impl Repository {
    /// Opens it. The clone here lends its objects when it is of the same repository, and stays as it is.
    pub(crate) async fn open(args: &RepoArgs, place: &Place<Config>, session: &Session) -> Result<Self> {
        let config = &place.config;
        let here = clone_here(place).await;
        let named = args.repo.clone().or_else(|| config.repository.clone()).or_else(|| here.clone()).ok_or_else(|| {
            Failure::usage("cannot tell which is the GitOps repository").hint(
                "give --repo, set STEPGATE_GITOPS_REPO, configure `promote.repository` in stepgate.yaml, or run it in a \
                 clone of it",
            )
        })?;
        let access = Access::find(&session.env, &place.pipeline)?;
        let on_bitbucket = args.gitops_repository.as_deref().or(config.gitops_repository.as_deref());
        let gitops = GitOps { named: &named, on_bitbucket, access: access.as_ref(), place };
        let scratch = gitops.scratch().await?;
        if here.as_ref() == Some(&named)
            && let Ok(clone) = place.repo()
        {
            scratch.borrow_objects(clone.root()).await.map_err(cannot_read)?;
        }
        let branch = args.branch.clone().or_else(|| config.branch.clone()).unwrap_or_else(|| "main".to_owned());
        let (api, on_bitbucket) = (api(&gitops, &args.access), gitops.slugs().is_some());
        Ok(Self { remote: Remote::Git(scratch), branch, api, on_bitbucket, notes: Arc::default() })
    }

    /// By git.
    pub(crate) fn scratch(&self) -> Result<&git::Scratch> {
        match &self.remote {
            Remote::Git(scratch) => Ok(scratch),
            Remote::Api(_) => Err(Failure::bug("the GitOps repository is not reached by git")),
        }
    }

    /// By the API.
    pub(crate) fn api(&self) -> Known<&Api> {
        self.api.as_ref().map_err(Clone::clone)
    }

    /// Whether it is on Bitbucket at all, as far as its name tells.
    pub(crate) fn is_on_bitbucket(&self) -> bool {
        self.on_bitbucket
    }

    /// By the API, where there is no other way.
    pub(crate) fn needs_api(&self) -> Result<&Api> {
        let hint = "set STEPGATE_BITBUCKET_TOKEN to an access token of the GitOps repository that may write";
        self.api
            .as_ref()
            .map_err(|unknown| Failure::usage("this needs Bitbucket").because(unknown.why.clone()).hint(hint))
    }

    /// What to call it, without credentials.
    pub(crate) fn name(&self) -> String {
        self.remote.name()
    }

    /// The commit at the tip of the protected branch.
    pub(crate) async fn tip(&self) -> Result<String> {
        let tip = self.scratch()?.tip(&self.branch).await.map_err(cannot_read)?;
        tip.ok_or_else(|| {
            Failure::input(format!("`{}` has no branch `{}`", self.name(), self.branch))
                .hint("name a branch that it has with --branch")
        })
    }

    /// The state at the tip of the protected branch.
    pub(crate) async fn state(&self) -> Result<State<'_>> {
        State::read(self.scratch()?, &self.tip().await?, Depth::Current).await
    }

    /// How a commit is made, and signed.
    pub(crate) async fn committing(
        &self,
        args: &CommitArgs,
        place: &Place<Config>,
        session: &Session,
    ) -> Result<Committing> {
        let config = &place.config;
        let mut author = args.author.as_ref().or(config.author.as_ref()).map(|text| author(text)).transpose()?;
        if author.is_none() && !self.scratch()?.has_identity().await.map_err(cannot_read)? {
            author = Some(Person::pipelines());
        }
        let deadline = args.deadline.or(config.deadline.as_ref().map(step::values::Time::get)).unwrap_or(DEADLINE);
        Ok(Committing { author, key: signing::key(&session.env)?, sign: args.sign.or(config.sign), deadline })
    }

    /// How to land; what happens on the way is kept for [`Self::take_notes`].
    pub(crate) fn options(&self, committing: &Committing) -> Options {
        let notes = Arc::clone(&self.notes);
        Options {
            deadline: committing.deadline,
            sign: committing.sign,
            tell: Arc::new(move |event: &Event| {
                notes.lock().unwrap_or_else(PoisonError::into_inner).push(told(event));
            }),
            ..Options::new(&self.branch)
        }
    }

    /// What happened on the way so far.
    pub(crate) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The address of the clone here, when it is one of a GitOps repository.
async fn clone_here(place: &Place<Config>) -> Option<String> {
    let clone = place.repo().ok()?;
    if !clone.root().join(promotion::policy::FILE).exists() {
        return None;
    }
    match clone.default_remote().await.ok()? {
        // A name before the host is somebody's own; how git gets in over HTTPS is found by other means.
        Some(remote) => clone.remote_url(&remote).await.ok()?.map(|url| match url.strip_prefix("ssh://***@") {
            Some(rest) => format!("ssh://git@{rest}"),
            None => url.replace("://***@", "://"),
        }),
        None => clone.root().to_str().map(str::to_owned),
    }
}

fn api<C>(gitops: &GitOps<'_, C>, args: &AccessArgs) -> Known<Api> {
    let (workspace, _) = gitops.slugs().ok_or_else(|| unknown("the GitOps repository is not on Bitbucket"))?;
    let (client, repository) = gitops.connect(args).map_err(|failure| unknown(&failure.to_string()))?;
    Ok(Api { client, repository, workspace })
}

/// Why something is not known, for good.
pub(crate) fn unknown(why: &str) -> Unknown {
    Unknown { why: why.to_owned(), remote: false }
}

/// Why something is not known, because Bitbucket did not say.
pub(crate) fn unanswered(what: &str, error: &bitbucket::Error) -> Unknown {
    Unknown { why: format!("{what}: {error}"), remote: true }
}

/// The repository could not be read.
pub(crate) fn cannot_read(error: git::Error) -> Failure {
    let hint = error.is_remote().then_some(
        "see that the GitOps repository is there, and that the credentials of this step may read and write it",
    );
    let what = "cannot read the GitOps repository";
    let failure = if error.is_remote() { Failure::remote(what) } else { Failure::input(what) };
    let more = if hint.is_none() { error.hint() } else { None };
    failure.because(error.to_string()).hint_if(hint).hint_if(more)
}

/// It could not be changed.
pub(crate) fn cannot_change(repository: &Repository, error: landing::Error<Failure>) -> Failure {
    let what = format!("cannot change {} of {}", repository.branch, repository.name());
    match error {
        landing::Error::Caller(failure) => failure,
        error => {
            let failure = if error.is_remote() { Failure::remote(what) } else { Failure::input(what) };
            failure.because(error.to_string()).hint_if(error.hint())
        }
    }
}

fn told(event: &Event) -> String {
    match event {
        Event::Moved { attempt, .. } => format!("attempt {attempt}: another commit landed first; judging again"),
        Event::Refused { attempt, said, .. } => format!("attempt {attempt} was refused: {said}"),
        Event::Lost { attempt, said, .. } => format!("attempt {attempt} had no answer: {said}"),
    }
}

/// Who the commit is from.
fn author(text: &str) -> Result<Person> {
    text.parse().map_err(|what: String| Failure::usage(what).hint("write it as `Name <address>`"))
}
