//! What is different from the image that runs now.

use std::io::{self, Write};

use findings::words::number;
use findings::write::page::list;
use image_scan::model::Gate;

use super::{ITEMS, and_more};
use crate::write::words;

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"card\"><table class=\"list\"><tbody>")?;
    for (words, times) in words::compared(gate) {
        writeln!(out, "<tr><th scope=\"row\">{words}</th><td class=\"num\">{}</td></tr>", number(times))?;
    }
    writeln!(out, "</tbody></table>")?;
    let fixed: Vec<_> = gate.fixed.iter().take(ITEMS).map(words::gone).collect();
    if !fixed.is_empty() {
        writeln!(out, "<h3>Fixed by this change</h3>")?;
    }
    list("notes", &fixed, out)?;
    and_more(gate.fixed.len(), ITEMS, out)?;
    writeln!(out, "</div>")
}
