//! Branches (`/refs/branches`).

use serde::Deserialize;
use serde_json::json;

use crate::client::Place;
use crate::error::Error;
use crate::history::LoggedCommit;
use crate::limits;
use crate::page::List;

/// A branch and its tip.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct BranchRef {
    /// Its name, without `refs/heads/`.
    pub name: String,
    /// The commit at its tip.
    pub target: LoggedCommit,
}

/// The branches of a repository.
#[derive(Clone, Debug)]
pub struct Branches {
    place: Place,
}

impl Branches {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// All of them.
    pub fn list(&self) -> List<BranchRef> {
        List::new(self.place.clone(), limits::PAGE_ITEMS)
    }

    /// One.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such branch or repository.
    pub async fn get(&self, name: &str) -> Result<BranchRef, Error> {
        self.place_of(name).get().await
    }

    /// Begins one at a commit, given by its full hash. It is not repeated when its outcome is not known.
    ///
    /// # Errors
    ///
    /// As every request; 400 when there is one of this name.
    pub async fn create(&self, name: &str, hash: &str) -> Result<BranchRef, Error> {
        self.place.post(&json!({ "name": name, "target": { "hash": hash } })).await
    }

    /// Deletes one. There being none is fine.
    ///
    /// # Errors
    ///
    /// As every request; 400 for the main branch.
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        match self.place_of(name).delete().await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }

    /// A slash in the name stays one, as the server wants it here.
    fn place_of(&self, name: &str) -> Place {
        self.place.join(&name.split('/').collect::<Vec<_>>())
    }
}
