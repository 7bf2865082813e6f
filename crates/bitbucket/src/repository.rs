//! A repository and its commits: where the handlers start from.

use crate::annotations::Annotations;
use crate::client::Place;
use crate::pull_requests::PullRequests;
use crate::reports::Reports;
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
