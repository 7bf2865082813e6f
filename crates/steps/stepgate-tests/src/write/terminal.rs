//! For a person in front of a terminal or a log: the verdict first, then what blocks, then where to read on.

use std::collections::HashMap;
use std::io::{self, Write};

use anstyle::Style;
use coverage::Ratio;
use findings::escape;
use findings::words::number;
use findings::write::terminal::{DIM, Page, one_line};

use super::Options;
use super::words;
use crate::report::{Coverage, Disposition, Gate, Input, Test};

pub(super) fn write(gate: &Gate, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.colour);
    page.verdict(Gate::PROGRAM, &gate.verdict)?;
    incomplete(gate, &mut page)?;
    blocking(gate, options, &mut page)?;
    not_blocking(gate, &mut page)?;
    difference(gate, &mut page)?;
    codes(gate, &mut page)?;
    if let Some(coverage) = &gate.coverage {
        self::coverage(coverage, &mut page)?;
    }
    inputs(gate, &mut page)?;
    totals(gate, &mut page)?;
    slowest(gate, &mut page)?;
    notes(gate, &mut page)?;
    page.reports(options.reports)
}

/// So many tests that block are shown.
const TESTS: usize = 50;

/// So many inputs have a row.
const INPUTS: usize = 10;

/// So many of the slowest tests are shown.
const SLOWEST: usize = 5;

/// So many notes are shown.
const NOTES: usize = 5;

/// Names in a table are cut at so many characters.
const NAME_CHARS: usize = 60;

fn incomplete(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let incomplete = gate.inputs.iter().filter(|input| !input.problems.is_empty());
    let inputs: Vec<_> = incomplete
        .map(|input| (format!("{} ({})", input.path, words::input_kind(input)), input.problems.as_slice()))
        .collect();
    page.incomplete(&inputs)
}

fn blocking(gate: &Gate, options: &Options<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let blocking = || gate.tests.iter().filter(|test| test.disposition == Disposition::Blocking);
    for (heading, tests) in by_heading(blocking().take(TESTS)) {
        section(page, heading)?;
        let width = tests.iter().map(|test| line_of(test).len()).max().unwrap_or(0);
        for test in tests {
            let lead = format!("  {:>width$}  {:<7}  ", line_of(test), words::status(test));
            page.list(&lead, &[words::what(test)])?;
            // In one piece, so that it can be copied.
            page.line(DIM, &format!("{:indent$}{}", "", one_line(&test.case.id()), indent = lead.len()))?;
        }
    }
    // Tests that there is no room for even in the report may be anything.
    let all = blocking().count() as u64 + gate.unlisted;
    if let Some(words) = words::left_out(all, blocking().take(TESTS).count() as u64, options) {
        page.blank()?;
        page.list("", &[words])?;
    }
    Ok(())
}

/// Flaky tests that may pass, tests in quarantine, and the quarantine itself.
fn not_blocking(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let reported = gate.tests.iter().filter(|test| test.disposition == Disposition::Reported);
    let flaky = reported.map(|test| format!("{}: {}", name(test), words::what(test)));
    list(page, "flaky", flaky.collect())?;
    let quarantined = words::quarantined(gate)
        .map(|(test, by)| format!("{} ({}): {}", name(test), words::quarantined_by(by), words::what(test)));
    list(page, "in quarantine", quarantined.collect())?;
    list(page, "the quarantine", words::quarantine(&gate.quarantine))
}

/// What is different from the earlier run, but for what is red.
fn difference(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let Some(difference) = &gate.difference else { return Ok(()) };
    list(page, "removed", difference.removed.clone())?;
    list(page, "skipped now", difference.newly_skipped.clone())?;
    let [added, failing, fixed] =
        [difference.added, difference.newly_failing.len(), difference.fixed.len()].map(|count| number(count as u64));
    page.blank()?;
    page.list("", &[format!("since the earlier run: {added} new, {failing} newly failing, {fixed} fixed")])
}

/// The exit codes that are not 0: each must be explained by a red test above, or is a reason itself.
fn codes(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let codes = gate.codes.iter().filter(|code| code.code != 0);
    list(page, "exit codes", codes.map(|code| format!("{}: {}", code.source, code.code)).collect())
}

