//! A branch as it is now, wherever it is kept.

use crate::error::Error;
use crate::{api, over_git};

/// Where it lands.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a program has one of it")]
pub enum Remote {
    /// By git: whatever git can push to.
    Git(git::Scratch),
    /// By Bitbucket's API, without a clone.
    Api(bitbucket::Repository),
}

/// A branch as it is now; what the caller plans from.
#[derive(Debug)]
pub struct Snapshot<'r> {
    /// Its commit.
    pub commit: String,
    /// Its name, without `refs/heads/`.
    pub branch: String,
    pub(crate) remote: &'r Remote,
}

/// A commit and what it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Logged {
    /// Its id.
    pub commit: String,
    /// Its whole message.
    pub message: String,
}

impl Remote {
    /// The branch as it is now; `None` when there is no such branch.
    pub async fn snapshot(&self, branch: &str) -> Result<Option<Snapshot<'_>>, Error> {
        let tip = match self {
            Self::Git(scratch) => scratch.tip(branch).await?,
            Self::Api(repository) => api::tip(repository, branch).await?,
        };
        Ok(tip.map(|commit| Snapshot { commit, branch: branch.to_owned(), remote: self }))
    }

    /// What to call it, without credentials.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Git(scratch) => scratch.url().to_owned(),
            Self::Api(repository) => api::name(repository),
        }
    }
}

impl Snapshot<'_> {
    /// The content of a file; `None` when there is none.
    ///
    /// # Errors
    ///
    /// Symbolic links, submodules and directories are not files.
    pub async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.remote {
            Remote::Git(scratch) => Ok(scratch.read(&self.commit, path).await?.map(|file| file.content)),
            Remote::Api(repository) => api::read(repository, &self.commit, path).await,
        }
    }

    /// Fetches what reading `paths` needs in few questions to the remote, where that can be done. Only for speed.
    pub async fn prefetch(&self, paths: &[&str]) -> Result<(), Error> {
        match self.remote {
            Remote::Git(scratch) => Ok(scratch.prefetch(&self.commit, paths).await?),
            Remote::Api(_) => Ok(()),
        }
    }

    /// Paths of all regular files below the directory `under`, sorted; `""` is the root. Empty when there is no such
    /// directory. Names that are not UTF-8 are left out: no path can name them.
    pub async fn files(&self, under: &str) -> Result<Vec<String>, Error> {
        match self.remote {
            Remote::Git(scratch) => Ok(scratch.files(&self.commit, under).await?),
            Remote::Api(repository) => api::files(repository, &self.commit, under).await,
        }
    }

    /// The last commits, newest first, at most `most`; fetches no more than that.
    pub async fn messages(&self, most: u32) -> Result<Vec<Logged>, Error> {
        match self.remote {
            Remote::Git(scratch) => over_git::messages(scratch, &self.commit, most).await,
            Remote::Api(repository) => api::messages(repository, &self.commit, most).await,
        }
    }
}
