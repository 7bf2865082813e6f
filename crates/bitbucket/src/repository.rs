//! A repository and its commits: where the handlers start from.

use crate::annotations::Annotations;
use crate::branches::Branches;
use crate::client::{Bitbucket, Place};
use crate::history::ListCommits;
use crate::limits;
use crate::page::List;
use crate::pull_requests::PullRequests;
use crate::reports::Reports;
use crate::reviewers::DefaultReviewer;
use crate::src::Src;
use crate::statuses::Statuses;

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    place: Place,
}

impl Repository {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// A commit, by its hash.
    #[must_use]
    pub fn commit(&self, hash: &str) -> Commit {
        Commit { place: self.place.join(&["commit", hash]) }
    }

    /// Its pull requests.
    #[must_use]
    pub fn pull_requests(&self) -> PullRequests {
        PullRequests::new(self.place.join(&["pullrequests"]))
    }

    /// Its files: reading them at a commit, and committing.
    #[must_use]
    pub fn src(&self) -> Src {
        Src::new(self.place.join(&["src"]))
    }

    /// Its branches.
    #[must_use]
    pub fn branches(&self) -> Branches {
        Branches::new(self.place.join(&["refs", "branches"]))
    }

    /// A commit and those before it, the newest first. A branch with a slash in its name is not understood here: give
    /// the hash of its tip.
    pub fn commits(&self, revision: &str) -> ListCommits {
        ListCommits::new(List::new(self.place.join(&["commits", revision]), limits::PAGE_ITEMS))
    }

    /// Who reviews unless somebody says otherwise, as the repository and its project have it. A pull request that is
    /// opened here does not get them by itself.
    pub fn default_reviewers(&self) -> List<DefaultReviewer> {
        List::new(self.place.join(&["effective-default-reviewers"]), limits::PAGE_ITEMS)
    }

    /// Its workspace and slug as they were given: `acme/shop`.
    #[must_use]
    pub fn full_name(&self) -> String {
        self.place.segments().get(1..).unwrap_or_default().join("/")
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn bitbucket(&self) -> &Bitbucket {
        self.place.bitbucket()
    }
}

/// A commit of a repository.
#[derive(Clone, Debug)]
pub struct Commit {
    place: Place,
}

impl Commit {
    /// Its Code Insights reports.
    #[must_use]
    pub fn reports(&self) -> Reports {
        Reports::new(self.place.join(&["reports"]))
    }

    /// The annotations of one of its reports.
    #[must_use]
    pub fn annotations(&self, report: &str) -> Annotations {
        Annotations::new(self.reports().place_of(report).map(|place| place.join(&["annotations"])))
    }

    /// Its build statuses.
    #[must_use]
    pub fn statuses(&self) -> Statuses {
        Statuses::new(self.place.join(&["statuses"]))
    }
}
