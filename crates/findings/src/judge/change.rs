//! What a change touched.

use std::collections::HashMap;

use crate::diff::FileDiff;

/// The lines that a change added or modified, by path.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whole files instead of lines (`--changed-files`).
    pub whole_files: bool,
    files: HashMap<String, FileDiff>,
}

impl Change {
    /// From a diff between the merge base and the work tree.
    #[must_use]
    pub fn new(diff: Vec<FileDiff>, whole_files: bool) -> Self {
        todo!()
    }

    /// Whether the change touched `line` to `end_line` of `path`; line 0 asks for the file as a whole.
    #[must_use]
    pub fn touches(&self, path: &str, line: u32, end_line: u32) -> bool {
        todo!()
    }

    /// What `path` was called before the change, when it was renamed.
    #[must_use]
    pub fn old_path(&self, path: &str) -> Option<&str> {
        todo!()
    }
}

/// Where a line of the work tree was in another commit.
#[derive(Clone, Debug, Default)]
pub struct LineMap {
    files: HashMap<String, FileDiff>,
}

impl LineMap {
    /// From a diff between that commit and the work tree.
    #[must_use]
    pub fn new(diff: Vec<FileDiff>) -> Self {
        todo!()
    }

    /// The path and line in that commit; `None` when the line (or the file) is not in it. Line 0 stays 0.
    #[must_use]
    pub fn map<'p>(&'p self, path: &'p str, line: u32) -> Option<(&'p str, u32)> {
        todo!()
    }
}
