//! One self-contained page: no network, readable on a phone, in the dark and on paper. A few lines of script filter the
//! rows by text; without them everything is there and the check boxes work.

mod cell;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use findings::escape;
use findings::words::number;
use findings::write::page::{self, Tile, name, text};
use promotion::Board;
use promotion::board::Row;
use sha2::{Digest as _, Sha256};

use super::timeline;
use crate::write::words::{self, Counts, Marks};
use crate::write::{Context, Options};

/// Rules for what only this page has.
const STYLE: &str = include_str!("html/style.css");

/// Filters the rows by text.
const SCRIPT: &str = include_str!("html/filter.js");

pub(super) fn write(board: &Board, context: &Context, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = Counts::of(board);
    head(&counts, out)?;
    heading(board, &counts, context, out)?;
    writeln!(out, "<main class=\"wrap\">")?;
    page::tiles(&tiles(&counts), out)?;
    stops(board, out)?;
    matrix(board, &counts, out)?;
    timeline::section(board, out)?;
    writeln!(out, "</main>\n<script>{SCRIPT}</script>")?;
    write!(out, "<footer class=\"wrap\">Written by stepgate-promote {}.", env!("CARGO_PKG_VERSION"))?;
    for (format, path) in options.reports {
        write!(out, " {}: {}.", escape::html(format), text(path))?;
    }
    writeln!(out, "</footer>\n</body>\n</html>")
}

fn head(counts: &Counts, out: &mut dyn Write) -> io::Result<()> {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    let (services, style) = (findings::words::count(counts.services, "service"), page::STYLE);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{services}: stepgate-promote</title>\n<style>\n{style}{STYLE}</style>\n</head>\n<body>"
    )
}

fn heading(board: &Board, counts: &Counts, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let class = match counts {
        Counts { unreadable: 0, unhealthy: 0, held: 0, .. } if board.freezes.is_empty() => "pass",
        Counts { unreadable: 0, unhealthy: 0, .. } => "incomplete",
        _ => "fail",
    };
    writeln!(out, "<header class=\"verdict {class}\"><div class=\"wrap\">")?;
    writeln!(out, "<p class=\"by\">{}</p>", text(&words::origin(context)))?;
    writeln!(out, "<h1>{}</h1>", text(&words::headline(board)))?;
    write!(out, "<nav>")?;
    for (id, label, told) in [
        ("stops", "Held and frozen", has_stops(board)),
        ("board", "What is where", true),
        ("timeline", "Since when", !board.rows.is_empty()),
    ] {
        if told {
            write!(out, "<a href=\"#{id}\">{label}</a> ")?;
        }
    }
    writeln!(out, "</nav>\n</div></header>")
}

fn tiles(counts: &Counts) -> Vec<Tile> {
    let tiles = [
        ("all", "services", counts.services),
        ("blocking", "unhealthy", counts.unhealthy),
        ("blocking", "unreadable", counts.unreadable),
        ("reported", "held", counts.held),
        ("muted", "differ from the environment before", counts.drift),
        ("muted", "lack something for what comes next", counts.unproved),
    ];
    let tile = |(class, label, count)| {
        let class = if count == 0 { "zero" } else { class };
        Tile { class, label, value: number(count) }
    };
    tiles.into_iter().map(tile).collect()
}

fn has_stops(board: &Board) -> bool {
    !board.holds.is_empty() || !board.freezes.is_empty()
}

fn stops(board: &Board, out: &mut dyn Write) -> io::Result<()> {
    if !has_stops(board) {
        return Ok(());
    }
    writeln!(out, "<section aria-labelledby=\"stops\">\n<h2 id=\"stops\">Held and frozen</h2>\n<div class=\"card\">")?;
    let holds: Vec<_> = board.holds.iter().map(|hold| format!("held: {}", words::hold(hold, board.now))).collect();
    let freezes: Vec<_> = board.freezes.iter().map(|freeze| format!("frozen: {freeze}")).collect();
    page::list("stops", &[holds, freezes].concat(), out)?;
    writeln!(out, "</div>\n</section>")
}

fn matrix(board: &Board, counts: &Counts, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"board\">\n<h2 id=\"board\">What is where</h2>")?;
    if board.rows.is_empty() {
        return writeln!(out, "<p class=\"card\">promotion.yaml names no service.</p>\n</section>");
    }
    filter(counts, out)?;
    write!(out, "<div class=\"card wide\"><table class=\"board\">\n<thead><tr><th scope=\"col\">Service</th>")?;
    for environment in &board.environments {
        write!(out, "<th scope=\"col\">{}</th>", name(environment))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for line in &board.rows {
        row(line, board, out)?;
    }
    writeln!(out, "</tbody></table></div>\n</section>")
}

/// Check boxes that leave only rows with one of the marks that are ticked, which the style sheet does, and a box for
/// text, which is hidden until the script has it.
fn filter(counts: &Counts, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"filter\" role=\"group\" aria-label=\"Show only\">")?;
    writeln!(
        out,
        "<label id=\"finder\" hidden>Find <input type=\"search\" id=\"find\" \
         placeholder=\"service, tag, commit, author\"> <output id=\"shown\"></output></label>"
    )?;
    for (id, label, count) in [
        ("unhealthy", "only unhealthy", counts.unhealthy + counts.unreadable),
        ("held", "only held", counts.held),
        ("drift", "only drift", counts.drift),
        ("unproved", "only not proved yet", counts.unproved),
    ] {
        if count > 0 {
            writeln!(out, "<label><input type=\"checkbox\" class=\"only\" id=\"only-{id}\"> {label}</label>")?;
        }
    }
    writeln!(out, "</div>")
}

fn row(row: &Row, board: &Board, out: &mut dyn Write) -> io::Result<()> {
    let marks: Vec<_> = row.cells.iter().flatten().map(Marks::of).collect();
    let has = |which: fn(&Marks) -> bool| marks.iter().any(which);
    let classes = [
        ("unhealthy", has(|marks| marks.unhealthy || marks.unreadable)),
        ("held", has(|marks| marks.held)),
        ("drift", has(|marks| marks.drift)),
        ("unproved", has(|marks| marks.attested < marks.asked)),
    ];
    let classes: Vec<_> = classes.iter().filter(|(_, has)| *has).map(|(class, _)| *class).collect();
    writeln!(out, "<tr class=\"{}\"><th scope=\"row\">{}</th>", classes.join(" "), name(&row.service))?;
    for (environment, cell) in board.environments.iter().zip(&row.cells) {
        match cell {
            Some(cell) => cell::write(cell, board.now, out)?,
            None => writeln!(out, "<td class=\"none\" data-in=\"{}\">–</td>", escape::html(environment))?,
        }
    }
    writeln!(out, "</tr>")
}

#[cfg(test)]
mod tests;
