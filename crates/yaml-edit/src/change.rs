//! What is to be changed.

use crate::path::Path;

/// What is to be changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// In which document, counted from 0.
    pub document: usize,
    /// Where.
    pub path: Path,
    /// What is to stand there.
    pub to: Value,
    /// When nothing is there.
    pub missing: Missing,
    /// When it is an alias or comes from a merge key.
    pub aliases: Aliases,
}

/// What is put there. A string stays a string, however it looks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// One value.
    String(String),
    /// Keys with values, in this order. Only where nothing is yet.
    Mapping(Vec<(String, Value)>),
    /// Items. Only where nothing is yet.
    Sequence(Vec<Value>),
}

/// When nothing is at the path.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Missing {
    /// An error.
    #[default]
    Refuse,
    /// Makes the missing keys; a last segment `[name=x]`, or an index one past the end, appends an item.
    Insert,
}

/// When the value is an alias, or comes from a merge key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Aliases {
    /// An error that names the anchor.
    #[default]
    Refuse,
    /// Puts the text in the place of the alias (`*x` becomes `v2`), or an own key beside the merge key.
    Replace,
    /// Changes the anchored value, for everybody who refers to it.
    Follow,
}

impl Change {
    /// Another text for a value that is there.
    #[must_use]
    pub fn set(document: usize, path: Path, value: impl Into<String>) -> Self {
        Self {
            document,
            path,
            to: Value::String(value.into()),
            missing: Missing::default(),
            aliases: Aliases::default(),
        }
    }

    /// Puts it there if nothing is yet.
    #[must_use]
    pub fn or_insert(self) -> Self {
        Self { missing: Missing::Insert, ..self }
    }
}
