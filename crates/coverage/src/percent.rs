//! Hundredths of a percent, never rounded up.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A share in hundredths of a percent, from 0 to 100 %.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Percent(u16);

impl Percent {
    /// All of it.
    pub const ALL: Self = Self(10_000);

    /// From hundredths of a percent; `None` above 100 %.
    #[must_use]
    pub const fn from_hundredths(hundredths: u16) -> Option<Self> {
        if hundredths <= Self::ALL.0 { Some(Self(hundredths)) } else { None }
    }

    /// In hundredths of a percent.
    #[must_use]
    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

/// Why a text is no percentage.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PercentError {
    /// Not `80`, `80.5` or `80.55`, with or without `%`.
    #[error("`{0}` is not a percentage; write it like 80, 80.5 or 80.55%, with two decimals at most")]
    NotOne(String),
    /// Nothing can have more than everything.
    #[error("`{0}` is more than 100%")]
    TooMuch(String),
}

/// `80`, `80.5`, `80.55`, each with or without `%`.
impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let number = text.trim();
        let number = number.strip_suffix('%').unwrap_or(number).trim_end();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return Err(PercentError::NotOne(text.to_owned()));
        }
        let hundredths = whole.parse::<u16>().ok().and_then(|whole| {
            let tenths = decimals.parse::<u16>().ok()? * if decimals.len() == 1 { 10 } else { 1 };
            whole.checked_mul(100)?.checked_add(tenths)
        });
        hundredths.and_then(Self::from_hundredths).ok_or_else(|| PercentError::TooMuch(text.to_owned()))
    }
}

/// `80%`, `80.5%`, `80.55%`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.0 / 100, self.0 % 100);
        let text = match decimals {
            0 => format!("{whole}%"),
            tens if tens % 10 == 0 => format!("{whole}.{}%", tens / 10),
            decimals => format!("{whole}.{decimals:02}%"),
        };
        f.pad(&text)
    }
}

/// As a number: `80.55`.
impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 100.0)
    }
}

/// From a number, or from a text as [`FromStr`] reads it.
impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Percent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a percentage like 80, 80.5 or 80.55%")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Percent, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Percent, E> {
                self.visit_str(&number.to_string())
            }

            // The shortest text that means this number is what was written.
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Percent, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Percent, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A percentage with two decimals at most: 80, 80.5 or \"80.55%\".",
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 100 },
                { "type": "string", "pattern": "^ *[0-9]{1,3}([.][0-9]{1,2})? *%? *$" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_percentage_is_read_with_two_decimals_at_most() {
        for (text, hundredths) in
            [("80", 8000), ("80.5", 8050), ("80.55%", 8055), (" 0 % ", 0), ("100", 10_000), ("0.01", 1), ("07.50", 750)]
        {
            assert_eq!(text.parse::<Percent>().map(Percent::hundredths), Ok(hundredths), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "%", "NaN", "inf", "-1", "-0", "+5", "80.555", ".5", "5.", "1e2", "80%%", "80,5", "٣", "8 0"]
        {
            assert_eq!(text.parse::<Percent>(), Err(PercentError::NotOne(text.to_owned())), "{text}");
        }
        for text in ["100.01", "101", "99999999999999999999%"] {
            assert_eq!(text.parse::<Percent>(), Err(PercentError::TooMuch(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_config_may_hold_a_number_or_a_text() {
        let read = |json: &str| serde_json::from_str::<Percent>(json).map(Percent::hundredths).ok();
        assert_eq!([read("80"), read("80.55"), read("\"80.5%\"")], [Some(8000), Some(8055), Some(8050)]);
        assert_eq!([read("-1"), read("100.5"), read("80.123"), read("null"), read("[]"), read("1e300")], [None; 6]);
    }

    proptest! {
        #[test]
        fn every_percentage_reads_back(hundredths in 0_u16..=10_000) {
            let percent = Percent::from_hundredths(hundredths).unwrap();
            prop_assert_eq!(percent.to_string().parse::<Percent>(), Ok(percent));
            let json = serde_json::to_string(&percent).unwrap();
            prop_assert_eq!(serde_json::from_str::<Percent>(&json).unwrap(), percent);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            drop(text.parse::<Percent>());
        }
    }
}
