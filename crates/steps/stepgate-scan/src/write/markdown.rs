//! For a pull-request comment or a step summary. No HTML: Bitbucket shows it as text. Never longer than it may be.

use std::io::{self, Write};

use findings::Disposition;
use findings::words::number;
use findings::write::markdown::{COMMENT_CHARS, Page, code, linked, plain};
use findings::write::{source_link, web_link};
use image_scan::Finding;
use image_scan::model::Gate;

use super::Options;
use super::packages::{Held, packages};
use super::words::{self, Totals};

/// `gate` as a page of at most [`Options::max_chars`] characters: the verdict, what blocks package by package, what
/// else blocks or warns, what is new and what is muted, the totals.
pub(crate) fn body(gate: &Gate<'_>, options: &Options<'_>) -> String {
    // The totals are there in any case; the rest comes in the order of its importance until the page is full.
    let mut page = Page::new(options.max_chars.unwrap_or(COMMENT_CHARS), end(gate, options));
    page.verdict(gate.program, &gate.verdict);
    page.list(details(gate).into_iter());
    let packages = packages(gate);
    blocking(&packages, gate, options, &mut page);
    others(gate, options, &mut page);
    known(gate, &mut page);
    page.finish()
}

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(body(gate, options).as_bytes())
}

/// So many packages, and so many other findings, have a row.
const ROWS: usize = 25;

/// So many ids of a package are named.
const IDS: usize = 6;

/// So many of each kind are listed.
const EACH: usize = 10;

/// What else there is to the verdict: each report that cannot be relied on, and the other reasons.
fn details(gate: &Gate<'_>) -> Vec<String> {
    let incomplete = gate.scans.iter().filter(|scan| !scan.problems.is_empty()).map(|scan| {
        let kind = plain(&words::scanned(scan));
        format!("{} ({kind}) is **incomplete**: {}", code(&scan.source), plain(&scan.problems.join("; ")))
    });
    let further = gate.verdict.reasons.iter().skip(1).map(|reason| plain(reason));
    incomplete.chain(further).collect()
}

/// A row for each package with something that blocks.
fn blocking(packages: &[Held<'_, '_>], gate: &Gate<'_>, options: &Options<'_>, page: &mut Page) {
    let blocking = || packages.iter().filter(|held| held.blocking > 0);
    let rows = blocking().take(ROWS).map(|held| package(held, options));
    let written = page.table("| Blocking | Installed | Upgrade to | Because of | By |\n|---|---|---|---|---|", rows);
    let shown: u64 = blocking().take(written.unwrap_or(0)).map(|held| held.blocking).sum();
    let of_packages = gate.findings().filter(|finding| is_blocking(finding) && finding.package.is_some());
    more(of_packages.count() as u64, shown, options, page);
}

fn package(held: &Held<'_, '_>, options: &Options<'_>) -> String {
    let blocking = held.findings.iter().copied().filter(|finding| is_blocking(finding));
    let worst = words::most_important(blocking, IDS);
    let id = |finding: &&Finding<'_>| {
        format!("{} {}", linked(code(finding.id), web_link(finding.link)), finding.counted_severity())
    };
    let mut ids: Vec<_> = worst.iter().map(id).collect();
    let more = held.blocking.saturating_sub(ids.len() as u64);
    ids.extend((more > 0).then(|| format!("{} more", number(more))));
    let mut by: Vec<_> = worst.iter().map(|finding| plain(finding.ruling.by)).collect();
    by.dedup();
    let name =
        worst.first().map_or_else(|| code(held.package.name), |finding| named(finding, held.package.name, options));
    let upgrade = match held.upgrade {
        Some(upgrade) => {
            let (clears, all) = (number(upgrade.clears), number(held.findings.len() as u64));
            format!("{}, clears {clears} of {all}", code(upgrade.version))
        }
        None => "none known".to_owned(),
    };
    let image = held.image.map(|image| format!(" in {}", code(image))).unwrap_or_default();
    format!(
        "| **{name}**{image} | {} | {upgrade} | {} | {} |",
        code(held.package.version),
        ids.join(", "),
        by.join(", ")
    )
}

