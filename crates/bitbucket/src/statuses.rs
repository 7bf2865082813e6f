//! Build statuses of a commit (`/commit/{commit}/statuses`).

use serde::{Deserialize, Serialize};

use crate::client::Place;
use crate::error::Error;
use crate::limits;
use crate::open_enum::open_enum;
use crate::page::List;

open_enum! {
    /// How a build is going.
    pub enum BuildState {
        /// Done and good.
        Successful = "SUCCESSFUL",
        /// Done and not good.
        Failed = "FAILED",
        /// Not done yet.
        InProgress = "INPROGRESS",
        /// Ended by somebody.
        Stopped = "STOPPED",
    }
}

/// A build status as Bitbucket keeps it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct BuildStatus {
    /// Our id of it, unique for the commit.
    pub key: String,
    /// How the build is going.
    pub state: BuildState,
    /// What is shown.
    pub name: Option<String>,
    /// What is shown below.
    pub description: Option<String>,
    /// Where there is more.
    pub url: Option<String>,
    /// The branch it is for.
    pub refname: Option<String>,
    /// When it was made, as the server writes it.
    pub created_on: Option<String>,
    /// When it was last changed, as the server writes it.
    pub updated_on: Option<String>,
}

/// The build statuses of a commit.
#[derive(Clone, Debug)]
pub struct Statuses {
    place: Place,
}

impl Statuses {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// All of them.
    pub fn list(&self) -> List<BuildStatus> {
        List::new(self.place.clone(), limits::PAGE_ITEMS)
    }

    /// One.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn get(&self, key: &str) -> Result<BuildStatus, Error> {
        self.place.join(&["build", key]).get().await
    }

    /// Creates the status `key`, at most [`limits::STATUS_KEY_CHARS`], or replaces it. The server wants a `url`, and
    /// not an empty one.
    pub fn upsert(&self, key: &str, state: BuildState, url: impl Into<String>) -> PutStatus {
        self.sending(key, state, Some(url.into()), None)
    }

    /// Changes the status `key`, which there has to be.
    pub fn update(&self, key: &str, state: BuildState) -> PutStatus {
        self.sending(key, state, None, Some(key))
    }

    fn sending(&self, key: &str, state: BuildState, url: Option<String>, existing: Option<&str>) -> PutStatus {
        let mut place = self.place.join(&["build"]);
        if let Some(key) = existing {
            place = place.join(&[key]);
        }
        let fields = Fields { key: key.to_owned(), state, url, name: None, description: None, refname: None };
        PutStatus { place, update: existing.is_some(), fields }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Fields {
    key: String,
    state: BuildState,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refname: Option<String>,
}

/// A build status about to be stored.
#[must_use]
#[derive(Debug)]
pub struct PutStatus {
    place: Place,
    update: bool,
    fields: Fields,
}

impl PutStatus {
    /// Where there is more.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.fields.url = Some(url.into());
        self
    }

    /// What is shown.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.fields.name = Some(name.into());
        self
    }

    /// What is shown below.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.fields.description = Some(description.into());
        self
    }

    /// The branch it is for: the source branch of a pull request, to be shown there.
    pub fn refname(mut self, branch: impl Into<String>) -> Self {
        self.fields.refname = Some(branch.into());
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As every request; also when the key is empty or too long.
    pub async fn send(self) -> Result<BuildStatus, Error> {
        let Fields { key, .. } = &self.fields;
        if key.is_empty() || key.chars().count() > limits::STATUS_KEY_CHARS {
            let longest = limits::STATUS_KEY_CHARS;
            return Err(Error::Invalid(format!(
                "store a build status: its key {key:?} has not 1 to {longest} characters"
            )));
        }
        if self.update { self.place.put(&self.fields).await } else { self.place.post_by_key(&self.fields).await }
    }
}
