//! Which approvals are of what a pull request is now.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Activity, Endpoint, Participant, ParticipantState, PullRequest, PullRequestState, PullRequests, Review, Update,
};
use crate::error::Error;
use crate::users::User;
use crate::uuid::uuid;

/// Digits of a whole hash.
const HASH_DIGITS: usize = 40;

/// Digits of a shortened hash, at least, that are compared at all. The API gives twelve.
const SHORT_HASH_DIGITS: usize = 12;

/// What somebody can change by hand in a pull request without changing what it brings, by the names that
/// [`Update::changes`] has.
const HARMLESS: [&str; 5] = ["title", "description", "reviewers", "draft", "status"];

/// The approvals of a pull request, told apart by what they were given to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approvals {
    /// The pull request as it was read for this.
    pub pull_request: PullRequest,
    /// The whole hash of the tip of its source.
    pub head: String,
    /// Since when that is its head and it goes where it goes; nothing when the log does not say.
    pub head_since: Option<Timestamp>,
    /// Those given after that.
    pub given: Vec<Approval>,
    /// Those that are shown as approvals, and were given before, at the same time, or nobody knows when.
    pub stale: Vec<Approval>,
    /// Who opened it.
    pub author: Option<User>,
}

/// Somebody's approval.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// The account's UUID, with braces. One without does not count, and is stale.
    pub uuid: Option<String>,
    /// A name for people.
    pub display_name: Option<String>,
    /// When it was given, as the log says.
    pub at: Option<Timestamp>,
}

impl PullRequests {
    /// The approvals of one, told apart by whether they were given to its present head.
    ///
    /// The server keeps an approval when something is pushed after it, unless a branch restriction takes it away. So an
    /// approval counts here only when its date is later than that of the newest update that changed the source commit or
    /// the destination branch. Shortened hashes are not trusted to tell commits apart, for two with the same twelve
    /// digits can be made in seconds: an update counts as such a change unless it says that only the title, the
    /// description, reviewers or the state changed. Approvals of the author are not left out: the caller knows who else
    /// has to be.
    ///
    /// # Errors
    ///
    /// As every request; also when the server does not say what the head is, or it moves meanwhile.
    pub async fn approvals_of(&self, id: u64) -> Result<Approvals, Error> {
        let pull_request = self.get(id).await?;
        let head = self.head_of(&pull_request).await?;
        let log = self.activity(id).all().await?;
        let head_since = head_since(&head, destination(pull_request.destination.as_ref()), &log);
        let (given, stale) = sorted(head_since, &pull_request.participants, &log);
        let author = pull_request.author.clone();
        Ok(Approvals { pull_request, head, head_since, given, stale, author })
    }

    /// The whole hash of the source: of an open one the tip of its branch, which is exact; of another what the server
    /// makes of the shortened hash.
    async fn head_of(&self, it: &PullRequest) -> Result<String, Error> {
        let unknown = |problem| Error::Invalid(format!("find the head of pull request {}: {problem}", it.id));
        let source = it.source.as_ref().ok_or_else(|| unknown("the server does not tell its source"))?;
        let short = source.commit.as_ref().map(|commit| commit.hash.as_str());
        let short = short.ok_or_else(|| unknown("its source branch is gone"))?;
        let full_name = source.repository.as_ref().and_then(|it| it.full_name.as_deref());
        let named = full_name.and_then(|name| name.split_once('/'));
        let (workspace, slug) = named.ok_or_else(|| unknown("the repository of its source is gone"))?;
        let repository = self.place.bitbucket().repository(workspace, slug);
        let branch = source.branch.as_ref().filter(|_| it.state == Some(PullRequestState::Open));
        let head = match branch {
            Some(branch) => repository.branches().get(&branch.name).await?.target.hash,
            None => repository.commit(short).get().await?.hash,
        };
        if head.len() != HASH_DIGITS || !head.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(unknown("the server answered with what is no whole hash"));
        }
        if !is_short_for(short, &head) {
            return Err(unknown("its source branch moved just now; try again"));
        }
        Ok(head)
    }
}

fn is_short_for(short: &str, head: &str) -> bool {
    short.len() >= SHORT_HASH_DIGITS && head.starts_with(short)
}

fn destination(side: Option<&Endpoint>) -> Option<&str> {
    side.and_then(|side| side.branch.as_ref()).map(|branch| branch.name.as_str())
}

/// When the pull request became what it is now: this head, going to this branch. Nothing when its log does not end there,
/// or has an update without a date, which could be anywhere.
fn head_since(head: &str, branch: Option<&str>, log: &[Activity]) -> Option<Timestamp> {
    let updates = log.iter().filter_map(|activity| match activity {
        Activity::Update(update) => Some(update.date.map(|date| (date, update.as_ref()))),
        _ => None,
    });
    let mut updates: Vec<(Timestamp, &Update)> = updates.collect::<Option<_>>()?;
    // Those of the same time stay as the server ordered them.
    updates.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
    let as_now = |update: &Update| {
        let commit = update.source.as_ref().and_then(|source| source.commit.as_ref());
        commit.is_some_and(|commit| is_short_for(&commit.hash, head))
            && branch.is_some()
            && destination(update.destination.as_ref()) == branch
    };
    let harmless = |update: &Update| {
        !update.changes.is_empty() && update.changes.iter().all(|name| HARMLESS.contains(&name.as_str()))
    };
    let mut since = None;
    for (date, update) in updates {
        if !as_now(update) {
            return since;
        }
        since = Some(date);
        if !harmless(update) {
            return since;
        }
    }
    None
}

/// The approvals that participants have now, those given after `since` and the others.
fn sorted(since: Option<Timestamp>, participants: &[Participant], log: &[Activity]) -> (Vec<Approval>, Vec<Approval>) {
    let mut seen = BTreeSet::new();
    let (mut given, mut stale) = (Vec::new(), Vec::new());
    for participant in participants.iter().filter(|participant| participant.approved) {
        let user = participant.user.as_ref();
        let account = account(user);
        if account.as_ref().is_some_and(|account| !seen.insert(account.clone())) {
            continue;
        }
        let at = account.as_deref().and_then(|account| newest(account, log));
        let later = at.zip(since).is_some_and(|(at, since)| at > since);
        let agrees = matches!(participant.state, None | Some(ParticipantState::Approved));
        let approval = Approval { uuid: account, display_name: user.and_then(|user| user.display_name.clone()), at };
        if later && agrees { given.push(approval) } else { stale.push(approval) }
    }
    (given, stale)
}

/// When somebody last approved, if they did not ask for changes since.
fn newest(account_uuid: &str, log: &[Activity]) -> Option<Timestamp> {
    let of_them = |review: &Review| {
        let same = account(review.user.as_ref()).is_some_and(|it| it == account_uuid);
        review.date.filter(|_| same)
    };
    let approved = log.iter().filter_map(|it| if let Activity::Approval(review) = it { of_them(review) } else { None });
    let refused =
        log.iter().filter_map(|it| if let Activity::ChangesRequested(review) = it { of_them(review) } else { None });
    let refused = refused.max();
    approved.max().filter(|at| refused.is_none_or(|refused| *at > refused))
}

fn account(user: Option<&User>) -> Option<String> {
    user.and_then(|user| user.uuid.as_deref()).and_then(uuid)
}

#[cfg(test)]
mod tests;
