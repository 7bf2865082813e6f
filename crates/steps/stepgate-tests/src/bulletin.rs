//! What a gate over tests leaves on Bitbucket: a report of the tests, which has the verdict, one of the coverage, a build
//! status and a comment.
//!
//! Names, messages and traces are handed on as they are: [`step::publish`] makes them harmless. Here they are only cut,
//! so that none of them takes the room of the others.

use std::borrow::Cow;

use coverage::Ratio;
use coverage::change::{ChangeCoverage, ChangedFile, Unmentioned, runs};
use findings::judge::LineMap;
use findings::words::{count, number};
use findings::{Disposition as Judged, File, Muted, Outcome, Severity, escape};
use junit::Status;
use junit::case::Fault;
use step::publish::{Bulletin, COMMENT_CHARS, DataValue, Insight, Note, ReportType, Target, gravest_first};

use crate::report::{By, Coverage, Disposition, Gate, Input, Place, Test, Totals};
use crate::write::{self, Options};

#[cfg(test)]
mod tests;

/// What there is to say of `gate`. `lines` leads from the work tree that was judged back to the commit that annotations
/// are posted on; without it they are the same.
pub(crate) fn bulletin(gate: &Gate, lines: Option<&LineMap>, target: &Target) -> Bulletin<'static> {
    let outcome = gate.verdict.outcome;
    let source = target.source();
    let options = Options { max_chars: Some(COMMENT_CHARS), source: Some(&source), ..Options::default() };
    let of_coverage = gate.coverage.as_ref().map(|coverage| of_coverage(gate, coverage, lines, target));
    Bulletin {
        program: Gate::PROGRAM,
        outcome,
        reason: gate.verdict.reasons.first().map_or(outcome.as_str(), String::as_str).to_owned(),
        comment: write::markdown_body(gate, &options),
        insights: [of_tests(gate, lines, target)].into_iter().chain(of_coverage).collect(),
    }
}

fn of_tests(gate: &Gate, lines: Option<&LineMap>, target: &Target) -> Insight {
    let said: Vec<_> = gate.tests.iter().map(Said::of).collect();
    let mut insight = Insight::new(Gate::PROGRAM, Gate::VERSION, None, ReportType::Test, target);
    insight.passed = gate.verdict.outcome == Outcome::Pass;
    let problem = |input: &Input| Some(format!("{}: {}", input.path, input.problems.first()?));
    let blocking = said.iter().filter(|said| said.test.disposition == Disposition::Blocking);
    let texts = gate.verdict.reasons.iter().cloned().chain(gate.inputs.iter().filter_map(problem));
    insight.details = lines_of(texts.chain(blocking.map(|said| format!("{}: {}", said.name, said.message))));
    insight.details.push(summary(&gate.totals));
    if gate.unlisted > 0 {
        let unlisted = count(gate.unlisted, "more red or flaky test");
        insight.details.push(format!("{unlisted} for which there is no room"));
    }
    insight.data = numbers(gate);
    let mut notes: Vec<_> = said.iter().map(Said::note).collect();
    gravest_first(&mut notes);
    insight.annotate(notes.into_iter(), lines);
    insight
}

/// The texts that fit into the details of a report beside what is always said, each in a line of its own, and how many do
/// not.
fn lines_of(texts: impl Iterator<Item = String>) -> Vec<String> {
    const CHARS: usize = 1_600;
    let (mut lines, mut chars, mut more) = (Vec::new(), 0, 0_u64);
    for text in texts {
        let line = escape::cut(text.trim(), LINE_CHARS).into_owned();
        chars += line.chars().count() + 1;
        // What does not fit ends the list: what comes after it is less grave.
        if more > 0 || chars > CHARS {
            more += 1;
        } else {
            lines.push(line);
        }
    }
    if more > 0 {
        lines.push(format!("and {} more", number(more)));
    }
    lines
}

