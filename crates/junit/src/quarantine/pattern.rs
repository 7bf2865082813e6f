//! Which tests an entry means.

use memchr::memmem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The least that a pattern with wildcards must say, in letters and digits: `*` and `*::*` would mute everything.
const LEAST: usize = 3;

/// The id of a test, or with `*` for any characters the ids of several: `App\Tests\Legacy\*`,
/// `App\Tests\PriceTest::testVat*`. Every other character is itself.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TestPattern(String);

/// Why a pattern cannot be used.
#[derive(Debug, thiserror::Error, Eq, PartialEq)]
pub enum PatternError {
    /// It is empty.
    #[error("it is empty; write the id of a test as the reports show it")]
    Empty,
    /// It has wildcards and little else.
    #[error("`{0}` would put nearly every test in quarantine; beside `*` it needs {LEAST} letters or digits at least")]
    TooWide(String),
}

impl TestPattern {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can mean several tests.
    #[must_use]
    pub fn is_wild(&self) -> bool {
        self.0.contains('*')
    }

    /// Whether it means the test `id`. The cost is linear in both.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        let Some((start, rest)) = self.0.split_once('*') else {
            return self.0 == id;
        };
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(mut id) = id.strip_prefix(start).and_then(|id| id.strip_suffix(end)) else {
            return false;
        };
        // The first place where a part fits leaves the most for the others.
        for part in middle.split('*') {
            let Some(at) = memmem::find(id.as_bytes(), part.as_bytes()) else {
                return false;
            };
            id = &id[at + part.len()..];
        }
        true
    }
}

impl TryFrom<String> for TestPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        if text.trim().is_empty() {
            return Err(PatternError::Empty);
        }
        let pattern = Self(text);
        if pattern.is_wild() && pattern.0.chars().filter(|c| c.is_alphanumeric()).count() < LEAST {
            return Err(PatternError::TooWide(pattern.0));
        }
        Ok(pattern)
    }
}

impl From<TestPattern> for String {
    fn from(pattern: TestPattern) -> Self {
        pattern.0
    }
}

impl std::fmt::Display for TestPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
