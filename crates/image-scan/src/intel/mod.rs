//! EPSS and KEV: how likely it is that a vulnerability is exploited, and which are known to be.
//!
//! Both come from files that the caller was given: FIRST's scores (<https://www.first.org/epss/data_stats>) and CISA's
//! catalogue (<https://www.cisa.gov/known-exploited-vulnerabilities-catalog>). A file that is empty or not what it
//! should be is an error, since it would let everything through that a rule asks it about.

mod epss;
mod kev;

pub use epss::{epss, epss_of};
pub use kev::kev;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Finding;
use crate::age::{self, Age};

/// Scores of FIRST's EPSS: `epss_scores-YYYY-MM-DD.csv`, unpacked.
#[derive(Clone, Debug, Default)]
pub struct Epss {
    /// Score from 0 to 1 by CVE.
    pub scores: FxHashMap<Box<str>, f32>,
    /// When they were computed.
    pub date: Option<Timestamp>,
}

impl Epss {
    /// The highest score of `finding`'s id and aliases.
    #[must_use]
    pub fn score(&self, finding: &Finding<'_>) -> Option<f32> {
        names(finding).filter_map(|name| self.scores.get(name).copied()).reduce(f32::max)
    }
}

/// CISA's catalogue of known exploited vulnerabilities, as JSON.
#[derive(Clone, Debug, Default)]
pub struct Kev {
    /// The CVEs.
    pub ids: FxHashSet<Box<str>>,
    /// When the catalogue was released.
    pub date: Option<Timestamp>,
}

impl Kev {
    /// Whether it lists `finding`, by its id or an alias.
    #[must_use]
    pub fn lists(&self, finding: &Finding<'_>) -> bool {
        names(finding).any(|name| self.ids.contains(name))
    }
}

fn names<'a>(finding: &Finding<'a>) -> impl Iterator<Item = &'a str> {
    std::iter::once(finding.id).chain(finding.aliases.iter().copied())
}

/// Why data of `date` is too old, or of no known date: `3 days old, and 2d is the limit`. `None` when it is fresh.
#[must_use]
pub fn stale(date: Option<Timestamp>, now: Timestamp, max: Age) -> Option<String> {
    match date {
        None => Some("of no known date".to_owned()),
        Some(date) if max.is_exceeded(date, now) => {
            Some(format!("{} old, and {max} is the limit", age::ago(date, now)))
        }
        Some(date) if Age::days(2).is_reached(now, date) => Some("dated in the future".to_owned()),
        Some(_) => None,
    }
}

/// `2026-11-24T12:00:00Z`, `2026-11-24T12:00:00+0000` or `2026-11-24`.
fn date(text: &str) -> Option<Timestamp> {
    let day = || text.parse().ok().map(|day: jiff::civil::Date| day.to_datetime(jiff::civil::Time::midnight()));
    let utc = |time: jiff::civil::DateTime| jiff::tz::Offset::UTC.to_timestamp(time).ok();
    text.parse().ok().or_else(|| day().and_then(utc))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_old_undated_or_of_tomorrow_is_stale() {
        let now = date("2026-11-24").unwrap();
        let stale = |text| stale(date(text), now, Age::days(7));
        assert_eq!(stale("2026-11-17T00:00:00+0000"), None);
        assert_eq!(stale("2026-11-16T00:00:00Z").as_deref(), Some("8 days old, and 7d is the limit"));
        assert_eq!(stale("soon").as_deref(), Some("of no known date"));
        assert_eq!(stale("2026-11-25"), None, "clocks and time zones differ");
        assert_eq!(stale("2027-11-24").as_deref(), Some("dated in the future"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40), at in any::<usize>()) {
            let csv = "#model_version:v1,score_date:2026-11-23T12:55:00Z\ncve,epss,percentile\nCVE-1,0.5,0.9\n";
            let catalogue = r#"{"dateReleased":"2026-11-23","vulnerabilities":[{"cveID":"CVE-1"}]}"#;
            for text in [csv, catalogue, r#"[{"cve":"CVE-1","epss":"0.25","date":"2026-11-20"}]"#, ""] {
                let mut mixed = text.as_bytes().to_vec();
                let at = at % (mixed.len() + 1);
                mixed.splice(at..mixed.len().min(at + bytes.len()), bytes.iter().copied());
                let (scores, listed) = (epss(&mut &*mixed), kev(&mut &*mixed));
                prop_assert!(scores.is_err() || listed.is_err(), "nothing is both");
            }
        }
    }
}
