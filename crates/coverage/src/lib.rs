//! Which lines ran: coverage reports read, merged, measured against a change.
//!
//! This crate is pure: it is handed bytes and gives back values or bytes. It never touches a file, a socket, a
//! process, the environment or the clock.
//!
//! Nothing a report states about itself is believed: every number is counted from the lines. Where it states more
//! lines than it lists, the others count as lines that did not run.
//!
//! # Layout
//!
//! - [`model`]: [`Coverage`], its files and lines, [`Totals`] and [`Ratio`], counted in whole numbers.
//! - [`percent`]: hundredths of a percent, never rounded up.
//! - [`read`]: one reader per format, and [`read::read`], which finds out which it is.
//! - [`paths`]: whose file is meant: from the path in a report to a path relative to the repository.
//! - [`merge`]: several reports into one, in any order.
//! - [`change`]: which of the lines that a change wrote ran.
//! - [`thresholds`]: what is demanded, and what is not met.
//! - [`mod@write`]: one function per output format.

pub mod change;
pub mod merge;
pub mod model;
pub mod paths;
pub mod percent;
pub mod read;
pub mod thresholds;
pub mod write;

pub use model::{Branch, BranchId, Coverage, FileCoverage, Function, Line, Ratio, Totals};
pub use percent::Percent;