/// `1,234 tests: 1,230 passed, 3 failed, 1 skipped; 2 flaky, 1 in quarantine`
fn summary(totals: &Totals) -> String {
    let parts = |parts: &[(u64, &str)]| {
        let some = parts.iter().filter(|(times, _)| *times > 0);
        some.map(|(times, what)| format!("{} {what}", number(*times))).collect::<Vec<_>>().join(", ")
    };
    let Totals { tests, passed, failed, errored, skipped, flaky, quarantined, time: _ } = *totals;
    let ended = parts(&[(passed, "passed"), (failed, "failed"), (errored, "errored"), (skipped, "skipped")]);
    let special = parts(&[(flaky, "flaky"), (quarantined, "in quarantine")]);
    let tests = count(tests, "test");
    match (ended.is_empty(), special.is_empty()) {
        (true, _) => tests,
        (false, true) => format!("{tests}: {ended}"),
        (false, false) => format!("{tests}: {ended}; {special}"),
    }
}

/// The ten fields that a report may have, what matters most first.
fn numbers(gate: &Gate) -> Vec<(&'static str, DataValue)> {
    let Totals { tests, passed, failed, errored, skipped, flaky, quarantined, time } = gate.totals;
    let mut data = vec![("Verdict", DataValue::Text(gate.verdict.outcome.as_str().to_owned()))];
    let counts = [
        ("Tests", tests),
        ("Passed", passed),
        ("Failed", failed.saturating_add(errored)),
        ("Skipped", skipped),
        ("Flaky", flaky),
        ("Quarantined", quarantined),
    ];
    data.extend(counts.map(|(label, count)| (label, DataValue::Count(count))));
    if time > 0 {
        data.push(("Duration", DataValue::Duration(time / NANOSECONDS)));
    }
    if let Some(difference) = &gate.difference {
        data.push(("Removed", DataValue::Count(difference.removed.len() as u64)));
        data.push(("Newly skipped", DataValue::Count(difference.newly_skipped.len() as u64)));
    }
    data
}

/// In a millisecond.
const NANOSECONDS: u64 = 1_000_000;

/// More than this of a line is not read, and would take the room of other lines.
const LINE_CHARS: usize = 300;

/// A test, and what is said of it.
struct Said<'t> {
    test: &'t Test,
    name: String,
    message: String,
}

impl<'t> Said<'t> {
    /// The message is cut, so that the name behind it stays.
    fn of(test: &'t Test) -> Self {
        const MESSAGE_CHARS: usize = 240;
        const NAME_CHARS: usize = 180;
        let case = &test.case;
        let headline = escape::cut(case.message(), MESSAGE_CHARS);
        let message = match (&test.disposition, case.status.is_red()) {
            (Disposition::Quarantined(_), true) => format!("in quarantine: {headline}"),
            (_, true) => headline.into_owned(),
            (_, false) => format!("passed only in attempt {}: {headline}", u64::from(case.retries) + 1),
        };
        let message = message.trim_end_matches([':', ' ']).to_owned();
        Self { test, name: escape::cut(&case.id(), NAME_CHARS).into_owned(), message }
    }

    fn note(&self) -> Note<'_> {
        let Test { case, disposition, place, .. } = self.test;
        let (severity, disposition) = match (disposition, case.status) {
            (Disposition::Blocking, Status::Failed | Status::Errored) => (Severity::High, Judged::Blocking),
            (Disposition::Blocking, _) => (Severity::Medium, Judged::Blocking),
            (Disposition::Reported, Status::Failed | Status::Errored) => (Severity::High, Judged::Reported),
            (Disposition::Reported, _) => (Severity::Low, Judged::Reported),
            (Disposition::Quarantined(_), _) => (Severity::Medium, Judged::Muted(Muted::Policy)),
        };
        let (file, line) = place.as_ref().map_or((None, 0), at);
        let details = self.details();
        Note { file, line, name: &self.name, message: &self.message, details, severity, disposition, link: None }
    }

    /// Why it does not block; what went wrong, in full; then what went wrong before.
    fn details(&self) -> Vec<Cow<'_, str>> {
        // As much as details have room for, and no line that takes all of it.
        const LINES: usize = 40;
        const CHARS: usize = 600;
        let Test { case, disposition, .. } = self.test;
        let quarantine = match disposition {
            Disposition::Quarantined(by) => Some(quarantined(by)),
            Disposition::Blocking | Disposition::Reported => None,
        };
        let attempts = (case.status.is_red() && case.retries > 0)
            .then(|| format!("the last of {} attempts", number(u64::from(case.retries) + 1)));
        let told = quarantine.into_iter().chain(attempts).map(Cow::Owned);
        let earlier = (!case.faults.is_empty() && !case.earlier.is_empty()).then_some("earlier attempts:");
        let faults = case.faults.iter().flat_map(lines_of_fault);
        let faults = faults.chain(earlier).chain(case.earlier.iter().flat_map(lines_of_fault));
        let faults = faults.filter(|line| !line.trim().is_empty()).map(|line| escape::cut(line, CHARS));
        told.chain(faults).take(LINES).collect()
    }
}