fn coverage(coverage: &Coverage, page: &mut Page<'_>) -> io::Result<()> {
    let base = coverage.base.unwrap_or_default();
    let change = coverage.change.as_ref();
    let mut rows = vec![["coverage", "covered", "of", "percent", "before"].map(str::to_owned)];
    rows.extend(row("lines", coverage.totals.lines, base.lines));
    rows.extend(row("branches", coverage.totals.branches, base.branches));
    rows.extend(row("functions", coverage.totals.functions, base.functions));
    rows.extend(change.and_then(|change| row("changed lines", change.lines(), Ratio::default())));
    if rows.len() == 1 {
        return Ok(());
    }
    page.blank()?;
    match coverage.base {
        Some(_) => page.table(&rows)?,
        None => page.table(
            &rows.into_iter().map(|[name, covered, of, percent, _]| [name, covered, of, percent]).collect::<Vec<_>>(),
        )?,
    }
    let Some(change) = change else { return Ok(()) };
    let files = change.files.iter().map(|file| (&file.path, words::uncovered(file)));
    let unmentioned = change.unmentioned.iter().map(|file| (&file.path, words::unmentioned(file)));
    let uncovered = files.chain(unmentioned).filter(|(_, lines)| !lines.is_empty());
    list(page, "changed and not run", uncovered.map(|(path, lines)| format!("{path}: {lines}")).collect())
}

fn row(name: &str, ratio: Ratio, base: Ratio) -> Option<[String; 5]> {
    let percent = ratio.percent()?.to_string();
    let before = base.percent().map_or_else(|| "-".to_owned(), |percent| percent.to_string());
    Some([name.to_owned(), number(ratio.covered), number(ratio.total), percent, before])
}

fn inputs(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let short = |text: &str| escape::cut(&escape::terminal(text), NAME_CHARS).into_owned();
    let row = |input: &Input| [short(&input.path), short(&input.tool), words::holds(input)];
    let mut rows = vec![["report", "tool", "holds"].map(str::to_owned)];
    rows.extend(gate.inputs.iter().take(INPUTS).map(row));
    if rows.len() > 1 {
        page.blank()?;
        page.table(&rows)?;
    }
    more(page, "", gate.inputs.len(), INPUTS)
}

fn totals(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let totals = &gate.totals;
    let counts =
        [totals.tests, totals.passed, totals.failed, totals.errored, totals.skipped, totals.flaky, totals.quarantined];
    let mut row: [String; 8] = Default::default();
    for (cell, count) in row.iter_mut().zip(counts.map(number)) {
        *cell = count;
    }
    row[7] = words::duration(totals.time);
    let head = ["tests", "passed", "failed", "errored", "skipped", "flaky", "quarantined", "time"].map(str::to_owned);
    page.blank()?;
    page.table(&[head, row])
}

fn slowest(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let slowest = &gate.slowest[..gate.slowest.len().min(SLOWEST)];
    let times: Vec<_> = slowest.iter().map(|slow| words::duration(slow.time)).collect();
    let width = times.iter().map(String::len).max().unwrap_or(0);
    for (n, (slow, time)) in slowest.iter().zip(&times).enumerate() {
        if n == 0 {
            section(page, "slowest")?;
        }
        page.line(Style::new(), &format!("  {time:>width$}  {}", one_line(&slow.id)))?;
    }
    Ok(())
}

fn notes(gate: &Gate, page: &mut Page<'_>) -> io::Result<()> {
    let of = |input: &Input| -> Vec<String> {
        input.notes.iter().take(NOTES).map(|note| format!("{}: {note}", input.path)).collect()
    };
    let all: usize = gate.inputs.iter().map(|input| input.notes.len()).sum();
    let notes: Vec<_> = gate.inputs.iter().flat_map(of).take(NOTES).collect();
    if !notes.is_empty() {
        page.blank()?;
    }
    page.list("note: ", &notes)?;
    more(page, "note: ", all, NOTES)
}

