//! The git program, a typed call for each use.
//!
//! Every call runs in the root of the work tree with a fixed locale, no standard input, no prompt, no variables that
//! point to another repository, and no programs of the user's configuration (pagers, external diffs, file system
//! monitors). The status is always checked. Nothing here writes to the work tree, the index, branches or tags;
//! fetching adds objects and moves the boundary of a shallow clone, never more. Commits are made in a
//! [`Scratch`] repository only.
//!
//! # Layout
//!
//! - [`Repo`]: a repository and what can be asked of it.
//! - [`history`]: fetching just as much history as a merge base needs.
//! - [`Scratch`]: a temporary repository beside a remote, to put a commit on one of its branches, or to look back.
//! - [`Error`]: what can go wrong, and what to try.
//! - `command`: how git is started and stopped.
//! - `testkit` (feature `testkit`): temporary repositories for tests.

mod command;
mod error;
pub mod history;
mod repo;
mod scratch;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use error::{Error, Result};
pub use repo::{Repo, Target};
pub use scratch::{
    Author, CommitInfo, Content, Logged, NewCommit, Over, Pushed, Scratch, Signed, Touch, TouchedFile, Touches,
    path_is_safe,
};
