//! One self-contained page: no network, no script, readable on a phone, in the dark and on paper.

mod compared;
mod found;
mod muted;
mod plots;
mod scans;
mod upgrades;

use std::io::{self, Write};

use findings::words::number;
use findings::write::page::{self, Frame, Tile};
use image_scan::model::Gate;

use super::Options;
use super::packages::{Held, packages};
use super::words::{self, Totals};

/// Rules for what only this page has.
const STYLE: &str = include_str!("html/style.css");

/// Of lists that can be of any length, so many items are shown.
const ITEMS: usize = 50;

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let packages = packages(gate);
    let sections = sections(gate, &packages);
    let nav: Vec<_> = sections.iter().map(|section| section.heading()).collect();
    let frame = Frame {
        program: gate.program,
        version: gate.version,
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
        section.write(gate, &packages, options, out)?;
        writeln!(out, "</section>")?;
    }
    page::end(&frame, out)
}

/// What the page tells of, each under a heading that is linked to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Section {
    Scans,
    Warnings,
    Upgrades,
    Found,
    Compared,
    Muted,
    Plots,
}

impl Section {
    const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::Scans => ("scans", "What was scanned"),
            Self::Warnings => ("warnings", "Warnings"),
            Self::Upgrades => ("upgrades", "What to upgrade"),
            Self::Found => ("findings", "Findings"),
            Self::Compared => ("compared", "Against what runs now"),
            Self::Muted => ("muted", "What is muted, and why"),
            Self::Plots => ("plots", "Where they are"),
        }
    }

    fn write(
        self,
        gate: &Gate<'_>,
        packages: &[Held<'_, '_>],
        options: &Options<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::Scans => scans::write(gate, out),
            Self::Warnings => {
                writeln!(out, "<div class=\"card\">")?;
                page::list("notes", &words::warnings(gate), out)?;
                writeln!(out, "</div>")
            }
            Self::Upgrades => upgrades::write(packages, out),
            Self::Found => found::write(gate, options, out),
            Self::Compared => compared::write(gate, out),
            Self::Muted => muted::write(gate, out),
            Self::Plots => plots::write(gate, packages, out),
        }
    }
}

/// The sections that have something to tell. What has to be done comes first: a report that cannot be relied on is made
/// anew before anything that the others say.
fn sections(gate: &Gate<'_>, packages: &[Held<'_, '_>]) -> Vec<Section> {
    let incomplete = gate.scans.iter().any(|scan| !scan.problems.is_empty());
    let has_findings = gate.findings().next().is_some();
    let sections = [
        (Section::Scans, incomplete),
        (Section::Warnings, !gate.warnings.is_empty() || !gate.about_exceptions.is_empty()),
        (Section::Upgrades, packages.iter().any(|held| held.upgrade.is_some())),
        (Section::Found, true),
        (Section::Compared, gate.compared),
        (Section::Muted, gate.findings().any(words::is_muted)),
        (Section::Plots, has_findings),
        (Section::Scans, !incomplete),
    ];
    sections.into_iter().filter(|(_, told)| *told).map(|(section, _)| section).collect()
}

fn tiles(gate: &Gate<'_>) -> Vec<Tile> {
    let totals = Totals::of_all(gate);
    let mut tiles = vec![
        ("blocking", "blocking", totals.blocking),
        ("reported", "warnings", totals.warns),
        ("reported", "reported, not blocking", totals.reported - totals.warns),
        ("muted", "muted", totals.muted),
        ("all", "findings in all", totals.findings),
    ];
    if gate.compared {
        tiles.push(("all", "fixed by this change", gate.fixed.len() as u64));
    }
    let tile = |(class, label, count)| {
        let class = if count == 0 { "zero" } else { class };
        Tile { class, label, value: number(count) }
    };
    tiles.into_iter().map(tile).collect()
}

/// `and 3,000 more` in a paragraph, when there are.
fn and_more(all: usize, shown: usize, out: &mut dyn Write) -> io::Result<()> {
    match all.checked_sub(shown).filter(|more| *more > 0) {
        Some(more) => writeln!(out, "<p class=\"why\">and {} more</p>", number(more as u64)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
