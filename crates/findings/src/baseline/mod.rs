//! The debt that is known. One entry a line, sorted, no totals, so that branches merge.
//!
//! The file is JSON Lines. The first line names the schema, each further line is an [`Entry`]:
//!
//! ```text
//! {"schema":"stepgate.baseline/v1"}
//! {"path":"src/A.php","tool":"phpstan","rule":"argument.type","message":"…","count":2}
//! ```

mod cover;
mod format;
pub mod import;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

pub(crate) use cover::Cover;
use cover::{Identity, Ledger};

use crate::judge::Change;
use crate::model::{Finding, Report};
use crate::words;

/// One kind of finding in one file, and how often it is known there.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Repo-relative path; empty for findings about the whole run.
    pub path: String,
    /// The tool.
    pub tool: String,
    /// The rule; empty matches any rule (imports that do not know it).
    pub rule: String,
    /// The normalised message (see [`crate::fingerprint::normalise`]); empty matches any message of the rule (imports
    /// from Psalm, whose baseline holds code instead of messages). Rule and message are never both empty.
    pub message: String,
    /// How often, at least 1.
    pub count: u32,
}

impl Entry {
    /// What must be the same for two entries to be one, in the order of the file.
    fn key(&self) -> [&str; 4] {
        [&self.path, &self.tool, &self.rule, &self.message]
    }
}

/// A whole baseline, sorted by (path, tool, rule, message), each key once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error, Eq, PartialEq)]
#[error("line {line}: {what}")]
pub struct BaselineError {
    /// From 1.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

/// An entry of which more is allowed now than before.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Growth {
    /// The entry as it is now.
    pub entry: Entry,
    /// How many were allowed before.
    pub before: u32,
}

impl fmt::Display for Growth {
    /// `src/A.php: phpstan argument.type: 5 instead of 3: Parameter #1 …`; plain text that may quote hostile input.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry: Entry { path, tool, rule, message, count }, before } = self;
        let place = if path.is_empty() { "" } else { ": " };
        let rule = if rule.is_empty() { String::new() } else { format!(" {rule}") };
        let (count, before) = (words::number((*count).into()), words::number((*before).into()));
        write!(f, "{path}{place}{tool}{rule}: {count} instead of {before}: {message}")
    }
}

impl Baseline {
    /// Everything in `findings` as known debt, except what its tool itself suppressed, which needs no baseline.
    pub fn of<'f, 'a: 'f>(findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Self {
        let mut counts = HashMap::<Identity<'f>, u32, rustc_hash::FxBuildHasher>::default();
        for finding in findings {
            if finding.detail.is_none_or(|detail| detail.suppressed.is_none()) {
                let count = counts.entry(Identity::of(finding)).or_default();
                *count = count.saturating_add(finding.occurrences());
            }
        }
        let entries = counts.into_iter().map(|(identity, count)| identity.into_entry(count));
        Self::from_entries(entries.collect())
    }

    /// Sorts `entries` and adds up those with the same key.
    #[must_use]
    pub fn from_entries(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable();
        entries.dedup_by(|next, kept| {
            let same = next.key() == kept.key();
            if same {
                kept.count = kept.count.saturating_add(next.count);
            }
            same
        });
        Self { entries }
    }

    /// The entries, sorted.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many findings it allows in all.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.count)).sum()
    }

    /// This baseline with the entries of renamed files under their new paths. To be called before
    /// [`Baseline::shrunk_to`], which knows nothing of renames.
    #[must_use]
    pub fn renamed(mut self, change: &Change) -> Self {
        let renames: BTreeMap<&str, &str> = change.renames().collect();
        for entry in &mut self.entries {
            if let Some(&new) = renames.get(entry.path.as_str()) {
                new.clone_into(&mut entry.path);
            }
        }
        Self::from_entries(self.entries)
    }

    /// This baseline reduced to what `findings` still need: counts only fall, entries only go.
    #[must_use]
    pub fn shrunk_to<'f, 'a: 'f>(&self, findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Self {
        let needy = |finding: &&Finding<'_>| finding.detail.is_none_or(|detail| detail.suppressed.is_none());
        let findings: Vec<&Finding<'_>> = findings.into_iter().filter(needy).collect();
        let found = self.cover(&findings, None).found;
        let still = self.entries.iter().zip(found).filter(|(_, found)| *found > 0);
        Self { entries: still.map(|(entry, found)| Entry { count: found, ..entry.clone() }).collect() }
    }

    /// This baseline reduced to what `reports` still need. Entries of tools without a report stay as they are, and all of
    /// them do when a report is incomplete: nothing is known about them.
    #[must_use]
    pub fn shrunk_to_reports(&self, reports: &[Report<'_>]) -> Self {
        let known = known_tools(reports);
        let findings = reports.iter().flat_map(|report| &report.findings);
        let mut entries = self.shrunk_to(findings).entries;
        entries.retain(|entry| known.contains(entry.tool.as_str()));
        entries.extend(self.entries.iter().filter(|entry| !known.contains(entry.tool.as_str())).cloned());
        Self::from_entries(entries)
    }

    /// The entries that allow more than was found, with the number found.
    pub(crate) fn stale(&self, cover: &Cover, reports: &[Report<'_>]) -> Vec<(Entry, u32)> {
        let known = known_tools(reports);
        let counts = self.entries.iter().zip(&cover.found);
        let stale = counts.filter(|(entry, found)| **found < entry.count && known.contains(entry.tool.as_str()));
        stale.map(|(entry, &found)| (entry.clone(), found)).collect()
    }

    /// What this baseline allows that `before` did not. `renames` maps new paths to old ones.
    #[must_use]
    pub fn growth_since(&self, before: &Self, renames: &Change) -> Vec<Growth> {
        let mut ledger = Ledger::new(&before.entries);
        let mut allowed = vec![0; self.entries.len()];
        for lens in ledger.lenses() {
            for (entry, allowed) in self.entries.iter().zip(&mut allowed) {
                let seen = lens.through(Identity::of_entry(entry), renames.old_path(&entry.path));
                *allowed += seen.map_or(0, |seen| ledger.take(&seen, entry.count - *allowed));
            }
        }
        let grown = self.entries.iter().zip(allowed).filter(|(entry, allowed)| entry.count > *allowed);
        grown.map(|(entry, before)| Growth { entry: entry.clone(), before }).collect()
    }
}

/// The tools about which the reports say everything: none when a report is not whole, as it may be of any tool.
fn known_tools<'a>(reports: &[Report<'a>]) -> HashSet<&'a str> {
    if !reports.iter().all(Report::is_complete) {
        return HashSet::new();
    }
    let of_findings = reports.iter().flat_map(|report| &report.findings).map(|finding| finding.rule.tool);
    of_findings.chain(reports.iter().map(|report| report.tool)).collect()
}
