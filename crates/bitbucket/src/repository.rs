//! A repository and its commits: where the handlers start from.

use serde::Deserialize;

use crate::annotations::Annotations;
use crate::branches::Branches;
use crate::client::{Bitbucket, Place};
use crate::environments::{Environments, Variable};
use crate::error::Error;
use crate::history::{ListCommits, LoggedCommit};
use crate::limits;
use crate::page::List;
use crate::pipelines::Pipelines;
use crate::pull_requests::{Branch, PullRequests};
use crate::reports::Reports;
use crate::restrictions::BranchRestriction;
use crate::reviewers::DefaultReviewer;
use crate::src::Src;
use crate::statuses::Statuses;

/// What the API says of a repository.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct RepositoryDetails {
    /// Its UUID, with braces.
    pub uuid: String,
    /// Workspace and slug.
    pub full_name: Option<String>,
    /// Its main branch; absent as long as nothing was pushed.
    pub mainbranch: Option<Branch>,
    /// Whether only those who are allowed to can see it.
    pub is_private: Option<bool>,
}

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    place: Place,
}

impl Repository {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// What the API says of it: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/>.
    ///
    /// # Errors
    ///
    /// As every request; 404 when it is not there, or not for whoever asks.
    pub async fn get(&self) -> Result<RepositoryDetails, Error> {
        self.place.get().await
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

    /// Its pipelines.
    #[must_use]
    pub fn pipelines(&self) -> Pipelines {
        Pipelines::new(self.place.join(&["pipelines"]))
    }

    /// Its deployment environments.
    #[must_use]
    pub fn environments(&self) -> Environments {
        Environments::new(&self.place)
    }

    /// The variables that every pipeline of it sees.
    pub fn pipeline_variables(&self) -> List<Variable> {
        List::new(self.place.join(&["pipelines_config", "variables"]), limits::PAGE_ITEMS)
    }

    /// What the server enforces on its branches. Only an administrator of the repository may see it: to anybody else the
    /// answer is 403, [`Error::is_forbidden`].
    pub fn branch_restrictions(&self) -> List<BranchRestriction> {
        List::new(self.place.join(&["branch-restrictions"]), limits::PAGE_ITEMS)
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
    /// What the API says of it: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/>. The beginning
    /// of a hash is understood; the answer has all forty digits.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such commit.
    pub async fn get(&self) -> Result<LoggedCommit, Error> {
        self.place.get().await
    }

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
