//! For a person in front of a terminal or a log: the verdict first, then what blocks package by package, then the
//! upgrades that clear most, then where to read on.

use std::io::{self, Write};

use anstyle::Style;
use findings::words::number;
use findings::write::terminal::{Page, one_line};
use findings::{Disposition, escape};
use image_scan::Finding;
use image_scan::model::Gate;

use super::Options;
use super::packages::{Held, packages};
use super::words::{self, Totals, known};

pub(super) fn write(gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.colour);
    let packages = packages(gate);
    page.verdict(gate.program, &gate.verdict)?;
    incomplete(gate, &mut page)?;
    let shown = blocking_packages(&packages, &mut page)? + blocking_others(gate, &mut page)?;
    let all = gate.findings().filter(|finding| is_blocking(finding)).count() as u64;
    if let Some(words) = words::left_out(all, shown, options) {
        page.blank()?;
        page.list("", &[words])?;
    }
    upgrades(&packages, &mut page)?;
    compared(gate, &mut page)?;
    muted(gate, &mut page)?;
    list(&mut page, "warnings", &words::warnings(gate))?;
    totals(gate, &mut page)?;
    notes(gate, &mut page)?;
    page.reports(options.reports)
}

/// So many packages are shown, …
const PACKAGES: usize = 50;

/// … with so many findings each, …
const FINDINGS: usize = 10;

/// … and so many findings that are of no package.
const OTHERS: usize = 25;

/// So many upgrades are worth a line.
const UPGRADES: usize = 10;

/// Names in a table are cut at so many characters.
const NAME_CHARS: usize = 48;

fn incomplete(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let incomplete = gate.scans.iter().filter(|scan| !scan.problems.is_empty());
    let inputs: Vec<_> = incomplete
        .map(|scan| (format!("{} ({})", scan.source, words::scanned(scan)), scan.problems.as_slice()))
        .collect();
    page.incomplete(&inputs)
}

fn is_blocking(finding: &Finding<'_>) -> bool {
    finding.ruling.disposition == Disposition::Blocking
}

/// What blocks, package by package. Gives how many findings are there.
fn blocking_packages(packages: &[Held<'_, '_>], page: &mut Page<'_>) -> io::Result<u64> {
    let mut shown = 0;
    for held in packages.iter().filter(|held| held.blocking > 0).take(PACKAGES) {
        section(page, &heading(held))?;
        let blocking = held.findings.iter().copied().filter(|finding| is_blocking(finding));
        let findings = words::most_important(blocking, FINDINGS);
        rows(&findings, |finding| finding.title.to_owned(), page)?;
        shown += findings.len() as u64;
        if let Some(more) = held.blocking.checked_sub(findings.len() as u64).filter(|more| *more > 0) {
            page.line(Style::new(), &format!("  and {} more that block", number(more)))?;
        }
    }
    Ok(shown)
}

/// `curl 7.88.1 (debian): 7.88.2 clears 2 of 3`
fn heading(held: &Held<'_, '_>) -> String {
    let package = held.package;
    let ecosystem = known(held.ecosystem).map(|ecosystem| format!(" ({ecosystem})")).unwrap_or_default();
    let upgrade = match held.upgrade {
        Some(upgrade) => {
            let (clears, all) = (number(upgrade.clears), number(held.findings.len() as u64));
            format!("{} clears {clears} of {all}", upgrade.version)
        }
        None => "no version is known that clears anything".to_owned(),
    };
    format!("{} {}{ecosystem}{}: {upgrade}", package.name, package.version, held.in_image())
}

/// What blocks and is of no package. Gives how many findings are there.
fn blocking_others(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<u64> {
    let others = gate.findings().filter(|finding| is_blocking(finding) && finding.package.is_none());
    let findings = words::most_important(others, OTHERS);
    if findings.is_empty() {
        return Ok(0);
    }
    section(page, "settings, secrets and licences")?;
    let place = |finding: &Finding<'_>| words::place(finding) + &words::in_image(words::image_of(gate, finding));
    rows(&findings, |finding| format!("{}: {}", place(finding), finding.title), page)?;
    Ok(findings.len() as u64)
}

/// Severity, id, what it is, and the rule that blocks it.
fn rows(findings: &[&Finding<'_>], text: impl Fn(&Finding<'_>) -> String, page: &mut Page<'_>) -> io::Result<()> {
    let ids: Vec<_> = findings.iter().map(|finding| cell(finding.id)).collect();
    let width = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0);
    for (finding, id) in findings.iter().zip(&ids) {
        let lead = format!("  {:<8}  {id:<width$}  ", finding.counted_severity());
        let by = known(finding.ruling.by).map(|by| format!(" ({by})")).unwrap_or_default();
        page.list(&lead, &[format!("{}{by}", escape::cut(&text(finding), TITLE_CHARS))])?;
    }
    Ok(())
}