/// The message, unless the text has it too, and the text.
fn lines_of_fault(fault: &Fault) -> impl Iterator<Item = &str> {
    let message = fault.message.trim();
    let is_told = message.is_empty() || fault.text.contains(message);
    (if is_told { "" } else { message }).lines().chain(fault.text.lines())
}

/// `in quarantine until 2026-12-31: the bank's sandbox is down (payments, SHOP-42)`
fn quarantined(by: &By) -> String {
    match by {
        By::Entry { owner, reason, ticket, expires } => {
            let ticket = ticket.iter().map(|ticket| format!(", {ticket}")).collect::<String>();
            format!("in quarantine until {expires}: {reason} ({owner}{ticket})")
        }
        By::Bitbucket => "in quarantine on Bitbucket".to_owned(),
    }
}

fn at(place: &Place) -> (Option<File<'_>>, u32) {
    spot(&place.path, place.inside, place.line)
}

/// A place that Bitbucket takes: it refuses all annotations of a request for one number or path that is too large.
fn spot(path: &str, inside: bool, line: u32) -> (Option<File<'_>>, u32) {
    const PATH_CHARS: usize = 2_000;
    let inside = inside && path.chars().nth(PATH_CHARS).is_none();
    let line = if i32::try_from(line).is_ok() { line } else { 0 };
    ((!path.is_empty()).then_some(File { path, inside }), line)
}

fn of_coverage(gate: &Gate, coverage: &Coverage, lines: Option<&LineMap>, target: &Target) -> Insight {
    let mut insight = Insight::new(Gate::PROGRAM, Gate::VERSION, Some("coverage"), ReportType::Coverage, target);
    let is_complete = gate.verdict.outcome != Outcome::Incomplete;
    insight.passed = coverage.reasons.is_empty() && is_complete;
    let incomplete = (!is_complete).then_some("some input is incomplete, so these numbers cannot be relied on");
    let reasons = coverage.reasons.iter().map(String::as_str).chain(incomplete).map(str::to_owned);
    let files = coverage.change.iter().flat_map(|change| &change.files).filter_map(uncovered);
    let unmentioned = coverage.change.iter().flat_map(|change| &change.unmentioned);
    let unmentioned = unmentioned.map(|file| format!("{}: {}", file.path, no_report(file)));
    insight.details = lines_of(reasons.chain(files).chain(unmentioned));
    insight.details.push(shares(coverage));
    insight.data = numbers_of_coverage(coverage);
    let gaps: Vec<_> = coverage.change.iter().flat_map(|change| gaps(change, lines)).collect();
    let disposition = if coverage.reasons.is_empty() { Judged::Reported } else { Judged::Blocking };
    let mut notes: Vec<_> = gaps.iter().map(|gap| gap.note(disposition)).collect();
    gravest_first(&mut notes);
    insight.annotate(notes.into_iter(), lines);
    insight
}

