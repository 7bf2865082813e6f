//! Whole runs of the program: what a person sees, and how it ends.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test that cannot be set up is to stop there")]

mod against;
mod attempts;
mod coverage;
mod coverage_base;
mod exit_codes;
mod history;
mod hostile;
mod incomplete;
mod publish;
mod quarantine;
mod real_tools;
mod run;
mod shards;
mod signing;
mod split;
mod step_runs;
mod support;
