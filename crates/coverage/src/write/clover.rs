//! Clover XML, as Jenkins and Atlassian's tools read it, with the numbers of branches that Istanbul writes.

use std::io::{self, Write};

use super::{attribute, directories, name};
use crate::model::{Coverage, FileCoverage, Totals};

/// Writes `coverage`: a package per directory, the path in `path` and the name of the file in `name`. `timestamp`:
/// seconds since 1970, 0 when it does not matter.
///
/// `truecount` and `falsecount` are the numbers of branches that were taken and that were not, since a line may have any
/// number of them; `type` is `cond` for a line that has some. `clover` is the version of the schema.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn clover(coverage: &Coverage, timestamp: u64, out: &mut dyn Write) -> io::Result<()> {
    let directories = directories(coverage);
    let files = directories.values().map(|directory| directory.files.len()).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage generated=\"{timestamp}\" clover=\"3.2.0\">")?;
    writeln!(out, "  <project timestamp=\"{timestamp}\" name=\"All files\">")?;
    let counts = format!(" packages=\"{}\" files=\"{files}\" classes=\"{files}\"", directories.len());
    metrics("    ", &counts, coverage.totals(), out)?;
    for (path, directory) in &directories {
        out.write_all(b"    <package")?;
        attribute("name", if path.is_empty() { "." } else { path }, out)?;
        out.write_all(b">\n")?;
        metrics("      ", "", directory.totals, out)?;
        for &(path, of, totals) in &directory.files {
            file(path, of, totals, out)?;
        }
        out.write_all(b"    </package>\n")?;
    }
    out.write_all(b"  </project>\n</coverage>\n")
}

fn file(path: &str, file: &FileCoverage, totals: Totals, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"      <file")?;
    attribute("name", name(path), out)?;
    attribute("path", path, out)?;
    out.write_all(b">\n")?;
    metrics("        ", "", totals, out)?;
    for (function, hits) in &file.functions {
        // The schema knows no method without a place.
        if function.line > 0 {
            write!(out, "        <line num=\"{}\" type=\"method\"", function.line)?;
            attribute("name", &function.name, out)?;
            writeln!(out, " count=\"{hits}\"/>")?;
        }
    }
    for (number, line) in &file.lines {
        write!(out, "        <line num=\"{number}\" count=\"{}\"", line.hits)?;
        let branches = line.branch_ratio();
        if branches.total == 0 {
            out.write_all(b" type=\"stmt\"/>\n")?;
        } else {
            let (taken, others) = (branches.covered, branches.total - branches.covered);
            writeln!(out, " type=\"cond\" truecount=\"{taken}\" falsecount=\"{others}\"/>")?;
        }
    }
    out.write_all(b"      </file>\n")
}

fn metrics(indent: &str, counts: &str, totals: Totals, out: &mut dyn Write) -> io::Result<()> {
    let Totals { lines, branches, functions } = totals;
    write!(out, "{indent}<metrics statements=\"{}\" coveredstatements=\"{}\"", lines.total, lines.covered)?;
    write!(out, " conditionals=\"{}\" coveredconditionals=\"{}\"", branches.total, branches.covered)?;
    write!(out, " methods=\"{}\" coveredmethods=\"{}\"", functions.total, functions.covered)?;
    let sum = |parts: [u64; 3]| parts.into_iter().fold(0, u64::saturating_add);
    let elements = sum([lines.total, branches.total, functions.total]);
    let covered = sum([lines.covered, branches.covered, functions.covered]);
    writeln!(out, " elements=\"{elements}\" coveredelements=\"{covered}\" complexity=\"0\"{counts}/>")
}
