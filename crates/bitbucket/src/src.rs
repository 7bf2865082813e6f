//! The files of a repository (`/src`): reading them at a commit, and committing without a clone.

mod commit;

use http::Method;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub use self::commit::CommitFiles;
use crate::client::Place;
use crate::error::Error;
use crate::limits;
use crate::null::null_is_default;
use crate::open_enum::open_enum;
use crate::page::{List, Page};

open_enum! {
    /// What stands at a path.
    pub enum EntryType {
        /// A file, also one that is a symbolic link or a submodule: its [attributes](Entry::attributes) say so.
        File = "commit_file",
        /// A directory.
        Directory = "commit_directory",
    }
}

open_enum! {
    /// What makes a file more than its bytes.
    pub enum Attribute {
        /// A symbolic link; its content is where it leads.
        Link = "link",
        /// May be executed.
        Executable = "executable",
        /// A submodule; its content is a commit.
        Subrepository = "subrepository",
        /// The server takes its content for no text.
        Binary = "binary",
        /// The content is kept apart, by git LFS.
        Lfs = "lfs",
    }
}

/// A file or directory at a commit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Entry {
    /// From the root of the repository.
    #[serde(deserialize_with = "null_is_default")]
    pub path: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EntryType,
    /// What makes it more than its bytes.
    #[serde(default, deserialize_with = "one_or_many")]
    pub attributes: Vec<Attribute>,
    /// Bytes of a file.
    pub size: Option<u64>,
}

impl Entry {
    /// Whether it has this attribute.
    #[must_use]
    pub fn has(&self, attribute: &Attribute) -> bool {
        self.attributes.contains(attribute)
    }
}

/// The text of the API has a list here, its schema a word.
fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Attribute>, D::Error> {
    let words = match Option::deserialize(from)? {
        Some(Value::Array(words)) => words,
        Some(word @ Value::String(_)) => vec![word],
        _ => Vec::new(),
    };
    Ok(words.iter().filter_map(Value::as_str).map(|word| Attribute::from(word.to_owned())).collect())
}

/// The files of a repository. A commit is named by its hash: a branch with a slash in its name is not understood here.
#[derive(Clone, Debug)]
pub struct Src {
    place: Place,
}

impl Src {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// The content of a file at a commit. Of a symbolic link it is where that leads, of a directory an odd text: ask
    /// for its [`entry`](Self::entry) first.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such file or commit.
    pub async fn read(&self, commit: &str, path: &str) -> Result<Vec<u8>, Error> {
        let (bitbucket, url) = (self.place.bitbucket(), self.place_of(commit, path).url()?);
        let client = bitbucket.client();
        let answer = bitbucket.send(|| client.request(Method::GET, url.clone()).accept("*/*")).await?;
        Ok(answer.into_body())
    }

    /// What stands at a path at a commit.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such file or commit.
    pub async fn entry(&self, commit: &str, path: &str) -> Result<Entry, Error> {
        let mut url = self.place_of(commit, path).url()?;
        url.query_pairs_mut().append_pair("format", "meta");
        self.place.bitbucket().get(url).await
    }

    /// What is in a directory at a commit; `""` is the root.
    pub fn list(&self, commit: &str, directory: &str) -> ListEntries {
        let place = self.place_of(commit, directory.trim_end_matches('/')).directory();
        ListEntries { list: List::new(place, limits::PAGE_ITEMS) }
    }

    /// Makes a commit out of whole files, without a clone.
    pub fn commit(&self, message: impl Into<String>) -> CommitFiles {
        CommitFiles::new(self.place.clone(), message.into())
    }

    fn place_of(&self, commit: &str, path: &str) -> Place {
        let segments: Vec<&str> = path.split('/').collect();
        let place = self.place.join(&[commit]);
        if path.is_empty() { place } else { place.join(&segments) }
    }
}

/// A list of files and directories about to be asked for.
#[must_use]
#[derive(Debug)]
pub struct ListEntries {
    list: List<Entry>,
}

impl ListEntries {
    /// Goes this many directories deep; 1, the default, is the directory itself. Too deep for a large repository ends
    /// in 555 ("took too long").
    pub fn max_depth(self, directories: u32) -> Self {
        Self { list: self.list.with("max_depth", directories.to_string()) }
    }

    /// Those that match a query of the API ("Filtering and sorting"): `type = "commit_file"`.
    pub fn query(self, query: impl Into<String>) -> Self {
        Self { list: self.list.with("q", query) }
    }

    /// Asks for the first page.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn send(self) -> Result<Page<Entry>, Error> {
        self.list.send().await
    }

    /// Every entry of every page.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn all(self) -> Result<Vec<Entry>, Error> {
        self.list.all().await
    }
}
