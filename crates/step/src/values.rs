//! Values that several programs take in the same words, on the command line or in stepgate.yaml.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use findings::Severity;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// `PATH=CODE`: a report and the exit code of the tool that wrote it.
///
/// # Errors
///
/// When it is not that; the message says what is.
pub fn exit_code(text: &str) -> Result<(PathBuf, i32), String> {
    let (path, code) = text.rsplit_once('=').ok_or("give it as PATH=CODE")?;
    let code = code.parse().map_err(|_not_a_number| format!("`{code}` is not an exit code"))?;
    Ok((PathBuf::from(path), code))
}

/// A word for a severity.
///
/// # Errors
///
/// When it is not that; the message says what is.
pub fn severity(text: &str) -> Result<Severity, String> {
    Severity::from_word(text).ok_or_else(|| {
        let names = Severity::WORST_FIRST.map(Severity::as_str).join(", ");
        format!("one of {names}")
    })
}

/// `90s`, `10m`, `1h`; a number alone is seconds.
///
/// # Errors
///
/// When it is not that; the message says what is.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(['s', 'm', 'h']);
    let factor = match text.strip_prefix(digits) {
        Some("" | "s") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        _ => 0,
    };
    let seconds =
        digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| "give it as `90s`, `10m` or `1h`".to_owned())
}

/// A time as people write it: `90s`, `10m`, `1h`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time {
    text: String,
    time: Duration,
}

impl Time {
    /// How long it is.
    #[must_use]
    pub const fn get(&self) -> Duration {
        self.time
    }
}

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        duration(&text).map(|time| Self { text, time })
    }
}

impl From<Duration> for Time {
    fn from(time: Duration) -> Self {
        let text = match time.as_secs() {
            seconds if seconds > 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
            seconds => format!("{seconds}s"),
        };
        Self { text, time }
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.text
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A time: `90s`, `10m`, `1h`.", "type": "string", "pattern": "^[0-9]+[smh]?$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_or_are_seconds() {
        let seconds = |text| duration(text).map(|time| time.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("1h"), Ok(3600));
        for wrong in ["", "m", "0s", "1d", "1mm", "-1s", "99999999999999999999", "9999999999999999999h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_exit_code_follows_the_last_equals_sign() {
        assert_eq!(exit_code("a=b.json=2"), Ok((PathBuf::from("a=b.json"), 2)));
        assert!(exit_code("a.json").is_err() && exit_code("a.json=x").is_err());
    }
}
