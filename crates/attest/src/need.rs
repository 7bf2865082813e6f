//! Whether evidence meets a requirement.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::claim::{Claim, Outcome};
use crate::examine::{Accepted, Evidence};

/// A requirement.
#[derive(Clone, Debug)]
pub struct Need<'a> {
    /// What must be claimed.
    pub claim: &'a Claim,
    /// In which environment, for a claim that is about one. `None`: in any.
    pub environment: Option<&'a str>,
    /// By how many different keys; 0 is 1.
    pub keys: usize,
    /// Only the PASSes of these keys count, by name; empty: of any key that may. A FAIL counts by any key that may.
    pub by: &'a [String],
    /// How old it may be. What has no time is too old.
    pub max_age: Option<Duration>,
    /// Only what is of this time or later counts.
    pub since: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// How it stands with a requirement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Holding {
    /// It is met.
    Holds {
        /// The lines that say so, the newest of each key.
        lines: Vec<usize>,
        /// By which keys, by name, sorted.
        keys: Vec<String>,
        /// Since when: the time at which the last key that is needed had said so. `None`: they say no time.
        since: Option<Timestamp>,
    },
    /// Nothing says so.
    Missing,
    /// It was claimed to be bad, later than or at the same time as it was claimed to be good.
    Failed {
        /// The line.
        line: usize,
        /// When.
        at: Option<Timestamp>,
        /// By which keys.
        keys: Vec<String>,
    },
    /// It was claimed, too long ago (or before `since`).
    TooOld {
        /// The newest.
        at: Option<Timestamp>,
    },
    /// It was claimed, by too few different keys.
    TooFew {
        /// By so many.
        have: usize,
        /// So many are needed.
        want: usize,
    },
}

impl Evidence {
    /// How it stands with a requirement. Of each key its newest word counts; a FAIL by any key that may say so, which is as
    /// new as the newest PASS or newer, beats all PASSes. A FAIL is never too old, and one without a time always beats.
    /// Provenance that names two commits contradicts itself, which is a FAIL.
    #[must_use]
    pub fn holds(&self, need: &Need<'_>) -> Holding {
        let said: Vec<&Accepted> = self.accepted.iter().filter(|one| need.is_about(one)).collect();
        let passes: Vec<(&str, &Accepted)> = newest_words(&said)
            .into_iter()
            .filter(|(key, word)| word.outcome == Outcome::Pass && need.listens_to(key))
            .collect();
        let newest = passes.iter().map(|(_, pass)| pass.at).max();
        if let Some(fail) = beating_fail(&said, newest) {
            return Holding::failed(fail);
        }
        if let (Claim::Provenance, [_, _, ..], Some((_, contradicted))) = (need.claim, &*self.commits, passes.last()) {
            return Holding::failed(contradicted);
        }
        let Some(newest) = newest else { return Holding::Missing };
        let fresh: Vec<_> = passes.into_iter().filter(|(_, pass)| need.is_fresh(pass.at)).collect();
        match (fresh.len(), need.keys.max(1)) {
            (0, _) => Holding::TooOld { at: newest },
            (have, want) if have < want => Holding::TooFew { have, want },
            (_, want) => held(fresh, want),
        }
    }
}

impl Holding {
    fn failed(by: &Accepted) -> Self {
        Self::Failed { line: by.line, at: by.at, keys: by.keys.clone() }
    }
}

impl Need<'_> {
    fn is_about(&self, one: &Accepted) -> bool {
        one.claim == *self.claim
            && self.environment.is_none_or(|environment| one.environment.as_deref() == Some(environment))
    }

    fn listens_to(&self, key: &str) -> bool {
        self.by.is_empty() || self.by.iter().any(|name| name == key)
    }

    fn is_fresh(&self, at: Option<Timestamp>) -> bool {
        let Some(at) = at else { return self.max_age.is_none() && self.since.is_none() };
        // What is of a time that is not yet has no age.
        let age = Duration::try_from(self.now.duration_since(at)).unwrap_or_default();
        self.since.is_none_or(|since| at >= since) && self.max_age.is_none_or(|max_age| age <= max_age)
    }
}

/// Of each key what it said last; of things said at the same time a FAIL, else what stands first.
fn newest_words<'e>(said: &[&'e Accepted]) -> BTreeMap<&'e str, &'e Accepted> {
    let rank = |word: &Accepted| (word.at, word.outcome == Outcome::Fail, Reverse(word.line));
    let mut words: BTreeMap<&str, &Accepted> = BTreeMap::new();
    for &one in said {
        for key in &one.keys {
            let word = words.entry(key).or_insert(one);
            if rank(one) > rank(word) {
                *word = one;
            }
        }
    }
    words
}

/// The newest FAIL that the newest PASS (if there is one) does not come after. What has no time is the newest.
fn beating_fail<'e>(said: &[&'e Accepted], newest_pass: Option<Option<Timestamp>>) -> Option<&'e Accepted> {
    said.iter()
        .filter(|one| one.outcome == Outcome::Fail)
        .filter(|fail| fail.at.is_none() || newest_pass.is_none_or(|pass| fail.at >= pass))
        .max_by_key(|fail| (fail.at.is_none(), fail.at, Reverse(fail.line)))
        .copied()
}

fn held(mut fresh: Vec<(&str, &Accepted)>, want: usize) -> Holding {
    let keys = fresh.iter().map(|(key, _)| (*key).to_owned()).collect();
    let lines: BTreeSet<usize> = fresh.iter().map(|(_, pass)| pass.line).collect();
    // What has no time comes last: nobody knows when it was said.
    fresh.sort_by_key(|(_, pass)| (pass.at.is_none(), pass.at));
    let since = fresh.get(want.saturating_sub(1)).and_then(|(_, pass)| pass.at);
    Holding::Holds { lines: lines.into_iter().collect(), keys, since }
}

#[cfg(test)]
mod tests;
