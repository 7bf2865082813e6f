//! The debt that is known. One entry a line, sorted, no totals, so that branches merge.
//!
//! The file is JSON Lines. The first line names the schema, each further line is an [`Entry`]:
//!
//! ```text
//! {"schema":"stepgate.baseline/v1"}
//! {"path":"src/A.php","tool":"phpstan","rule":"argument.type","message":"…","count":2}
//! ```

pub mod import;

use crate::model::Finding;

/// One kind of finding in one file, and how often it is known there.
#[derive(Clone, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Repo-relative path; empty for findings about the whole run.
    pub path: String,
    /// The tool.
    pub tool: String,
    /// The rule; empty matches any rule (imports that do not know it).
    pub rule: String,
    /// The normalised message (see [`crate::fingerprint::normalise`]).
    pub message: String,
    /// How often, at least 1.
    pub count: u32,
}

/// A whole baseline, sorted by (path, tool, rule, message), each key once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error, Eq, PartialEq)]
#[error("line {line}: {what}")]
pub struct BaselineError {
    /// From 1.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

/// An entry of which more is allowed now than before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Growth {
    /// The entry as it is now.
    pub entry: Entry,
    /// How many were allowed before.
    pub before: u32,
}

impl Baseline {
    /// Everything in `findings` as known debt.
    pub fn of<'f, 'a: 'f>(findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Self {
        todo!()
    }

    /// Reads the file format. Conflict markers, duplicate or unsorted-in-a-harmful-way entries, zero counts and
    /// unknown keys are errors.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        todo!()
    }

    /// Writes the file format.
    #[must_use]
    pub fn to_text(&self) -> String {
        todo!()
    }

    /// The entries, sorted.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// This baseline reduced to what `findings` still need: counts only fall, entries only go.
    #[must_use]
    pub fn shrunk_to<'f, 'a: 'f>(&self, findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Self {
        todo!()
    }

    /// What this baseline allows that `before` did not. `renames` maps new paths to old ones.
    #[must_use]
    pub fn growth_since(&self, before: &Self, renames: &crate::judge::Change) -> Vec<Growth> {
        todo!()
    }
}
