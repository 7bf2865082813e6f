//! Since when what stands where: a lane for each environment, a dot for each service, long ago to the left. The scale is
//! logarithmic, so that the last hours have as much room as the last months.

use std::io::{self, Write};

use findings::escape;
use findings::write::page::text;
use jiff::Timestamp;
use promotion::Board;
use promotion::board::Cell;

use crate::write::words::{self, Marks};

/// Height of a lane, in pixels.
const LANE: usize = 52;

/// Room for the scale, in pixels.
const SCALE: usize = 24;

/// The youngest that is told apart, in seconds.
const YOUNGEST: f64 = 60.0;

/// Marks of the scale, in seconds, and their words.
const TICKS: [(u32, &str); 5] =
    [(3_600, "1 hour"), (86_400, "1 day"), (604_800, "1 week"), (2_592_000, "30 days"), (31_536_000, "1 year")];

pub(super) fn section(board: &Board, out: &mut dyn Write) -> io::Result<()> {
    if board.rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section aria-labelledby=\"timeline\">\n<h2 id=\"timeline\">Since when</h2>\n<div class=\"card\">")?;
    let oldest = words::cells(board).filter_map(|(_, cell)| age(cell, board.now)).fold(86_400.0, f64::max);
    let height = SCALE + LANE * board.environments.len();
    writeln!(
        out,
        "<svg class=\"lanes\" role=\"img\" height=\"{height}\" \
         aria-label=\"How long ago each image came to each environment; the numbers are in the table above\">"
    )?;
    for (seconds, word) in TICKS.iter().filter(|(seconds, _)| f64::from(*seconds) <= oldest) {
        let x = place(f64::from(*seconds), oldest);
        writeln!(out, "<line x1=\"{x}\" x2=\"{x}\" y1=\"{SCALE}\" y2=\"{height}\"/>")?;
        writeln!(out, "<text x=\"{x}\" y=\"14\" text-anchor=\"middle\">{word}</text>")?;
    }
    writeln!(out, "<text x=\"100%\" y=\"14\" text-anchor=\"end\">now</text>")?;
    for (lane, environment) in board.environments.iter().enumerate() {
        lane_of(lane, environment, oldest, board, out)?;
    }
    writeln!(out, "</svg>\n<ul class=\"legend\" aria-hidden=\"true\">")?;
    for (class, word) in [
        ("same", "as before it"),
        ("drift", "not what is in the environment before"),
        ("unhealthy", "unhealthy"),
        ("held", "held"),
    ] {
        writeln!(out, "<li><i class=\"{class}\"></i>{word}</li>")?;
    }
    writeln!(out, "</ul>")?;
    let unknown = words::cells(board).filter(|(_, cell)| cell.standing.since.is_none()).count();
    if unknown > 0 {
        writeln!(out, "<p class=\"soft\">{unknown} not shown: since before the history that is known.</p>")?;
    }
    writeln!(out, "</div>\n</section>")
}

fn lane_of(lane: usize, environment: &str, oldest: f64, board: &Board, out: &mut dyn Write) -> io::Result<()> {
    let top = SCALE + LANE * lane;
    writeln!(out, "<line x1=\"0\" x2=\"100%\" y1=\"{top}\" y2=\"{top}\"/>")?;
    writeln!(out, "<text class=\"name\" x=\"0\" y=\"{}\">{}</text>", top + 16, text(environment))?;
    let dots = board.rows.iter().filter_map(|row| {
        let cell = row.cells.get(lane)?.as_ref()?;
        Some((row.service.as_str(), cell, age(cell, board.now)?))
    });
    for (n, (service, cell, age)) in dots.enumerate() {
        let marks = Marks::of(cell);
        let classes =
            [("unhealthy", marks.unhealthy || marks.unreadable), ("held", marks.held), ("drift", marks.drift)];
        let classes: Vec<_> = classes.iter().filter(|(_, has)| *has).map(|(class, _)| *class).collect();
        // Those that came at once are not on top of one another.
        let y = top + 26 + n % 5 * 5;
        let (x, classes) = (place(age, oldest), classes.join(" "));
        let title = format!("{service}: {}", words::standing(cell, board.now));
        writeln!(
            out,
            "<circle class=\"{classes}\" cx=\"{x}\" cy=\"{y}\" r=\"5\"><title>{}</title></circle>",
            escape::html(&title)
        )?;
    }
    Ok(())
}

/// How long ago it came, in seconds.
fn age(cell: &Cell, now: Timestamp) -> Option<f64> {
    Some(now.duration_since(cell.standing.since?).as_secs_f64().max(YOUNGEST))
}

/// Where an age is, in per cent of the width; the edges are left for half a dot.
fn place(age: f64, oldest: f64) -> String {
    let share = (age.max(YOUNGEST) / YOUNGEST).ln() / (oldest.max(2.0 * YOUNGEST) / YOUNGEST).ln();
    format!("{:.1}%", 98.5 - 97.0 * share.min(1.0))
}
