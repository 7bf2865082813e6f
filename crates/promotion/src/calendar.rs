//! Windows and freezes: when changes may be made.
//!
//! Times are civil times in an IANA time zone, of the database that the program carries. Where clocks are put forward, a
//! time that does not exist is the first one after the gap; where they are put back, a beginning is the first of two, and
//! an end is the second.

#[cfg(test)]
mod tests;
mod times;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::{Freeze, Policy, some};
use times::Times;

/// A weekly or a dated period.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// For a weekly one, the days on which it begins: `mon`, `tue-fri`, `sat-mon`. Left out: every day, when `from` is a
    /// time of day.
    #[serde(default, deserialize_with = "some")]
    #[schemars(length(min = 1))]
    pub days: Vec<String>,
    /// A time of day (`09:00`), or a date with a time (`2026-12-24T08:00`).
    pub from: String,
    /// The end, which is not part of it: of the same kind. A time of day not after `from` is of the day after; `24:00` is the
    /// end of the day.
    pub to: String,
    /// The IANA time zone: `Europe/Berlin`.
    pub zone: String,
}

/// Whether a period is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Phase {
    /// Whether it is on now.
    pub on: bool,
    /// When that changes; `None`: never again, as far as can be seen.
    pub until: Option<Timestamp>,
}

/// How far ahead is looked for an end: what is on for longer is on for good.
const HORIZON: SignedDuration = SignedDuration::from_hours(400 * 24);

impl Period {
    /// Whether it can be understood.
    ///
    /// # Errors
    ///
    /// What is wrong: a day, a time, a date, a zone that does not exist, an end before the beginning.
    pub fn check(&self) -> Result<(), String> {
        Times::of(self).map(|_| ())
    }

    /// Whether it is on, and until when that stays so. One that [cannot be understood](Self::check) is never on.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Phase {
        windows(std::slice::from_ref(self), now)
    }
}

/// Whether one of several windows is open; none at all are always open. One that [cannot be understood](Period::check) never
/// is.
#[must_use]
pub fn windows(windows: &[Period], now: Timestamp) -> Phase {
    if windows.is_empty() {
        return Phase { on: true, until: None };
    }
    let times: Vec<Times> = windows.iter().filter_map(|window| Times::of(window).ok()).collect();
    phase(&times, now)
}

/// The freezes that are on in an environment: its own, and those of the whole file. One that
/// [cannot be understood](Period::check) is always on.
#[must_use]
pub fn freezes<'p>(policy: &'p Policy, environment: &str, now: Timestamp) -> Vec<&'p Freeze> {
    let own = policy.environments.get(environment).into_iter().flat_map(|it| &it.freezes);
    let is_here =
        |freeze: &&Freeze| freeze.environments.is_empty() || freeze.environments.iter().any(|it| it == environment);
    let of_all = policy.freezes.iter().filter(is_here);
    own.chain(of_all).filter(|freeze| Times::of(&freeze.when).map_or(true, |times| times.end(now).is_some())).collect()
}

/// Whether at least one is on, and until when that stays so.
fn phase(times: &[Times], now: Timestamp) -> Phase {
    let end = |at: Timestamp| times.iter().filter_map(|times| times.end(at)).max();
    let Some(mut until) = end(now) else {
        return Phase { on: false, until: times.iter().filter_map(|times| times.next(now)).min() };
    };
    let horizon = now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
    // One may begin where, or before, another ends.
    while let Some(later) = end(until) {
        until = later;
        if until > horizon {
            return Phase { on: true, until: None };
        }
    }
    Phase { on: true, until: Some(until) }
}
