//! What blocks: the `scan.policy` section of stepgate.yaml.
//!
//! Rules are asked in their order, those of the environment first; the first that matches decides. All conditions of a
//! rule have to hold. What no rule matches is reported and does not block, whatever its severity: a policy that should
//! block the rest ends with a rule that does. Secrets are the exception: they block unless an exception excuses them
//! or a rule that names `kind: [secret]` says otherwise, so no `report` for "everything else" ever lets one through.
//!
//! # Conditions whose data is missing
//!
//! A condition may ask for what nobody knows: `epss` without a file of scores, or for a CVE that the file does not
//! list; `news` where nothing was compared; `older-than` for a CVE that does not say when it was published. Nothing is
//! let through for lack of data, so such a condition counts
//!
//! - as met in a rule with `action: block`, unless the rule says `if-unknown: skip`;
//! - as not met in a rule with `warn` or `report`, which would let the finding through.
//!
//! The judge warns once of each kind of data that rules ask for and that was not given.

mod globs;
mod rule;
#[cfg(test)]
mod tests;

pub use globs::{NameGlob, PathGlob};
pub use rule::{Action, PackageClass, Rule, Unknown};

use std::collections::{BTreeMap, HashSet};

use findings::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Kind;

/// What blocks, in general and by environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "ConfigFields")]
#[schemars(with = "ConfigFields")]
pub struct Config {
    /// Rules for every environment. The first that matches decides. Default: see [`Policy::default_rules`].
    pub rules: Vec<Rule>,
    /// Rules of an environment, which come before those for every environment.
    pub environments: BTreeMap<String, Vec<Rule>>,
}

/// [`Config`] as it is written, before names are checked.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "ScanPolicy")]
struct ConfigFields {
    /// Rules for every environment. The first that matches decides. Left out: secrets, what is known to be exploited,
    /// what is high or critical and can be fixed, and high misconfigurations block.
    rules: Vec<Rule>,
    /// Rules of an environment by its name (`production`), which come before those for every environment.
    environments: BTreeMap<String, Vec<Rule>>,
}

impl TryFrom<ConfigFields> for Config {
    type Error = String;

    fn try_from(ConfigFields { rules, environments }: ConfigFields) -> Result<Self, String> {
        let mut names = HashSet::new();
        let in_general = if rules.is_empty() { Policy::default_rules() } else { rules.clone() };
        for rule in &in_general {
            if !names.insert(&*rule.name) {
                return Err(format!("there are two rules `{}`; a decision could not be told from another", rule.name));
            }
        }
        for (environment, rules) in &environments {
            let mut names = names.clone();
            if let Some(rule) = rules.iter().find(|rule| !names.insert(&*rule.name)) {
                let name = &rule.name;
                return Err(format!(
                    "the rule `{name}` of the environment `{environment}` has the name of another rule"
                ));
            }
        }
        Ok(Self { rules, environments })
    }
}

/// The rules in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// In the order in which they are asked. The judge asks [`Policy::secrets`] after the last of them.
    pub rules: Vec<Rule>,
}

impl Policy {
    /// The rules of `config` for `environment`.
    ///
    /// # Errors
    ///
    /// When the config has no such environment; the message lists those there are.
    pub fn of(config: &Config, environment: Option<&str>) -> Result<Self, String> {
        let mut rules = match environment {
            None => Vec::new(),
            Some(name) => config.environments.get(name).cloned().ok_or_else(|| unknown(config, name))?,
        };
        if config.rules.is_empty() {
            rules.extend(Self::default_rules());
        } else {
            rules.extend_from_slice(&config.rules);
        }
        Ok(Self { rules })
    }

    /// The rules of a config that has none: what can be mended and is bad blocks.
    #[must_use]
    pub fn default_rules() -> Vec<Rule> {
        let block = |name: &str, kind| Rule { name: name.to_owned(), kind: vec![kind], ..Rule::default() };
        let mut exploited = block("known-exploited", Kind::Vulnerability);
        (exploited.kev, exploited.if_unknown) = (true, Some(Unknown::Skip));
        let mut fixable = block("fixable", Kind::Vulnerability);
        (fixable.severity, fixable.fixable) = (Some(Severity::High), Some(true));
        let mut unfixable = block("unfixable-critical", Kind::Vulnerability);
        (unfixable.severity, unfixable.fixable) = (Some(Severity::Critical), Some(false));
        unfixable.action = Action::Warn;
        let mut misconfiguration = block("misconfiguration", Kind::Misconfiguration);
        misconfiguration.severity = Some(Severity::High);
        let mut license = block("license-forbidden", Kind::License);
        license.category = NameGlob::try_from("forbidden".to_owned()).into_iter().collect();
        license.action = Action::Warn;
        let rest = Rule { name: "everything-else".to_owned(), action: Action::Report, ..Rule::default() };
        vec![Self::secrets(), exploited, fixable, unfixable, misconfiguration, license, rest]
    }

    /// The rule that comes last in every policy, whether it is written there or not.
    #[must_use]
    pub fn secrets() -> Rule {
        let reason = "whoever can pull the image can read it; take it out and revoke it";
        Rule { name: "secret".to_owned(), reason: Some(reason.to_owned()), kind: vec![Kind::Secret], ..Rule::default() }
    }

    /// Whether a rule asks for EPSS.
    #[must_use]
    pub fn asks_epss(&self) -> bool {
        self.rules.iter().any(|rule| rule.epss.is_some())
    }

    /// Whether a rule asks for KEV.
    #[must_use]
    pub fn asks_kev(&self) -> bool {
        self.rules.iter().any(|rule| rule.kev)
    }
}

fn unknown(config: &Config, name: &str) -> String {
    let names: Vec<_> = config.environments.keys().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return format!("the policy has no environment `{name}`; it has none at all (`scan.policy.environments`)");
    }
    format!("the policy has no environment `{name}`; there are {}", names.join(", "))
}
