//! Which lines ran: in all, by file, and of those that the change touched.

use std::cmp::Reverse;
use std::io::{self, Write};

use coverage::change::ChangeCoverage;
use coverage::{Percent, Ratio};
use findings::escape;
use findings::words::{count, number};
use findings::write::page::{Plot, list, name, percent, plot};
use findings::write::source_link;

use super::ITEMS;
use super::source;
use crate::report::Coverage;
use crate::write::Options;
use crate::write::words::{uncovered, unmentioned};

/// So many files are worth a bar.
const BARS: usize = 15;

pub(super) fn write(coverage: &Coverage, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    list("problem reasons", &coverage.reasons, out)?;
    if let Some(change) = &coverage.change {
        changed(change, options, out)?;
        source::write(&coverage.sources, options, out)?;
    }
    writeln!(out, "<div class=\"plots\">")?;
    totals(coverage, out)?;
    files(coverage, out)?;
    writeln!(out, "</div>")
}

fn changed(change: &ChangeCoverage, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"card\"><h3>Changed lines: {}</h3>", words(change.lines()))?;
    let mut files: Vec<_> = change.files.iter().filter(|file| file.lines().total > 0).collect();
    files.sort_by_key(|file| Reverse(missed(file.lines())));
    if !(files.is_empty() && change.unmentioned.is_empty()) {
        begin("Changed file", out)?;
        for file in change.unmentioned.iter().take(ITEMS) {
            let ratio = Ratio { covered: 0, total: file.lines };
            rate(&linked(&file.path, options), &unmentioned(file), ratio, out)?;
        }
        for file in files.iter().take(ITEMS) {
            let runs = Some(uncovered(file)).filter(|runs| !runs.is_empty());
            let note = runs.map(|runs| format!("did not run: {runs}")).unwrap_or_default();
            rate(&linked(&file.path, options), &note, file.lines(), out)?;
        }
        writeln!(out, "</tbody></table>")?;
    }
    let more = [files.len(), change.unmentioned.len()].iter().map(|files| files.saturating_sub(ITEMS)).sum::<usize>();
    if more > 0 {
        writeln!(out, "<p class=\"why\">and {}</p>", count(more as u64, "more file"))?;
    }
    if !change.excluded.is_empty() {
        writeln!(out, "<p class=\"why\">Excluded:</p>")?;
        list("ids", &change.excluded, out)?;
    }
    writeln!(out, "</div>")
}

fn totals(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"card\"><h3>In all</h3>")?;
    begin("Of", out)?;
    let coverage::Totals { lines, branches, functions } = coverage.totals;
    let base = |part: fn(&coverage::Totals) -> Ratio| coverage.base.as_ref().map(part).unwrap_or_default();
    for (label, now, before) in [
        ("Lines", lines, base(|base| base.lines)),
        ("Branches", branches, base(|base| base.branches)),
        ("Functions", functions, base(|base| base.functions)),
    ] {
        if now.total > 0 {
            rate(label, &against(now, before), now, out)?;
        }
    }
    writeln!(out, "</tbody></table></div>")
}

/// `0.74 points less than the base, 81%`; empty when there is nothing to compare with.
fn against(now: Ratio, base: Ratio) -> String {
    let (Some(now), Some(base)) = (now.percent(), base.percent()) else { return String::new() };
    let points = now.hundredths().abs_diff(base.hundredths());
    let points = format!("{}.{:02} points", points / 100, points % 100);
    match now.cmp(&base) {
        std::cmp::Ordering::Less => format!("{points} less than the base, {base}"),
        std::cmp::Ordering::Equal => format!("as the base, {base}"),
        std::cmp::Ordering::Greater => format!("{points} more than the base, {base}"),
    }
}

fn files(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let mut files: Vec<_> = coverage
        .files
        .iter()
        .map(|(path, totals)| (path, totals.lines))
        .filter(|(_, lines)| missed(*lines) > 0)
        .collect();
    files.sort_by_key(|(path, lines)| (Reverse(missed(*lines)), *path));
    files.truncate(BARS);
    if files.is_empty() {
        return Ok(());
    }
    let label = |(path, lines): &(&String, Ratio)| format!("{path}: {}", share(*lines));
    let labels: Vec<_> = files.iter().map(label).collect();
    let bar = |(label, (_, lines)): (_, &(_, Ratio))| (label, vec![("uncovered", missed(*lines))]);
    let bars = labels.iter().map(String::as_str).zip(&files).map(bar).collect();
    plot(&Plot { title: "Files with most lines that did not run", unit: "Lines", show: number, bars }, out)
}

