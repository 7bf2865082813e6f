//! Why a document could not be read on.

use std::fmt;
use std::io;

/// Why a document could not be read on, and where.
#[derive(Debug)]
pub struct Error {
    /// What kind of reason.
    pub kind: ErrorKind,
    /// Line, from 1; 0 where there is no place to name.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// Why, in words.
    pub what: String,
}

/// Kinds of reasons not to read on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// The bytes could not be had.
    Io,
    /// The document is not well-formed.
    Malformed,
    /// The document ends before its elements do.
    Truncated,
    /// The document asks for what is never done: a document type, a tag of many megabytes.
    Refused,
}

impl Error {
    pub(crate) fn io(error: &io::Error) -> Self {
        Self { kind: ErrorKind::Io, line: 0, column: 0, what: format!("it could not be read: {error}") }
    }
}

/// `line 3, column 7: the document was cut short …`
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}
