//! Attempts of one test, read from the reports of one run after the other.
//!
//! Which report is which attempt is said by whoever calls: equal names alone never make two results attempts of each
//! other. The last attempt decides. A test that passed after it had failed is flaky, and one that failed and was then
//! skipped, or was not run again, has failed.

use std::collections::{HashMap, HashSet};

use crate::case::{Case, Fault, Status};
use crate::scan::{Attempt, Fold, Place, Scan};

/// Every result of every test, to be settled when all reports are read.
#[derive(Debug, Default)]
pub struct Ledger {
    tests: HashMap<String, Vec<Entry>>,
}

/// A result by its document and its place there.
pub type Key = (usize, u64);

#[derive(Clone, Debug)]
struct Entry {
    document: usize,
    attempt: u32,
    place: Place,
    status: Status,
    flaky: bool,
    time: Option<u64>,
    /// What speaks against it, when it is red.
    red: Option<Attempt>,
}

impl Entry {
    fn key(&self) -> Key {
        (self.document, self.place.ordinal)
    }
}

/// A result that decides.
#[derive(Clone, Debug)]
pub struct Result {
    /// Where it is.
    pub key: Key,
    /// How it ended.
    pub status: Status,
    /// Whether it passed after an attempt that did not.
    pub flaky: bool,
    /// The earlier attempts that were red, in order.
    pub earlier: Vec<Fault>,
}

/// What came of all attempts.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// The results that decide, by the id of their test.
    pub tests: HashMap<String, Vec<Result>>,
    /// The results that do not count any more.
    pub dropped: HashSet<Key>,
}

impl Ledger {
    /// Notes the result `case` of the document with the number `document`, which is of the attempt `attempt`, from 1.
    pub fn record(&mut self, document: usize, attempt: u32, place: Place, case: &Case) {
        let fault = || case.faults.first().cloned().unwrap_or_default();
        let red = case.status.is_red().then(|| Attempt { fault: fault(), output: case.output.clone() });
        let entry =
            Entry { document, attempt, place, status: case.status, flaky: case.is_flaky(), time: case.time, red };
        self.tests.entry(case.id()).or_default().push(entry);
    }

    /// Decides for every test which of its results count, and makes the counts of `scans` so. A report of a later
    /// attempt takes the place of at most as many results as it holds, the red ones first: when two tests have one name,
    /// and one of them is run again, the other stays.
    #[must_use]
    pub fn settle(self, scans: &mut [Scan]) -> Settled {
        let mut settled = Settled::default();
        for (id, mut entries) in self.tests {
            // What its own document already takes for an attempt of another result is settled.
            entries.retain(|entry| !is_dropped(entry, scans));
            entries.sort_by_key(|entry| entry.attempt); // stable: in the order of the documents
            let results = settle(entries, scans, &mut settled.dropped);
            settled.tests.insert(id, results);
        }
        settled
    }
}

fn is_dropped(entry: &Entry, scans: &[Scan]) -> bool {
    let folds = scans.get(entry.document).map(|scan| &scan.folds);
    folds.is_some_and(|folds| matches!(folds.get(&entry.place.ordinal), Some(Fold::Dropped)))
}

fn settle(entries: Vec<Entry>, scans: &mut [Scan], dropped: &mut HashSet<Key>) -> Vec<Result> {
    let mut standing: Vec<(Entry, Vec<Attempt>)> = Vec::with_capacity(1);
    for entry in entries {
        let Some(at) = superseded(&standing, entry.attempt) else {
            standing.push((entry, Vec::new()));
            continue;
        };
        let (earlier, _) = &standing[at];
        if entry.status == Status::Skipped && earlier.status.is_red() {
            take(&entry, scans, dropped);
            continue;
        }
        take(earlier, scans, dropped);
        let (earlier, mut attempts) = standing.remove(at);
        attempts.extend(earlier.red);
        standing.push((entry, attempts));
    }
    standing.into_iter().map(|(entry, attempts)| decide(&entry, attempts, scans)).collect()
}

/// Which of the results so far an attempt takes the place of: of an earlier one, and one that is red before others.
fn superseded(standing: &[(Entry, Vec<Attempt>)], attempt: u32) -> Option<usize> {
    let earlier = || standing.iter().enumerate().filter(|(_, (entry, _))| entry.attempt < attempt);
    let red = earlier().find(|(_, (entry, _))| entry.status.is_red());
    red.or_else(|| earlier().next()).map(|(at, _)| at)
}

fn take(entry: &Entry, scans: &mut [Scan], dropped: &mut HashSet<Key>) {
    dropped.insert(entry.key());
    let Some(scan) = scans.get_mut(entry.document) else { return };
    scan.folds.insert(entry.place.ordinal, Fold::Dropped);
    if let Some(suite) = scan.suites.get_mut(entry.place.suite) {
        suite.own.take(entry.status, entry.flaky, entry.time);
    }
}

