//! Tests that may fail for a while: they still run and are shown, and do not block.
//!
//! The list is the `quarantine` section of `stepgate.yaml`, where each entry has an owner, a reason and a day on which it
//! ends, and the file that Bitbucket leaves in a step with `inject-classification: true`.

mod bitbucket;
mod entry;
mod pattern;
#[cfg(test)]
mod tests;
mod usage;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::identity::base_name;
pub use bitbucket::{BitbucketError, BitbucketFile, BitbucketTest};
pub use entry::Entry;
pub use pattern::{PatternError, TestPattern};
pub use usage::{Ready, Usage};

/// Tests that may fail for a while.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// The tests, each with an owner, a reason and the day on which the entry ends.
    pub tests: Vec<Entry>,
}

/// The quarantine as it is today.
#[derive(Clone, Debug)]
pub struct Quarantine {
    entries: Vec<Entry>,
    today: Date,
    /// By id, those entries that name one test. Entries for one test may be several.
    exact: BTreeMap<String, Vec<usize>>,
    /// The entries with wildcards, in their order.
    wild: Vec<usize>,
    bitbucket: Option<BitbucketFile>,
}

/// Why a test is in quarantine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Match<'q> {
    /// Who says so.
    pub by: By<'q>,
    /// The entry has ended: the test counts as if it were not listed.
    pub expired: bool,
}

/// Who put a test in quarantine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By<'q> {
    /// An entry of the config.
    Entry(&'q Entry),
    /// Somebody, in Bitbucket's list of tests.
    Bitbucket(&'q BitbucketTest),
}

impl Quarantine {
    /// The quarantine of `entries` and of Bitbucket. `today` decides which entries have ended.
    #[must_use]
    pub fn new(entries: Vec<Entry>, bitbucket: Option<BitbucketFile>, today: Date) -> Self {
        let (mut exact, mut wild) = (BTreeMap::<String, Vec<usize>>::new(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            if entry.test.is_wild() {
                wild.push(at);
            } else {
                exact.entry(entry.test.as_str().to_owned()).or_default().push(at);
            }
        }
        Self { entries, today, exact, wild, bitbucket }
    }

    /// Whether `case` is in quarantine. An entry that has not ended goes before one that has, one that names the test
    /// before one with wildcards, and an entry before Bitbucket.
    #[must_use]
    pub fn find(&self, case: &Case) -> Option<Match<'_>> {
        let id = case.id();
        self.decide(self.matching(&id), case)
    }

    /// The entries that have ended, in their order. Each is a reason to fail, whatever its test did: it is to be renewed
    /// or removed.
    pub fn expired(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| self.has_ended(entry))
    }

    /// Keeps book of what the quarantine is good for in a run.
    #[must_use]
    pub fn usage(&self) -> Usage<'_> {
        Usage::new(self)
    }

    fn has_ended(&self, entry: &Entry) -> bool {
        entry.expires < self.today
    }

    /// The places in `entries` of all that mean the test `id`, the best first but for those that have ended.
    fn matching(&self, id: &str) -> impl Iterator<Item = usize> {
        let wild = self.wild.iter().filter(move |at| self.entries[**at].test.matches(id));
        self.exact.get(id).into_iter().flatten().chain(wild).copied()
    }

    fn decide(&self, matching: impl Iterator<Item = usize>, case: &Case) -> Option<Match<'_>> {
        let mut ended = None;
        for entry in matching.map(|at| &self.entries[at]) {
            if !self.has_ended(entry) {
                return Some(Match { by: By::Entry(entry), expired: false });
            }
            ended = ended.or(Some(Match { by: By::Entry(entry), expired: true }));
        }
        let bitbucket = self.bitbucket.as_ref().and_then(|file| {
            file.find(&case.class, &case.name).or_else(|| file.find(&case.class, base_name(&case.name)))
        });
        bitbucket.map(|test| Match { by: By::Bitbucket(test), expired: false }).or(ended)
    }
}
