//! The globs of a policy, checked when the config is read.

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A glob over the id of a rule: `argument.*`, `PSR12.Files.*`, `js/{sql,xss}-*`. `*` matches any characters, and a
/// backslash is itself, as in `Rector\Php81\*`.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct RulePattern {
    text: String,
    matcher: GlobMatcher,
}

impl RulePattern {
    /// Whether a rule with this id is meant.
    #[must_use]
    pub fn matches(&self, rule: &str) -> bool {
        self.matcher.is_match(rule)
    }
}

/// A glob over paths: `src/Legacy/**`, `**/*.twig`, where `*` stays inside one folder. The name of a folder, with or
/// without a slash at its end, means everything in it.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct PathPattern {
    text: String,
    itself: GlobMatcher,
    inside: GlobMatcher,
}

impl PathPattern {
    /// Whether the file at `path`, relative to the repository, is meant.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.itself.is_match(path) || self.inside.is_match(path)
    }
}

/// Why a glob cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// It is not a glob.
    #[error("cannot read the glob: {0}")]
    Glob(#[from] globset::Error),
    /// It is empty, and would match nothing.
    #[error("the glob is empty; write `*` for all rules, or leave the path out for all files")]
    Empty,
    /// It cannot match, because paths are relative to the repository.
    #[error("the glob `{0}` starts with `/` or `../`; paths are relative to the root of the repository")]
    Outside(String),
}

impl TryFrom<String> for RulePattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let matcher = GlobBuilder::new(&text).backslash_escape(false).build()?.compile_matcher();
        Ok(Self { text, matcher })
    }
}

impl TryFrom<String> for PathPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        let path = text.strip_prefix("./").unwrap_or(&text).trim_end_matches('/');
        if path.starts_with("../") || text.starts_with('/') {
            return Err(PatternError::Outside(text));
        }
        if path.is_empty() {
            return Err(PatternError::Empty);
        }
        let matcher = |glob: &str| Ok(GlobBuilder::new(glob).literal_separator(true).build()?.compile_matcher());
        let (itself, inside) = (matcher(path), matcher(&format!("{path}/**")));
        Ok(Self { itself: itself.map_err(PatternError::Glob)?, inside: inside.map_err(PatternError::Glob)?, text })
    }
}

impl From<RulePattern> for String {
    fn from(pattern: RulePattern) -> Self {
        pattern.text
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.text
    }
}

impl PartialEq for RulePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RulePattern {}

impl PartialEq for PathPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PathPattern {}

impl std::fmt::Display for RulePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::fmt::Display for PathPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
