//! Parts of the document that are not findings.

use ::coverage::change::{ChangeCoverage, ChangedFile, Unmentioned, runs};
use ::coverage::{Ratio, Totals};
use junit::against::Difference;
use junit::history::{Flakiness, Outcome};
use schemars::JsonSchema;
use serde::Serialize;

use crate::report;

/// Nanoseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "nobody times tests to 16 digits")]
pub(super) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// The exit code of a program that ran tests.
#[derive(JsonSchema, Serialize)]
pub(super) struct ExitCode<'g> {
    /// Where it is from: a file, or the command that was run.
    source: &'g str,
    code: i32,
}

/// What is different from an earlier run. All lists hold ids of tests, sorted.
#[derive(JsonSchema, Serialize)]
pub(super) struct Comparison<'g> {
    /// Tests that are gone.
    removed: &'g [String],
    /// Tests that ran and are skipped now.
    newly_skipped: &'g [String],
    /// How many tests there are that were not there.
    added: usize,
    /// Tests that are red now and were not.
    newly_failing: &'g [String],
    /// Tests that were red and passed now.
    fixed: &'g [String],
}

/// A test and how long it took.
#[derive(JsonSchema, Serialize)]
pub(super) struct Slow<'g> {
    /// The id of the test.
    test: &'g str,
    /// Its file as reported; null when unknown.
    file: Option<&'g str>,
    /// Seconds.
    duration: f64,
}

/// What the history tells of one test. Only runs that list it count.
#[derive(JsonSchema, Serialize)]
pub(super) struct History<'g> {
    /// The id of the test.
    test: &'g str,
    /// In how many runs it is listed.
    runs: usize,
    /// In how many of them it failed.
    failed: usize,
    /// In how many of them it passed after it had failed.
    flaky: usize,
    /// How often it went from failed to not failed or back, from one run of a branch to the next.
    flips: usize,
    /// The same from one run of a commit to the next.
    same_commit_flips: usize,
    /// In how many runs it passed at the first attempt since it last did not.
    passes_in_a_row: usize,
    /// What it did last, newest last.
    #[schemars(inner(regex(pattern = "^(passed|flaky|failed)$")))]
    last: Vec<&'static str>,
}

/// What there is to say of the quarantine.
#[derive(JsonSchema, Serialize)]
pub(super) struct Quarantine<'g> {
    /// Entries that have ended: each is a reason to fail.
    expired: Vec<Expired<'g>>,
    /// Entries whose test passed so many times in a row that it can come out.
    ready: Vec<Ready<'g>>,
    /// Entries that no test of this run matches.
    stale: &'g [String],
}

/// An entry that has ended.
#[derive(JsonSchema, Serialize)]
struct Expired<'g> {
    /// Which tests it is about.
    pattern: &'g str,
    /// Who looks after it.
    owner: &'g str,
    /// The last day on which it counted.
    expired: &'g str,
}

/// An entry that can come out.
#[derive(JsonSchema, Serialize)]
struct Ready<'g> {
    /// Which tests it is about.
    pattern: &'g str,
    /// How many times in a row they passed.
    passes: usize,
}

/// Which lines ran.
#[derive(JsonSchema, Serialize)]
pub(super) struct Coverage<'g> {
    /// Executable lines.
    lines: Share,
    /// Branches, as far as the reports have them.
    branches: Share,
    /// Functions and methods, as far as the reports have them.
    functions: Share,
    /// The same of the base it was compared with; null when it was compared with none.
    base: Option<Base>,
    /// Of the lines that the change touched; null when no change was looked at.
    change: Option<Change<'g>>,
    /// Why it is not enough, in words.
    reasons: &'g [String],
}

/// A part of a whole, counted.
#[derive(JsonSchema, Serialize)]
struct Share {
    /// How many of them are covered.
    covered: u64,
    /// How many there are.
    total: u64,
    /// The part in percent, rounded down to two decimals; null when there is nothing to cover.
    percent: Option<f64>,
}

/// The coverage of the base.
#[derive(JsonSchema, Serialize)]
struct Base {
    lines: Share,
    branches: Share,
    functions: Share,
}

