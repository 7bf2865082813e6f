//! The pull request for the branch: one, and as it should be.

use std::collections::BTreeSet;

use bitbucket::{Merged, PullRequest as Open, PullRequestState, Repository, User};

use super::{How, Merge, MergeState, Proposal, Proposed, PullRequest, Task, Text};
use crate::draft::Draft;
use crate::error::Error;

impl Task<'_> {
    /// Makes sure that one pull request proposes the branch, which is at `commit`; `None` when somebody took the branch
    /// meanwhile. Then theirs is not described or merged in our name; and by the API, where one may take the branch from
    /// another unseen, whoever it was taken from has to look again.
    pub(super) async fn uphold(&self, draft: &Draft, commit: &str) -> Result<Option<Proposal>, Error> {
        let text = (self.request.describe)(draft);
        let mut notes = Vec::new();
        let wanted = Wanted::find(self.bitbucket, self.request, text, &mut notes).await;
        let mut open = self.find().await?;
        if let Some(first) = open.ours.first_mut() {
            // Lists do not tell the reviewers.
            *first = self.bitbucket.pull_requests().get(first.id).await?;
        }
        if !self.is_at(commit).await? {
            return Ok(None);
        }
        let done = if open.ours.is_empty() {
            self.create(&wanted, &mut notes).await
        } else {
            self.update(open.ours.remove(0), &wanted, &mut notes).await
        };
        let (kept, how) = match done {
            // A branch that is gone for a moment cannot be proposed.
            Err(_) if !self.is_at(commit).await? => return Ok(None),
            done => done?,
        };
        let mut superseded = Vec::new();
        for other in open.ours.into_iter().chain(open.elsewhere) {
            let why = format!("Superseded by pull request #{}, which is open for the same branch.", kept.id);
            superseded.extend(decline(self.bitbucket, other.id, &why, &mut notes).await?);
        }
        if !self.is_at(commit).await? {
            return Ok(None);
        }
        let (id, url, commit) = (kept.id, kept.links.html.map(|link| link.href), commit.to_owned());
        Ok(Some(Proposal { id, url, how, commit, pushed: false, attempts: 0, superseded, merge: None, notes }))
    }

    /// Declines what is open for the branch: there is nothing left to propose.
    pub(super) async fn withdraw(&self) -> Result<Proposed, Error> {
        let (mut declined, mut notes) = (Vec::new(), Vec::new());
        let why = format!("Superseded: there is nothing left to change on `{}`.", self.options.branch);
        for open in self.find().await?.ours {
            declined.extend(decline(self.bitbucket, open.id, &why, &mut notes).await?);
        }
        Ok(Proposed::Stopped { declined, notes })
    }

    /// The pull request that is open from the branch to the destination.
    pub(super) async fn open_one(&self) -> Result<Option<u64>, Error> {
        Ok(self.find().await?.ours.first().map(|open| open.id))
    }

    async fn find(&self) -> Result<Found, Error> {
        let branch = self.request.branch.replace('\\', "\\\\").replace('"', "\\\"");
        let query = format!("source.branch.name = \"{branch}\"");
        let list = self.bitbucket.pull_requests().list().state(&PullRequestState::Open).query(query);
        let mut open = list.all().await?;
        // The query is a favour of the server's; and a fork may have a branch of the same name.
        open.retain(|open| branch_of(open.source.as_ref()) == Some(&self.request.branch) && !is_from_a_fork(open));
        open.sort_by_key(|open| open.id);
        let (ours, elsewhere) = open
            .into_iter()
            .partition(|open| branch_of(open.destination.as_ref()) == Some(self.options.branch.as_str()));
        Ok(Found { ours, elsewhere })
    }

    async fn create(&self, wanted: &Wanted, notes: &mut Vec<String>) -> Result<(Open, How), Error> {
        let send = async |reviewers: &BTreeSet<String>| {
            let create = self.bitbucket.pull_requests().create(&wanted.text.title, &self.request.branch);
            let create = create.destination(&self.options.branch).description(&wanted.text.description);
            create.reviewers(reviewers).close_source_branch(self.request.close_source_branch).send().await
        };
        // Who we are is not told to every token; then the author may not be named as a reviewer.
        let me = self.bitbucket.bitbucket().current_user().await.ok();
        let mut reviewers = wanted.reviewers(me.as_ref());
        let mut again = true;
        loop {
            let error = match send(&reviewers).await {
                Ok(opened) => return Ok((opened, How::Opened)),
                Err(error) => error,
            };
            if is_about_reviewers(&error) && reviewers != wanted.named && !wanted.default.is_empty() {
                notes.push(format!("the default reviewers are not asked: failed to {error}"));
                reviewers.clone_from(&wanted.named);
            } else if again && error.is_transient() && !error.is_rate_limited() {
                again = false;
                // It may be there all the same.
                if let Some(open) = self.find().await?.ours.first() {
                    return Ok((self.bitbucket.pull_requests().get(open.id).await?, How::Opened));
                }
            } else {
                return Err(error.into());
            }
        }
    }

    async fn update(&self, now: Open, wanted: &Wanted, notes: &mut Vec<String>) -> Result<(Open, How), Error> {
        let there: BTreeSet<String> = now.reviewers.iter().filter_map(|reviewer| reviewer.uuid.clone()).collect();
        let mut reviewers = &wanted.reviewers(now.author.as_ref()) | &there;
        let without = &wanted.named | &there;
        let same = now.title.as_deref() == Some(&wanted.text.title)
            && crate::api::same_text(now.description.as_deref().unwrap_or_default(), &wanted.text.description)
            && now.close_source_branch.unwrap_or_default() == self.request.close_source_branch
            && reviewers == there;
        if same {
            return Ok((now, How::Unchanged));
        }
        loop {
            let update = self.bitbucket.pull_requests().update(now.id).title(&wanted.text.title);
            let update =
                update.description(&wanted.text.description).close_source_branch(self.request.close_source_branch);
            match update.reviewers(&reviewers).send().await {
                Ok(updated) => return Ok((updated, How::Updated)),
                Err(error) if is_about_reviewers(&error) && reviewers != without => {
                    notes.push(format!("the default reviewers are not asked: failed to {error}"));
                    reviewers.clone_from(&without);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Merges it. That it cannot be merged yet is told, not an error.
    pub(super) async fn merge(&self, id: u64, merge: &Merge) -> Result<MergeState, Error> {
        let pull_requests = self.bitbucket.pull_requests();
        let mut sending = pull_requests.merge(id).close_source_branch(self.request.close_source_branch);
        if let Some(strategy) = &merge.strategy {
            sending = sending.strategy(strategy.clone());
        }
        if let Some(message) = &merge.message {
            sending = sending.message(message);
        }
        let error = match sending.send().await {
            Ok(Merged::Done(merged)) => return Ok(merged_as(*merged)),
            Ok(Merged::Pending) => return Ok(MergeState::Pending),
            Err(error) => error,
        };
        let refused = error.status().is_some_and(|status| matches!(status.as_u16(), 400 | 403 | 409));
        if !refused && (!error.is_transient() || error.is_rate_limited()) {
            return Err(error.into());
        }
        let now = pull_requests.get(id).await?;
        if now.state == Some(PullRequestState::Merged) {
            return Ok(merged_as(now));
        }
        Ok(MergeState::NotYet { said: error.to_string() })
    }
}

/// The pull requests that are open from the branch, the oldest first.
struct Found {
    /// To our destination.
    ours: Vec<Open>,
    /// To others.
    elsewhere: Vec<Open>,
}

fn branch_of(side: Option<&bitbucket::Endpoint>) -> Option<&str> {
    side?.branch.as_ref().map(|branch| branch.name.as_str())
}

fn is_from_a_fork(open: &Open) -> bool {
    let repository = |side: &Option<bitbucket::Endpoint>| side.as_ref().map(|side| side.repository.clone());
    repository(&open.source) != repository(&open.destination)
}

/// What the pull request should be.
struct Wanted {
    text: Text,
    /// Named by the caller.
    named: BTreeSet<String>,
    /// Named by the repository.
    default: BTreeSet<String>,
}

impl Wanted {
    /// Default reviewers that cannot be found out are no reason not to propose.
    async fn find(bitbucket: &Repository, request: &PullRequest<'_>, text: Text, notes: &mut Vec<String>) -> Self {
        let named = request.reviewers.iter().cloned().collect();
        let mut default = BTreeSet::new();
        if request.default_reviewers {
            match bitbucket.default_reviewers().all().await {
                Ok(found) => default.extend(found.into_iter().filter_map(|reviewer| reviewer.user.uuid)),
                Err(error) => notes.push(format!("the default reviewers are not asked: failed to {error}")),
            }
        }
        Self { text, named, default }
    }

    /// Everybody, without the author, whom the server refuses.
    fn reviewers(&self, author: Option<&User>) -> BTreeSet<String> {
        let author = author.and_then(|author| author.uuid.as_ref());
        self.named.union(&self.default).filter(|uuid| Some(*uuid) != author).cloned().collect()
    }
}

fn is_about_reviewers(error: &bitbucket::Error) -> bool {
    error.status().is_some_and(|status| status.as_u16() == 400) && error.to_string().contains("reviewers")
}

/// Declines one, and says why in a comment; its number, unless somebody was quicker.
async fn decline(bitbucket: &Repository, id: u64, why: &str, notes: &mut Vec<String>) -> Result<Option<u64>, Error> {
    let pull_requests = bitbucket.pull_requests();
    if let Err(error) = pull_requests.comments(id).create(why).send().await {
        notes.push(format!("pull request #{id} does not say why it is declined: failed to {error}"));
    }
    let Err(error) = pull_requests.decline(id).await else {
        return Ok(Some(id));
    };
    match pull_requests.get(id).await?.state {
        Some(PullRequestState::Open) | None => Err(error.into()),
        Some(PullRequestState::Declined) if error.is_transient() => Ok(Some(id)),
        Some(_) => Ok(None),
    }
}

fn merged_as(merged: Open) -> MergeState {
    MergeState::Merged { commit: merged.merge_commit.map(|commit| commit.hash) }
}
