//! For a pull-request comment or a step summary. No HTML: Bitbucket shows it as text. Never longer than it may be.

use std::io::{self, Write};

use coverage::Ratio;
use findings::words::{count, number};
use findings::write::markdown::{COMMENT_CHARS, Page, code, linked, plain};
use findings::write::source_link;

use super::Options;
use super::words;
use crate::report::{Code, Coverage, Disposition, Gate, Place, Test};

/// `gate` as a page of at most [`Options::max_chars`] characters: the verdict, what blocks, the other tests to know of,
/// the coverage of the change, the totals.
pub(crate) fn body(gate: &Gate, options: &Options<'_>) -> String {
    // The totals are there in any case; the rest comes in the order of its importance until the page is full.
    let mut page = Page::new(options.max_chars.unwrap_or(COMMENT_CHARS), end(gate, options));
    page.verdict(Gate::PROGRAM, &gate.verdict);
    page.list(details(gate).into_iter());
    blocking(gate, options, &mut page);
    others(gate, &mut page);
    if let Some(coverage) = &gate.coverage {
        uncovered(coverage, options, &mut page);
    }
    page.finish()
}

pub(super) fn write(gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(body(gate, options).as_bytes())
}

/// So many tests have a row.
const TESTS: usize = 25;

/// So many of each kind are listed.
const EACH: usize = 10;

/// What else there is to the verdict: each input that cannot be relied on, and the other reasons.
fn details(gate: &Gate) -> Vec<String> {
    let incomplete = gate.inputs.iter().filter(|input| !input.problems.is_empty()).map(|input| {
        let kind = plain(&words::input_kind(input));
        format!("{} ({kind}) is **incomplete**: {}", code(&input.path), plain(&input.problems.join("; ")))
    });
    let further = gate.verdict.reasons.iter().skip(1).map(|reason| plain(reason));
    incomplete.chain(further).collect()
}

/// A row for each test that blocks.
fn blocking(gate: &Gate, options: &Options<'_>, page: &mut Page) {
    let blocking = || gate.tests.iter().filter(|test| test.disposition == Disposition::Blocking);
    let rows = blocking().take(TESTS).map(|test| row(test, options));
    let written = page.table("| Result | Where | Test | What |\n|---|---|---|---|", rows).unwrap_or(0);
    let all = blocking().count() as u64 + gate.unlisted;
    if let Some(words) = words::left_out(all, written as u64, options) {
        page.line(&plain(&words));
        page.line("");
    }
}

fn row(test: &Test, options: &Options<'_>) -> String {
    let place = test.place.as_ref().map_or_else(String::new, |place| at(place, options));
    let (id, message) = (code(&test.case.id()), plain(&words::what(test)));
    format!("| **{}** | {place} | {id} | {message} |", words::status(test))
}

