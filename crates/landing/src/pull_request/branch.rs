//! The branch that is ours alone.

use bitbucket::Repository;

use super::Task;
use crate::api;
use crate::draft::Draft;
use crate::error::Error;
use crate::over_git::{self, Onto};
use crate::push::Outcome;
use crate::remote::{Logged, Remote, Snapshot};

impl Task<'_> {
    /// What is on the branch; `None` when there is none.
    pub(super) async fn look(&self) -> Result<Option<Logged>, Error> {
        match self.remote.snapshot(&self.request.branch).await? {
            Some(snapshot) => Ok(snapshot.messages(1).await?.into_iter().next()),
            None => Ok(None),
        }
    }

    /// Whether the branch is at this commit.
    pub(super) async fn is_at(&self, commit: &str) -> Result<bool, Error> {
        let now = self.remote.snapshot(&self.request.branch).await?;
        Ok(now.is_some_and(|now| now.commit == commit))
    }

    /// Whether the branch says and holds what `draft` does. What the draft does not touch may be older than the
    /// destination: a merge brings both together.
    pub(super) async fn is_up_to_date(&self, there: &Logged, draft: &Draft) -> Result<bool, Error> {
        if !api::same_text(&there.message, &draft.message) {
            return Ok(false);
        }
        match self.remote {
            Remote::Api(repository) => api::holds(repository, &there.commit, draft).await,
            Remote::Git(scratch) => {
                for file in &draft.files {
                    match scratch.read(&there.commit, &file.path).await {
                        Ok(Some(found)) if found.content == file.content => {}
                        Ok(_) | Err(git::Error::NotAFile { .. }) => return Ok(false),
                        Err(error) => return Err(error.into()),
                    }
                }
                Ok(true)
            }
        }
    }

    /// Makes the branch the snapshot and our one commit, if it still is where we saw it.
    pub(super) async fn rebuild(
        &self,
        snapshot: &Snapshot<'_>,
        draft: &Draft,
        there: Option<&Logged>,
    ) -> Result<Outcome, Error> {
        let (branch, parent) = (self.request.branch.as_str(), snapshot.commit.as_str());
        let expected = there.map(|there| there.commit.as_str());
        match self.remote {
            Remote::Git(scratch) => {
                let onto = Onto::Own { branch, expected };
                let outcome = over_git::attempt(scratch, parent, draft, self.options.sign, onto).await?;
                let Outcome::Unclear { commit: Some(ours), said } = outcome else { return Ok(outcome) };
                let landed = self.is_at(&ours).await?;
                Ok(if landed { Outcome::Landed { commit: ours } } else { Outcome::Unclear { commit: None, said } })
            }
            Remote::Api(repository) => begin_again(repository, branch, parent, draft, expected).await,
        }
    }
}

/// The API asks that a commit goes on top of the branch's tip, and that of another commit begins a branch that is not
/// there: so the old one goes first. Between the two there is no branch; whoever is killed there leaves that to the next.
async fn begin_again(
    repository: &Repository,
    branch: &str,
    parent: &str,
    draft: &Draft,
    expected: Option<&str>,
) -> Result<Outcome, Error> {
    if expected.is_some() {
        // There is no lease on a deletion: looking right before it has to do.
        if api::tip(repository, branch).await?.as_deref() != expected {
            return Ok(Outcome::Moved { said: format!("`{branch}` was changed by somebody else") });
        }
        repository.branches().delete(branch).await?;
    }
    let outcome = api::attempt(repository, branch, parent, draft).await?;
    let Outcome::Unclear { said, .. } = outcome else { return Ok(outcome) };
    let found = api::find_lost(repository, branch, parent, draft).await?;
    Ok(found.map_or(Outcome::Unclear { commit: None, said }, |commit| Outcome::Landed { commit }))
}
