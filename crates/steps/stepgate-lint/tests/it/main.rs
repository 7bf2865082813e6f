//! Whole runs of the program: what a person sees, and how it ends.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test that cannot be set up is to stop there")]

mod baseline_commands;
mod gate_baseline;
mod gate_change;
mod gate_clones;
mod gate_incomplete;
mod gate_publish;
mod gate_publish_faults;
mod gate_pull_request;
mod gate_reports;
mod ratchet;
mod real_tools;
mod run_tools;
mod signing;
mod support;
