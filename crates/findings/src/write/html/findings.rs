//! What was found, file by file, what blocks first.

use std::io::{self, Write};

use super::diff::Diffs;
use crate::escape;
use crate::model::{Disposition, Finding, Gate, most_important};
use crate::write::Options;
use crate::write::page::{name, text};
use crate::write::summary::{by_file, left_out, link_of, muted_words, number, web_link};

/// A message longer than this is cut, and its length said.
const MESSAGE_CHARS: usize = 1_000;

/// So many files are opened to begin with.
const OPEN_FILES: usize = 20;

pub(super) fn section(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let most = options.max_findings.unwrap_or(2_000);
    let all = gate.findings().count();
    writeln!(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>")?;
    if all == 0 {
        writeln!(out, "<p class=\"card\">No findings.</p>")?;
    } else {
        filter(gate, out)?;
    }
    let mut diffs = Diffs::new();
    for (place, (path, mut findings)) in by_file(most_important(gate.findings(), most)).into_iter().enumerate() {
        findings.sort_by_key(|finding| (rank(finding.disposition), finding.line, finding.column));
        file(path, &findings, place < OPEN_FILES, options, out)?;
        diffs.of(&findings, out)?;
        writeln!(out, "</details>")?;
    }
    if all > most {
        // This page is not where the rest is.
        let options = Options { reports: &elsewhere(options), ..*options };
        writeln!(out, "<p>{}</p>", text(&left_out(all, most, &options).unwrap_or_default()))?;
    }
    writeln!(out, "</section>")
}

const fn rank(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::Blocking => 0,
        Disposition::Reported => 1,
        Disposition::Muted(_) => 2,
    }
}

fn elsewhere<'o>(options: &Options<'o>) -> Vec<(crate::write::Output, &'o str)> {
    options.reports.iter().filter(|(output, _)| *output != crate::write::Output::Html).copied().collect()
}

/// Check boxes that hide rows; the style sheet does the work. What is muted is hidden to begin with when there is
/// something else to see.
fn filter(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = gate.totals();
    writeln!(out, "<div class=\"filter\" role=\"group\" aria-label=\"Show\">")?;
    for (word, count) in [("blocking", totals.blocking), ("reported", totals.reported), ("muted", totals.muted)] {
        if count > 0 {
            let checked = if word == "muted" && count < totals.findings { "" } else { " checked" };
            let count = number(count);
            writeln!(out, "<label><input type=\"checkbox\" id=\"show-{word}\"{checked}> {count} {word}</label>")?;
        }
    }
    writeln!(out, "</div>")
}

/// A file up to where its proposed changes go.
fn file(
    path: &str,
    findings: &[&Finding<'_>],
    mut open: bool,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // The worst comes first.
    let state = findings.first().map_or("", |finding| finding.disposition.as_str());
    open &= state != "muted";
    let path = if path.is_empty() { "about the whole run".to_owned() } else { name(path) };
    writeln!(out, "<details class=\"{state}\"{}>", if open { " open" } else { "" })?;
    write!(out, "<summary><span class=\"path\">{path}</span><span class=\"counts\">")?;
    write!(out, "{}", counts(findings))?;
    writeln!(out, "</span></summary>\n<div class=\"found\"><table>\n<thead><tr>")?;
    for (class, label) in [("line", "Line"), ("sev", "Severity"), ("", "Message"), ("rule", "Rule")] {
        write!(out, "<th scope=\"col\" class=\"{class}\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for finding in findings {
        row(finding, options, out)?;
    }
    writeln!(out, "</tbody></table></div>")
}

/// `<b>2 blocking</b>, 1 muted`.
fn counts(findings: &[&Finding<'_>]) -> String {
    let count = |state| findings.iter().filter(|finding| finding.disposition.as_str() == state).count();
    let counts = ["blocking", "reported", "muted"].map(|state| (state, count(state)));
    let words = counts.iter().filter(|(_, count)| *count > 0).map(|(state, count)| match *state {
        "blocking" => format!("<b>{count} blocking</b>"),
        state => format!("{count} {state}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn row(finding: &Finding<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let state = finding.disposition.as_str();
    let severity = finding.severity;
    write!(out, "<tr class=\"{state}\"><td class=\"line\">{}</td>", line(finding, options))?;
    write!(out, "<td class=\"sev\"><i class=\"{severity}\" aria-hidden=\"true\"></i>{severity}")?;
    if finding.disposition != Disposition::Blocking {
        write!(out, " <span class=\"times\">{state}</span>")?;
    }
    write!(out, "</td>")?;
    write!(out, "<td><div class=\"message\">{}</div>", message(finding))?;
    // With a diff, it stands there.
    let help = finding.detail.filter(|detail| detail.diff.is_none()).and_then(|detail| detail.help);
    let context = finding.detail.and_then(|detail| detail.context).map(|context| format!("in context of {context}"));
    for why in [help.map(str::to_owned), context, muted(finding)].iter().flatten() {
        write!(out, "<div class=\"why\">{}</div>", text(why))?;
    }
    let rule = name(finding.rule.id);
    write!(out, "</td><td class=\"rule\">{} ", text(finding.rule.tool))?;
    match web_link(finding.rule.link) {
        Some(link) if !rule.is_empty() => write!(out, "<a href=\"{}\">{rule}</a>", escape::html(link))?,
        _ => write!(out, "{rule}")?,
    }
    writeln!(out, "</td></tr>")
}

fn line(finding: &Finding<'_>, options: &Options<'_>) -> String {
    let words = match (finding.line, finding.column) {
        (0, _) => "file".to_owned(),
        (line, 0) => line.to_string(),
        (line, column) => format!("{line}:{column}"),
    };
    match link_of(finding, options) {
        Some(link) => format!("<a href=\"{}\">{words}</a>", escape::html(&link)),
        None => words,
    }
}

fn message(finding: &Finding<'_>) -> String {
    let message = finding.message.trim();
    // Class names may be broken between their parts.
    let mut out = escape::html(&escape::cut(message, MESSAGE_CHARS)).replace('\\', "\\<wbr>");
    let chars = message.chars().count();
    if chars > MESSAGE_CHARS {
        out.push_str(&format!(" <span class=\"times\">(cut, {} characters in all)</span>", number(chars as u64)));
    }
    if finding.count > 1 {
        out.push_str(&format!(" <span class=\"times\">({} times)</span>", number(finding.count.into())));
    }
    out
}

fn muted(finding: &Finding<'_>) -> Option<String> {
    let Disposition::Muted(reason) = finding.disposition else { return None };
    let words = finding.detail.and_then(|detail| detail.suppressed).filter(|words| !words.is_empty());
    Some(match words {
        Some(words) => format!("muted: {}: {words}", muted_words(reason)),
        None => format!("muted: {}", muted_words(reason)),
    })
}
