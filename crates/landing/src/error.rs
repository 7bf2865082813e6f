//! What can go wrong, and what to try.

use std::convert::Infallible;
use std::time::Duration;

/// Why nothing landed. `E` is the caller's own error, from its plan; the remote's part alone has none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E = Infallible> {
    /// Git failed, or the remote behind it.
    #[error(transparent)]
    Git(git::Error),
    /// The API failed.
    #[error(transparent)]
    Api(bitbucket::Error),
    /// There is no such branch.
    #[error("`{remote}` has no branch `{branch}`")]
    NoBranch {
        /// The remote, without credentials.
        remote: String,
        /// The branch it does not have.
        branch: String,
    },
    /// The remote said no: a hook, a permission, a protected branch.
    #[error("the remote refused the commit for `{branch}`: {said}")]
    Refused {
        /// Where it was to land.
        branch: String,
        /// The remote's words.
        said: String,
    },
    /// Time is up.
    #[error(
        "the commit did not land on `{branch}` within {} s ({attempts} attempts); last: {last}",
        deadline.as_secs()
    )]
    Deadline {
        /// Where it was to land.
        branch: String,
        /// How long it was tried.
        deadline: Duration,
        /// How often.
        attempts: u32,
        /// Why the last attempt did not land, in the remote's words.
        last: String,
    },
    /// Something else than a regular file is where a file was asked for.
    #[error("`{path}` is {what}")]
    NotAFile {
        /// What was asked for.
        path: String,
        /// `a symbolic link, not a file`.
        what: &'static str,
    },
    /// The caller's plan failed.
    #[error("{0}")]
    Caller(E),
}

impl Error {
    /// The same for a caller with errors of its own.
    #[must_use]
    pub fn widen<E>(self) -> Error<E> {
        match self {
            Self::Git(error) => Error::Git(error),
            Self::Api(error) => Error::Api(error),
            Self::NoBranch { remote, branch } => Error::NoBranch { remote, branch },
            Self::Refused { branch, said } => Error::Refused { branch, said },
            Self::Deadline { branch, deadline, attempts, last } => Error::Deadline { branch, deadline, attempts, last },
            Self::NotAFile { path, what } => Error::NotAFile { path, what },
            Self::Caller(never) => match never {},
        }
    }
}

impl<E> Error<E> {
    /// What to try next, where something is known to help. The caller's own errors have their own.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Git(git::Error::Remote { .. }) => {
                "see that the URL is right, and that the step may read and write the repository".to_owned()
            }
            Self::Git(error) => return error.hint(),
            Self::NoBranch { .. } => "name a branch that the remote has".to_owned(),
            Self::Refused { .. } => {
                "see that whoever pushes may write to the branch, or land by a pull request".to_owned()
            }
            Self::Deadline { .. } => "run it again, or give it a later deadline".to_owned(),
            Self::NotAFile { .. } => "name the file itself".to_owned(),
            Self::Api(_) | Self::Caller(_) => return None,
        })
    }

    /// Whether the same may well succeed later: a fault of the network, or a busy server.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Git(error) => error.is_transient(),
            Self::Api(error) => error.is_transient(),
            _ => false,
        }
    }

    /// The text of the remote's part; the caller's is the caller's own.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Git(error) => error.to_string(),
            Self::Api(error) => error.to_string(),
            _ => String::new(),
        }
    }

    /// Whether the remote is to blame, not what it was asked for.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        match self {
            Self::Git(error) => error.is_remote(),
            Self::Api(_) | Self::Refused { .. } | Self::Deadline { .. } => true,
            Self::NoBranch { .. } | Self::NotAFile { .. } | Self::Caller(_) => false,
        }
    }
}

impl<E> From<git::Error> for Error<E> {
    fn from(error: git::Error) -> Self {
        match error {
            git::Error::NotAFile { path, what } => Self::NotAFile { path, what },
            error => Self::Git(error),
        }
    }
}

impl<E> From<bitbucket::Error> for Error<E> {
    fn from(error: bitbucket::Error) -> Self {
        Self::Api(error)
    }
}
