//! Comments on a pull request (`/pullrequests/{id}/comments`).

mod upsert;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::upsert::{Upsert, Upserted, marker_line};
use crate::client::Place;
use crate::error::Error;
use crate::limits;
use crate::null::null_is_default;
use crate::page::List;
use crate::users::User;

/// A comment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Comment {
    /// Its number.
    pub id: u64,
    /// What it says.
    #[serde(default, deserialize_with = "null_is_default")]
    pub content: Content,
    /// Who wrote it; nobody when the account is gone.
    pub user: Option<User>,
    /// Whether it was deleted; the server keeps an empty shell.
    #[serde(default, deserialize_with = "null_is_default")]
    pub deleted: bool,
    /// Where in a file it is, if it is in one.
    pub inline: Option<Inline>,
    /// What it answers to, if anything.
    pub parent: Option<Parent>,
    /// When it was written, as the server writes it.
    pub created_on: Option<String>,
    /// When it was last changed, as the server writes it.
    pub updated_on: Option<String>,
}

/// What a comment says.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default)]
pub struct Content {
    /// Markdown, as it was written.
    #[serde(deserialize_with = "null_is_default")]
    pub raw: String,
}

/// Where in a file a comment is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Inline {
    /// The file, relative to the repository.
    pub path: String,
    /// The line in the new version, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
    /// The line in the old version, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
}

/// A comment by number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Parent {
    /// Its number.
    pub id: u64,
}

/// The comments of a pull request.
#[derive(Clone, Debug)]
pub struct Comments {
    place: Place,
}

impl Comments {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// All of them, the oldest first, deleted ones among them.
    pub fn list(&self) -> List<Comment> {
        List::new(self.place.clone(), limits::PAGE_ITEMS)
    }

    /// One.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn get(&self, id: u64) -> Result<Comment, Error> {
        self.place_of(id).get().await
    }

    /// Writes a new one. It is not repeated when its outcome is not known; [`upsert`](Self::upsert) is made for that.
    pub fn create(&self, body: impl Into<String>) -> CreateComment {
        CreateComment { place: self.place.clone(), body: body.into(), inline: None }
    }

    /// Replaces the text of one.
    ///
    /// # Errors
    ///
    /// As every request; 403 for a comment of somebody else.
    pub async fn update(&self, id: u64, body: &str) -> Result<Comment, Error> {
        self.place_of(id).put(&json!({ "content": { "raw": body } })).await
    }

    /// Deletes one. There being none is fine.
    ///
    /// # Errors
    ///
    /// As every request; 403 for a comment of somebody else.
    pub async fn delete(&self, id: u64) -> Result<(), Error> {
        match self.place_of(id).delete().await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }

    fn place_of(&self, id: u64) -> Place {
        self.place.join(&[&id.to_string()])
    }
}

/// A comment about to be written.
#[must_use]
#[derive(Debug)]
pub struct CreateComment {
    place: Place,
    body: String,
    inline: Option<Inline>,
}

impl CreateComment {
    /// Puts it at a line of a file.
    pub fn inline(mut self, inline: Inline) -> Self {
        self.inline = Some(inline);
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn send(self) -> Result<Comment, Error> {
        let mut body = json!({ "content": { "raw": self.body } });
        if let (Some(inline), Some(body)) = (&self.inline, body.as_object_mut()) {
            body.insert("inline".to_owned(), json!(inline));
        }
        self.place.post(&body).await
    }
}
