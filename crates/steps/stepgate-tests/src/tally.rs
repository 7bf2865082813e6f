//! What is kept of the cases that stream by: counts, what there is to say something of, and what was asked for.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use junit::against::Results;
use junit::attempts::{Key, Ledger, Settled};
use junit::case::{Case, Fault, Status};
use junit::history::{Outcome, Run};
use junit::quarantine::{Quarantine, Usage};
use junit::scan::{Place, Scan};

use crate::report::Slow;

/// So many tests are held that are red or flaky; more are counted. A report of a hundred thousand failures is one
/// failure, and does not fit into the memory of a step.
const HELD: usize = 20_000;

/// So many of the slowest tests are shown.
const SLOWEST: usize = 20;

/// What is kept of the cases.
pub(crate) struct Tally<'q> {
    /// The red and flaky ones, with the number of their document and their place in it.
    pub(crate) held: Vec<(Case, usize, u64)>,
    /// How many there are beyond those.
    pub(crate) unlisted: u64,
    slowest: BinaryHeap<Reverse<(Slow, Key)>>,
    /// What every test did, when there is something to compare it with.
    pub(crate) results: Option<Results>,
    /// What every test did, when it is to be remembered.
    pub(crate) run: Option<Run>,
    /// Which entries of the quarantine are good for something.
    pub(crate) usage: Usage<'q>,
    uses_quarantine: bool,
    /// Every result, when some are attempts of others.
    ledger: Option<Ledger>,
    /// Tests that failed in an earlier run of this very step, by id: when they pass now, they are flaky.
    failed_before: HashSet<String>,
    /// Those of them that passed now, and that are not flaky without it.
    pub(crate) by_step_run: HashSet<Key>,
    /// Results of later attempts that passed: they may turn out to be flaky.
    retried: HashMap<Key, Case>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) results: bool,
    pub(crate) run: bool,
    pub(crate) attempts: bool,
}

impl<'q> Tally<'q> {
    pub(crate) fn new(wanted: Wanted, quarantine: &'q Quarantine, uses_quarantine: bool) -> Self {
        Self {
            held: Vec::new(),
            unlisted: 0,
            slowest: BinaryHeap::new(),
            results: wanted.results.then(Results::default),
            run: wanted.run.then(Run::default),
            usage: quarantine.usage(),
            uses_quarantine,
            ledger: wanted.attempts.then(Ledger::default),
            failed_before: HashSet::new(),
            by_step_run: HashSet::new(),
            retried: HashMap::new(),
        }
    }

    /// Tests that failed in an earlier run of this very step.
    pub(crate) fn failed_before(&mut self, ids: HashSet<String>) {
        self.failed_before = ids;
    }

    /// Takes a case of the document with that number.
    pub(crate) fn take(&mut self, document: usize, attempt: u32, case: &Case, place: Place) {
        let key = (document, place.ordinal);
        self.slow(case, key);
        if self.uses_quarantine {
            self.usage.find(case);
        }
        let by_step_run = self.passed_after_all(case);
        if let Some(ledger) = &mut self.ledger {
            ledger.record(document, attempt, place, case);
            if attempt > 1 && !case.status.is_red() {
                self.retried.insert(key, case.clone());
            }
        } else if self.results.is_some() || self.run.is_some() {
            self.remember(&case.id(), case.status, case.is_flaky() || by_step_run);
        }
        if case.status.is_red() || case.is_flaky() {
            self.hold(case.clone(), document, place);
        } else if by_step_run {
            let message = "it failed in an earlier run of this step".to_owned();
            let fault = Fault { status: Status::Failed, message, ..Fault::default() };
            self.by_step_run.insert(key);
            self.hold(Case { retries: 1, earlier: vec![fault], ..case.clone() }, document, place);
        }
    }

    /// Whether `case` passed at its first attempt here, and failed in an earlier run of this step. Of several tests of one
    /// name one is meant, unless it takes a [`Ledger`] to tell which of them are attempts.
    fn passed_after_all(&mut self, case: &Case) -> bool {
        if case.status != Status::Passed || case.is_flaky() || self.failed_before.is_empty() {
            return false;
        }
        let id = case.id();
        if self.ledger.is_some() { self.failed_before.contains(&id) } else { self.failed_before.remove(&id) }
    }

    fn hold(&mut self, case: Case, document: usize, place: Place) {
        if self.held.len() < HELD {
            self.held.push((case, document, place.ordinal));
        } else {
            self.unlisted += 1;
        }
    }

    /// Settles which attempts decide, and makes the counts of `scans` so.
    pub(crate) fn settle(&mut self, scans: &mut [Scan]) {
        let Some(ledger) = self.ledger.take() else { return };
        let Settled { tests, dropped } = ledger.settle(scans);
        self.held.retain(|(_, document, ordinal)| !dropped.contains(&(*document, *ordinal)));
        self.slowest.retain(|Reverse((_, key))| !dropped.contains(key));
        self.by_step_run.retain(|key| !dropped.contains(key));
        let mut places: HashMap<Key, usize> =
            self.held.iter().enumerate().map(|(at, (_, document, ordinal))| ((*document, *ordinal), at)).collect();
        for (id, results) in tests {
            for result in results {
                self.remember(&id, result.status, result.flaky || self.by_step_run.contains(&result.key));
                if result.earlier.is_empty() {
                    continue;
                }
                // It is among the flaky ones of the reports already. What failed in an earlier run comes first.
                let first = usize::from(self.by_step_run.remove(&result.key));
                let at = match (places.get(&result.key), self.retried.remove(&result.key)) {
                    (Some(at), _) => *at,
                    (None, Some(case)) => {
                        self.held.push((case, result.key.0, result.key.1));
                        places.insert(result.key, self.held.len() - 1);
                        self.held.len() - 1
                    }
                    (None, None) => continue,
                };
                let case = &mut self.held[at].0;
                let count = u32::try_from(result.earlier.len()).unwrap_or(u32::MAX);
                case.retries = case.retries.saturating_add(count);
                case.earlier.splice(first..first, result.earlier);
            }
        }
        self.held.sort_by_key(|(_, document, ordinal)| (*document, *ordinal));
    }

    /// The tests that took longest, longest first.
    pub(crate) fn slowest(&self) -> Vec<Slow> {
        let mut slowest: Vec<Slow> = self.slowest.iter().map(|Reverse((slow, _))| slow.clone()).collect();
        slowest.sort_by(|a, b| b.cmp(a));
        slowest
    }

    fn slow(&mut self, case: &Case, key: Key) {
        let Some(time) = case.time.filter(|time| *time > 0) else { return };
        if self.slowest.len() >= SLOWEST && self.slowest.peek().is_some_and(|Reverse((least, _))| least.time >= time) {
            return;
        }
        self.slowest.push(Reverse((Slow { time, id: case.id(), file: case.file.clone() }, key)));
        if self.slowest.len() > SLOWEST {
            self.slowest.pop();
        }
    }

    fn remember(&mut self, id: &str, status: Status, flaky: bool) {
        if let Some(results) = &mut self.results {
            results.add(id, status);
        }
        let outcome = match status {
            Status::Skipped => return,
            Status::Passed if flaky => Outcome::Flaky,
            Status::Passed => Outcome::Passed,
            Status::Failed | Status::Errored => Outcome::Failed,
        };
        if let Some(run) = &mut self.run {
            run.record(id, outcome);
        }
    }
}
