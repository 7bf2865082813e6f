//! What was found, package by package and file by file, what blocks first.

use std::io::{self, Write};

use findings::escape;
use findings::words::number;
use findings::write::page::{name, text};
use findings::write::{source_link, web_link};
use image_scan::Finding;
use image_scan::model::Gate;
use rustc_hash::FxHashMap;

use crate::write::Options;
use crate::write::words::{self, Totals, known, most_important, state};

/// So many findings are shown.
const FINDINGS: usize = 2_000;

/// So many groups are opened to begin with.
const OPEN: usize = 20;

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all = gate.findings().count();
    if all == 0 {
        return writeln!(out, "<p class=\"card\">No findings.</p>");
    }
    filter(&Totals::of(gate.findings()), out)?;
    let groups = groups(gate, most_important(gate.findings(), FINDINGS));
    for (place, (subject, findings)) in groups.iter().enumerate() {
        group(subject, findings, place < OPEN, options, out)?;
    }
    // This page is not where the rest is.
    let elsewhere: Vec<_> = options.reports.iter().filter(|(format, _)| *format != "html").copied().collect();
    let options = Options { reports: &elsewhere, rest: Some("in the JSON report (--output json=FILE)"), ..*options };
    match words::left_out(all as u64, FINDINGS as u64, &options) {
        Some(words) => writeln!(out, "<p>{}</p>", text(&words)),
        None => Ok(()),
    }
}

/// Check boxes that hide rows; the style sheet does the work. What is muted is hidden to begin with when there is
/// something else to see.
fn filter(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
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

/// `findings` by package, else by file, in the order in which these first appear.
fn groups<'g, 'a>(gate: &Gate<'a>, findings: Vec<&'g Finding<'a>>) -> Vec<(String, Vec<&'g Finding<'a>>)> {
    let mut places = FxHashMap::default();
    let mut groups: Vec<(String, Vec<&Finding<'_>>)> = Vec::new();
    for finding in findings {
        let (name, version) = finding.package.map_or(("", ""), |package| (package.name, package.version));
        let path = if finding.package.is_some() { "" } else { finding.path };
        let image = words::image_of(gate, finding);
        let place = *places.entry((image, finding.target.ecosystem, name, version, path)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, findings)) => findings.push(finding),
            None => groups.push((heading(finding, image), vec![finding])),
        }
    }
    groups
}

fn heading(finding: &Finding<'_>, image: Option<&str>) -> String {
    let subject = match finding.package {
        Some(_) => words::subject(finding),
        None => known(finding.path).unwrap_or(finding.target.name).to_owned(),
    };
    let ecosystem = known(finding.target.ecosystem).map(|ecosystem| format!(" ({ecosystem})")).unwrap_or_default();
    format!("{subject}{ecosystem}{}", words::in_image(image))
}

fn group(
    subject: &str,
    findings: &[&Finding<'_>],
    open: bool,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // The worst comes first.
    let state = findings.first().map_or("", |finding| finding.ruling.disposition.as_str());
    let open = if open && state != "muted" { " open" } else { "" };
    writeln!(out, "<details class=\"{state}\"{open}>")?;
    writeln!(out, "<summary><span class=\"path\">{}</span>", name(subject))?;
    writeln!(out, "<span class=\"counts\">{}</span></summary>", counts(findings))?;
    writeln!(out, "<div class=\"found\"><table>\n<thead><tr>")?;
    for (class, label) in [("sev", "Severity"), ("id", "Id"), ("", "What"), ("rule", "Decided by")] {
        write!(out, "<th scope=\"col\" class=\"{class}\">{label}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for finding in findings {
        row(finding, options, out)?;
    }
    writeln!(out, "</tbody></table></div>\n</details>")
}

/// `<b>2 blocking</b>, 1 muted`.
fn counts(findings: &[&Finding<'_>]) -> String {
    let Totals { blocking, reported, muted, .. } = Totals::of(findings.iter().copied());
    let mut words: Vec<_> = Vec::from_iter((blocking > 0).then(|| format!("<b>{} blocking</b>", number(blocking))));
    words.extend((reported > 0).then(|| format!("{} reported", number(reported))));
    words.extend((muted > 0).then(|| format!("{} muted", number(muted))));
    words.join(", ")
}

fn row(finding: &Finding<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let class = finding.ruling.disposition.as_str();
    let counted = finding.counted_severity();
    let severity = words::severity(finding);
    write!(out, "<tr class=\"{class}\"><td class=\"sev\"><i class=\"{counted}\" aria-hidden=\"true\"></i>")?;
    write!(out, "{}", if finding.severity.is_some() { counted.as_str() } else { "unknown" })?;
    if finding.severity.is_none() {
        write!(out, " <span class=\"times\">{}</span>", severity.trim_start_matches("unknown, "))?;
    }
    if class != "blocking" {
        write!(out, " <span class=\"times\">{}</span>", state(finding))?;
    }
    write!(out, "</td><td class=\"id\">")?;
    match web_link(finding.link) {
        Some(link) => write!(out, "<a href=\"{}\">{}</a>", escape::html(link), name(finding.id))?,
        None => write!(out, "{}", name(finding.id))?,
    }
    write!(out, "</td><td><div class=\"message\">{}</div>", text(finding.title))?;
    write!(out, "<div class=\"why\">{}</div>", text(&words::facts(finding).join(" · ")))?;
    for why in [place(finding, options), finding.advice.map(text)].into_iter().flatten() {
        write!(out, "<div class=\"why\">{why}</div>")?;
    }
    writeln!(out, "</td><td class=\"rule\">{}</td></tr>", text(finding.ruling.by))
}

/// Where it is to be mended, as a link; else where it was found.
fn place(finding: &Finding<'_>, options: &Options<'_>) -> Option<String> {
    if let Some((path, line)) = options.places.and_then(|places| places.find(finding)) {
        let words = name(&format!("{path}:{line}"));
        return Some(match options.source {
            Some(source) => format!("<a href=\"{}\">{words}</a>", escape::html(&source_link(source, path, line))),
            None => words,
        });
    }
    known(finding.path).map(|_| name(&words::place(finding)))
}
