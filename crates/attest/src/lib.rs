//! Signed statements about images and commits, and what a bundle of them proves.
//!
//! An in-toto Statement v1 (<https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>) in a DSSE envelope
//! (<https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>), signed by ed25519 keys. A bundle is JSON Lines of
//! envelopes, all about one image.
//!
//! This crate is pure: it is handed bytes, times and random seeds. It never touches a file, a socket, a process, the
//! environment or the clock.
//!
//! # Layout
//!
//! - [`key`]: keys as openssl writes them; [`envelope`]: DSSE; [`statement`]: in-toto.
//! - [`claim`]: what a statement claims, told by its predicate.
//! - [`trust`]: whose word counts, for what, and until when.
//! - [`mod@examine`]: of a whole bundle, what is accepted and what is rejected; [`need`]: whether a requirement is met.

pub mod claim;
pub mod envelope;
pub mod examine;
mod json;
pub mod key;
pub mod need;
pub mod statement;
#[cfg(test)]
mod testing;
pub mod trust;

pub use claim::{Claim, Outcome};
pub use envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE};
pub use examine::{Accepted, Evidence, Question, Rejected, Rejection, examine, lines};
pub use key::{KeyError, PublicKey, SigningKey};
pub use need::{Holding, Need};
pub use statement::{Statement, StatementError, Subject};
pub use trust::{Revocation, Trust, TrustedKey};

/// Hexadecimal digits in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _infallible = write!(out, "{byte:02x}");
        out
    })
}
