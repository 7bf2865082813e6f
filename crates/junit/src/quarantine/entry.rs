//! An entry of the list in `stepgate.yaml`.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::pattern::TestPattern;

/// A test that may fail for a while, or several.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// The test's id as reports show it, `App\Tests\PriceTest::testVat`; `*` stands for any characters.
    pub test: TestPattern,
    /// Who sees to it that it comes out: a person or a team.
    #[serde(deserialize_with = "filled")]
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Why it may fail.
    #[serde(deserialize_with = "filled")]
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Where the work on it is tracked.
    #[serde(default, deserialize_with = "perhaps_filled", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub ticket: Option<String>,
    /// The last day on which it may fail: `2026-12-31`.
    #[serde(deserialize_with = "day", serialize_with = "as_text")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub expires: Date,
}

/// Text that says something. Checked where it is read, so that an error says where it stands.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Filled(String);

impl TryFrom<String> for Filled {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() { Err("it is empty") } else { Ok(Self(text)) }
    }
}

fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Filled::deserialize(deserializer).map(|Filled(text)| text)
}

fn perhaps_filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Filled>::deserialize(deserializer)?.map(|Filled(text)| text))
}

/// As [`Filled`].
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Day(Date);

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let date: Date = text.parse().map_err(|error| format!("`{text}` is no day: {error}"))?;
        // A day with a time of day, or written in another way, is read as a day too; people would not expect it.
        if date.to_string() != text {
            return Err(format!("`{text}` is no day; write it as `{date}`"));
        }
        Ok(Self(date))
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    Day::deserialize(deserializer).map(|Day(date)| date)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_text<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}
