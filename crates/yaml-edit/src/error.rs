//! Why a file is not read or not changed.

use crate::path::Path;

/// Why not. Every text that can names the place, as line and column, both counted from 1.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no UTF-8.
    #[error("line {line}: the text is not UTF-8{said}")]
    NotUtf8 {
        /// The line of the first bad byte.
        line: u32,
        /// What it may be instead; empty or beginning with a colon.
        said: &'static str,
    },
    /// A NUL byte, which no YAML may hold.
    #[error("line {line}, column {column}: a NUL byte, which YAML does not allow")]
    Nul {
        /// Where it stands.
        line: u32,
        /// Where it stands.
        column: u32,
    },
    /// The parser does not take it for YAML.
    #[error("line {line}, column {column}: no YAML: {said}")]
    Syntax {
        /// Where the parser stopped.
        line: u32,
        /// Where the parser stopped.
        column: u32,
        /// The parser's own words.
        said: String,
    },
    /// A Helm or Go template, which becomes YAML only when it is rendered.
    #[error("line {line}: a template ({{{{ … }}}}), which is no YAML before it is rendered{said}")]
    Template {
        /// The line of the template.
        line: u32,
        /// What the parser said; empty or beginning with a colon.
        said: String,
    },
    /// Nested more than 512 deep.
    #[error("line {line}, column {column}: nested more than {limit} deep")]
    TooDeep {
        /// Where the limit was reached.
        line: u32,
        /// Where the limit was reached.
        column: u32,
        /// The limit.
        limit: usize,
    },
    /// The file has fewer documents.
    #[error("no document {document}: the file has {count}, counted from 0")]
    NoDocument {
        /// The one asked for, counted from 0.
        document: usize,
        /// How many there are.
        count: usize,
    },
    /// Nothing is there.
    #[error("line {line}, column {column}: nothing at {path}: {why}")]
    NotFound {
        /// What was looked for.
        path: Path,
        /// The part of it that is there.
        nearest: Path,
        /// Where that part stands.
        line: u32,
        /// Where that part stands.
        column: u32,
        /// What is there instead.
        why: String,
        /// What to try.
        hint: Option<String>,
    },
    /// More than one item fits `[name=app]`.
    #[error("line {line}, column {column}: {path} is {count} items, the others in lines {others}")]
    Ambiguous {
        /// What was looked for, up to the item.
        path: Path,
        /// Where the first of them stands.
        line: u32,
        /// Where the first of them stands.
        column: u32,
        /// How many fit.
        count: usize,
        /// The lines of the others.
        others: String,
    },
    /// An alias stands there: its text is elsewhere, and others may refer to it too.
    #[error("line {line}, column {column}: {path} is the alias *{anchor}{defined}")]
    Alias {
        /// The path of the alias.
        path: Path,
        /// The name it refers to.
        anchor: String,
        /// Where the alias stands.
        line: u32,
        /// Where the alias stands.
        column: u32,
        /// Where the anchor stands, or that it does not; begins with a comma.
        defined: String,
    },
    /// The key comes from a merge key (`<<`): its text is elsewhere, and others may refer to it too.
    #[error("line {line}, column {column}: {path} comes from the merge key <<: *{anchor}{defined}")]
    Merge {
        /// The path of the key.
        path: Path,
        /// The name the merge key refers to; empty when the mapping stands in place.
        anchor: String,
        /// Where the merge key stands.
        line: u32,
        /// Where the merge key stands.
        column: u32,
        /// Where the anchor stands, or that it does not; begins with a comma.
        defined: String,
    },
    /// A mapping, a sequence or a template is there and a text should be.
    #[error("line {line}, column {column}: {path} is {there}, not one value")]
    NotAScalar {
        /// What was looked for.
        path: Path,
        /// Where it stands.
        line: u32,
        /// Where it stands.
        column: u32,
        /// What is there.
        there: &'static str,
    },
    /// It is there, but this crate does not write such a place.
    #[error("line {line}, column {column}: cannot write {path}: {why}")]
    CannotWrite {
        /// What was to be written.
        path: Path,
        /// Where it stands.
        line: u32,
        /// Where it stands.
        column: u32,
        /// Why not.
        why: String,
    },
    /// Two of the changes touch the same bytes.
    #[error("line {line}: {first} and {second} are changes of the same place")]
    Overlap {
        /// Where both write.
        line: u32,
        /// One of them.
        first: Path,
        /// The other.
        second: Path,
    },
    /// The file with the changes does not read as it should. Nothing is to be written.
    #[error("line {line}: the changed file would not say what it should: {why}")]
    Unproved {
        /// Where the changed file differs.
        line: u32,
        /// What is wrong.
        why: String,
    },
}

impl Error {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NotUtf8 { .. } => "convert the file to UTF-8, without a byte order mark",
            Self::Nul { .. } => "is this a text file?",
            Self::Syntax { .. } => "correct the file; kubectl and helm do not read it either",
            Self::Template { .. } => "change the values that the template takes (values.yaml), not the template",
            Self::TooDeep { .. } => "is this file really meant for deployment?",
            Self::NoDocument { .. } => "count the documents (between ---) from 0",
            Self::NotFound { hint, .. } => return hint.clone(),
            Self::Ambiguous { .. } => "name the item by another key or by its index: [0]",
            Self::Alias { .. } | Self::Merge { .. } => {
                "change the anchored value, or tell whether to follow the alias or to put an own value in its place"
            }
            Self::NotAScalar { .. } => "give the path of one value below it",
            Self::CannotWrite { .. } => "write this place by hand once",
            Self::Overlap { .. } => "make one change of each value",
            Self::Unproved { .. } => "this is a bug of stepgate: please report it with the file",
        };
        Some(text.to_owned())
    }

    /// The line it is about, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::NoDocument { .. } => None,
            Self::NotUtf8 { line, .. }
            | Self::Nul { line, .. }
            | Self::Syntax { line, .. }
            | Self::Template { line, .. }
            | Self::TooDeep { line, .. }
            | Self::NotFound { line, .. }
            | Self::Ambiguous { line, .. }
            | Self::Alias { line, .. }
            | Self::Merge { line, .. }
            | Self::NotAScalar { line, .. }
            | Self::CannotWrite { line, .. }
            | Self::Overlap { line, .. }
            | Self::Unproved { line, .. } => Some(*line),
        }
    }
}
