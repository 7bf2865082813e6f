//! What happened to a pull request (`/activity`), and approving it (`/approve`):
//! <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/>.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::{Endpoint, PullRequestState, PullRequests};
use crate::comments::Comment;
use crate::error::Error;
use crate::limits;
use crate::null::null_is_default;
use crate::open_enum::open_enum;
use crate::page::List;
use crate::users::User;

open_enum! {
    /// What somebody is to a pull request.
    pub enum ParticipantRole {
        /// Asked to review.
        Reviewer = "REVIEWER",
        /// Commented, approved, or pushed.
        Participant = "PARTICIPANT",
    }
}

open_enum! {
    /// What somebody thinks of a pull request now.
    pub enum ParticipantState {
        /// They approve.
        Approved = "approved",
        /// They ask for changes.
        ChangesRequested = "changes_requested",
    }
}

/// Somebody who takes part in a pull request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Participant {
    /// Who.
    pub user: Option<User>,
    /// As what.
    pub role: Option<ParticipantRole>,
    /// Whether they approve now.
    #[serde(default, deserialize_with = "null_is_default")]
    pub approved: bool,
    /// What they think now.
    pub state: Option<ParticipantState>,
    /// When they last did something, as the server writes it.
    pub participated_on: Option<String>,
}

/// Something that happened to a pull request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Activity {
    /// It was opened, changed, pushed to, or closed.
    Update(Box<Update>),
    /// Somebody approved it.
    Approval(Review),
    /// Somebody asked for changes.
    ChangesRequested(Review),
    /// Somebody wrote a comment.
    Comment(Box<Comment>),
    /// What this version does not know.
    Other,
}

/// How a pull request was after a change of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Update {
    /// When.
    #[serde(default, deserialize_with = "time")]
    pub date: Option<Timestamp>,
    /// Where it stood.
    pub state: Option<PullRequestState>,
    /// Who changed it.
    pub author: Option<User>,
    /// Where the change was; its commit is shortened.
    pub source: Option<Endpoint>,
    /// Where it wanted to go; its commit is shortened.
    pub destination: Option<Endpoint>,
    /// The names of what somebody changed in it by hand: `title`, `description`, `reviewers`, … Nothing after a push.
    /// The description is silent about it; the real service was seen to answer so.
    #[serde(default, deserialize_with = "names")]
    pub changes: Vec<String>,
}

/// Somebody's yes or no.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Review {
    /// When.
    #[serde(default, deserialize_with = "time")]
    pub date: Option<Timestamp>,
    /// Who.
    pub user: Option<User>,
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            update: Option<Box<Update>>,
            approval: Option<Review>,
            changes_requested: Option<Review>,
            comment: Option<Box<Comment>>,
        }
        let wire = Wire::deserialize(from)?;
        let update = wire.update.map(Self::Update);
        let reviewed = || wire.approval.map(Self::Approval).or(wire.changes_requested.map(Self::ChangesRequested));
        Ok(update.or_else(reviewed).or(wire.comment.map(Self::Comment)).unwrap_or(Self::Other))
    }
}

/// A time; one that cannot be read is none.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| text.parse().ok()))
}

fn names<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let changes: Option<BTreeMap<String, IgnoredAny>> = Option::deserialize(from)?;
    Ok(changes.unwrap_or_default().into_keys().collect())
}

impl PullRequests {
    /// What happened to one, the newest first.
    pub fn activity(&self, id: u64) -> List<Activity> {
        List::new(self.place_of(id).join(&["activity"]), limits::PULL_REQUESTS_PER_PAGE)
    }

    /// Approves one in the name of whoever asks; one of their own too, and one that is merged too.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn approve(&self, id: u64) -> Result<Participant, Error> {
        let (bitbucket, url) = (self.place.bitbucket(), self.place_of(id).join(&["approve"]).url()?);
        let answer = bitbucket.send(|| bitbucket.client().request(Method::POST, url.clone())).await?;
        Ok(answer.json()?)
    }

    /// Takes back the approval of whoever asks. There being none is fine.
    ///
    /// # Errors
    ///
    /// As every request; 400 when it is merged.
    pub async fn unapprove(&self, id: u64) -> Result<(), Error> {
        match self.place_of(id).join(&["approve"]).delete().await {
            // Without an approval the answer is 404 as well as without a pull request: only the latter is an error.
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => self.get(id).await.map(|_there| ()),
            other => other,
        }
    }
}
