//! The program against a git remote and a Bitbucket on loopback, with people, keys and a clock.
#![expect(clippy::expect_used, reason = "a test that cannot be set up is to stop there")]

mod plain;
mod story;
mod support;
mod threats;
