//! Why a call failed.

use http::StatusCode;

/// A call that failed. Its text reads after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request failed, or its answer is an error.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// The call cannot be made as asked for.
    #[error("{0}")]
    Invalid(String),
    /// Some annotations were stored, these and those after them were not.
    #[error("annotations {first} to {last} of {total}: {cause}")]
    Batch {
        /// Number of the first that was not stored, from 1.
        first: usize,
        /// Number of the last in the request that failed.
        last: usize,
        /// How many were to be stored.
        total: usize,
        /// Why; not a `source()`, for it is in the text.
        cause: Box<Error>,
    },
    /// A list does not come to an end.
    #[error("list {first}: {problem}")]
    Endless {
        /// Path of the list.
        first: String,
        /// How that shows.
        problem: String,
    },
}

impl Error {
    /// The status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.http().and_then(http::Error::status)
    }

    /// 404.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// 409: what the request builds on has moved.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(StatusCode::CONFLICT)
    }

    /// 429, after all the waiting that was allowed.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// 401 or 403: the credentials are not known, or not allowed to do this.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    }

    /// 403: who is asking is known, but not allowed to do this; for what only an administrator may see, no
    /// administrator.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// 555: it took the server too long, and it may or may not be done.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.status().is_some_and(|status| status.as_u16() == 555)
    }

    /// Whether the same call may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.http().is_some_and(http::Error::is_transient)
    }

    fn http(&self) -> Option<&http::Error> {
        match self {
            Self::Http(error) => Some(error),
            Self::Batch { cause, .. } => cause.http(),
            Self::Invalid(_) | Self::Endless { .. } => None,
        }
    }
}
