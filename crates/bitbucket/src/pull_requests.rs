//! Pull requests (`/pullrequests`).

use serde::Deserialize;

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
    /// When it was opened, as the server writes it.
    pub created_on: Option<String>,
    /// When it was last changed, as the server writes it.
    pub updated_on: Option<String>,
}

/// One side of a pull request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Endpoint {
    /// Its branch.
    pub branch: Option<Branch>,
    /// The tip, shortened; absent when the branch is gone.
    pub commit: Option<CommitRef>,
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
        self.place.join(&[&id.to_string()]).get().await
    }

    /// The comments of one.
    #[must_use]
    pub fn comments(&self, id: u64) -> Comments {
        Comments::new(self.place.join(&[&id.to_string(), "comments"]))
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
