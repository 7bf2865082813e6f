//! One self-contained page: no network, no script, readable on a phone, in the dark and on paper.

mod diff;
mod findings;
mod plots;

use std::io::{self, Write};

use super::Options;
use super::summary::{first_reason, further_reasons, input_kind, number};
use crate::escape;
use crate::model::{Gate, Outcome, Report};

/// Nothing is loaded and nothing runs, whatever a message says. Bars have their widths in `style` attributes.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A reason, problem or note longer than this is cut.
const TEXT_CHARS: usize = 1_000;

/// A heading longer than this is set smaller, so that the first screen has room for what comes below.
const HEADING_CHARS: usize = 90;

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    head(gate, out)?;
    verdict(gate, options, out)?;
    writeln!(out, "<main class=\"wrap\">")?;
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
    writeln!(out, "</main>")?;
    footer(gate, options, out)?;
    writeln!(out, "</body>\n</html>")
}

fn head(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = include_str!("html/style.css");
    let title = escape::html(gate.program);
    let outcome = gate.verdict.outcome.as_str();
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{outcome}: {title}</title>\n<style>\n{style}</style>\n</head>\n<body>"
    )
}

fn verdict(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (class, word) = match gate.verdict.outcome {
        Outcome::Pass => ("pass", "Pass"),
        Outcome::Fail => ("fail", "Fail"),
        Outcome::Incomplete => ("incomplete", "Incomplete"),
    };
    writeln!(out, "<header class=\"verdict {class}\"><div class=\"wrap\">")?;
    write!(out, "<p class=\"by\">{} {}", escape::html(gate.program), escape::html(gate.version))?;
    if let Some(subject) = options.subject {
        write!(out, " · {}", text(subject))?;
    }
    let reason = first_reason(gate);
    let long = if reason.chars().count() > HEADING_CHARS { " class=\"long\"" } else { "" };
    writeln!(out, "</p>\n<h1{long}>{word}: {}</h1>", name(reason))?;
    list("reasons", further_reasons(gate), out)?;
    if gate.findings().next().is_some() {
        writeln!(
            out,
            "<nav><a href=\"#findings\">Findings</a> <a href=\"#plots\">Where they are</a> \
             <a href=\"#inputs\">Inputs</a></nav>"
        )?;
    }
    writeln!(out, "</div></header>")
}

fn tiles(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = gate.totals();
    writeln!(out, "<section aria-label=\"Totals\"><dl class=\"tiles\">")?;
    for (class, label, count) in [
        ("blocking", "blocking", totals.blocking),
        ("reported", "reported, not blocking", totals.reported),
        ("muted", "muted: known, or not of this change", totals.muted),
        ("all", "findings in all", totals.findings),
    ] {
        let class = if count == 0 { "zero" } else { class };
        writeln!(out, "<div class=\"tile {class}\"><dt>{label}</dt><dd>{}</dd></div>", number(count))?;
    }
    writeln!(out, "</dl></section>")
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

fn footer(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<footer class=\"wrap\">Written by {} {}.", escape::html(gate.program), escape::html(gate.version))?;
    for (output, path) in options.reports {
        write!(out, " {}: {}.", output.as_str(), text(path))?;
    }
    writeln!(out, "</footer>")
}

/// Hostile `texts` as a list, nothing when there are none.
fn list(class: &str, texts: &[String], out: &mut dyn Write) -> io::Result<()> {
    const MOST: usize = 50;
    if texts.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"{class}\">")?;
    for item in texts.iter().take(MOST) {
        writeln!(out, "<li>{}</li>", text(item))?;
    }
    if let Some(more) = texts.len().checked_sub(MOST).filter(|more| *more > 0) {
        writeln!(out, "<li>and {} more</li>", number(more as u64))?;
    }
    writeln!(out, "</ul>")
}

/// A hostile path or dotted name, which may be broken after its separators and, if need be, anywhere.
fn name(name: &str) -> String {
    text(name).replace('/', "/<wbr>").replace('\\', "\\<wbr>").replace('.', "<wbr>.")
}

/// Hostile text of any length.
fn text(text: &str) -> String {
    escape::html(&escape::cut(text, TEXT_CHARS)).into_owned()
}

#[cfg(test)]
mod tests;
