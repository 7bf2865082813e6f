//! What every writer and publisher is handed: the tests, judged.

use coverage::change::ChangeCoverage;
use findings::Verdict;
use junit::against::Difference;
use junit::case::Case;
use junit::history::Flakiness;

/// The outcome of one gate over all its inputs.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    /// What came of it.
    pub(crate) verdict: Verdict,
    /// Counts of tests; an attempt that another one took the place of does not count.
    pub(crate) totals: Totals,
    /// What was read, in the order in which it was named.
    pub(crate) inputs: Vec<Input>,
    /// Exit codes of the programs that ran the tests.
    pub(crate) codes: Vec<Code>,
    /// The tests that there is something to say of: red and flaky ones, what blocks first, in the order of the inputs.
    pub(crate) tests: Vec<Test>,
    /// How many red and flaky tests there are beyond those in `tests`, which are too many to be held.
    pub(crate) unlisted: u64,
    /// What is different from the run that it was compared with.
    pub(crate) difference: Option<Difference>,
    /// Whether a suite that shrank makes the gate say no.
    pub(crate) shrink_blocks: bool,
    /// The tests that took longest, longest first.
    pub(crate) slowest: Vec<Slow>,
    /// The tests that are known to be flaky, from the history, worst first.
    pub(crate) flakiness: Vec<Flakiness>,
    /// What there is to say of the quarantine.
    pub(crate) quarantine: Quarantine,
    /// Which lines ran.
    pub(crate) coverage: Option<Coverage>,
}

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Totals {
    /// All: the sum of passed, failed, errored and skipped.
    pub(crate) tests: u64,
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) errored: u64,
    pub(crate) skipped: u64,
    /// Of those that passed: after an attempt that did not.
    pub(crate) flaky: u64,
    /// Of those that failed or errored: in quarantine, so that they do not block.
    pub(crate) quarantined: u64,
    /// Nanoseconds, summed over the tests.
    pub(crate) time: u64,
}

/// A report that was read, or could not be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    /// As it was named.
    pub(crate) path: String,
    /// What it was read as: `junit`, `open-test-reporting`, `trx`, `clover` …; `None` when it could not be read.
    pub(crate) format: Option<&'static str>,
    /// What wrote it: `phpunit`, `pytest` …; `unknown` when nothing tells.
    pub(crate) tool: String,
    /// Why it cannot be relied on; empty when it can.
    pub(crate) problems: Vec<String>,
    /// What was odd about it.
    pub(crate) notes: Vec<String>,
    /// How many tests (of a coverage report: files) it holds.
    pub(crate) holds: u64,
}

/// The exit code of a program that ran tests.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Code {
    /// Where it is from: a file, or the command that was run.
    pub(crate) source: String,
    pub(crate) code: i32,
}

/// A test that there is something to say of.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    /// The result that decides, with what is known of earlier attempts.
    pub(crate) case: Case,
    /// What became of it.
    pub(crate) disposition: Disposition,
    /// Where to look: the line of a file of the repository where it failed, else where the test stands.
    pub(crate) place: Option<Place>,
    /// The input it is from, by its place in [`Gate::inputs`].
    pub(crate) input: usize,
}

/// A line of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    /// Relative to the root of the repository when `inside`, else as reported.
    pub(crate) path: String,
    pub(crate) inside: bool,
    /// From 1; 0 when unknown.
    pub(crate) line: u32,
}

/// What became of a red or flaky test.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Disposition {
    /// It makes the gate say no.
    Blocking,
    /// It is shown and does not block: a flaky test, where flaky tests may pass.
    Reported,
    /// It is in quarantine.
    Quarantined(By),
}

/// Who put a test in quarantine, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum By {
    /// An entry of stepgate.yaml.
    Entry {
        owner: String,
        reason: String,
        ticket: Option<String>,
        /// The last day on which it counts: `2026-12-31`.
        expires: String,
    },
    /// Bitbucket's own list.
    Bitbucket,
}

/// A test and how long it took.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Slow {
    /// Nanoseconds.
    pub(crate) time: u64,
    /// The id of the test.
    pub(crate) id: String,
    /// Its file as reported; empty when unknown.
    pub(crate) file: String,
}

/// What there is to say of the quarantine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quarantine {
    /// Entries that have ended: each is a reason to fail. The pattern, its owner, and the day it ended.
    pub(crate) expired: Vec<(String, String, String)>,
    /// Entries whose test passed so many times in a row that it can come out.
    pub(crate) ready: Vec<(String, usize)>,
    /// Entries that no test of this run matches.
    pub(crate) stale: Vec<String>,
}

/// Which lines ran.
#[derive(Clone, Debug)]
pub(crate) struct Coverage {
    pub(crate) totals: coverage::Totals,
    /// Of the base it was compared with.
    pub(crate) base: Option<coverage::Totals>,
    /// File by file: path and counts, sorted by path.
    pub(crate) files: Vec<(String, coverage::Totals)>,
    /// Of the lines that the change touched.
    pub(crate) change: Option<ChangeCoverage>,
    /// The changed files with lines that did not run, to be shown with their source.
    pub(crate) sources: Vec<Source>,
    /// Why it is not enough, in words.
    pub(crate) reasons: Vec<String>,
}

/// Parts of a changed file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub(crate) path: String,
    /// Lines around those that the change touched: number, text, and what is known of each. Ascending, with gaps.
    pub(crate) lines: Vec<SourceLine>,
}

/// A line of a changed file.
#[derive(Clone, Debug)]
pub(crate) struct SourceLine {
    pub(crate) number: u32,
    pub(crate) text: String,
    /// Whether the change touched it.
    pub(crate) touched: bool,
    /// Whether it ran; `None` when it cannot run or nobody knows.
    pub(crate) covered: Option<bool>,
}

impl Gate {
    /// The name of the program.
    pub(crate) const PROGRAM: &'static str = "stepgate-tests";
    /// Its version.
    pub(crate) const VERSION: &'static str = env!("CARGO_PKG_VERSION");
}

impl Test {
    /// The stable name of what is said of it: `test-failed`, `test-errored` or `test-flaky`.
    pub(crate) fn rule(&self) -> &'static str {
        match self.case.status {
            junit::Status::Failed => "test-failed",
            junit::Status::Errored => "test-errored",
            junit::Status::Passed | junit::Status::Skipped => "test-flaky",
        }
    }
}