/// `src/A.php: 12-14, 20 did not run`; `None` when all that changed in it ran.
fn uncovered(file: &ChangedFile) -> Option<String> {
    // As many as a line has room for.
    const RUNS: usize = 20;
    let runs = runs(&file.uncovered);
    let run = |&(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    let mut shown: Vec<_> = runs.iter().take(RUNS).map(run).collect();
    shown.extend((runs.len() > RUNS).then(|| "…".to_owned()));
    match (shown.is_empty(), file.unlisted) {
        (true, 0) => None,
        (true, unlisted) => Some(format!("{}: {}", file.path, not_listed(unlisted))),
        (false, 0) => Some(format!("{}: {} did not run", file.path, shown.join(", "))),
        (false, unlisted) => Some(format!("{}: {} did not run; {}", file.path, shown.join(", "), not_listed(unlisted))),
    }
}

fn no_report(file: &Unmentioned) -> String {
    format!("no report mentions this file, {} not covered", counts_as(file.lines))
}

fn not_listed(lines: u64) -> String {
    format!("the reports do not list all of its lines, {} not covered", counts_as(lines))
}

/// `3 changed lines count as`
fn counts_as(lines: u64) -> String {
    format!("{} {} as", count(lines, "changed line"), if lines == 1 { "counts" } else { "count" })
}

/// `81.2% of the lines ran (812 of 1,000), 40% of the changed lines (4 of 10)`
fn shares(coverage: &Coverage) -> String {
    let share = |ratio: Ratio, what: &str| match ratio.percent() {
        Some(percent) => format!("{percent} of {what} ran ({} of {})", number(ratio.covered), number(ratio.total)),
        None => format!("none of {what} can run"),
    };
    let change = coverage.change.as_ref().map(|change| share(change.lines(), "the changed lines"));
    let parts: Vec<_> = [share(coverage.totals.lines, "the lines")].into_iter().chain(change).collect();
    parts.join(", ")
}

/// At most ten fields, what matters most first. A share of nothing has no number.
fn numbers_of_coverage(coverage: &Coverage) -> Vec<(&'static str, DataValue)> {
    let totals = &coverage.totals;
    let change = coverage.change.as_ref();
    let changed = change.map(ChangeCoverage::lines);
    let shares = [
        ("Lines", Some(totals.lines)),
        ("Changed lines", changed),
        ("Branches", Some(totals.branches)),
        ("Functions", Some(totals.functions)),
        ("Lines of the base", coverage.base.map(|base| base.lines)),
    ];
    let counts = [
        ("Covered lines", Some(totals.lines.covered)),
        ("Executable lines", Some(totals.lines.total)),
        ("Uncovered changed lines", changed.map(|lines| lines.total.saturating_sub(lines.covered))),
        ("Files in no report", change.map(|change| change.unmentioned.len() as u64)),
        ("Files", Some(coverage.files.len() as u64)),
    ];
    let percentage = |ratio: Ratio| Some(DataValue::Percentage(f64::from(ratio.percent()?.hundredths()) / 100.0));
    let shares = shares.into_iter().filter_map(|(label, ratio)| Some((label, percentage(ratio?)?)));
    shares.chain(counts.into_iter().filter_map(|(label, count)| Some((label, DataValue::Count(count?))))).collect()
}

/// Something that the change brought and no test ran.
struct Gap<'c> {
    path: &'c str,
    line: u32,
    message: String,
}

impl Gap<'_> {
    fn note(&self, disposition: Judged) -> Note<'_> {
        let (file, line) = spot(self.path, true, self.line);
        let (severity, details) = (Severity::Medium, Vec::new());
        Note { file, line, name: "", message: &self.message, details, severity, disposition, link: None }
    }
}

/// One for each run of lines that follow each other, at the first of them; one for each file of which more is not known.
fn gaps<'c>(change: &'c ChangeCoverage, lines: Option<&LineMap>) -> impl Iterator<Item = Gap<'c>> {
    let unmentioned = change.unmentioned.iter();
    let unmentioned = unmentioned.map(|file| Gap { path: &file.path, line: 0, message: no_report(file) });
    change.files.iter().flat_map(move |file| gaps_of_file(file, lines)).chain(unmentioned)
}

fn gaps_of_file<'c>(file: &'c ChangedFile, lines: Option<&LineMap>) -> impl Iterator<Item = Gap<'c>> {
    // What people read has the numbers of the place where they read it.
    let on_commit = move |line: u32| lines.map_or(Some(line), |lines| Some(lines.map(&file.path, line)?.1));
    let gap = move |(first, last): (u32, u32)| {
        let message = match on_commit(first).zip(on_commit(last)).unwrap_or((first, last)) {
            (first, last) if first == last => format!("line {first} did not run"),
            (first, last) if last.abs_diff(first) == 1 => format!("lines {first} and {last} did not run"),
            (first, last) => format!("lines {first} to {last} did not run"),
        };
        Gap { path: &file.path, line: first, message }
    };
    let unlisted = (file.unlisted > 0).then(|| Gap { path: &file.path, line: 0, message: not_listed(file.unlisted) });
    runs(&file.uncovered).into_iter().map(gap).chain(unlisted)
}
