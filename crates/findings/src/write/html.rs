//! One self-contained page: no network, no script, readable on a phone, in the dark and on paper.

mod diff;
mod findings;
mod plots;

use std::io::{self, Write};

use super::Options;
use super::page::{self, Frame, Tile, list, name, text};
use super::summary::{input_kind, number};
use crate::model::{Gate, Report};

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let reports: Vec<_> = options.reports.iter().map(|(output, path)| (output.as_str(), *path)).collect();
    let nav = [("findings", "Findings"), ("plots", "Where they are"), ("inputs", "Inputs")];
    let frame = Frame {
        program: gate.program,
        version: gate.version,
        subject: options.subject,
        verdict: &gate.verdict,
        nav: if gate.findings().next().is_some() { &nav } else { &[] },
        style: "",
        reports: &reports,
    };
    page::begin(&frame, out)?;
    tiles(gate, out)?;
    // What has to be done comes first: a report that cannot be relied on is mended before any finding.
    let incomplete = gate.reports.iter().any(|report| !report.is_complete());
    if incomplete {
        inputs(gate, out)?;
    }
    findings::section(gate, options, out)?;
    plots::section(gate, out)?;
    if !incomplete {
        inputs(gate, out)?;
    }
    page::end(&frame, out)
}

fn tiles(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = gate.totals();
    let tiles = [
        ("blocking", "blocking", totals.blocking),
        ("reported", "reported, not blocking", totals.reported),
        ("muted", "muted: known, or not of this change", totals.muted),
        ("all", "findings in all", totals.findings),
    ];
    let tile = |(class, label, count)| {
        let class = if count == 0 { "zero" } else { class };
        Tile { class, label, value: number(count) }
    };
    page::tiles(&tiles.map(tile), out)
}

fn inputs(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"inputs\">\n<h2 id=\"inputs\">Inputs</h2>")?;
    writeln!(out, "<div class=\"card\"><table class=\"inputs\">\n<thead><tr>")?;
    for (class, label) in [("", "Input"), ("", "Tool and format"), ("num", "Findings"), ("state", "State")] {
        writeln!(out, "<th scope=\"col\" class=\"{class}\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for report in &gate.reports {
        input(report, out)?;
    }
    writeln!(out, "</tbody></table></div>\n</section>")
}

fn input(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let count: u64 = report.findings.iter().map(|finding| u64::from(finding.count)).sum();
    write!(out, "<tr><th scope=\"row\" class=\"path\">{}", name(&report.source))?;
    list("problem", &report.problems, out)?;
    list("notes soft", &report.notes, out)?;
    write!(out, "</th><td>{}</td><td class=\"num\">{}</td>", text(&input_kind(report)), number(count))?;
    let (class, word) = if report.is_complete() { ("state", "complete") } else { ("state no", "incomplete") };
    writeln!(out, "<td class=\"{class}\">{word}</td></tr>")
}

#[cfg(test)]
mod tests;