fn decide(entry: &Entry, attempts: Vec<Attempt>, scans: &mut [Scan]) -> Result {
    let was_red = !attempts.is_empty();
    let flaky = entry.status == Status::Passed && (entry.flaky || was_red);
    let earlier = attempts.iter().map(|attempt| attempt.fault.clone()).collect();
    if let Some(scan) = scans.get_mut(entry.document).filter(|_| was_red) {
        let own = scan.folds.remove(&entry.place.ordinal);
        let own = if let Some(Fold::Deciding(own)) = own { own } else { Vec::new() };
        scan.folds.insert(entry.place.ordinal, Fold::Deciding(attempts.into_iter().chain(own).collect()));
        if let Some(suite) = scan.suites.get_mut(entry.place.suite).filter(|_| flaky && !entry.flaky) {
            suite.own.flaky += 1;
        }
    }
    Result { key: entry.key(), status: entry.status, flaky, earlier }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Limits, scan};

    /// Reads documents, each an attempt, and settles them; gives passed, failed, skipped and flaky of all.
    fn counts(attempts: &[&str]) -> [u64; 4] {
        let mut ledger = Ledger::default();
        let mut scans = Vec::new();
        for (number, document) in attempts.iter().enumerate() {
            let attempt = u32::try_from(number).expect("few") + 1;
            let cases = document.split(' ').map(|case| match case.split_once(':') {
                Some((name, "F")) => {
                    format!("<testcase name='{name}' classname='C' time='1'><failure message='no'/></testcase>")
                }
                Some((name, "S")) => format!("<testcase name='{name}' classname='C' time='1'><skipped/></testcase>"),
                _ => format!("<testcase name='{case}' classname='C' time='1'/>"),
            });
            let text = format!("<testsuite name='s'>{}</testsuite>", cases.collect::<String>());
            let read = scan(text.as_bytes(), Limits::default(), &mut |case, place| {
                ledger.record(number, attempt, place, case);
            });
            scans.push(read.expect("JUnit"));
        }
        let settled = ledger.settle(&mut scans);
        let mut totals = crate::Totals::default();
        for scan in &scans {
            totals.join(&scan.totals());
        }
        let deciding: u64 = settled.tests.values().map(|results| results.len() as u64).sum();
        assert_eq!(totals.tests, deciding);
        let flaky = settled.tests.values().flatten().filter(|result| result.flaky).count() as u64;
        assert_eq!(totals.flaky, flaky);
        [totals.passed, totals.failed, totals.skipped, totals.flaky]
    }

    #[test]
    fn the_last_attempt_decides_and_a_pass_after_a_failure_is_flaky() {
        assert_eq!(counts(&["a b:F c", "b"]), [3, 0, 0, 1]);
        assert_eq!(counts(&["a b:F", "b:F", "b"]), [2, 0, 0, 1]);
        assert_eq!(counts(&["a b:F", "b:F"]), [1, 1, 0, 0]);
        assert_eq!(counts(&["a b", "a b"]), [2, 0, 0, 0]);
        assert_eq!(counts(&["a", "a:F"]), [0, 1, 0, 0]);
    }

    #[test]
    fn what_was_not_run_again_or_skipped_then_stays_red() {
        assert_eq!(counts(&["a:F b:F", "b"]), [1, 1, 0, 1]);
        assert_eq!(counts(&["a:F", "a:S"]), [0, 1, 0, 0]);
    }

    #[test]
    fn attempts_that_a_document_folds_itself_are_not_folded_twice() {
        let pytest = |cases: &str| format!("<testsuite name='pytest'>{cases}</testsuite>");
        let case = "<testcase name='a' classname='C' time='1'/>";
        let red = "<testcase name='a' classname='C' time='1'><failure message='no'/></testcase>";
        let documents = [pytest(&format!("{case}{red}")), pytest(&format!("{case}{case}"))];
        let mut ledger = Ledger::default();
        let mut scans = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            let attempt = u32::try_from(number).expect("few") + 1;
            let mut each = |case: &Case, place| ledger.record(number, attempt, place, case);
            scans.push(scan(document.as_bytes(), Limits::default(), &mut each).expect("JUnit"));
        }
        let settled = ledger.settle(&mut scans);
        let results: Vec<_> = settled.tests.values().flatten().collect();
        assert!(results.len() == 1 && results[0].flaky && results[0].earlier.len() == 1, "{results:?}");
        let [first, second] = [&scans[0], &scans[1]].map(Scan::totals);
        assert_eq!((first.tests, second.tests, second.passed, second.flaky), (0, 1, 1, 1));
        assert!(matches!(second_fold(&scans[1]), [Fold::Dropped, Fold::Deciding(attempts)] if attempts.len() == 2));
    }

    fn second_fold(scan: &Scan) -> [&Fold; 2] {
        let mut folds = scan.folds.values();
        [folds.next().expect("a fold"), folds.next().expect("another")]
    }

    #[test]
    fn two_tests_of_one_name_are_two_also_when_one_is_run_again() {
        assert_eq!(counts(&["a a:F", "a"]), [2, 0, 0, 1]);
        assert_eq!(counts(&["a:F a:F", "a"]), [1, 1, 0, 1]);
        assert_eq!(counts(&["a", "a a"]), [2, 0, 0, 0]);
    }
}
