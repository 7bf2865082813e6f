//! The odd values that reports are made of.

use std::fmt;

use findings::Severity;
use findings::read::json::Text;
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// Characters of a description that stand in for a title.
const GLIMPSE: usize = 160;

/// The text, or nothing.
pub(super) fn text<'w>(text: &'w Option<Text<'_>>) -> &'w str {
    text.as_ref().map_or("", |text| text)
}

/// The same, where no text and an empty text are one.
pub(super) fn filled<'w>(value: &'w Option<Text<'_>>) -> Option<&'w str> {
    Some(text(value)).filter(|text| !text.is_empty())
}

/// A moment; Go writes the year 1 for none.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    (moment > Timestamp::UNIX_EPOCH).then_some(moment)
}

/// A CVSS score from 0 to 10, times ten; 0 is how Go writes none.
pub(super) fn tenths(score: f64) -> Option<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
    (score > 0.0 && score <= 10.0).then(|| (score * 10.0).round() as u8)
}

/// The first line of a long text, and no more of it than a title has.
#[derive(Clone, Debug, Default)]
pub(super) struct Glimpse(pub(super) String);

impl<'de> Deserialize<'de> for Glimpse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct GlimpseVisitor;
        impl<'de> Visitor<'de> for GlimpseVisitor {
            type Value = Glimpse;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Glimpse, E> {
                let line = text.trim_start().lines().next().unwrap_or_default().trim_end();
                Ok(Glimpse(match line.char_indices().nth(GLIMPSE) {
                    Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
                    None => line.to_owned(),
                }))
            }

            fn visit_unit<E: Error>(self) -> Result<Glimpse, E> {
                Ok(Glimpse::default())
            }
        }
        deserializer.deserialize_any(GlimpseVisitor)
    }
}

/// The worst of `VendorSeverity`: how bad each source says that it is, from 0 (unknown) to 4 (critical). The numbers
/// are those of <https://github.com/aquasecurity/trivy-db/blob/main/pkg/types/types.go>.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Worst(pub(super) Option<Severity>);

impl<'de> Deserialize<'de> for Worst {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WorstVisitor;
        impl<'de> Visitor<'de> for WorstVisitor {
            type Value = Worst;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("severities from 0 to 4 by source")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Worst, A::Error> {
                let mut worst = None;
                while map.next_key::<IgnoredAny>()?.is_some() {
                    let severity = match map.next_value::<u64>()? {
                        0 => None,
                        1 => Some(Severity::Low),
                        2 => Some(Severity::Medium),
                        3 => Some(Severity::High),
                        4 => Some(Severity::Critical),
                        more => return Err(A::Error::custom(format!("{more} is not a severity from 0 to 4"))),
                    };
                    worst = worst.max(severity);
                }
                Ok(Worst(worst))
            }

            fn visit_unit<E: Error>(self) -> Result<Worst, E> {
                Ok(Worst::default())
            }
        }
        deserializer.deserialize_any(WorstVisitor)
    }
}

/// Base scores of one vulnerability, of which one counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scores {
    v4: Option<u8>,
    v3: Option<u8>,
    v2: Option<u8>,
}

impl Scores {
    /// Adds a score of the CVSS version `version`: `2.0`, `3.1`, `4.0`.
    pub(super) fn add(&mut self, version: &str, score: f64) {
        let place = match version.as_bytes().first() {
            Some(b'4') => &mut self.v4,
            Some(b'3') => &mut self.v3,
            _ => &mut self.v2,
        };
        *place = (*place).max(tenths(score));
    }

    /// The highest of the newest version.
    pub(super) fn highest(self) -> Option<u8> {
        self.v4.or(self.v3).or(self.v2)
    }
}

/// Trivy's `CVSS`: scores by source.
impl<'de> Deserialize<'de> for Scores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, serde::Deserialize)]
        #[serde(default, rename_all = "PascalCase")]
        struct Source {
            #[serde(rename = "V2Score")]
            v2: Option<f64>,
            #[serde(rename = "V3Score")]
            v3: Option<f64>,
            #[serde(rename = "V40Score")]
            v4: Option<f64>,
        }
        struct ScoresVisitor;
        impl<'de> Visitor<'de> for ScoresVisitor {
            type Value = Scores;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("CVSS scores by source")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scores, A::Error> {
                let mut scores = Scores::default();
                while map.next_key::<IgnoredAny>()?.is_some() {
                    let Some(source) = map.next_value::<Option<Source>>()? else { continue };
                    for (version, score) in [("2", source.v2), ("3", source.v3), ("4", source.v4)] {
                        scores.add(version, score.unwrap_or(0.0));
                    }
                }
                Ok(scores)
            }

            fn visit_unit<E: Error>(self) -> Result<Scores, E> {
                Ok(Scores::default())
            }
        }
        deserializer.deserialize_any(ScoresVisitor)
    }
}
