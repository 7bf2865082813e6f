//! What blocks. These types are the `lint.policy` section of `stepgate.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Severity;

/// Which findings can block.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// Findings that no baseline, change filter or earlier report mutes.
    #[default]
    New,
    /// Every finding, also the muted ones.
    Any,
}

/// What a rule's findings do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// They block.
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
    /// How many blocking findings are tolerated in all. Default: 0.
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
    /// `warn`: this tool never blocks.
    pub action: Option<Action>,
    /// How many blocking findings of this tool are tolerated.
    pub max: Option<u64>,
    /// Exceptions for rules of this tool, before those for all tools. The first that matches decides.
    pub rules: Vec<RulePolicy>,
}

/// An exception for some rules.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RulePolicy {
    /// A glob over the rule's id: `argument.*`, `PSR12.Files.*`.
    pub rule: String,
    /// A glob over the path; left out: any path.
    #[serde(default)]
    pub path: Option<String>,
    /// What its findings do.
    pub action: Action,
    /// Why, for the people who read the report.
    #[serde(default)]
    pub reason: Option<String>,
    /// How many of them are tolerated before they block (only with `block`).
    #[serde(default)]
    pub max: Option<u64>,
}
