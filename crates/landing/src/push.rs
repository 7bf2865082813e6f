//! The loop: snapshot, plan, commit, push; again from the new content when the branch moved.

use crate::api;
use crate::draft::{Draft, Next};
use crate::error::Error;
use crate::options::Options;
use crate::over_git::{self, Onto};
use crate::pace::{Pace, Setback};
use crate::remote::{Remote, Snapshot};

/// How it ended well.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Landed {
    /// The commit is on the branch.
    Committed {
        /// Its id.
        commit: String,
        /// The commit that it was planned from.
        parent: String,
        /// How many attempts it took.
        attempts: u32,
    },
    /// The plan said to stop.
    Stopped,
}

/// How one attempt to put a commit on a branch ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is there.
    Landed { commit: String },
    /// The branch was not where it was any more. Nothing landed.
    Moved { said: String },
    /// The remote said no.
    Refused { said: String },
    /// The answer was lost: it may have landed. `commit` is its id, where we made it.
    Unclear { commit: Option<String>, said: String },
}

/// What one turn of the loop came to.
enum Turn {
    Landed { commit: String, parent: String },
    Stopped,
    Again(Setback),
}

/// A commit that may have landed.
struct Lost {
    commit: Option<String>,
    parent: String,
    draft: Draft,
}

/// How far back a commit whose answer was lost is looked for: others may have landed on top of it.
const LOOK_BACK: u32 = 50;

/// Takes a snapshot, lets the caller plan, commits and pushes; again from the new content when the branch moved, until
/// the deadline, with waits of full jitter. A fault of the network is waited out too, where it is not in the plan.
///
/// # Errors
///
/// The caller's own; the branch is not there; the remote cannot be read, or refuses; time is up. In none of them has
/// anything landed, unless an answer was lost and could not be followed up.
pub async fn push<E>(
    remote: &Remote,
    options: &Options,
    mut plan: impl AsyncFnMut(&Snapshot<'_>) -> Result<Next, E>,
) -> Result<Landed, Error<E>> {
    let (mut pace, mut lost) = (Pace::new(options, &options.branch), Vec::new());
    loop {
        let attempts = pace.begin();
        let setback = match turn(remote, options, &mut lost, &mut plan).await {
            Ok(Turn::Landed { commit, parent }) => return Ok(Landed::Committed { commit, parent, attempts }),
            Ok(Turn::Stopped) => return Ok(Landed::Stopped),
            Ok(Turn::Again(setback)) => setback,
            Err(error) if error.is_transient() => Setback::Lost { said: error.words() },
            Err(error) => return Err(error),
        };
        pace.again(setback).await.map_err(Error::widen)?;
    }
}

/// One turn. `lost` are the commits of earlier ones that may have landed, or may still land: they are looked for before
/// anything is planned, since the plan cannot know its own work from another's.
async fn turn<E>(
    remote: &Remote,
    options: &Options,
    lost: &mut Vec<Lost>,
    plan: &mut impl AsyncFnMut(&Snapshot<'_>) -> Result<Next, E>,
) -> Result<Turn, Error<E>> {
    let branch = options.branch.as_str();
    let snapshot = snapshot(remote, branch).await.map_err(Error::widen)?;
    if let Some(landed) = find(&snapshot, lost).await.map_err(Error::widen)? {
        return Ok(landed);
    }
    let draft = match plan(&snapshot).await.map_err(Error::Caller)? {
        Next::Commit(draft) => draft,
        Next::Stop => return Ok(Turn::Stopped),
    };
    let parent = snapshot.commit;
    let outcome = match remote {
        Remote::Git(scratch) => over_git::attempt(scratch, &parent, &draft, options.sign, Onto::Tracked(branch)).await,
        Remote::Api(repository) => api::attempt(repository, branch, &parent, &draft).await,
    };
    Ok(match outcome.map_err(Error::widen)? {
        Outcome::Landed { commit } => Turn::Landed { commit, parent },
        Outcome::Moved { said } => Turn::Again(Setback::Moved { said }),
        Outcome::Refused { said } => Turn::Again(Setback::Refused { said }),
        Outcome::Unclear { commit, said } => {
            lost.push(Lost { commit, parent, draft });
            let now = self::snapshot(remote, branch).await.map_err(Error::widen)?;
            find(&now, lost).await.map_err(Error::widen)?.unwrap_or(Turn::Again(Setback::Lost { said }))
        }
    })
}

pub(crate) async fn snapshot<'r>(remote: &'r Remote, branch: &str) -> Result<Snapshot<'r>, Error> {
    let found = remote.snapshot(branch).await?;
    found.ok_or_else(|| Error::NoBranch { remote: remote.name(), branch: branch.to_owned() })
}

/// The one of `lost` that is on the branch.
async fn find(now: &Snapshot<'_>, lost: &[Lost]) -> Result<Option<Turn>, Error> {
    for Lost { commit, parent, draft } in lost.iter().filter(|lost| lost.parent != now.commit) {
        let found = match (now.remote, commit) {
            (Remote::Git(_), Some(commit)) => is_on(now, commit).await?.then(|| commit.clone()),
            (Remote::Git(_), None) => None,
            (Remote::Api(repository), _) => api::find_lost(repository, &now.branch, parent, draft).await?,
        };
        if let Some(commit) = found {
            return Ok(Some(Turn::Landed { commit, parent: parent.clone() }));
        }
    }
    Ok(None)
}

/// Whether `commit` is among the last ones of the branch.
async fn is_on(now: &Snapshot<'_>, commit: &str) -> Result<bool, Error> {
    Ok(now.commit == commit || now.messages(LOOK_BACK).await?.iter().any(|logged| logged.commit == commit))
}
