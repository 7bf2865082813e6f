//! The promises of the README, the examples, the snippets and the layers, kept by running them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on is to stop there, and what it writes is thrown away"
)]

mod demo;
mod layers;
mod readme;
mod snippet;
mod support;
