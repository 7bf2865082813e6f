//! What is different from the earlier run.

use std::io::{self, Write};

use findings::words::{count, number};
use findings::write::page::list;
use junit::against::Difference;

pub(super) fn write(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let Difference { removed, newly_skipped, added, newly_failing, fixed } = difference;
    let lists = [
        ("Removed", removed),
        ("Skipped now", newly_skipped),
        ("Failing now", newly_failing),
        ("Failed then, passed now", fixed),
    ];
    let new = match added {
        0 => "No test is new.".to_owned(),
        1 => "1 test is new.".to_owned(),
        _ => format!("{} are new.", count(*added as u64, "test")),
    };
    if lists.iter().all(|(_, ids)| ids.is_empty()) {
        return writeln!(out, "<p class=\"card\">The same tests, with the same results. {new}</p>");
    }
    writeln!(out, "<div class=\"plots\">")?;
    for (title, ids) in lists.iter().filter(|(_, ids)| !ids.is_empty()) {
        writeln!(out, "<div class=\"card\"><h3>{title}: {}</h3>", number(ids.len() as u64))?;
        list("ids", ids, out)?;
        writeln!(out, "</div>")?;
    }
    writeln!(out, "</div>\n<p class=\"soft\">{new}</p>")
}
