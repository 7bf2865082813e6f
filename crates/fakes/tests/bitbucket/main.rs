//! What the fake Bitbucket keeps, refuses and spoils, seen over a raw connection.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod client;
mod doors;
mod insights;
