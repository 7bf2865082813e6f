//! The front door as people meet it: the built program in a directory of its own.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test that cannot be set up is to stop there")]

mod attestations;
mod completions;
mod config;
mod demo;
mod doctor;
mod help;
mod init;
mod interop;
mod keygen;
mod samples;
mod support;
