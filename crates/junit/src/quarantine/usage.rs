//! What the quarantine was good for in a run.

use std::collections::BTreeSet;

use super::{Entry, Match, Quarantine};
use crate::case::Case;
use crate::history::{self, History};

/// Which entries mean which tests of a run.
#[derive(Clone, Debug)]
pub struct Usage<'q> {
    quarantine: &'q Quarantine,
    /// For each entry, the [`key`](history::key) of each test that it means.
    tests: Vec<BTreeSet<String>>,
    id: String,
}

/// An entry that is no longer needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ready<'q> {
    /// The entry.
    pub entry: &'q Entry,
    /// How many times in a row its test passed last; of several tests, the one with the fewest.
    pub passes: usize,
}

impl<'q> Usage<'q> {
    pub(super) fn new(quarantine: &'q Quarantine) -> Self {
        Self { quarantine, tests: vec![BTreeSet::new(); quarantine.entries.len()], id: String::new() }
    }

    /// [`Quarantine::find`] that keeps book. To be asked for every result of the run, whatever its status.
    pub fn find(&mut self, case: &Case) -> Option<Match<'q>> {
        case.write_id(&mut self.id);
        let matching: Vec<usize> = self.quarantine.matching(&self.id).collect();
        for at in &matching {
            self.tests[*at].insert(history::key(&self.id).into_owned());
        }
        self.quarantine.decide(matching.into_iter(), case)
    }

    /// The entries that mean no test of the run: they can go, or their tests are called something else by now.
    pub fn stale(&self) -> impl Iterator<Item = &'q Entry> {
        let entries = self.quarantine.entries.iter().zip(&self.tests);
        entries.filter(|(_, tests)| tests.is_empty()).map(|(entry, _)| entry)
    }

    /// The entries of which every test in the run passed at the first attempt at least `passes_needed` times in a row, by
    /// `history`, which should know this run. At least one pass is always needed.
    #[must_use]
    pub fn ready(&self, history: &History, passes_needed: usize) -> Vec<Ready<'q>> {
        let known = history.tallies();
        let passes = |id: &String| known.get(id.as_str()).map_or(0, |test| test.passes_in_a_row);
        let entries = self.quarantine.entries.iter().zip(&self.tests);
        let fewest =
            entries.filter_map(|(entry, tests)| Some(Ready { entry, passes: tests.iter().map(passes).min()? }));
        fewest.filter(|ready| ready.passes >= passes_needed.max(1)).collect()
    }
}
