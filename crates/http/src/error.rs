//! Why a request failed.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use crate::retry::{Again, after_status};

/// A request that failed, after whatever retries were allowed.
///
/// Its text reads after "failed to": method, path, status and the server's own message, without query strings and with
/// every secret taken out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// What failed, after "failed to": method and path, for a request.
    what: String,
    kind: Kind,
    attempts: u32,
    gave_up: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// The server answered with a status other than 2xx.
    Status { status: StatusCode, message: String, retry_after: Option<Duration>, challenges: Vec<String> },
    /// No connection came about, so that nothing was sent.
    NotConnected(String),
    /// The server's certificate is not one that we trust.
    Untrusted(String),
    /// The connection broke.
    Broken(String),
    /// The answer took too long.
    TimedOut(String),
    /// The answer is larger than allowed.
    TooLarge { limit: u64 },
    /// The answer is not what was asked for.
    Unreadable { status: StatusCode, problem: String },
    /// The answer leads somewhere else, and going there is not safe.
    Redirected(String),
    /// The request itself cannot be made.
    Invalid(String),
}

impl Error {
    pub(crate) fn new(what: String, kind: Kind) -> Self {
        Self(Box::new(Inner { what, kind, attempts: 1, gave_up: None }))
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn gave_up(mut self, why: String) -> Self {
        self.0.gave_up = Some(why);
        self
    }

    pub(crate) fn again(&self) -> Again {
        match &self.0.kind {
            Kind::Status { status, .. } => after_status(*status),
            Kind::NotConnected(_) => Again::NotActedOn,
            Kind::Broken(_) | Kind::TimedOut(_) => Again::MayHaveActed,
            Kind::Untrusted(_)
            | Kind::TooLarge { .. }
            | Kind::Unreadable { .. }
            | Kind::Redirected(_)
            | Kind::Invalid(_) => Again::Never,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Status { status, .. } | Kind::Unreadable { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The server's own message, for an answer with an error status. May be empty.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Status { message, .. } => Some(message),
            _ => None,
        }
    }

    /// The values of `WWW-Authenticate`: how the client's own authority wants to be told who is asking (RFC 9110,
    /// section 11.6.1). What another place says, where a redirect led, is not among them.
    #[must_use]
    pub fn challenges(&self) -> &[String] {
        match &self.0.kind {
            Kind::Status { challenges, .. } => challenges,
            _ => &[],
        }
    }

    /// Whether the same request may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.again() != Again::Never
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.kind)?;
        if self.attempts > 1 {
            write!(f, " (after {} attempts)", self.attempts)?;
        }
        match &self.gave_up {
            Some(why) => write!(f, "; {why}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, message, .. } => {
                let status = status_text(*status);
                // A page often says no more than its status.
                if status.ends_with(message) { f.write_str(&status) } else { write!(f, "{status}: {message}") }
            }
            Self::NotConnected(why) => write!(f, "no connection: {why}"),
            Self::Untrusted(why) => write!(f, "no connection that can be trusted: {why}"),
            Self::Broken(why) => write!(f, "the connection broke: {why}"),
            Self::TimedOut(why) => write!(f, "timed out: {why}"),
            Self::TooLarge { limit } => {
                write!(f, "the answer is larger than the {limit} bytes allowed")
            }
            Self::Unreadable { status, problem } => {
                write!(f, "{}, but the answer cannot be used: {problem}", status_text(*status))
            }
            Self::Redirected(why) | Self::Invalid(why) => f.write_str(why),
        }
    }
}

fn status_text(status: StatusCode) -> String {
    match (status.canonical_reason(), status.as_u16()) {
        (Some(reason), code) => format!("{code} {reason}"),
        (None, 555) => "555 Took Too Long".to_owned(),
        (None, code) => code.to_string(),
    }
}
