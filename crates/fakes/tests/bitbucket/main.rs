//! What the fake Bitbucket keeps, refuses and spoils, seen over a raw connection.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod client;
mod description;
mod doors;
mod faults;
mod insights;
mod page;
mod paging;
mod pull_requests;
mod src;
mod statuses;
