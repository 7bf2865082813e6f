//! What a registry is asked, how it is told who asks, and what becomes of its answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod digests;
mod faults;
mod stage;
