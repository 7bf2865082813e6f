//! A branch of its own, with a pull request for it.

mod branch;
mod proposal;

use bitbucket::{MergeStrategy, Repository};

use crate::draft::{Draft, Next};
use crate::error::Error;
use crate::options::Options;
use crate::pace::{Pace, Setback};
use crate::push::{self, Outcome};
use crate::remote::{Logged, Remote, Snapshot};

/// A pull request to be.
pub struct PullRequest<'a> {
    /// The branch that is ours alone, without `refs/heads/`. Whatever it holds is replaced by our one commit on top of
    /// the destination.
    pub branch: String,
    /// What it says, for a draft: title and description. [`Text::of`] takes both from the commit's message.
    pub describe: &'a dyn Fn(&Draft) -> Text,
    /// Whether ours may take the place of the commit that the branch has now. What somebody newer proposed is left
    /// alone when it says no.
    pub replaces: &'a dyn Fn(&Logged) -> bool,
    /// Who is asked to review, by UUID in braces. Its author is left out, whoever was added by hand stays.
    pub reviewers: Vec<String>,
    /// Whether the default reviewers of the repository are asked too.
    pub default_reviewers: bool,
    /// Whether its branch goes when it is merged.
    pub close_source_branch: bool,
    /// Merge it as soon as it is there, if that is allowed.
    pub merge: Option<Merge>,
}

/// What a pull request says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Text {
    /// One line.
    pub title: String,
    /// Markdown.
    pub description: String,
}

impl Text {
    /// The first line of the commit's message, and the rest of it.
    #[must_use]
    pub fn of(draft: &Draft) -> Self {
        let (title, rest) = draft.message.split_once('\n').unwrap_or((&draft.message, ""));
        Self { title: title.trim().to_owned(), description: rest.trim().to_owned() }
    }
}

/// How to merge.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Merge {
    /// Left out: as the repository has it.
    pub strategy: Option<MergeStrategy>,
    /// The message of the commit that comes of it; left out: the server's.
    pub message: Option<String>,
}

/// How it ended well.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Proposed {
    /// There is a pull request that proposes the draft.
    Ours(Proposal),
    /// The branch holds what somebody newer proposed. Nothing was changed.
    Newer {
        /// The commit on the branch.
        commit: String,
        /// The pull request that is open for it.
        id: Option<u64>,
    },
    /// The plan said to stop. What was open is declined, unless somebody newer proposed it.
    Stopped {
        /// The pull requests that were declined.
        declined: Vec<u64>,
        /// What did not work out and does no harm.
        notes: Vec<String>,
    },
}

/// A pull request that proposes the draft.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proposal {
    /// Its number.
    pub id: u64,
    /// Where a person looks at it.
    pub url: Option<String>,
    /// Whether it is new.
    pub how: How,
    /// The commit on its branch.
    pub commit: String,
    /// Whether the branch had to be changed.
    pub pushed: bool,
    /// How many attempts it took.
    pub attempts: u32,
    /// Further pull requests from the same branch, which were declined.
    pub superseded: Vec<u64>,
    /// What became of the merge; nothing when none was asked for.
    pub merge: Option<MergeState>,
    /// What did not work out and does no harm.
    pub notes: Vec<String>,
}

/// How a pull request came to be as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// There was none.
    Opened,
    /// There was one that said something else.
    Updated,
    /// There was one that said this.
    Unchanged,
}

/// What became of a merge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MergeState {
    /// It is done.
    Merged {
        /// The commit on the destination, perhaps shortened.
        commit: Option<String>,
    },
    /// The server is still at it.
    Pending,
    /// It cannot be merged yet: a check fails, an approval is missing, a branch moved.
    NotYet {
        /// The server's words.
        said: String,
    },
}

