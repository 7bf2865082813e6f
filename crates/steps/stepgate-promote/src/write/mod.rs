//! Writers: one function per output format over the board and over plans.
//!
//! A writer decides what to show and how; it changes nothing, and what it must know of the world it is told in
//! [`Context`] and [`Options`]. Names, messages and reasons are other people's text: they reach a screen only through
//! [`findings::escape`].

pub(crate) mod plan;
pub(crate) mod status;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
pub(crate) mod tests;

use jiff::Timestamp;

pub(crate) use words::utc;

/// Where the answer was read from, and when.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The GitOps repository, without credentials.
    pub(crate) repository: String,
    /// Its branch.
    pub(crate) branch: String,
    /// The commit at the tip of the branch, by its full hash.
    pub(crate) tip: String,
    /// The commit that `promotion.yaml` was read from, by its full hash.
    pub(crate) policy_commit: String,
    /// The SHA-256 of `promotion.yaml`, as hexadecimal digits.
    pub(crate) policy_sha256: String,
    /// Now.
    pub(crate) now: Timestamp,
}

/// What a writer is told about the screen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options<'o> {
    /// Columns of the terminal; `None`: as wide as it takes.
    pub(crate) width: Option<usize>,
    /// Colour in the terminal output.
    pub(crate) colour: bool,
    /// How many characters Markdown may have; `None`: as many as Bitbucket takes as a comment.
    pub(crate) max_chars: Option<usize>,
    /// The other reports of this run and where they are: format and path.
    pub(crate) reports: &'o [(&'o str, &'o str)],
}
