//! Why an image is not put somewhere.

use crate::words::quoted;

/// Why nothing was planned, in words for the person who must do something about it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}{what}", self.place())]
pub struct Refusal {
    /// What kind of reason it is.
    pub reason: Reason,
    /// Where, when it is about one file.
    pub file: Option<String>,
    /// From 1, when it is about one line.
    pub line: Option<u32>,
    /// What is wrong.
    pub what: String,
    /// What could have been meant: `staging/values.yaml:12 image.tag`, one a place.
    pub candidates: Vec<String>,
    /// What to try next.
    pub hint: Option<String>,
}

/// What kind of reason a refusal has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The file, the path in it or the image is not there.
    Missing,
    /// Several places are meant, and nothing says which.
    Ambiguous,
    /// A rule forbids it: no digest, `latest`, a downgrade, another name.
    Policy,
    /// The place is there and cannot be edited: an alias, a template, text in a block.
    Stuck,
    /// One place is wanted to hold two images.
    Conflict,
    /// The file is no YAML.
    Unreadable,
}

impl Refusal {
    /// One that is about no file.
    pub fn new(reason: Reason, what: impl Into<String>) -> Self {
        Self { reason, file: None, line: None, what: what.into(), candidates: Vec::new(), hint: None }
    }

    pub(crate) fn at(mut self, file: &str, line: Option<u32>) -> Self {
        self.file = Some(file.to_owned());
        self.line = line;
        self
    }

    /// The same with what to try next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn candidates(mut self, candidates: Vec<String>) -> Self {
        self.candidates = candidates;
        self
    }

    /// What `yaml-edit` says of a file.
    pub(crate) fn yaml(reason: Reason, file: &str, error: &yaml_edit::Error) -> Self {
        let mut refusal = Self::new(reason, error.to_string()).at(file, None);
        refusal.hint = error.hint();
        refusal
    }

    fn place(&self) -> String {
        match (&self.file, self.line) {
            (None, _) => String::new(),
            (Some(file), None) => format!("{}: ", plain(file)),
            (Some(file), Some(line)) => format!("{}:{line}: ", plain(file)),
        }
    }
}

/// A path without the quotes, unless it needs them.
pub(crate) fn plain(file: &str) -> String {
    let shown = quoted(file);
    if shown.len() == file.len() + 2 { file.to_owned() } else { shown }
}
