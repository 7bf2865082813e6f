//! Which findings a baseline covers, each entry as often as it says.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::{Baseline, Entry};
use crate::fingerprint::normalise;
use crate::judge::Change;
use crate::model::{Finding, Severity};

/// What a baseline said of some findings.
pub(crate) struct Cover {
    /// For each finding, whether it is known.
    pub(crate) covered: Vec<bool>,
    /// For each entry, how often it was found, at most its count.
    pub(crate) found: Vec<u32>,
}

impl Baseline {
    /// Looks every finding up. Where there are more than an entry allows, those on lines that `change` touched are
    /// the new ones, then the last of the file: the choice never depends on the order of the findings, and one more
    /// finding never covers another.
    pub(crate) fn cover(&self, findings: &[&Finding<'_>], change: Option<&Change>) -> Cover {
        let mut ledger = Ledger::new(&self.entries);
        let mut cover = Cover { covered: vec![false; findings.len()], found: vec![0; self.entries.len()] };
        let identities: Vec<_> = findings.iter().map(|finding| Identity::of(finding)).collect();
        for lens in ledger.lenses() {
            let mut claims = Vec::new();
            let mut wanted = vec![0_u64; self.entries.len()];
            for (at, finding) in findings.iter().enumerate().filter(|(at, _)| !cover.covered[*at]) {
                let old_path = change.and_then(|change| change.old_path(finding.path()));
                let seen = lens.through(identities[at].borrowed(), old_path);
                if let Some(entry) = seen.and_then(|seen| ledger.find(&seen)) {
                    claims.push((entry, at));
                    wanted[entry] += u64::from(finding.occurrences());
                }
            }
            let is_contested = |entry: usize| wanted[entry] > u64::from(ledger.left[entry]);
            let (mut contested, free): (Vec<_>, Vec<_>) =
                claims.into_iter().partition(|&(entry, _)| is_contested(entry));
            contested.sort_by_cached_key(|&(entry, at)| (entry, Precedence::of(findings[at], change)));
            for (entry, at) in free.into_iter().chain(contested) {
                let count = findings[at].occurrences();
                cover.found[entry] = cover.found[entry].saturating_add(count).min(self.entries[entry].count);
                cover.covered[at] = count <= ledger.left[entry];
                // The first that does not fit ends it, or else one more finding could make room for another.
                ledger.left[entry] = ledger.left[entry].saturating_sub(count);
            }
        }
        cover
    }
}

/// In which order findings are taken to be the known ones: first those that are none of the change's doing. Only
/// findings that are judged alike are equal.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Precedence<'a> {
    changed: bool,
    place: [u32; 3],
    severity: Severity,
    never_ignorable: bool,
    rule: &'a str,
    message: &'a str,
    count: u32,
}

impl<'a> Precedence<'a> {
    fn of(finding: &Finding<'a>, change: Option<&Change>) -> Self {
        Self {
            changed: change.is_some_and(|change| !change.excludes(finding)),
            place: [finding.line, finding.column, finding.end_line],
            severity: finding.severity,
            never_ignorable: !finding.ignorable,
            rule: finding.rule.id,
            message: finding.message,
            count: finding.occurrences(),
        }
    }
}

/// What must be the same for a finding to be a known one.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct Identity<'k> {
    path: Cow<'k, str>,
    tool: &'k str,
    rule: &'k str,
    message: Cow<'k, str>,
}

impl<'k> Identity<'k> {
    pub(super) fn of(finding: &Finding<'k>) -> Self {
        let path = match finding.file {
            Some(file) if !file.inside => normalise(file.path),
            _ => Cow::Borrowed(finding.path()),
        };
        let message = match normalise(finding.message) {
            message if message.is_empty() => Cow::Borrowed(NO_MESSAGE),
            message => message,
        };
        Self { path, tool: finding.rule.tool, rule: finding.rule.id, message }
    }

    pub(super) fn of_entry(entry: &'k Entry) -> Self {
        let [path, tool, rule, message] = entry.key();
        Self { path: path.into(), tool, rule, message: message.into() }
    }

    pub(super) fn into_entry(self, count: u32) -> Entry {
        Entry {
            path: self.path.into_owned(),
            tool: self.tool.to_owned(),
            rule: self.rule.to_owned(),
            message: self.message.into_owned(),
            count,
        }
    }

    fn borrowed(&self) -> Identity<'_> {
        Identity { path: (&*self.path).into(), tool: self.tool, rule: self.rule, message: (&*self.message).into() }
    }

    fn hash(&self) -> u64 {
        FxBuildHasher.hash_one(self)
    }
}

/// Stands for an empty message of a tool: an empty one in an entry matches them all.
const NO_MESSAGE: &str = "(no message)";

/// One way of looking a finding up, from exact to loose.
#[derive(Clone, Copy)]
pub(super) struct Lens {
    before_rename: bool,
    any_rule: bool,
    any_message: bool,
}

impl Lens {
    /// The identity to look up; `None` when this lens shows nothing new.
    pub(super) fn through<'k>(self, mut identity: Identity<'k>, old_path: Option<&'k str>) -> Option<Identity<'k>> {
        if self.before_rename {
            identity.path = old_path?.into();
        }
        if self.any_rule {
            identity.rule = "";
        }
        if self.any_message {
            identity.message = "".into();
        }
        Some(identity)
    }
}

/// Entries by identity, and how much of each is left.
pub(super) struct Ledger<'b> {
    entries: &'b [Entry],
    index: HashTable<usize>,
    left: Vec<u32>,
}

impl<'b> Ledger<'b> {
    pub(super) fn new(entries: &'b [Entry]) -> Self {
        let hash = |&at: &usize| Identity::of_entry(&entries[at]).hash();
        let mut index = HashTable::with_capacity(entries.len());
        for at in 0..entries.len() {
            index.insert_unique(hash(&at), at, hash);
        }
        Self { entries, index, left: entries.iter().map(|entry| entry.count).collect() }
    }

    /// The lenses that can show anything, exact ones first.
    pub(super) fn lenses(&self) -> Vec<Lens> {
        let any_rule = self.entries.iter().any(|entry| entry.rule.is_empty());
        let any_message = self.entries.iter().any(|entry| entry.message.is_empty());
        let mut lenses = Vec::new();
        for (rule, message) in [(false, false), (true, false), (false, true)] {
            if (any_rule || !rule) && (any_message || !message) {
                let lens = |before_rename| Lens { before_rename, any_rule: rule, any_message: message };
                lenses.extend([false, true].map(lens));
            }
        }
        lenses
    }

    fn find(&self, identity: &Identity<'_>) -> Option<usize> {
        self.index.find(identity.hash(), |&at| Identity::of_entry(&self.entries[at]) == *identity).copied()
    }

    /// Takes up to `wanted` from the entry of `identity`, and says how many there were.
    pub(super) fn take(&mut self, identity: &Identity<'_>, wanted: u32) -> u32 {
        let Some(left) = self.find(identity).and_then(|at| self.left.get_mut(at)) else {
            return 0;
        };
        let taken = wanted.min(*left);
        *left -= taken;
        taken
    }
}
