//! Pull requests (`/pullrequests`).

mod activity;
mod approvals;
mod merge;
mod write;

use serde::Deserialize;

pub use self::activity::{Activity, Participant, ParticipantRole, ParticipantState, Review, Update};
pub use self::approvals::{Approval, Approvals};
pub use self::merge::{MergePullRequest, MergeStrategy, Merged};
pub use self::write::{CreatePullRequest, UpdatePullRequest};
use crate::client::Place;
use crate::comments::Comments;
use crate::error::Error;
use crate::limits;
use crate::null::null_is_default;
use crate::open_enum::open_enum;
use crate::page::{List, Page};
use crate::users::User;

open_enum! {
    /// Where a pull request stands.
    pub enum PullRequestState {
        /// Open.
        Open = "OPEN",
        /// Merged.
        Merged = "MERGED",
        /// Declined.
        Declined = "DECLINED",
        /// Replaced by another.
        Superseded = "SUPERSEDED",
    }
}

/// A pull request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PullRequest {
    /// Number in its repository.
    pub id: u64,
    /// Title.
    pub title: Option<String>,
    /// What it is about, in Markdown.
    pub description: Option<String>,
    /// Where it stands.
    pub state: Option<PullRequestState>,
    /// Whether it is a draft.
    #[serde(default, deserialize_with = "null_is_default")]
    pub draft: bool,
    /// Who opened it; nobody when the account is gone.
    pub author: Option<User>,
    /// Where the change is.
    pub source: Option<Endpoint>,
    /// Where it wants to go.
    pub destination: Option<Endpoint>,
    /// Who is asked to review. Told by [`PullRequests::get`] only, not by lists.
    #[serde(default, deserialize_with = "null_is_default")]
    pub reviewers: Vec<User>,
    /// Who takes part, and what they think now. Told by [`PullRequests::get`] only, not by lists.
    #[serde(default, deserialize_with = "null_is_default")]
    pub participants: Vec<Participant>,
    /// Whether its branch goes when it is merged.
    pub close_source_branch: Option<bool>,
    /// The commit that it was merged as.
    pub merge_commit: Option<CommitRef>,
    /// Where a person looks at it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub links: Links,
    /// When it was opened, as the server writes it.
    pub created_on: Option<String>,
    /// When it was last changed, as the server writes it.
    pub updated_on: Option<String>,
}

/// Links to a pull request.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct Links {
    /// The page about it.
    pub html: Option<Link>,
}

/// A link.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Link {
    /// Its address.
    pub href: String,
}

/// One side of a pull request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Endpoint {
    /// Its branch.
    pub branch: Option<Branch>,
    /// The tip, shortened; absent when the branch is gone.
    pub commit: Option<CommitRef>,
    /// Where the branch is: for a source, perhaps in a fork. Absent when that is gone.
    pub repository: Option<RepositoryRef>,
}

/// A repository by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct RepositoryRef {
    /// Workspace and slug.
    pub full_name: Option<String>,
    /// Its UUID, with braces.
    pub uuid: Option<String>,
}

/// A branch by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Branch {
    /// Its name.
    pub name: String,
}

/// A commit by hash.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct CommitRef {
    /// Its hash, sometimes only the first 12 digits.
    pub hash: String,
}

/// The pull requests of a repository.
#[derive(Clone, Debug)]
pub struct PullRequests {
    place: Place,
}

impl PullRequests {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// Some or all of them. The server gives the open ones unless told otherwise.
    pub fn list(&self) -> ListPullRequests {
        ListPullRequests { list: List::new(self.place.clone(), limits::PULL_REQUESTS_PER_PAGE) }
    }

    /// One, by its number.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn get(&self, id: u64) -> Result<PullRequest, Error> {
        self.place_of(id).get().await
    }

    /// The comments of one.
    #[must_use]
    pub fn comments(&self, id: u64) -> Comments {
        Comments::new(self.place_of(id).join(&["comments"]))
    }

    fn place_of(&self, id: u64) -> Place {
        self.place.join(&[&id.to_string()])
    }
}

/// A list of pull requests about to be asked for.
#[must_use]
#[derive(Debug)]
pub struct ListPullRequests {
    list: List<PullRequest>,
}

impl ListPullRequests {
    /// Those in this state; called again, those in either.
    pub fn state(self, state: &PullRequestState) -> Self {
        Self { list: self.list.with("state", state.as_str()) }
    }

    /// Those that match a query of the API ("Filtering and sorting"): `source.branch.name = "main"`.
    pub fn query(self, query: impl Into<String>) -> Self {
        Self { list: self.list.with("q", query) }
    }

    /// Ordered by a field, downwards with `-` before it.
    pub fn sort(self, field: impl Into<String>) -> Self {
        Self { list: self.list.with("sort", field) }
    }

    /// Asks for the first page.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn send(self) -> Result<Page<PullRequest>, Error> {
        self.list.send().await
    }

    /// Every pull request of every page.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn all(self) -> Result<Vec<PullRequest>, Error> {
        self.list.all().await
    }
}
