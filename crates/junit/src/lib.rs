//! What tests did.
//!
//! Reports of tests come in dozens of dialects, from parallel steps, shards and retries, with totals that are wrong and
//! with characters that XML forbids. This crate makes one truth of them. It is pure: it is handed bytes and gives back
//! values or bytes.
//!
//! # Layout
//!
//! - [`case`]: [`Case`], one result of one test, and [`Status`]. [`identity`]: what is the same from run to run.
//! - [`mod@convert`]: reports of other formats, made JUnit.
//! - [`numbers`]: times and time stamps as reports have them.
//! - [`mod@scan`]: a JUnit document read once: its cases are handed on, its counts kept. `walk` straightens out its shape,
//!   `build` puts cases together, `tool` tells who wrote it.
//! - [`attempts`]: attempts of one test over several documents.
//! - [`merge`]: documents copied into one, `verbatim` where they stand in it as they are.
//! - [`root`](root()): which kind of document an input is.
//! - [`totals`]: counts, made from cases and never believed.
//! - [`against`]: a run compared with an earlier one. [`history`]: what tests did in many, and which are flaky.
//! - [`quarantine`]: tests that may fail for a while. [`mod@split`]: test files divided over parallel steps.

pub mod against;
pub mod attempts;
mod build;
pub mod case;
pub mod convert;
pub mod history;
pub mod identity;
pub mod merge;
pub mod numbers;
pub mod quarantine;
mod root;
pub mod scan;
pub mod split;
mod tool;
pub mod totals;
mod verbatim;
mod walk;

pub use case::{Case, Fault, Status};
pub use root::root;
pub use scan::{Limits, ReadError, Scan, scan};
pub use totals::Totals;
