//! The identity of a finding that survives moved lines, other checkouts and other containers.

use crate::model::Finding;
use std::borrow::Cow;

/// 128 bits of SHA-256 over path, rule and normalised message. Never over a line number or an absolute path.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(pub [u8; 16]);

/// The fingerprint of `finding`.
#[must_use]
pub fn fingerprint(finding: &Finding<'_>) -> Fingerprint {
    todo!()
}

/// `message` without its volatile parts: line numbers, absolute roots, positions of anonymous classes.
#[must_use]
pub fn normalise(message: &str) -> Cow<'_, str> {
    todo!()
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
