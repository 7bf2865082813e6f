//! The client against a Bitbucket on loopback that keeps what it is sent and fails on demand.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

mod auth;
mod comments;
mod faults;
mod guards;
mod insights;
mod oidc;
mod pages;
mod pull_requests;
mod src;
mod stage;
mod statuses;
