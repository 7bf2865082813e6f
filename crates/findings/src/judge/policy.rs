//! What blocks. These types are the `lint.policy` section of `stepgate.yaml`.
//!
//! Everything that can be wrong in them is found when the config is read: globs are compiled then, and a limit that
//! could never apply is refused.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern::{PathPattern, RulePattern};
use crate::model::Severity;

/// Which findings can block.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// Findings that no baseline, change filter or earlier report mutes.
    #[default]
    New,
    /// Every finding, also those that a baseline, change filter or earlier report would mute.
    Any,
}

/// What the findings of a rule or a tool do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// They block, whatever their severity.
    Block,
    /// They are shown and do not block.
    Warn,
    /// They are muted, and stay in the reports with this reason.
    Off,
}

/// What blocks, for all tools and tool by tool.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Policy {
    /// `new` (default) or `any`.
    pub block: Block,
    /// Findings below this severity are reported and do not block. Default: info, so every finding can block.
    pub severity: Option<Severity>,
    /// How many blocking findings are tolerated in all. One more, and all of them block. Default: 0.
    pub max: u64,
    /// Exceptions for a tool, by its name (`phpstan`, `phpcs` …).
    pub tools: BTreeMap<String, ToolPolicy>,
    /// Exceptions for rules of any tool. The first that matches decides.
    pub rules: Vec<RulePolicy>,
}

/// What blocks for one tool. What is left out is as in [`Policy`].
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ToolPolicy {
    /// `new` or `any`.
    pub block: Option<Block>,
    /// Severity at least.
    pub severity: Option<Severity>,
    /// What the tool's findings do, unless an exception for their rule says otherwise: `warn` never blocks.
    pub action: Option<Action>,
    /// How many blocking findings of this tool are tolerated. One more, and all of them block.
    pub max: Option<u64>,
    /// Exceptions for rules of this tool, before those for all tools. The first that matches decides.
    pub rules: Vec<RulePolicy>,
}

/// An exception for some rules.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "RuleFields")]
#[schemars(with = "RuleFields")]
pub struct RulePolicy {
    /// Whose findings are meant.
    pub rule: RulePattern,
    /// Where; `None`: anywhere.
    pub path: Option<PathPattern>,
    /// What its findings do.
    pub action: Action,
    /// Why, for the people who read the report.
    pub reason: Option<String>,
    /// How many of them are tolerated before all of them block; only with [`Action::Block`].
    pub max: Option<u64>,
}

impl RulePolicy {
    /// Whether it is about the file at `path`.
    pub(super) fn is_at(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|pattern| pattern.matches(path))
    }
}

impl fmt::Display for RulePolicy {
    /// ``rule `argument.*` in `src/**` ``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule `{}`", self.rule)?;
        self.path.as_ref().map_or(Ok(()), |path| write!(f, " in `{path}`"))
    }
}

/// [`RulePolicy`] as it is written, before its fields are checked against each other.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "RulePolicy")]
struct RuleFields {
    /// A glob over the rule's id: `argument.*`, `PSR12.Files.*`.
    rule: RulePattern,
    /// A glob over the path, or the name of a folder; left out: any path.
    #[serde(default)]
    path: Option<PathPattern>,
    /// What its findings do.
    action: Action,
    /// Why, for the people who read the report.
    #[serde(default)]
    reason: Option<String>,
    /// How many of them are tolerated before all of them block; only with `block`.
    #[serde(default)]
    max: Option<u64>,
}

impl TryFrom<RuleFields> for RulePolicy {
    type Error = String;

    fn try_from(fields: RuleFields) -> Result<Self, String> {
        let RuleFields { rule, path, action, reason, max } = fields;
        if max.is_some() && action != Action::Block {
            return Err(format!("`max` for the rule `{rule}` needs `action: block`; nothing else can be exceeded"));
        }
        Ok(Self { rule, path, action, reason, max })
    }
}
