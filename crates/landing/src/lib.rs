//! Puts a commit on a branch of a remote repository while others do the same.
//!
//! Nobody's file is ever merged as text. A [`Snapshot`] is what the branch holds now; the caller plans from it and
//! hands over a [`Draft`]; the commit lands only if the branch still is where it was. When it moved, the caller plans
//! again from the new content, until the deadline. So two writers of one file both land, and a writer who finds that
//! another has done its work stops.
//!
//! # Layout
//!
//! - [`push()`]: the loop
//! - [`pull_request()`]: the same on a branch of its own, with a pull request for it
//! - [`Remote`], [`Snapshot`], [`Draft`], [`Options`], [`Error`]: what all of it is made of
//! - `pace`, `wait`: whether there is a next attempt, and how long to wait before it
//! - `over_git`, `api`: one attempt by git, and by Bitbucket's API

mod api;
mod draft;
mod error;
mod options;
mod over_git;
mod pace;
mod pull_request;
mod push;
mod remote;
mod wait;

pub use draft::{Draft, File, Next, Person};
pub use error::Error;
pub use options::{Event, Options, Tell};
pub use pull_request::{How, Merge, MergeState, Proposal, Proposed, PullRequest, Text, pull_request};
pub use push::{Landed, push};
pub use remote::{Logged, Remote, Snapshot};
