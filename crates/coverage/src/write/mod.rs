//! One function per output format. Files outside of the repository are left out: their paths mean nothing to a reader.
//!
//! Where lines are counted without being listed, the totals count them and no line can be written: who reads the file
//! again finds the difference.

mod clover;
mod cobertura;
mod lcov;
#[cfg(test)]
mod tests;

pub use clover::clover;
pub use cobertura::cobertura;
pub use lcov::lcov;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::{Coverage, FileCoverage, Totals};

/// The files of the repository.
fn inside(coverage: &Coverage) -> impl Iterator<Item = (&str, &FileCoverage)> {
    coverage.files.iter().filter(|(_, file)| !file.outside).map(|(path, file)| (path.as_str(), file))
}

/// The files of one directory.
#[derive(Default)]
struct Directory<'c> {
    files: Vec<(&'c str, &'c FileCoverage, Totals)>,
    totals: Totals,
}

/// The files by directory, empty for the root of the repository.
fn directories(coverage: &Coverage) -> BTreeMap<&str, Directory<'_>> {
    let mut directories = BTreeMap::<&str, Directory<'_>>::new();
    for (path, file) in inside(coverage) {
        let directory = directories.entry(path.rsplit_once('/').map_or("", |(directory, _)| directory)).or_default();
        let totals = file.totals();
        directory.totals += totals;
        directory.files.push((path, file, totals));
    }
    directories
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Writes ` name="value"`, escaped.
fn attribute(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, " {name}=\"")?;
    xml::text::write(value, true, out)?;
    out.write_all(b"\"")
}
