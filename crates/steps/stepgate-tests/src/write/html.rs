//! One self-contained page: no network, no script, readable on a phone, in the dark and on paper.

mod cases;
mod compared;
mod coverage;
mod flaky;
mod inputs;
mod quarantine;
mod source;
mod texts;

use std::io::{self, Write};

use findings::words::number;
use findings::write::page::{self, Frame, Plot, Tile, plot};

use super::Options;
use super::words::duration;
use crate::report::{Gate, Input};

/// Rules for what only this page has.
const STYLE: &str = include_str!("html/style.css");

/// Of lists that can be of any length, so many items are shown.
const ITEMS: usize = 50;

pub(super) fn write(gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sections = sections(gate);
    let nav: Vec<_> = sections.iter().map(|section| section.heading()).collect();
    let frame = Frame {
        program: Gate::PROGRAM,
        version: Gate::VERSION,
        subject: options.subject,
        verdict: &gate.verdict,
        nav: &nav,
        style: STYLE,
        reports: options.reports,
    };
    page::begin(&frame, out)?;
    page::tiles(&tiles(gate), out)?;
    for section in sections {
        let (id, words) = section.heading();
        writeln!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{words}</h2>")?;
        section.write(gate, options, out)?;
        writeln!(out, "</section>")?;
    }
    page::end(&frame, out)
}

/// What the page tells of, each under a heading that is linked to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Section {
    Inputs,
    Cases,
    Compared,
    Quarantine,
    Coverage,
    Flaky,
    Slowest,
}

impl Section {
    const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Inputs => ("inputs", "Inputs"),
            Self::Cases => ("tests", "Failed and flaky"),
            Self::Compared => ("compared", "Against the earlier run"),
            Self::Quarantine => ("quarantine", "Quarantine"),
            Self::Coverage => ("coverage", "Coverage"),
            Self::Flaky => ("flaky", "Flaky in earlier runs"),
            Self::Slowest => ("slowest", "Slowest"),
        }
    }

    fn write(self, gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Inputs => inputs::write(gate, out),
            Self::Cases => cases::write(gate, options, out),
            Self::Compared => gate.difference.iter().try_for_each(|difference| compared::write(difference, out)),
            Self::Quarantine => quarantine::write(gate, out),
            Self::Coverage => gate.coverage.iter().try_for_each(|coverage| coverage::write(coverage, options, out)),
            Self::Flaky => flaky::write(&gate.flakiness, out),
            Self::Slowest => slowest(gate, out),
        }
    }
}

/// The sections that have something to tell. What has to be done comes first: a report that cannot be relied on is
/// mended before anything that the others say.
fn sections(gate: &Gate) -> Vec<Section> {
    let incomplete = gate.inputs.iter().any(|input| !is_complete(input));
    let sections = [
        (Section::Inputs, incomplete),
        (Section::Cases, true),
        (Section::Compared, gate.difference.is_some()),
        (Section::Coverage, gate.coverage.is_some()),
        (Section::Quarantine, quarantine::is_of_interest(gate)),
        (Section::Flaky, !gate.flakiness.is_empty()),
        (Section::Slowest, !gate.slowest.is_empty()),
        (Section::Inputs, !incomplete),
    ];
    sections.into_iter().filter(|(_, told)| *told).map(|(section, _)| section).collect()
}

fn is_complete(input: &Input) -> bool {
    input.problems.is_empty()
}

fn tiles(gate: &Gate) -> Vec<Tile> {
    let totals = &gate.totals;
    let red = totals.failed.saturating_add(totals.errored);
    let failed = if red > totals.quarantined { "blocking" } else { "muted" };
    let mut tiles: Vec<_> = [
        ("all", "tests", totals.tests),
        (failed, "failed or errored", red),
        ("reported", "flaky: passed on retry", totals.flaky),
        ("muted", "failed in quarantine", totals.quarantined),
        ("all", "skipped", totals.skipped),
    ]
    .into_iter()
    .map(|(class, label, count)| Tile { class: if count == 0 { "zero" } else { class }, label, value: number(count) })
    .collect();
    if let Some(coverage) = &gate.coverage {
        let change = coverage.change.as_ref().map(|change| ("changed lines covered", change.lines()));
        for (label, ratio) in [Some(("lines covered", coverage.totals.lines)), change].into_iter().flatten() {
            let value = ratio.percent().map(|percent| percent.to_string());
            let class = if value.is_some() { "all" } else { "zero" };
            tiles.push(Tile { class, label, value: value.unwrap_or_else(|| "none".to_owned()) });
        }
    }
    tiles.push(Tile { class: "all", label: "time of all tests", value: duration(totals.time) });
    tiles
}

fn slowest(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    const BARS: usize = 20;
    let bars = gate.slowest.iter().take(BARS).map(|slow| (slow.id.as_str(), vec![("long", slow.time)])).collect();
    plot(&Plot { title: "Tests that took longest", unit: "Time", show: duration, bars }, out)
}

/// `+3,000 more`, and where they are when that is known.
fn more(left_out: u64, format: &str, options: &Options<'_>) -> String {
    let more = number(left_out);
    match options.reports.iter().find(|(known, _)| *known == format) {
        Some((_, path)) => format!("+{more} more in {path}"),
        None => format!("+{more} more (--output {format}=FILE has them)"),
    }
}

#[cfg(test)]
mod tests;
