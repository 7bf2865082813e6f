//! LCOV: geninfo(1), "FILES".

use std::io::{self, Write};

use super::inside;
use crate::model::{Branch, BranchId, Coverage, FileCoverage, Line, Ratio};

/// Writes `coverage`, one record per file. Control characters in paths and names become U+FFFD: the format has no way to
/// escape them, and a line break would begin another entry.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn lcov(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    inside(coverage).try_for_each(|(path, file)| record(path, file, out))
}

fn record(path: &str, file: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TN:\nSF:{}", on_one_line(path))?;
    let totals = file.totals();
    for function in file.functions.keys() {
        writeln!(out, "FN:{},{}", function.line, on_one_line(&function.name))?;
    }
    for (function, hits) in &file.functions {
        writeln!(out, "FNDA:{hits},{}", on_one_line(&function.name))?;
    }
    sum("FN", totals.functions, out)?;
    for (&number, line) in &file.lines {
        branches(number, line, out)?;
    }
    sum("BR", totals.branches, out)?;
    for (number, line) in &file.lines {
        writeln!(out, "DA:{number},{}", line.hits)?;
    }
    sum("L", totals.lines, out)?;
    writeln!(out, "end_of_record")
}

/// Their own ids where LCOV could have given them, else as many of block 0 as there are.
fn branches(number: u32, line: &Line, out: &mut dyn Write) -> io::Result<()> {
    let taken = |covered: bool| match (line.hits, covered) {
        (0, false) => "-",
        (_, false) => "0",
        (_, true) => "1",
    };
    let own = |(id, branch): (&BranchId, &Branch)| {
        matches!(id, BranchId::Numbered(..) | BranchId::Named(_)) && branch.total == 1
    };
    if line.branches.iter().all(own) {
        for (id, branch) in &line.branches {
            let taken = taken(branch.covered > 0);
            match id {
                BranchId::Numbered(block, branch) => writeln!(out, "BRDA:{number},{block},{branch},{taken}")?,
                BranchId::Named(name) => writeln!(out, "BRDA:{number},{},{taken}", on_one_line(name))?,
                _ => {}
            }
        }
        return Ok(());
    }
    let Ratio { covered, total } = line.branch_ratio();
    (0..total).try_for_each(|branch| writeln!(out, "BRDA:{number},0,{branch},{}", taken(branch < covered)))
}

fn sum(of: &str, ratio: Ratio, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{of}F:{}\n{of}H:{}", ratio.total, ratio.covered)
}

fn on_one_line(text: &str) -> String {
    text.replace(char::is_control, "\u{FFFD}")
}
