//! What tests did in earlier runs: a small file that only grows at its end, kept as a cache or an artifact.
//!
//! The file is JSON Lines, a line per run, and knows only tests that were trouble: `passed` lists a test when an earlier
//! line has it in `failed` or `flaky`, or when it is quarantined. So recoveries are known and the file stays small.
//!
//! ```text
//! {"v":1,"run":"412","commit":"0123abcd","branch":"main","at":"2026-11-24T12:00:00Z","tests":1234,"failed":["App\\T::testX"],"flaky":[],"passed":[]}
//! ```

mod flakiness;
mod line;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

pub use flakiness::Flakiness;
pub use line::HistoryError;

/// The longest id that is kept whole, in bytes.
pub const MAX_ID: usize = 1_024;

/// How many tests a single run can add to those that are watched. When a database is down everything fails, and that
/// says nothing of any test.
pub const MAX_NEW: usize = 1_000;

/// What a test did in a run. When it has several results the one that comes last here counts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// It passed at the first attempt.
    Passed,
    /// It passed after it had failed.
    Flaky,
    /// It failed or broke.
    Failed,
}

impl Outcome {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Failed => "failed",
        }
    }
}

/// One run: a build of the pipeline.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Run {
    /// Its number or name.
    pub run: String,
    /// The commit that was tested; empty when unknown.
    pub commit: String,
    /// Its branch; empty when unknown.
    pub branch: String,
    /// When it was.
    pub at: jiff::Timestamp,
    /// How many tests there were in all.
    pub tests: u64,
    /// How many failed beyond those that are listed; see [`MAX_NEW`].
    pub unlisted: u64,
    /// What tests did, by [`key`] of their ids; [`Run::record`] adds to it.
    pub outcomes: BTreeMap<String, Outcome>,
}

impl Run {
    /// Notes what the test `id` did. Skipped tests are not noted: nothing is known of them.
    pub fn record(&mut self, id: &str, outcome: Outcome) {
        self.record_key(key(id), outcome);
    }

    fn outcomes(&self) -> impl Iterator<Item = (&str, Outcome)> {
        self.outcomes.iter().map(|(id, outcome)| (id.as_str(), *outcome))
    }

    fn record_key(&mut self, key: Cow<'_, str>, outcome: Outcome) {
        match self.outcomes.get_mut(key.as_ref()) {
            Some(known) => *known = outcome.max(*known),
            None => _ = self.outcomes.insert(key.into_owned(), outcome),
        }
    }

    /// What makes two lines tell of one run, in the order of time.
    fn identity(&self) -> (jiff::Timestamp, &str, &str) {
        (self.at, &self.run, &self.commit)
    }

    /// Takes in what another line tells of the same run.
    fn join(&mut self, other: Self) {
        self.tests = self.tests.max(other.tests);
        self.unlisted = self.unlisted.max(other.unlisted);
        if self.branch < other.branch {
            self.branch = other.branch;
        }
        for (id, outcome) in other.outcomes {
            match self.outcomes.entry(id) {
                Entry::Occupied(mut known) => _ = known.insert(outcome.max(*known.get())),
                Entry::Vacant(new) => _ = new.insert(outcome),
            }
        }
    }
}

/// The runs that are remembered, each once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct History {
    /// By [`Run::identity`].
    runs: Vec<Run>,
}

impl History {
    /// Reads a history, and gives notes on what was left out: a last line that an interrupted write cut short. After a
    /// note, write the history anew with [`History::write`] instead of appending to it.
    ///
    /// # Errors
    ///
    /// On any other line that cannot be read, and on a version that is not known.
    pub fn parse(text: &[u8]) -> Result<(Self, Vec<String>), HistoryError> {
        let (runs, notes) = line::parse(text)?;
        Ok((Self::of(runs), notes))
    }

    /// All that several histories know: caches of parallel branches become one. A run that several tell of, with the same
    /// number, commit and time, is one run.
    #[must_use]
    pub fn merge(histories: &[Self]) -> Self {
        Self::of(histories.iter().flat_map(|history| &history.runs).cloned().collect())
    }

    /// The runs, oldest first.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// What must be remembered when it passes.
    #[must_use]
    pub fn watched(&self) -> Watched<'_> {
        let outcomes = self.runs.iter().flat_map(Run::outcomes);
        Watched(outcomes.filter(|(_, outcome)| *outcome > Outcome::Passed).map(|(id, _)| id).collect())
    }

    /// The line to append for `run`, with its line break. The text before it must end in a line break, as
    /// [`History::write`] leaves it. Of what passed, the line lists only what is watched or quarantined: `run` may hold
    /// every test. `is_quarantined` is asked with the [`key`] of a test's id.
    #[must_use]
    pub fn line_for(&self, run: &Run, is_quarantined: impl Fn(&str) -> bool) -> String {
        line::line(&self.worth_keeping(run, is_quarantined))
    }

    /// Takes in `run`, as if [`History::line_for`] had been appended and read.
    pub fn add(&mut self, run: &Run, is_quarantined: impl Fn(&str) -> bool) {
        let run = self.worth_keeping(run, is_quarantined);
        let runs = std::mem::take(&mut self.runs);
        *self = Self::of(runs.into_iter().chain([run]).collect());
    }

    /// Keeps the newest `max_runs` runs.
    pub fn prune(&mut self, max_runs: usize) {
        self.runs.drain(..self.runs.len().saturating_sub(max_runs));
    }

    /// Writes the whole file.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        self.runs.iter().try_for_each(|run| out.write_all(line::line(run).as_bytes()))
    }

    fn of(mut runs: Vec<Run>) -> Self {
        runs.sort_by(|a, b| a.identity().cmp(&b.identity()));
        let mut once: Vec<Run> = Vec::with_capacity(runs.len());
        for run in runs {
            match once.last_mut() {
                Some(last) if last.identity() == run.identity() => last.join(run),
                _ => once.push(run),
            }
        }
        Self { runs: once }
    }

    fn worth_keeping(&self, run: &Run, is_quarantined: impl Fn(&str) -> bool) -> Run {
        let watched = self.watched();
        let mut kept = run.clone();
        let mut new = 0;
        kept.outcomes.retain(|id, outcome| {
            if watched.0.contains(id.as_str()) || is_quarantined(id) {
                return true;
            }
            let is_trouble = *outcome > Outcome::Passed;
            new += usize::from(is_trouble);
            is_trouble && new <= MAX_NEW
        });
        kept.unlisted = kept.unlisted.saturating_add(new.saturating_sub(MAX_NEW) as u64);
        kept
    }
}

/// The tests that a history has seen in trouble.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Watched<'h>(BTreeSet<&'h str>);

impl Watched<'_> {
    /// Whether the test `id` is among them.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(key(id).as_ref())
    }
}

/// The id as it is kept: a longer one than [`MAX_ID`] is cut, and ends in a hash of the whole, so that it is the same in
/// every run and still its own.
#[must_use]
pub fn key(id: &str) -> Cow<'_, str> {
    if id.len() <= MAX_ID {
        return Cow::Borrowed(id);
    }
    let end = id.floor_char_boundary(MAX_ID - '…'.len_utf8() - 16);
    Cow::Owned(format!("{}…{:016x}", &id[..end], fnv(id.as_bytes())))
}

/// FNV-1a, which is the same on every machine: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
