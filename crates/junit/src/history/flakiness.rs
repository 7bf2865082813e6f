//! Which tests are flaky, by what they did in earlier runs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{History, Outcome};

/// How many outcomes [`Flakiness::last`] holds at most.
const LAST: usize = 50;

/// What the history tells of one test. Only runs that list it count: of the others nothing is known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Flakiness {
    /// The test, by [`key`](super::key) of its id.
    pub id: String,
    /// In how many runs it is listed.
    pub runs: usize,
    /// In how many of them it failed.
    pub failed: usize,
    /// In how many of them it passed after it had failed.
    pub flaky: usize,
    /// How often it went from failed to not failed or back, from one run of a branch to the next.
    pub flips: usize,
    /// The same from one run of a commit to the next: what cannot come from the code.
    pub same_commit_flips: usize,
    /// What it did last, for a plot: newest last, at most 50.
    pub last: Vec<Outcome>,
    /// In how many runs it passed at the first attempt since it last did not.
    pub passes_in_a_row: usize,
}

impl Flakiness {
    /// Whether it was seen to pass and to fail with the same code. A test that failed on one commit and passes since is
    /// not flaky.
    #[must_use]
    pub const fn is_flaky(&self) -> bool {
        self.evidence() > 0
    }

    const fn evidence(&self) -> usize {
        self.flaky + self.same_commit_flips
    }
}

impl History {
    /// The flaky tests, those with the most evidence first, `limit` at most.
    #[must_use]
    pub fn report(&self, limit: usize) -> Vec<Flakiness> {
        let mut flaky: Vec<Flakiness> = self.tallies().into_values().filter(Flakiness::is_flaky).collect();
        let rank = |test: &Flakiness| Reverse((test.evidence(), test.flips, test.failed));
        // The sort is stable and they come by id.
        flaky.sort_by_key(rank);
        flaky.truncate(limit);
        flaky
    }

    /// What is known of every test that is listed, by its key.
    pub(crate) fn tallies(&self) -> BTreeMap<&str, Flakiness> {
        let mut tests = BTreeMap::<&str, Flakiness>::new();
        let (mut on_branch, mut on_commit) = (Flips::default(), Flips::default());
        for run in &self.runs {
            for (id, outcome) in run.outcomes() {
                let test = tests.entry(id).or_insert_with(|| Flakiness { id: id.to_owned(), ..Flakiness::default() });
                test.runs += 1;
                test.failed += usize::from(outcome == Outcome::Failed);
                test.flaky += usize::from(outcome == Outcome::Flaky);
                test.passes_in_a_row = if outcome == Outcome::Passed { test.passes_in_a_row + 1 } else { 0 };
                test.flips += usize::from(on_branch.is_flip(id, &run.branch, outcome));
                let is_known = !run.commit.is_empty();
                test.same_commit_flips += usize::from(is_known && on_commit.is_flip(id, &run.commit, outcome));
                test.last.push(outcome);
            }
        }
        for test in tests.values_mut() {
            test.last.drain(..test.last.len().saturating_sub(LAST));
        }
        tests
    }
}

/// Whether a test had failed when it was last seen in a place.
#[derive(Default)]
struct Flips<'h>(BTreeMap<(&'h str, &'h str), bool>);

impl<'h> Flips<'h> {
    fn is_flip(&mut self, id: &'h str, place: &'h str, outcome: Outcome) -> bool {
        let has_failed = outcome == Outcome::Failed;
        self.0.insert((id, place), has_failed).is_some_and(|before| before != has_failed)
    }
}