/// `tests` below the file to look at, else below their class, in the order in which these first appear.
fn by_heading<'g>(tests: impl Iterator<Item = &'g Test>) -> Vec<(&'g str, Vec<&'g Test>)> {
    let mut places = HashMap::new();
    let mut headings: Vec<(&str, Vec<&Test>)> = Vec::new();
    for test in tests {
        let path = test.place.as_ref().map_or("", |place| place.path.as_str());
        let heading = [path, &test.case.class, &test.case.suite].into_iter().find(|text| !text.is_empty());
        let heading = heading.unwrap_or("(no file)");
        let place = *places.entry(heading).or_insert(headings.len());
        match headings.get_mut(place) {
            Some((_, tests)) => tests.push(test),
            None => headings.push((heading, vec![test])),
        }
    }
    headings
}

fn line_of(test: &Test) -> String {
    let line = test.place.as_ref().map_or(0, |place| place.line);
    if line == 0 { String::new() } else { line.to_string() }
}

/// The id of a test, short enough for a line with more in it.
fn name(test: &Test) -> String {
    escape::cut(&test.case.id(), 200).into_owned()
}

/// Hostile `texts` below a heading; nothing when there are none, and no more than are read.
fn list(page: &mut Page<'_>, heading: &str, texts: Vec<String>) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    section(page, heading)?;
    page.list("  ", &texts)
}

fn section(page: &mut Page<'_>, heading: &str) -> io::Result<()> {
    page.blank()?;
    page.line(Style::new().underline(), &one_line(heading))
}

/// Says how many of `all` are more than `most`.
fn more(page: &mut Page<'_>, lead: &str, all: usize, most: usize) -> io::Result<()> {
    match all.checked_sub(most) {
        None | Some(0) => Ok(()),
        Some(more) => page.line(Style::new(), &format!("{lead}and {} more", number(more as u64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Output;
    use crate::write::fixture::{gate, incomplete, large, options, passing, written};

    #[test]
    fn the_verdict_comes_first_then_what_blocks_then_where_to_read_on() {
        insta::assert_snapshot!(written(Output::Terminal, &gate(), &options()));
    }

    #[test]
    fn inputs_that_cannot_be_relied_on_come_right_behind_the_verdict() {
        insta::assert_snapshot!(written(Output::Terminal, &incomplete(), &Options::default()));
    }

    #[test]
    fn a_pass_is_a_line_what_was_read_and_the_totals() {
        insta::assert_snapshot!(written(Output::Terminal, &passing(), &Options::default()));
    }

    #[test]
    fn text_is_wrapped_and_colour_is_only_there_when_asked_for() {
        let text = written(Output::Terminal, &gate(), &Options { width: Some(60), ..options() });
        let what = text.lines().find(|line| line.contains("the sandbox") || line.contains("Failed asserting"));
        assert!(what.is_some_and(|line| line.chars().count() <= 60), "{text}");
        assert!(!text.contains('\u{1b}'));
        let coloured = written(Output::Terminal, &gate(), &Options { colour: true, ..options() });
        assert!(coloured.starts_with("\u{1b}[1m\u{1b}[31mFAIL stepgate-tests: 2 tests failed"), "{coloured}");
    }

    #[test]
    fn hostile_text_stays_text() {
        for gate in [gate(), incomplete(), large(100)] {
            let text = written(Output::Terminal, &gate, &options());
            assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
            assert!(text.lines().all(|line| line.chars().count() < 1_000), "{text}");
        }
    }

    #[test]
    fn of_many_tests_the_first_are_shown_and_where_the_rest_is() {
        let gate = Gate { unlisted: 20, ..large(5_000) };
        let text = written(Output::Terminal, &gate, &options());
        assert_eq!(text.matches("Failed asserting").count(), 50);
        assert!(text.contains("+4,970 more in build/tests.html"), "{text}");
        assert!(text.lines().count() < 400, "{text}");
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let mut gate = gate();
        let ids: Vec<String> = (0..1_000).map(|n| format!("App\\Tests\\OldTest::test{n}")).collect();
        gate.difference = Some(junit::against::Difference { removed: ids, ..Default::default() });
        let input = Input { notes: vec!["odd".to_owned(); 100], ..gate.inputs[0].clone() };
        gate.inputs = vec![input; 100];
        let text = written(Output::Terminal, &gate, &options());
        assert!(text.contains("\n  App\\Tests\\OldTest::test19\n  and 980 more\n"), "{text}");
        assert!(text.contains("617 tests\nand 90 more\n"), "{text}");
        assert!(text.contains("note: reports/junit-1.xml: odd\nnote: and 9,995 more\n"), "{text}");
    }
}