/// Proposes on a branch of its own what `plan` makes of the destination ([`Options::branch`]), with one pull request,
/// which is updated in place; further ones from that branch are declined. The branch is the destination as it was
/// planned from, and one commit of ours; when it says and holds what it should already, it is left alone. When the plan
/// says to stop, what is open is declined.
///
/// The branch is moved by git, where `remote` is git, with a lease. By the API, which moves no branch but forward, it is
/// deleted and begun again.
///
/// # Errors
///
/// The caller's own; the destination is not there; a remote cannot be reached, or refuses; time is up. That it cannot be
/// merged yet is none.
pub async fn pull_request<E>(
    remote: &Remote,
    bitbucket: &Repository,
    options: &Options,
    request: &PullRequest<'_>,
    mut plan: impl AsyncFnMut(&Snapshot<'_>) -> Result<Next, E>,
) -> Result<Proposed, Error<E>> {
    if request.branch == options.branch {
        let said = "a pull request needs a branch of its own, not its destination".to_owned();
        return Err(Error::Refused { branch: request.branch.clone(), said });
    }
    let task = Task { remote, bitbucket, options, request };
    let mut pace = Pace::new(options, &request.branch);
    loop {
        let attempt = pace.begin();
        let setback = match task.turn(attempt, &mut plan).await {
            Ok(Turn::Done(proposed)) => return Ok(proposed),
            Ok(Turn::Again(setback)) => setback,
            Err(error) if error.is_transient() => Setback::Lost { said: error.words() },
            Err(error) => return Err(error),
        };
        pace.again(setback).await.map_err(Error::widen)?;
    }
}

/// What everything here needs.
struct Task<'t> {
    remote: &'t Remote,
    bitbucket: &'t Repository,
    options: &'t Options,
    request: &'t PullRequest<'t>,
}

/// What one turn of the loop came to.
enum Turn {
    Done(Proposed),
    Again(Setback),
}

impl Task<'_> {
    async fn turn<E>(
        &self,
        attempt: u32,
        plan: &mut impl AsyncFnMut(&Snapshot<'_>) -> Result<Next, E>,
    ) -> Result<Turn, Error<E>> {
        let snapshot = push::snapshot(self.remote, &self.options.branch).await.map_err(Error::widen)?;
        let next = plan(&snapshot).await.map_err(Error::Caller)?;
        self.carry_out(&snapshot, next, attempt).await.map_err(Error::widen)
    }

    async fn carry_out(&self, snapshot: &Snapshot<'_>, next: Next, attempts: u32) -> Result<Turn, Error> {
        let there = self.look().await?;
        if let Some(newer) = there.as_ref().filter(|there| !is_same(there, &next) && !(self.request.replaces)(there)) {
            let (commit, id) = (newer.commit.clone(), self.open_one().await?);
            return Ok(Turn::Done(Proposed::Newer { commit, id }));
        }
        let Next::Commit(draft) = next else { return self.withdraw().await.map(Turn::Done) };
        let (commit, pushed) = match &there {
            Some(there) if self.is_up_to_date(there, &draft).await? => (there.commit.clone(), false),
            _ => match self.rebuild(snapshot, &draft, there.as_ref()).await? {
                Outcome::Landed { commit } => (commit, true),
                Outcome::Moved { said } => return Ok(Turn::Again(Setback::Moved { said })),
                Outcome::Refused { said } => return Ok(Turn::Again(Setback::Refused { said })),
                Outcome::Unclear { said, .. } => return Ok(Turn::Again(Setback::Lost { said })),
            },
        };
        let upheld = self.uphold(&draft, &commit).await?;
        let Some(mut proposal) = upheld else {
            let said = format!("`{}` was changed by somebody else", self.request.branch);
            return Ok(Turn::Again(Setback::Moved { said }));
        };
        if let Some(merge) = &self.request.merge {
            proposal.merge = Some(self.merge(proposal.id, merge).await?);
        }
        Ok(Turn::Done(Proposed::Ours(Proposal { pushed, attempts, ..proposal })))
    }
}

/// Whether the branch says what we are about to say: then nobody else's work is in the way.
fn is_same(there: &Logged, next: &Next) -> bool {
    matches!(next, Next::Commit(draft) if crate::api::same_text(&there.message, &draft.message))
}
