//! Cobertura XML, as GitLab and Jenkins read it: one class per file, paths relative to the repository.

use std::io::{self, Write};

use super::{attribute, directories, name};
use crate::model::{BranchId, Coverage, FileCoverage, Line, Ratio, Totals};

/// Writes `coverage`. The format is that of <http://cobertura.sourceforge.net/xml/coverage-04.dtd>; the document type is
/// not named, since no reader needs it and some refuse it. `timestamp`: seconds since 1970, 0 when it does not matter.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn cobertura(coverage: &Coverage, timestamp: u64, out: &mut dyn Write) -> io::Result<()> {
    let totals = coverage.totals();
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage")?;
    rates(totals, out)?;
    let (lines, branches) = (totals.lines, totals.branches);
    write!(out, " lines-covered=\"{}\" lines-valid=\"{}\"", lines.covered, lines.total)?;
    write!(out, " branches-covered=\"{}\" branches-valid=\"{}\"", branches.covered, branches.total)?;
    writeln!(out, " complexity=\"0\" version=\"stepgate\" timestamp=\"{timestamp}\">")?;
    out.write_all(b"  <sources>\n    <source>.</source>\n  </sources>\n  <packages>\n")?;
    for (path, directory) in directories(coverage) {
        out.write_all(b"    <package")?;
        attribute("name", if path.is_empty() { "." } else { path }, out)?;
        rates(directory.totals, out)?;
        out.write_all(b" complexity=\"0\">\n      <classes>\n")?;
        for (path, file, totals) in directory.files {
            class(path, file, totals, out)?;
        }
        out.write_all(b"      </classes>\n    </package>\n")?;
    }
    out.write_all(b"  </packages>\n</coverage>\n")
}

fn class(path: &str, file: &FileCoverage, totals: Totals, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"        <class")?;
    attribute("name", name(path), out)?;
    attribute("filename", path, out)?;
    rates(totals, out)?;
    out.write_all(b" complexity=\"0\">\n          <methods>\n")?;
    for (function, &hits) in &file.functions {
        out.write_all(b"            <method")?;
        attribute("name", &function.name, out)?;
        out.write_all(b" signature=\"\"")?;
        rates(Totals { lines: Ratio::of(hits > 0), ..Totals::default() }, out)?;
        out.write_all(b" complexity=\"0\"><lines>")?;
        // The lines of methods are those of the class where it has none itself.
        if function.line > 0 && !file.lines.is_empty() {
            write!(out, "<line number=\"{}\" hits=\"{hits}\"/>", function.line)?;
        }
        out.write_all(b"</lines></method>\n")?;
    }
    out.write_all(b"          </methods>\n          <lines>\n")?;
    for (&number, of) in &file.lines {
        line(number, of, out)?;
    }
    out.write_all(b"          </lines>\n        </class>\n")
}

fn line(number: u32, line: &Line, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "            <line number=\"{number}\" hits=\"{}\"", line.hits)?;
    let branches = line.branch_ratio();
    let Some(percent) = branches.percent() else {
        return out.write_all(b" branch=\"false\"/>\n");
    };
    let whole = percent.hundredths() / 100;
    let (covered, total) = (branches.covered, branches.total);
    write!(out, " branch=\"true\" condition-coverage=\"{whole}% ({covered}/{total})\"")?;
    let conditions: Option<Vec<_>> = line
        .branches
        .iter()
        .map(|(id, branch)| match id {
            BranchId::Condition(number) if branch.total == 2 => Some((number, branch.covered * 50)),
            _ => None,
        })
        .collect();
    let Some(conditions) = conditions else {
        return out.write_all(b"/>\n");
    };
    out.write_all(b"><conditions>")?;
    for (number, percent) in conditions {
        write!(out, "<condition number=\"{number}\" type=\"jump\" coverage=\"{percent}%\"/>")?;
    }
    out.write_all(b"</conditions></line>\n")
}

/// Four decimals, rounded down. Where there is nothing to cover the rate is 1, as Cobertura itself has it.
fn rates(totals: Totals, out: &mut dyn Write) -> io::Result<()> {
    for (name, ratio) in [("line-rate", totals.lines), ("branch-rate", totals.branches)] {
        let rate = ratio.percent().map_or(10_000, |percent| percent.hundredths());
        write!(out, " {name}=\"{}.{:04}\"", rate / 10_000, rate % 10_000)?;
    }
    Ok(())
}
