//! What tools say about code, and what to think of it.
//!
//! This crate is pure: it is handed bytes and gives back values or bytes. It never touches a file, a socket, a
//! process, the environment or the clock.
//!
//! # Layout
//!
//! - [`model`]: [`Finding`], [`Report`], [`Gate`], the nouns everything else is about.
//! - [`arena`]: where the text of findings lives, each distinct string once.
//! - [`read`]: one reader per published format, and [`read::read`], which finds out which it is.
//! - [`paths`]: from whatever path a tool printed to a path relative to the repository.
//! - [`fingerprint`]: the identity of a finding that survives moved lines and other checkouts.
//! - [`diff`]: unified diffs: which lines did a change touch, and where did they come from.
//! - [`baseline`]: the debt that is known: read, write, grow, shrink, import.
//! - [`judge`]: the policy, and the one function that turns reports into a verdict.
//! - [`escape`]: text of a report is hostile; how to show it on each kind of screen.
//! - [`words`]: numbers as people read them.
//! - [`write`]: one function per output format over the same [`Gate`].

pub mod arena;
pub mod baseline;
pub mod diff;
pub mod escape;
pub mod fingerprint;
pub mod judge;
pub mod model;
pub mod paths;
pub mod read;
pub mod words;
pub mod write;

pub use arena::Arena;
pub use model::{Disposition, File, Finding, Gate, Muted, Outcome, Report, Rule, Severity, Totals, Verdict};
