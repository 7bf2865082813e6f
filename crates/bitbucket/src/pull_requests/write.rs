//! Opening pull requests and changing them.

use serde::Serialize;
use serde_json::{Value, json};

use super::{PullRequest, PullRequests};
use crate::client::Place;
use crate::error::Error;

impl PullRequests {
    /// Opens one from a branch. It is not repeated when its outcome is not known: look for it then.
    pub fn create(&self, title: impl Into<String>, source_branch: impl Into<String>) -> CreatePullRequest {
        let branch = source_branch.into();
        let body = Fields { title: Some(title.into()), source: Some(Side::of(branch)), ..Fields::default() };
        CreatePullRequest { place: self.place.clone(), body }
    }

    /// Changes one that is open. Its reviewers are taken away unless they are given again.
    pub fn update(&self, id: u64) -> UpdatePullRequest {
        UpdatePullRequest { place: self.place_of(id), body: Fields::default() }
    }

    /// Closes one without merging it.
    ///
    /// # Errors
    ///
    /// As every request; 400 when it is not open. It is not repeated when its outcome is not known.
    pub async fn decline(&self, id: u64) -> Result<PullRequest, Error> {
        self.place_of(id).join(&["decline"]).post(&json!({})).await
    }
}

#[derive(Clone, Debug, Default, Serialize)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewers: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_source_branch: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<bool>,
}

#[derive(Clone, Debug, Serialize)]
struct Side {
    branch: Value,
}

impl Side {
    fn of(branch: String) -> Self {
        Self { branch: json!({ "name": branch }) }
    }
}

fn users(uuids: impl IntoIterator<Item = impl Into<String>>) -> Vec<Value> {
    uuids.into_iter().map(|uuid| json!({ "uuid": uuid.into() })).collect()
}

/// A pull request about to be opened.
#[must_use]
#[derive(Debug)]
pub struct CreatePullRequest {
    place: Place,
    body: Fields,
}

impl CreatePullRequest {
    /// Where it wants to go. Default: the main branch.
    pub fn destination(mut self, branch: impl Into<String>) -> Self {
        self.body.destination = Some(Side::of(branch.into()));
        self
    }

    /// What it is about, in Markdown.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.body.description = Some(text.into());
        self
    }

    /// Who is asked to review, by UUID; never its author. The server does not add the default reviewers by itself.
    pub fn reviewers(mut self, uuids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.reviewers = Some(users(uuids));
        self
    }

    /// Whether its branch goes when it is merged.
    pub fn close_source_branch(mut self, close: bool) -> Self {
        self.body.close_source_branch = Some(close);
        self
    }

    /// Whether it is a draft.
    pub fn draft(mut self, draft: bool) -> Self {
        self.body.draft = Some(draft);
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As every request; 400 when a branch is not there, nothing differs, or somebody cannot review it.
    pub async fn send(self) -> Result<PullRequest, Error> {
        self.place.post(&self.body).await
    }
}

/// A pull request about to be changed.
#[must_use]
#[derive(Debug)]
pub struct UpdatePullRequest {
    place: Place,
    body: Fields,
}

impl UpdatePullRequest {
    /// Its title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.body.title = Some(title.into());
        self
    }

    /// What it is about, in Markdown.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.body.description = Some(text.into());
        self
    }

    /// Who is asked to review, by UUID; never its author.
    pub fn reviewers(mut self, uuids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.reviewers = Some(users(uuids));
        self
    }

    /// Whether its branch goes when it is merged.
    pub fn close_source_branch(mut self, close: bool) -> Self {
        self.body.close_source_branch = Some(close);
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As every request; 400 when it is not open, or somebody cannot review it.
    pub async fn send(self) -> Result<PullRequest, Error> {
        self.place.put(&self.body).await
    }
}
