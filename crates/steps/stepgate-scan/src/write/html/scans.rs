//! What was scanned, by whom, and whether it can be relied on.

use std::io::{self, Write};

use findings::words::number;
use findings::write::page::{list, name, text};
use image_scan::Scan;
use image_scan::model::Gate;

use super::{ITEMS, and_more};
use crate::write::words::{artifact, known, scanned};

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    if gate.scans.is_empty() {
        return writeln!(out, "<p class=\"card\">There are no reports.</p>");
    }
    writeln!(out, "<div class=\"card\"><table class=\"inputs\">\n<thead><tr>")?;
    for (class, label) in [("", "Report"), ("", "Made by"), ("num", "Findings"), ("state", "State")] {
        writeln!(out, "<th scope=\"col\" class=\"{class}\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let whole = |wanted: bool| gate.scans.iter().filter(move |scan| scan.problems.is_empty() == wanted);
    for scan in whole(false).chain(whole(true)).take(ITEMS) {
        row(scan, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    and_more(gate.scans.len(), ITEMS, out)?;
    writeln!(out, "</div>")
}

fn row(scan: &Scan<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\" class=\"path\">{}", name(artifact(scan)))?;
    let created = scan.created.map(|created| format!("scanned {created}"));
    let image = known(scan.image_id).map(|id| format!("image {id}"));
    for fact in [known(&scan.source).map(str::to_owned), image, created].into_iter().flatten() {
        write!(out, "<div class=\"why\">{}</div>", name(&fact))?;
    }
    list("problem", &scan.problems, out)?;
    list("notes soft", &scan.notes, out)?;
    let (kind, holds) = (scanned(scan), number(scan.findings.len() as u64));
    write!(out, "</th><td>{}</td><td class=\"num\">{holds}</td>", text(&kind))?;
    let (class, word) = if scan.problems.is_empty() { ("state", "complete") } else { ("state no", "incomplete") };
    writeln!(out, "<td class=\"{class}\">{word}</td></tr>")
}
