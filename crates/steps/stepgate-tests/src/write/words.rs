//! What more than one writer says. Nothing here is escaped.

use coverage::change::{ChangedFile, Unmentioned, runs};
use findings::words::{count, number};
use junit::case::{Case, Fault};

use super::Options;
use crate::report::{By, Disposition, Gate, Input, Place, Quarantine, Test};

/// Nanoseconds as people read them: `0.4 ms`, `12 ms`, `0.12 s`, `3.4 s`, `21 s`, `1 min 12 s`, `2 h 5 min`.
pub(crate) fn duration(ns: u64) -> String {
    let rounded_to = |unit: u64| ns / unit + u64::from(ns % unit >= unit / 2);
    let [hundredths, tenths, seconds] = [10_000_000, 100_000_000, 1_000_000_000].map(rounded_to);
    match (hundredths, tenths, seconds) {
        _ if ns == 0 => "0 s".to_owned(),
        _ if ns < 950_000 => format!("0.{} ms", rounded_to(100_000)),
        _ if ns < 99_500_000 => format!("{} ms", rounded_to(1_000_000)),
        (..100, ..) => format!("0.{hundredths:02} s"),
        (_, ..100, _) => format!("{}.{} s", tenths / 10, tenths % 10),
        (.., ..60) => format!("{seconds} s"),
        (.., ..3_600) => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", number(seconds / 3_600), seconds % 3_600 / 60),
    }
}

/// `path:line`, as far as known.
pub(crate) fn place(place: &Place) -> String {
    if place.line == 0 { place.path.clone() } else { format!("{}:{}", place.path, place.line) }
}

/// Tool and format of an input, as far as known: `phpunit, junit`.
pub(crate) fn input_kind(input: &Input) -> String {
    match input.format {
        Some(format) if input.tool.is_empty() || input.tool == format => format.to_owned(),
        Some(format) => format!("{}, {format}", input.tool),
        None => "cannot be read".to_owned(),
    }
}

/// What an input holds: `617 tests`, `3 files`.
pub(crate) fn holds(input: &Input) -> String {
    let is_coverage = |format: &str| coverage::read::Format::ALL.iter().any(|known| known.as_str() == format);
    match input.format {
        Some(format) => count(input.holds, if is_coverage(format) { "file" } else { "test" }),
        None => "-".to_owned(),
    }
}

/// How a test ended: `failed`, `errored`, `flaky`.
pub(crate) fn status(test: &Test) -> &'static str {
    if test.case.status.is_red() { test.case.status.as_str() } else { "flaky" }
}

/// What went wrong, in a line.
pub(crate) fn message(test: &Test) -> &str {
    let message = test.case.message();
    if message.is_empty() { "no message" } else { message }
}

