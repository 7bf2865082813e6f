//! Exceptions in force with their end, VEX statements and what else mutes findings, in the words of the judge.

use std::io::{self, Write};

use findings::words::number;
use findings::write::page::text;
use image_scan::model::Gate;

use super::{ITEMS, and_more};
use crate::write::words;

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let muted = words::muted_by(gate);
    writeln!(out, "<div class=\"card wide\"><table class=\"list\">\n<thead><tr><th scope=\"col\">By</th>")?;
    writeln!(out, "<th scope=\"col\" class=\"num\">Findings</th></tr></thead>\n<tbody>")?;
    for (by, times) in muted.iter().take(ITEMS) {
        writeln!(out, "<tr><td>{}</td><td class=\"num\">{}</td></tr>", text(by), number(*times))?;
    }
    writeln!(out, "</tbody></table>")?;
    and_more(muted.len(), ITEMS, out)?;
    writeln!(out, "</div>")
}
