//! Whole runs of the program: what a person sees, and how it ends.
#![expect(clippy::expect_used, reason = "a test that cannot be set up is to stop there")]

mod evidence;
mod exceptions;
mod gate;
mod image;
mod signing;
mod support;
mod trivy;