fn begin(of: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<table class=\"plot rates\">\n<thead><tr><th scope=\"col\">{of}</th>")?;
    writeln!(out, "<th scope=\"col\">Share</th><th scope=\"col\">Covered</th></tr></thead>\n<tbody>")
}

/// A row for `label`, which is HTML, with `note`, which is our own words.
fn rate(label: &str, note: &str, ratio: Ratio, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\">{label}")?;
    if !note.is_empty() {
        write!(out, "<p class=\"why\">{}</p>", escape::html(note))?;
    }
    write!(out, "</th><td class=\"shares\"><div class=\"bar\" role=\"img\" aria-label=\"{}\">", share(ratio))?;
    for (class, part) in [("covered", ratio.covered), ("uncovered", missed(ratio))] {
        if part > 0 {
            write!(out, "<i class=\"{class}\" style=\"width:{}%\"></i>", percent(part, ratio.total))?;
        }
    }
    writeln!(out, "</div></td><td class=\"num\">{}</td></tr>", words(ratio))
}

const fn missed(ratio: Ratio) -> u64 {
    ratio.total.saturating_sub(ratio.covered)
}

/// `80.26%, 1,204 of 1,500`.
fn words(ratio: Ratio) -> String {
    match ratio.percent() {
        Some(percent) => format!("{percent}, {} of {}", number(ratio.covered), number(ratio.total)),
        None => "nothing to cover".to_owned(),
    }
}

fn share(ratio: Ratio) -> String {
    let percent = ratio.percent().as_ref().map(Percent::to_string);
    percent.map_or_else(|| "nothing to cover".to_owned(), |percent| format!("{percent} covered"))
}

fn linked(path: &str, options: &Options<'_>) -> String {
    match options.source {
        Some(source) => format!("<a href=\"{}\">{}</a>", escape::html(&source_link(source, path, 0)), name(path)),
        None => name(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coverage::Totals;
    use coverage::change::{ChangedFile, Unmentioned};

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    fn written(coverage: &Coverage) -> String {
        let mut out = Vec::new();
        write(coverage, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn nothing() -> Coverage {
        let totals = Totals::default();
        Coverage { totals, base: None, files: vec![], change: None, sources: vec![], reasons: vec![] }
    }

    #[test]
    fn coverage_is_compared_with_that_of_the_base() {
        assert_eq!(against(ratio(812, 1_000), ratio(830, 1_000)), "1.80 points less than the base, 83%");
        assert_eq!(against(ratio(1, 1), ratio(9_995, 10_000)), "0.05 points more than the base, 99.95%");
        assert_eq!(against(ratio(1, 2), ratio(2, 4)), "as the base, 50%");
        assert_eq!([against(ratio(1, 2), ratio(0, 0)), against(ratio(0, 0), ratio(1, 2))], ["", ""]);
    }

    #[test]
    fn nothing_to_cover_is_neither_all_nor_nothing() {
        let page = written(&Coverage { change: Some(ChangeCoverage::default()), ..nothing() });
        assert!(page.contains("Changed lines: nothing to cover"), "{page}");
        assert!(!page.contains('%'), "{page}");
    }

    #[test]
    fn a_change_of_many_files_names_the_worst_and_counts_the_others() {
        let changed = |n: u32| ChangedFile {
            path: format!("src/{n}.php"),
            uncovered: (1..=n).collect(),
            ..ChangedFile::default()
        };
        let unmentioned = |n: u32| Unmentioned { path: format!("new/{n}.php"), lines: 3 };
        let change = ChangeCoverage {
            files: (1..=60).map(changed).collect(),
            unmentioned: (1..=70).map(unmentioned).collect(),
            excluded: vec![],
        };
        let page = written(&Coverage { change: Some(change), ..nothing() });
        assert_eq!(page.matches("class=\"shares\"").count(), 2 * ITEMS);
        assert!(page.contains("60<wbr>.php") && !page.contains("src/<wbr>1<wbr>.php"), "{page}");
        assert!(page.contains("and 30 more files"), "{page}");
    }
}
