//! Findings that are accepted for a while.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::identity::upper;
use crate::model::AboutException;
use crate::{Finding, Scan};

mod entry;
mod import;
#[cfg(test)]
mod tests;
mod usage;
mod yaml;

pub use entry::{Exception, ExceptionId, PurlPattern, Versions};
pub use import::{Draft, Imported, import, to_yaml};
pub use yaml::from_yaml;

/// All exceptions, ready to be asked. Keeps book of what each was good for.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    entries: Vec<Exception>,
    today: Date,
    /// Places in `entries` by id in upper case.
    places: FxHashMap<String, Vec<usize>>,
    /// For each entry.
    uses: Vec<Use>,
}

/// What an entry was good for.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    /// How many findings it matches.
    matched: u64,
    /// How many of them it excuses.
    excused: u64,
    /// How many of them it would excuse if it had not ended, and no other entry does.
    missed: u64,
}

impl Exceptions {
    /// `entries` as of `today`.
    #[must_use]
    pub fn new(entries: Vec<Exception>, today: Date) -> Self {
        let mut places: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, entry) in entries.iter().enumerate() {
            places.entry(upper(entry.id.as_str()).into_owned()).or_default().push(at);
        }
        Self { uses: vec![Use::default(); entries.len()], entries, today, places }
    }

    /// The first exception in force that `finding` of `scan` falls under. To be asked once for each finding that would
    /// block otherwise or that may; what was asked is what [`usage`](Self::usage) tells of.
    pub fn find(&mut self, finding: &Finding<'_>, scan: &Scan<'_>) -> Option<&Exception> {
        if self.entries.is_empty() {
            return None;
        }
        let matching = self.matching(finding, scan);
        let in_force = matching.iter().copied().find(|at| self.entries[*at].expires >= self.today);
        for at in matching {
            let used = &mut self.uses[at];
            used.matched += 1;
            used.excused += u64::from(in_force == Some(at));
            used.missed += u64::from(in_force.is_none());
        }
        in_force.map(|at| &self.entries[at])
    }

    /// The entries, in their order.
    #[must_use]
    pub fn entries(&self) -> &[Exception] {
        &self.entries
    }

    /// What is to be said of the entries after all findings have been asked for, the gravest first.
    #[must_use]
    pub fn usage(&self) -> Vec<AboutException> {
        usage::of(self)
    }

    /// The places of the entries that mean `finding`, each once, in their order.
    fn matching(&self, finding: &Finding<'_>, scan: &Scan<'_>) -> Vec<usize> {
        let names = std::iter::once(&finding.id).chain(finding.aliases);
        let places = names.filter_map(|name| self.places.get(upper(name).as_ref())).flatten();
        let mut places: Vec<usize> = places.copied().filter(|at| self.entries[*at].covers(finding, scan)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}
