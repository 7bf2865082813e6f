//! The log of everything a fake was asked.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::Request;

/// One request as it came in, and how it was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The method, in capitals.
    pub method: String,
    /// Path and query, still percent-encoded.
    pub target: String,
    /// Names in lower case with their values, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, empty when there was none.
    pub body: Vec<u8>,
    /// Whether its request line held an absolute URL, as it does towards a forward proxy.
    pub proxied: bool,
    /// The status answered; none when a fault withheld the answer.
    pub status: Option<u16>,
}

impl Recorded {
    /// The body as JSON, null when it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The first header of that name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `POST /2.0/…`, as one would say it.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// All requests in the order in which they were answered.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<Recorded>>);

impl Log {
    pub(crate) fn record(&self, request: Request, status: Option<u16>) {
        let Request { method, target, absolute, headers, body, .. } = request;
        let proxied = absolute.is_some();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Recorded {
            method,
            target,
            headers,
            body,
            proxied,
            status,
        });
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
