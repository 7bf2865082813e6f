//! Commits in order (`/commits`).

use serde::Deserialize;

use crate::error::Error;
use crate::null::null_is_default;
use crate::page::{List, Page};
use crate::pull_requests::CommitRef;
use crate::users::User;

/// A commit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LoggedCommit {
    /// Its full hash.
    pub hash: String,
    /// Its whole message.
    #[serde(default, deserialize_with = "null_is_default")]
    pub message: String,
    /// Who wrote it.
    pub author: Option<RawAuthor>,
    /// When, as the server writes it.
    pub date: Option<String>,
    /// The commits before it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub parents: Vec<CommitRef>,
}

/// An author as git has it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct RawAuthor {
    /// `Ada Lovelace <ada@example.com>`, which is whatever git was told.
    pub raw: Option<String>,
    /// The account that has this e-mail address; told where there is one. It does not prove who made the commit.
    pub user: Option<User>,
}

/// A list of commits about to be asked for, the newest first.
#[must_use]
#[derive(Debug)]
pub struct ListCommits {
    list: List<LoggedCommit>,
}

impl ListCommits {
    pub(crate) fn new(list: List<LoggedCommit>) -> Self {
        Self { list }
    }

    /// Those that change a file, or anything in a directory.
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { list: self.list.with("path", path) }
    }

    /// Leaves out what another commit has before it.
    pub fn exclude(self, revision: impl Into<String>) -> Self {
        Self { list: self.list.with("exclude", revision) }
    }

    /// Items on a page. Default: as many as the API allows.
    pub fn page_length(self, items: u32) -> Self {
        Self { list: self.list.page_length(items) }
    }

    /// Asks for the first page.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such commit.
    pub async fn send(self) -> Result<Page<LoggedCommit>, Error> {
        self.list.send().await
    }

    /// Every commit of every page.
    ///
    /// # Errors
    ///
    /// As every request; also when there are more than fit [`limits::PAGES`](crate::limits::PAGES) pages.
    pub async fn all(self) -> Result<Vec<LoggedCommit>, Error> {
        self.list.all().await
    }
}
