//! Lengths of time.

use std::borrow::Cow;
use std::time::Duration;

use gitops::words::quoted;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A length of time: `90s`, `30m`, `1h`, `2d` (a day is 24 hours), `1h30m`. More than none, and not more than ten years.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Span(pub Duration);

/// Ten years of 365 days, in seconds: whatever is added to a time with it stays a time.
const MOST: u64 = 3650 * 86_400;

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time: 90s, 30m, 1h, 2d, 1h30m.",
            "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
            "minLength": 2
        })
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let seconds = seconds(&text).ok_or_else(|| {
            D::Error::custom(format!("{} is no length of time: write `90s`, `30m`, `1h`, `2d`, `1h30m`", quoted(&text)))
        })?;
        match seconds {
            0 => Err(D::Error::custom(format!("{} asks for nothing: leave it out", quoted(&text)))),
            1..=MOST => Ok(Self(Duration::from_secs(seconds))),
            _ => Err(D::Error::custom(format!("{} is longer than ten years", quoted(&text)))),
        }
    }
}

/// The numbers of a length of time, each with its unit, the larger unit first. Too many to count are [`u64::MAX`].
fn seconds(text: &str) -> Option<u64> {
    const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];
    let mut units = UNITS.iter();
    let (mut total, mut rest) = (0_u64, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
        let (number, behind) = rest.split_at(digits);
        let unit = behind.chars().next()?;
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        total = total.saturating_add(number.parse().unwrap_or(u64::MAX).saturating_mul(*factor));
        rest = behind.get(1..)?;
    }
    (!text.is_empty()).then_some(total)
}
