//! What was read, and the exit codes of what wrote it.

use std::io::{self, Write};

use findings::escape;
use findings::words::number;
use findings::write::page::{list, name};

use super::is_complete;
use crate::report::{Code, Gate, Input};
use crate::write::words::{holds, input_kind};

/// So many inputs, and so many exit codes, are shown.
const ROWS: usize = 500;

/// Tool and format are a column that is not broken: no tool has a longer name.
const KIND_CHARS: usize = 40;

pub(super) fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    if gate.inputs.is_empty() {
        writeln!(out, "<p class=\"card\">There are no inputs.</p>")?;
    } else {
        inputs(&gate.inputs, out)?;
    }
    codes(&gate.codes, out)
}

fn inputs(inputs: &[Input], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"card\"><table class=\"inputs\">\n<thead><tr>")?;
    for (class, label) in [("", "Input"), ("", "Tool and format"), ("num", "Holds"), ("state", "State")] {
        writeln!(out, "<th scope=\"col\" class=\"{class}\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let whole = |wanted: bool| inputs.iter().filter(move |input| is_complete(input) == wanted);
    for input in whole(false).chain(whole(true)).take(ROWS) {
        row(input, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    left_out(inputs.len(), out)?;
    writeln!(out, "</div>")
}

fn row(input: &Input, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\" class=\"path\">{}", name(&input.path))?;
    list("problem", &input.problems, out)?;
    list("notes soft", &input.notes, out)?;
    let (kind, holds) = (input_kind(input), holds(input));
    let kind = escape::cut(&kind, KIND_CHARS);
    write!(out, "</th><td>{}</td><td class=\"num\">{}</td>", escape::html(&kind), escape::html(&holds))?;
    let (class, word) = if is_complete(input) { ("state", "complete") } else { ("state no", "incomplete") };
    writeln!(out, "<td class=\"{class}\">{word}</td></tr>")
}

fn codes(codes: &[Code], out: &mut dyn Write) -> io::Result<()> {
    if codes.is_empty() {
        return Ok(());
    }
    writeln!(out, "<div class=\"card codes\"><h3>Exit codes</h3><table class=\"inputs\">\n<thead><tr>")?;
    writeln!(out, "<th scope=\"col\">Of</th><th scope=\"col\" class=\"num\">Code</th></tr></thead>\n<tbody>")?;
    for Code { source, code } in codes.iter().take(ROWS) {
        let class = if *code == 0 { "num" } else { "num no" };
        writeln!(
            out,
            "<tr><th scope=\"row\" class=\"path\">{}</th><td class=\"{class}\">{code}</td></tr>",
            name(source)
        )?;
    }
    writeln!(out, "</tbody></table>")?;
    left_out(codes.len(), out)?;
    writeln!(out, "</div>")
}

fn left_out(all: usize, out: &mut dyn Write) -> io::Result<()> {
    match all.checked_sub(ROWS).filter(|more| *more > 0) {
        Some(more) => writeln!(out, "<p class=\"why\">and {} more</p>", number(more as u64)),
        None => Ok(()),
    }
}
