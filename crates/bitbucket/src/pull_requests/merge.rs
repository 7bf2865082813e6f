//! Merging pull requests.

use std::time::Duration;

use http::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::{PullRequest, PullRequests};
use crate::client::Place;
use crate::error::Error;
use crate::open_enum::open_enum;

/// How long a merge that the server does in the background is waited for. Our own.
const PATIENCE: Duration = Duration::from_secs(60);

open_enum! {
    /// How the commits of a pull request come to its destination.
    pub enum MergeStrategy {
        /// By a commit with two parents.
        MergeCommit = "merge_commit",
        /// As one commit.
        Squash = "squash",
        /// As they are, when nothing else came between.
        FastForward = "fast_forward",
        /// As one commit, when nothing else came between.
        SquashFastForward = "squash_fast_forward",
        /// One by one on top of what came between.
        RebaseFastForward = "rebase_fast_forward",
        /// One by one on top of what came between, and a commit with two parents.
        RebaseMerge = "rebase_merge",
    }
}

/// What became of a merge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Merged {
    /// It is done.
    Done(Box<PullRequest>),
    /// The server was still at it when we no longer waited.
    Pending,
}

impl PullRequests {
    /// Merges one.
    pub fn merge(&self, id: u64) -> MergePullRequest {
        let kind = "pullrequest_merge_parameters";
        let body = Fields { kind, merge_strategy: None, message: None, close_source_branch: None };
        MergePullRequest { place: self.place_of(id).join(&["merge"]), body }
    }
}

#[derive(Debug, Serialize)]
struct Fields {
    /// The description asks for it, and means nothing by it.
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_strategy: Option<MergeStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_source_branch: Option<bool>,
}

/// A pull request about to be merged.
#[must_use]
#[derive(Debug)]
pub struct MergePullRequest {
    place: Place,
    body: Fields,
}

impl MergePullRequest {
    /// How. Default: as the repository has it.
    pub fn strategy(mut self, strategy: MergeStrategy) -> Self {
        self.body.merge_strategy = Some(strategy);
        self
    }

    /// The message of the commit that comes of it.
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.body.message = Some(text.into());
        self
    }

    /// Whether its branch goes. Default: as the pull request has it.
    pub fn close_source_branch(mut self, close: bool) -> Self {
        self.body.close_source_branch = Some(close);
        self
    }

    /// Sends it, and waits a minute for the server when it does it in the background. It is not repeated when its
    /// outcome is not known: look at the pull request then.
    ///
    /// # Errors
    ///
    /// As every request; 400 when a merge check fails or there are conflicts, 409 when a branch moved meanwhile
    /// ([`Error::is_conflict`]), 555 when it took too long and may be done or not ([`Error::is_timed_out`]).
    pub async fn send(self) -> Result<Merged, Error> {
        let url = self.place.url()?;
        let bitbucket = self.place.bitbucket();
        let client = bitbucket.client();
        let answer = bitbucket.send(|| client.request(Method::POST, url.clone()).json(&self.body)).await?;
        if answer.status() == StatusCode::ACCEPTED {
            return self.wait_for(&answer).await;
        }
        Ok(Merged::Done(Box::new(answer.json()?)))
    }

    /// Follows the task that `answer` leads to.
    async fn wait_for(&self, answer: &Response) -> Result<Merged, Error> {
        let Some(task) = answer.header("location") else {
            return Ok(Merged::Pending);
        };
        let bitbucket = self.place.bitbucket();
        let url = bitbucket.client().follow(task)?;
        let clock = bitbucket.client().clock();
        let begun = clock.elapsed();
        let mut wait = Duration::from_millis(500);
        while clock.elapsed().saturating_sub(begun) < PATIENCE {
            let task: Task = bitbucket.get(url.clone()).await?;
            if let Some(merged) = task.merge_result {
                return Ok(Merged::Done(Box::new(merged)));
            }
            clock.sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(8));
        }
        Ok(Merged::Pending)
    }
}

#[derive(Deserialize)]
struct Task {
    merge_result: Option<PullRequest>,
}
