//! The globs of a policy, checked when the config is read.

use findings::judge::{PathPattern, PatternError};
use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A glob over an id, a name or a word, in any case: `CVE-2026-*`, `linux-*`, `{npm,composer}`. `*` matches any
/// characters.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct NameGlob {
    text: String,
    matcher: GlobMatcher,
}

impl NameGlob {
    /// Whether `name` is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }
}

/// A glob over paths inside the image, with or without a slash at the start: `app/vendor/**`, `/usr/lib/**/*.jar`. `*`
/// stays inside one folder. The name of a folder means everything in it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct PathGlob(PathPattern);

impl PathGlob {
    /// Whether the file at `path` is meant.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.0.matches(path.trim_start_matches('/'))
    }
}

impl TryFrom<String> for NameGlob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("the glob is empty; write `*` for everything".to_owned());
        }
        let glob = GlobBuilder::new(&text).backslash_escape(false).case_insensitive(true).build();
        let matcher = glob.map_err(|error| format!("cannot read the glob: {error}"))?.compile_matcher();
        Ok(Self { text, matcher })
    }
}

impl TryFrom<String> for PathGlob {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        PathPattern::try_from(text.trim_start_matches('/').to_owned()).map(Self)
    }
}

impl From<NameGlob> for String {
    fn from(glob: NameGlob) -> Self {
        glob.text
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.0.into()
    }
}

impl PartialEq for NameGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NameGlob {}