/// Message and trace as reported, of earlier attempts when the last one passed. `None` when there are none.
pub(crate) fn trace(case: &Case) -> Option<String> {
    let faults = if case.faults.is_empty() { &case.earlier } else { &case.faults };
    let texts: Vec<&str> = faults.iter().filter_map(text_of).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// What became of a test, in a line: how often it was tried, when it was more than once, and what went wrong.
pub(crate) fn what(test: &Test) -> String {
    let message = message(test);
    attempts(test).map_or_else(|| message.to_owned(), |attempts| format!("{attempts}; {message}"))
}

/// Who put a test in quarantine, and until when: `payments, SHOP-42, until 2026-12-31`.
pub(crate) fn quarantined_by(by: &By) -> String {
    match by {
        By::Entry { owner, ticket: Some(ticket), expires, .. } => format!("{owner}, {ticket}, until {expires}"),
        By::Entry { owner, ticket: None, expires, .. } => format!("{owner}, until {expires}"),
        By::Bitbucket => "quarantined in Bitbucket".to_owned(),
    }
}

/// The tests in quarantine, and who put them there.
pub(crate) fn quarantined(gate: &Gate) -> impl Iterator<Item = (&Test, &By)> {
    gate.tests.iter().filter_map(|test| match &test.disposition {
        Disposition::Quarantined(by) => Some((test, by)),
        Disposition::Blocking | Disposition::Reported => None,
    })
}

/// What there is to say of the quarantine itself, what fails first.
pub(crate) fn quarantine(quarantine: &Quarantine) -> Vec<String> {
    let Quarantine { expired, ready, stale } = quarantine;
    let expired = expired.iter().map(|(pattern, owner, day)| format!("{pattern} ({owner}) ended on {day}"));
    let ready = ready
        .iter()
        .map(|(pattern, passes)| format!("{pattern} passed {} in a row, it can come out", times(*passes as u64)));
    let stale = stale.iter().map(|pattern| format!("{pattern} matches no test"));
    expired.chain(ready).chain(stale).collect()
}

/// The changed lines of a file that did not run: `12-14, 20`. Nothing when all ran.
pub(crate) fn uncovered(file: &ChangedFile) -> String {
    let range = |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    let runs = runs(&file.uncovered);
    let mut parts: Vec<String> = runs.iter().take(RUNS).map(|run| range(*run)).collect();
    if let Some(more) = runs.len().checked_sub(RUNS).filter(|more| *more > 0) {
        parts.push(format!("{} in {} more places", count(lines_of(&runs[RUNS..]), "line"), number(more as u64)));
    }
    if file.unlisted > 0 {
        parts.push(format!("{} that the report does not list", count(file.unlisted, "line")));
    }
    parts.join(", ")
}

/// What there is to say of a changed file that is in no report.
pub(crate) fn unmentioned(file: &Unmentioned) -> String {
    format!("in no report, {} changed", count(file.lines, "line"))
}

/// Where the tests are that `shown` of `all` leaves out: `+412 more in build/tests.html`. `None` when none is.
pub(crate) fn left_out(all: u64, shown: u64, options: &Options<'_>) -> Option<String> {
    let more = number(all.checked_sub(shown).filter(|more| *more > 0)?);
    let wanted = ["html", "json"];
    let report = wanted.iter().find_map(|wanted| options.reports.iter().find(|(format, _)| format == wanted));
    Some(match report {
        Some((_, path)) => format!("+{more} more in {path}"),
        None => format!("+{more} more (--output html=report.html shows them)"),
    })
}

/// So many runs of lines are read; more are counted.
const RUNS: usize = 12;

/// How often a test was tried, when it was more than once: `passed at attempt 2`, `failed 3 times`.
fn attempts(test: &Test) -> Option<String> {
    let attempts = u64::from(test.case.retries) + 1;
    match (attempts, test.case.status.is_red()) {
        (1, _) => None,
        (_, false) => Some(format!("passed at attempt {}", number(attempts))),
        (_, true) => Some(format!("failed {} times", number(attempts))),
    }
}

fn text_of(fault: &Fault) -> Option<&str> {
    let text = if fault.text.trim().is_empty() { &fault.message } else { &fault.text };
    Some(text.trim_end()).filter(|text| !text.is_empty())
}

fn lines_of(runs: &[(u32, u32)]) -> u64 {
    runs.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{} times", number(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_people_read_them() {
        let shown = [
            (0, "0 s"),
            (400_000, "0.4 ms"),
            (949_999, "0.9 ms"),
            (950_000, "1 ms"),
            (99_499_999, "99 ms"),
            (99_500_000, "0.10 s"),
            (120_000_000, "0.12 s"),
            (994_999_999, "0.99 s"),
            (995_000_000, "1.0 s"),
            (3_400_000_000, "3.4 s"),
            (9_960_000_000, "10 s"),
            (21_000_000_000, "21 s"),
            (59_499_999_999, "59 s"),
            (59_500_000_000, "1 min 0 s"),
            (72_340_000_000, "1 min 12 s"),
            (7_500_000_000_000, "2 h 5 min"),
            (u64::MAX, "5,124,095 h 34 min"),
        ];
        for (ns, words) in shown {
            assert_eq!(duration(ns), words, "{ns}");
        }
    }

    #[test]
    fn lines_that_follow_each_other_are_one_place_and_many_places_are_counted() {
        let file = |uncovered: Vec<u32>, unlisted| ChangedFile { uncovered, unlisted, ..ChangedFile::default() };
        assert_eq!(uncovered(&file(vec![12, 13, 14, 20], 0)), "12-14, 20");
        assert_eq!(uncovered(&file(vec![3], 2)), "3, 2 lines that the report does not list");
        assert_eq!(uncovered(&file(vec![], 0)), "");
        let scattered = file((1..=100).map(|n| n * 2).collect(), 0);
        assert!(uncovered(&scattered).ends_with("22, 24, 88 lines in 88 more places"), "{}", uncovered(&scattered));
    }

    #[test]
    fn what_is_left_out_is_somewhere() {
        let reports = [("ctrf", "a.json"), ("json", "b.json")];
        let options = Options { reports: &reports, ..Options::default() };
        assert_eq!(left_out(1_234, 50, &options).unwrap(), "+1,184 more in b.json");
        assert_eq!(left_out(50, 50, &options), None);
        let nowhere = left_out(51, 50, &Options::default()).unwrap();
        assert_eq!(nowhere, "+1 more (--output html=report.html shows them)");
    }
}
