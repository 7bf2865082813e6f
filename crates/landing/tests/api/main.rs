//! Landing by Bitbucket's API, against a Bitbucket on loopback that fails on demand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod proposals;
mod pushes;
mod stage;