/// The name, with a link to where it stands in the repository.
fn named(finding: &Finding<'_>, name: &str, options: &Options<'_>) -> String {
    let place = options.places.and_then(|places| places.find(finding));
    let link = options.source.zip(place).map(|(source, (path, line))| source_link(source, path, line));
    linked(code(name), link.as_deref())
}

/// A row for each other finding that blocks or warns.
fn others(gate: &Gate<'_>, options: &Options<'_>, page: &mut Page) {
    let is_other = |finding: &&Finding<'_>| is_blocking(finding) && finding.package.is_none();
    let all = || gate.findings().filter(|finding| is_other(finding) || words::is_warning(finding));
    let most = words::most_important(all(), ROWS);
    let rows = most.iter().map(|finding| {
        let severity = finding.counted_severity();
        let state = if is_blocking(finding) { format!("**{severity}**") } else { format!("{severity}, warning") };
        let id = linked(code(finding.id), web_link(finding.link));
        let (place, title, by) = (code(&words::subject(finding)), plain(finding.title), plain(finding.ruling.by));
        format!("| {state} | {place} | {id} | {title} | {by} |")
    });
    let written = page.table("| Severity | Where | Id | What | By |\n|---|---|---|---|---|", rows);
    more(all().count() as u64, written.unwrap_or(0) as u64, options, page);
}

fn more(all: u64, shown: u64, options: &Options<'_>, page: &mut Page) {
    if let Some(words) = words::left_out(all, shown, options) {
        page.line(&plain(&words));
        page.line("");
    }
}

/// What is to be known besides, in one list: two with nothing but an empty line between them are one to Markdown.
fn known(gate: &Gate<'_>, page: &mut Page) {
    let muted = words::muted_by(gate);
    let lists: [(&str, Vec<String>); 4] = [
        ("", words::compared_line(gate).iter().map(|line| plain(line)).collect()),
        ("warnings", words::warnings(gate).iter().map(|warning| format!("warning: {}", plain(warning))).collect()),
        (
            "reasons to mute",
            muted.iter().map(|(by, times)| format!("{} muted by {}", number(*times), plain(by))).collect(),
        ),
        ("fixed", gate.fixed.iter().map(|gone| format!("fixed: {}", plain(&words::gone(gone)))).collect()),
    ];
    for (kind, items) in &lists {
        for item in items.iter().take(EACH) {
            page.line(&format!("- {item}"));
        }
        if let Some(more) = items.len().checked_sub(EACH).filter(|more| *more > 0) {
            page.line(&format!("- and {} more {kind}", number(more as u64)));
        }
    }
    if lists.iter().any(|(_, items)| !items.is_empty()) {
        page.line("");
    }
}

/// Totals and what was judged, in as many characters as there are images.
fn end(gate: &Gate<'_>, options: &Options<'_>) -> String {
    let mut out = "| Image | Findings | Blocking | Reported | Muted |\n|---|---:|---:|---:|---:|\n".to_owned();
    let mut row = |name: &str, totals: &Totals| {
        let Totals { findings, blocking, reported, muted, .. } = *totals;
        let [findings, blocking, reported, muted] = [findings, blocking, reported, muted].map(number);
        out.push_str(&format!("| {name} | {findings} | {blocking} | {reported} | {muted} |\n"));
    };
    for scan in gate.scans.iter().take(EACH) {
        row(&code(&findings::escape::cut(words::artifact(scan), NAME_CHARS)), &Totals::of(&scan.findings));
    }
    if !gate.about_exceptions.is_empty() {
        row("exceptions", &Totals::of_exceptions(gate));
    }
    if let Some(subject) = options.subject {
        out.push_str(&format!("\n{}\n", plain(subject)));
    }
    out
}

/// The name of an image is cut here, so that the totals are never too long.
const NAME_CHARS: usize = 100;

fn is_blocking(finding: &Finding<'_>) -> bool {
    finding.ruling.disposition == Disposition::Blocking
}