/// A title is cut here, so that the rule behind it stays.
const TITLE_CHARS: usize = 200;

fn upgrades(packages: &[Held<'_, '_>], page: &mut Page<'_>) -> io::Result<()> {
    let mut known: Vec<_> = packages.iter().filter_map(|held| Some((held, held.upgrade?))).collect();
    known.sort_by_key(|(_, upgrade)| std::cmp::Reverse((upgrade.blocking, upgrade.clears)));
    if known.is_empty() {
        return Ok(());
    }
    let mut rows =
        vec![["the one upgrade that clears most", "installed", "to", "clears", "blocking"].map(str::to_owned)];
    rows.extend(known.iter().take(UPGRADES).map(|(held, upgrade)| {
        let clears = format!("{} of {}", number(upgrade.clears), number(held.findings.len() as u64));
        let name = cell(&format!("{}{}", held.package.name, held.in_image()));
        [name, cell(held.package.version), cell(upgrade.version), clears, number(upgrade.blocking)]
    }));
    page.blank()?;
    page.table(&rows)?;
    match known.len().checked_sub(UPGRADES) {
        None | Some(0) => Ok(()),
        Some(more) => page.line(Style::new(), &format!("and {} more", number(more as u64))),
    }
}

fn compared(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(line) = words::compared_line(gate) {
        page.blank()?;
        page.list("", &[line])?;
    }
    list(page, "fixed by this change", &gate.fixed.iter().map(words::gone).collect::<Vec<_>>())
}

fn muted(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let muted = words::muted_by(gate);
    let lines: Vec<_> = muted.iter().map(|(by, times)| format!("{} by {by}", number(*times))).collect();
    list(page, "muted", &lines)
}

fn totals(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let row = |name: String, totals: &Totals| {
        let Totals { findings, blocking, reported, warns, muted, .. } = *totals;
        let [findings, blocking, reported, warns, muted] = [findings, blocking, reported, warns, muted].map(number);
        [name, findings, blocking, reported, warns, muted]
    };
    let mut rows = vec![["image", "findings", "blocking", "reported", "of these warnings", "muted"].map(str::to_owned)];
    let scans = gate.scans.iter().take(UPGRADES);
    rows.extend(scans.map(|scan| row(cell(words::artifact(scan)), &Totals::of(&scan.findings))));
    if !gate.about_exceptions.is_empty() {
        rows.push(row("exceptions".to_owned(), &Totals::of_exceptions(gate)));
    }
    if rows.len() > 2 {
        rows.push(row("all".to_owned(), &Totals::of_all(gate)));
    }
    if rows.len() == 1 {
        return Ok(());
    }
    page.blank()?;
    page.table(&rows)
}

fn notes(gate: &Gate<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let of = |scan: &image_scan::Scan<'_>| -> Vec<String> {
        scan.notes.iter().map(|note| format!("{}: {note}", scan.source)).collect()
    };
    let notes: Vec<_> = gate.scans.iter().flat_map(of).collect();
    if !notes.is_empty() {
        page.blank()?;
    }
    page.list("note: ", &notes)
}

/// Hostile text for a cell of a table.
fn cell(text: &str) -> String {
    escape::cut(&one_line(text), NAME_CHARS).into_owned()
}

fn section(page: &mut Page<'_>, heading: &str) -> io::Result<()> {
    page.blank()?;
    page.line(Style::new().underline(), &one_line(heading))
}

/// Hostile `texts` below a heading; nothing when there are none, and no more than are read.
fn list(page: &mut Page<'_>, heading: &str, texts: &[String]) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    section(page, heading)?;
    page.list("  ", texts)
}
