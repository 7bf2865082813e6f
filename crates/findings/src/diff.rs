//! Unified diffs: which lines did a change touch, and where did they come from.

/// The changes of one file in a diff.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FileDiff {
    /// Path before, without `a/`; `None` for a new file.
    pub old: Option<String>,
    /// Path after, without `b/`; `None` for a deleted file.
    pub new: Option<String>,
    /// The hunks in order. Empty for a pure rename, mode change or binary file.
    pub hunks: Vec<Hunk>,
    /// Whether git called it binary (every line counts as changed).
    pub binary: bool,
}

/// One hunk reduced to line ranges. Lines count from 1; a length of 0 means "after this line".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Hunk {
    /// First old line.
    pub old_start: u32,
    /// Number of old lines.
    pub old_len: u32,
    /// First new line.
    pub new_start: u32,
    /// Number of new lines.
    pub new_len: u32,
}

/// Why a diff could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line} of the diff: {what}")]
pub struct DiffError {
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// Reads the output of `git diff` (any context size; C-quoted paths; renames) or a plain unified diff. Hunks are
/// split at context lines, so that every [`Hunk`] covers only lines that changed.
pub fn parse(diff: &[u8]) -> Result<Vec<FileDiff>, DiffError> {
    todo!()
}
