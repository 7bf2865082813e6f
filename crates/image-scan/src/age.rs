//! Lengths of time as people write them in stepgate.yaml.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A length of time in whole hours, days (of 24 hours) or weeks: `24h`, `30d`, `2w`. More than nothing, and at most a
/// hundred years.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[1-9][0-9]*[hdw]$"))]
pub struct Age {
    hours: u32,
}

const MOST_HOURS: u32 = 100 * 366 * 24;

impl Age {
    /// So many hours.
    #[must_use]
    pub const fn hours(hours: u32) -> Self {
        Self { hours }
    }

    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self { hours: days.saturating_mul(24) }
    }

    /// Whether from `since` to `now` more than this has gone by. What is exactly this old is not older.
    #[must_use]
    pub fn is_exceeded(self, since: Timestamp, now: Timestamp) -> bool {
        now.duration_since(since) > self.duration()
    }

    /// Whether from `since` to `now` this or more has gone by.
    #[must_use]
    pub fn is_reached(self, since: Timestamp, now: Timestamp) -> bool {
        now.duration_since(since) >= self.duration()
    }

    fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.hours) * 3600)
    }
}

/// How long ago `then` was, roughly, as people say it: `5 hours`, `3 days`. What is still to come is `0 hours`.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let hours = u64::try_from(now.duration_since(then).as_hours()).unwrap_or(0);
    if hours < 48 { findings::words::count(hours, "hour") } else { findings::words::count(hours / 24, "day") }
}

impl TryFrom<String> for Age {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.trim_end_matches(['h', 'd', 'w']);
        let unit = match text.strip_prefix(digits) {
            Some("h") => 1,
            Some("d") => 24,
            Some("w") => 7 * 24,
            _ => 0,
        };
        let number = digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let hours = number.and_then(|number| number.checked_mul(unit)).filter(|hours| (1..=MOST_HOURS).contains(hours));
        hours.map(Self::hours).ok_or_else(|| {
            format!("`{text}` is not a length of time; write `24h`, `30d` or `2w`, more than 0 and less than 100 years")
        })
    }
}

impl From<Age> for String {
    fn from(age: Age) -> Self {
        age.to_string()
    }
}

impl fmt::Display for Age {
    /// `30d`, and `36h` for what is not whole days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hours.is_multiple_of(24) && self.hours > 24 {
            write!(f, "{}d", self.hours / 24)
        } else {
            write!(f, "{}h", self.hours)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        let read = |text: &str| Age::try_from(text.to_owned()).map(|age| age.to_string());
        assert_eq!(["24h", "36h", "30d", "2w"].map(|text| read(text).unwrap()), ["24h", "36h", "30d", "14d"]);
        for wrong in ["", "h", "0d", "+3d", "-1d", "1.5d", "30", "30 d", "3m", "3dd", "99999999999d", "6000w"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn exactly_the_limit_is_reached_and_not_exceeded() {
        let then: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let now: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
        assert!(Age::hours(24).is_reached(then, now) && !Age::hours(24).is_exceeded(then, now));
        assert!(Age::hours(23).is_exceeded(then, now));
        assert!(!Age::hours(1).is_reached(now, then), "what is still to come is not old");
        assert_eq!((ago(then, now), ago(now, then)), ("24 hours".to_owned(), "0 hours".to_owned()));
    }
}