/// What is to be known of tests that do not block, in one list: two with nothing but an empty line between them are one
/// to Markdown.
fn others(gate: &Gate, page: &mut Page) {
    let reported = gate.tests.iter().filter(|test| test.disposition == Disposition::Reported);
    let flaky = reported.map(|test| format!("flaky: {}: {}", code(&test.case.id()), plain(&words::what(test))));
    let quarantined = words::quarantined(gate).map(|(test, by)| {
        let by = plain(&words::quarantined_by(by));
        format!("in quarantine: {} ({by}): {}", code(&test.case.id()), plain(&words::what(test)))
    });
    let difference = gate.difference.as_ref();
    let removed = difference.map(|difference| difference.removed.as_slice()).unwrap_or_default();
    let skipped = difference.map(|difference| difference.newly_skipped.as_slice()).unwrap_or_default();
    let codes = gate.codes.iter().filter(|code| code.code != 0);
    let exit_code = |exit: &Code| format!("exit code {}: {}", exit.code, code(&exit.source));
    let lists: [(&str, Vec<String>); 6] = [
        ("flaky", flaky.collect()),
        ("in quarantine", quarantined.collect()),
        ("of the quarantine", words::quarantine(&gate.quarantine).iter().map(|text| plain(text)).collect()),
        ("removed", removed.iter().map(|id| format!("removed: {}", code(id))).collect()),
        ("skipped now", skipped.iter().map(|id| format!("skipped now: {}", code(id))).collect()),
        ("exit codes", codes.map(exit_code).collect()),
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

/// The changed lines that did not run, a row for each file.
fn uncovered(coverage: &Coverage, options: &Options<'_>, page: &mut Page) {
    let Some(change) = &coverage.change else { return };
    let place = |path: &str, line: u32| Place { path: path.to_owned(), inside: true, line };
    let files = change.files.iter().map(|file| {
        let first = file.uncovered.first().copied().unwrap_or(0);
        (place(&file.path, first), words::uncovered(file))
    });
    let unmentioned = change.unmentioned.iter().map(|file| (place(&file.path, 0), words::unmentioned(file)));
    let all: Vec<_> = files.chain(unmentioned).filter(|(_, lines)| !lines.is_empty()).collect();
    let rows = all.iter().take(EACH).map(|(place, lines)| {
        let link = options.source.map(|source| source_link(source, &place.path, place.line));
        format!("| {} | {} |", linked(code(&place.path), link.as_deref()), plain(lines))
    });
    let written = page.table("| Changed and not run | Lines |\n|---|---|", rows).unwrap_or(0);
    if let Some(more) = all.len().checked_sub(written).filter(|more| *more > 0) {
        page.line(&format!("and {} more", count(more as u64, "file")));
        page.line("");
    }
}

/// Coverage, totals and what was judged, in as many characters as the numbers take.
fn end(gate: &Gate, options: &Options<'_>) -> String {
    let mut out = String::new();
    if let Some(coverage) = &gate.coverage {
        out.push_str(&ratios(coverage));
        out.push('\n');
    }
    let totals = &gate.totals;
    out.push_str("| Tests | Passed | Failed | Errored | Skipped | Flaky | In quarantine | Time |\n");
    out.push_str("|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    let counts =
        [totals.tests, totals.passed, totals.failed, totals.errored, totals.skipped, totals.flaky, totals.quarantined];
    out.push_str(&format!("| {} | {} |\n", counts.map(number).join(" | "), words::duration(totals.time)));
    if let Some(subject) = options.subject {
        out.push_str(&format!("\n{}\n", plain(subject)));
    }
    out
}

fn ratios(coverage: &Coverage) -> String {
    let base = coverage.base.unwrap_or_default();
    let change = coverage.change.as_ref().map(|change| change.lines()).unwrap_or_default();
    let rows = [
        ("changed lines", change, Ratio::default()),
        ("lines", coverage.totals.lines, base.lines),
        ("branches", coverage.totals.branches, base.branches),
        ("functions", coverage.totals.functions, base.functions),
    ];
    let mut out = "| Coverage | Percent | Covered | Before |\n|---|---:|---:|---:|\n".to_owned();
    for (name, ratio, base) in rows {
        let Some(percent) = ratio.percent() else { continue };
        let before = base.percent().map_or_else(|| "-".to_owned(), |percent| percent.to_string());
        let (covered, total) = (number(ratio.covered), number(ratio.total));
        out.push_str(&format!("| {name} | {percent} | {covered} of {total} | {before} |\n"));
    }
    out
}

/// A place as a link to its source, as far as there is one.
fn at(place: &Place, options: &Options<'_>) -> String {
    let source = options.source.filter(|_| place.inside);
    let link = source.map(|source| source_link(source, &place.path, place.line));
    linked(code(&words::place(place)), link.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Output;
    use crate::write::fixture::{HOSTILE, gate, incomplete, large, options, passing, written};

    #[test]
    fn a_comment_is_the_verdict_what_blocks_the_change_and_the_totals() {
        insta::assert_snapshot!(written(Output::Markdown, &gate(), &options()));
    }

    #[test]
    fn a_comment_on_a_pass_is_short() {
        insta::assert_snapshot!(body(&passing(), &Options::default()));
    }

    #[test]
    fn an_input_that_cannot_be_relied_on_is_the_first_thing_said() {
        insta::assert_snapshot!(body(&incomplete(), &options()));
    }

    #[test]
    fn hostile_text_stays_text_and_tables_stay_whole() {
        let text = body(&gate(), &options());
        assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
        assert!(!text.contains("<script>") && !text.contains("@team [a]") && !text.contains("(https://b.ex"), "{text}");
        let heads: Vec<_> = text.lines().filter(|line| line.starts_with("|---")).collect();
        assert_eq!(heads.len(), 4, "{text}");
        let mut columns = 0;
        for line in text.lines().filter(|line| !line.starts_with('-')) {
            let cells = line.matches('|').count();
            if cells > 0 && columns > 0 {
                assert_eq!(cells, columns, "{line}");
            }
            columns = cells;
        }
    }

    #[test]
    fn it_is_never_longer_than_it_may_be_and_keeps_its_totals() {
        let gates = [gate(), passing(), incomplete(), large(300)];
        for gate in &gates {
            for max_chars in (0..6_000).step_by(97).chain([COMMENT_CHARS]) {
                let options = Options { max_chars: Some(max_chars), subject: Some(HOSTILE), ..options() };
                let text = body(gate, &options);
                assert!(text.chars().count() <= max_chars, "{max_chars}: {text}");
                assert!(max_chars < 1_000 || text.contains("| Tests | Passed |"), "{max_chars}: {text}");
            }
        }
        let text = body(&large(5_000), &options());
        assert!(text.contains("+4,975 more in build/tests.html"), "{text}");
    }

    #[test]
    fn everything_hostile_at_once_is_still_a_comment() {
        let mut gate = large(100);
        for test in &mut gate.tests {
            test.case.name = "|@".repeat(10_000);
            test.case.faults[0].message = "<&|".repeat(10_000);
        }
        gate.verdict.reasons = vec!["~".repeat(100_000); 1_000];
        gate.inputs.iter_mut().for_each(|input| input.problems = vec!["|".repeat(100_000); 10]);
        let text = body(&gate, &options());
        assert!(text.chars().count() <= COMMENT_CHARS);
        assert!(text.starts_with("**FAIL stepgate-tests: ") && text.contains("| Tests | Passed |"));
    }
}
