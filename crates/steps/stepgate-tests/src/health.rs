//! What can be told before any test has run, for people who set things up.

use std::path::Path;

use junit::quarantine::Quarantine;
use step::Result;

use crate::clock;
use crate::config::Config;
use crate::remembered;

/// How many runs the history at `path` remembers.
///
/// # Errors
///
/// When the gate could not use it.
pub fn runs_in_history(path: &Path) -> Result<usize> {
    remembered::read(path).map(|(history, _)| history.runs().len())
}

/// The entries of the quarantine that have ended: test, and last day.
#[must_use]
pub fn ended_quarantine(config: &Config) -> Vec<(String, String)> {
    let quarantine = Quarantine::new(config.quarantine.tests.clone(), None, clock::today());
    quarantine.expired().map(|entry| (entry.test.to_string(), entry.expires.to_string())).collect()
}
