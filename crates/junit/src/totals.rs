//! Counts, made from cases and never believed.

use crate::case::Status;

/// Counts of cases, and the time they took.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// All cases: the sum of the next four.
    pub tests: u64,
    /// Passed, at the first attempt or at a later one.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Errored.
    pub errored: u64,
    /// Skipped.
    pub skipped: u64,
    /// Of those that passed: after an attempt that did not.
    pub flaky: u64,
    /// Nanoseconds, summed over the cases.
    pub time: u64,
}

impl Totals {
    /// Counts a case.
    pub fn add(&mut self, status: Status, flaky: bool, time: Option<u64>) {
        self.tests += 1;
        *self.of(status) += 1;
        self.flaky += u64::from(flaky);
        self.time = self.time.saturating_add(time.unwrap_or(0));
    }

    /// Takes back a case that turned out to be an earlier attempt of another.
    pub fn take(&mut self, status: Status, flaky: bool, time: Option<u64>) {
        self.tests = self.tests.saturating_sub(1);
        let of = self.of(status);
        *of = of.saturating_sub(1);
        self.flaky = self.flaky.saturating_sub(u64::from(flaky));
        self.time = self.time.saturating_sub(time.unwrap_or(0));
    }

    /// Adds the counts of others.
    pub fn join(&mut self, other: &Self) {
        let Self { tests, passed, failed, errored, skipped, flaky, time } = other;
        self.tests += tests;
        self.passed += passed;
        self.failed += failed;
        self.errored += errored;
        self.skipped += skipped;
        self.flaky += flaky;
        self.time = self.time.saturating_add(*time);
    }

    /// Failed or errored.
    #[must_use]
    pub fn red(&self) -> u64 {
        self.failed + self.errored
    }

    fn of(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Passed => &mut self.passed,
            Status::Skipped => &mut self.skipped,
            Status::Failed => &mut self.failed,
            Status::Errored => &mut self.errored,
        }
    }
}

/// One suite of a document, in the order in which suites open.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SuiteCounts {
    /// The suite it is in, by its place in the order.
    pub parent: Option<usize>,
    /// The cases that are directly in it.
    pub own: Totals,
    /// Whether it held a case in the document, be it one that is folded into another now.
    pub had_cases: bool,
    /// Whether its host name is a project of Playwright.
    pub is_project: bool,
    /// Its time as the document states it, in nanoseconds: set-up counts too.
    pub time: Option<u64>,
}

/// The counts of each suite with all that are in it. A suite comes after the one it is in.
#[must_use]
pub fn with_nested(suites: &[SuiteCounts]) -> Vec<Totals> {
    let mut all: Vec<Totals> = suites.iter().map(|suite| suite.own).collect();
    for (at, suite) in suites.iter().enumerate().rev() {
        if let Some(parent) = suite.parent.filter(|parent| *parent < at) {
            let nested = all[at];
            all[parent].join(&nested);
        }
    }
    all
}