/// The coverage of the lines that a change wrote.
#[derive(JsonSchema, Serialize)]
struct Change<'g> {
    /// How many of the executable lines that changed ran.
    covered: u64,
    /// How many executable lines changed.
    total: u64,
    /// The part in percent, rounded down to two decimals; null when there is nothing to cover.
    percent: Option<f64>,
    /// The changed files that the reports mention.
    files: Vec<File<'g>>,
    /// The changed files that no report mentions. All their lines count as not covered.
    unmentioned: Vec<NoReport<'g>>,
    /// The changed files that are excluded by a pattern.
    excluded: &'g [String],
}

/// A changed file that the reports mention.
#[derive(JsonSchema, Serialize)]
struct File<'g> {
    /// Relative to the root of the repository.
    path: &'g str,
    /// How many of its changed executable lines ran.
    covered: u64,
    /// How many of its changed lines are executable.
    total: u64,
    /// The changed lines that did not run: first and last of each run of lines.
    uncovered: Vec<[u32; 2]>,
    /// How many changed lines may have not run, where the report does not list those.
    unlisted: u64,
}

/// A changed file that no report mentions.
#[derive(JsonSchema, Serialize)]
struct NoReport<'g> {
    /// Relative to the root of the repository.
    path: &'g str,
    /// How many of its lines changed.
    lines: u64,
}

impl<'g> ExitCode<'g> {
    pub(super) fn new(code: &'g report::Code) -> Self {
        Self { source: &code.source, code: code.code }
    }
}

impl<'g> Comparison<'g> {
    pub(super) fn new(difference: &'g Difference) -> Self {
        let Difference { removed, newly_skipped, added, newly_failing, fixed } = difference;
        Self { removed, newly_skipped, added: *added, newly_failing, fixed }
    }
}

impl<'g> Slow<'g> {
    pub(super) fn new(slow: &'g report::Slow) -> Self {
        let file = Some(slow.file.as_str()).filter(|file| !file.is_empty());
        Self { test: &slow.id, file, duration: seconds(slow.time) }
    }
}

impl<'g> History<'g> {
    pub(super) fn new(test: &'g Flakiness) -> Self {
        Self {
            test: &test.id,
            runs: test.runs,
            failed: test.failed,
            flaky: test.flaky,
            flips: test.flips,
            same_commit_flips: test.same_commit_flips,
            passes_in_a_row: test.passes_in_a_row,
            last: test.last.iter().copied().map(Outcome::as_str).collect(),
        }
    }
}

impl<'g> Quarantine<'g> {
    pub(super) fn new(quarantine: &'g report::Quarantine) -> Self {
        let report::Quarantine { expired, ready, stale } = quarantine;
        let ended = |(pattern, owner, expired): &'g (String, String, String)| Expired { pattern, owner, expired };
        Self {
            expired: expired.iter().map(ended).collect(),
            ready: ready.iter().map(|(pattern, passes)| Ready { pattern, passes: *passes }).collect(),
            stale,
        }
    }
}

impl<'g> Coverage<'g> {
    pub(super) fn new(coverage: &'g report::Coverage) -> Self {
        let Totals { lines, branches, functions } = coverage.totals;
        Self {
            lines: lines.into(),
            branches: branches.into(),
            functions: functions.into(),
            base: coverage.base.map(Base::new),
            change: coverage.change.as_ref().map(Change::new),
            reasons: &coverage.reasons,
        }
    }
}

impl Base {
    fn new(Totals { lines, branches, functions }: Totals) -> Self {
        Self { lines: lines.into(), branches: branches.into(), functions: functions.into() }
    }
}

impl From<Ratio> for Share {
    fn from(ratio: Ratio) -> Self {
        let percent = ratio.percent().map(|percent| f64::from(percent.hundredths()) / 100.0);
        Self { covered: ratio.covered, total: ratio.total, percent }
    }
}

impl<'g> Change<'g> {
    fn new(change: &'g ChangeCoverage) -> Self {
        let Share { covered, total, percent } = change.lines().into();
        let unmentioned = |file: &'g Unmentioned| NoReport { path: &file.path, lines: file.lines };
        Self {
            covered,
            total,
            percent,
            files: change.files.iter().map(File::new).collect(),
            unmentioned: change.unmentioned.iter().map(unmentioned).collect(),
            excluded: &change.excluded,
        }
    }
}

impl<'g> File<'g> {
    fn new(file: &'g ChangedFile) -> Self {
        let Ratio { covered, total } = file.lines();
        let uncovered = runs(&file.uncovered).into_iter().map(|(first, last)| [first, last]).collect();
        Self { path: &file.path, covered, total, uncovered, unlisted: file.unlisted }
    }
}
