//! Files: read with a limit, replaced atomically, found by glob.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::Result;

/// The whole of a file, at most `limit` bytes. `-` is standard input.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    todo!()
}

/// Writes a file through a temporary one in the same directory, which takes its place only when all of it is
/// written. Missing parent directories are made. An existing file's permissions are kept.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    todo!()
}

/// The files that `patterns` (paths or globs, relative to `dir`) name, each once, in the order of the patterns and
/// sorted within one. A pattern that names nothing is an input failure.
pub fn expand(patterns: &[String], dir: &Path) -> Result<Vec<PathBuf>> {
    todo!()
}
