//! What is asked of a change in an environment.

use attest::Claim;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Span, ask};
use crate::calendar::Period;

/// What must be so before something changes in an environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Environment {
    /// The image must run in each of these.
    pub from: Vec<String>,
    /// The image must run in one of these.
    #[serde(deserialize_with = "ask::some")]
    #[schemars(length(min = 1))]
    pub from_any: Vec<String>,
    /// For how long it must have run there without a break, and been healthy: `1h`, `2d`.
    pub soak: Option<Span>,
    /// Whether it must be attested healthy there. Default: true, where there is `from` or `from-any`.
    pub verified: Option<bool>,
    /// What must be attested of it.
    pub require: Vec<Require>,
    /// Who may: UUIDs in braces and names of groups. Left out: whoever can run the pipeline; `[]`: nobody.
    pub who: Option<Vec<String>>,
    /// Who must approve. Needs `via: pull-request`.
    pub approvals: Option<Approvals>,
    /// When changes may be made; left out: at all times.
    #[serde(deserialize_with = "ask::some")]
    #[schemars(length(min = 1))]
    pub windows: Vec<Period>,
    /// When they may not. A freeze beats a window.
    pub freezes: Vec<Freeze>,
    /// How a change gets there. Default: `push`.
    pub via: Via,
    /// How many changes may be on their way at once. Default: `service`.
    pub concurrency: Concurrency,
    /// Environments that share a stage are named together by it, and move in waves: first those that wait for none of the
    /// others (`from`), then those that wait for these.
    pub stage: Option<String>,
    /// What may be put back.
    pub rollback: Rollback,
    /// Who may call a change a hotfix: UUIDs in braces and names of groups. Left out: nobody.
    pub hotfix: Option<Vec<String>>,
    /// Conditions of your own.
    pub conditions: Vec<Condition>,
}

impl Environment {
    /// See [`super::Policy::is_open`].
    pub(super) fn is_open(&self) -> bool {
        self.from.is_empty()
            && self.from_any.is_empty()
            && self.soak.is_none()
            && self.verified != Some(true)
            && self.require.is_empty()
            && self.who.is_none()
            && self.approvals.is_none()
            && self.windows.is_empty()
            && self.via == Via::Push
            && self.conditions.is_empty()
    }

    /// Every environment that this one waits for.
    pub(crate) fn before(&self) -> impl Iterator<Item = &str> {
        self.from.iter().chain(&self.from_any).map(String::as_str)
    }
}

/// What must be attested.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Require {
    /// `lint`, `tests`, `scan`, `manifests`, `provenance`, `health`, `deployment`, or the URI of a predicate type.
    #[serde(deserialize_with = "ask::claim")]
    #[schemars(with = "String")]
    pub claim: Claim,
    /// How old it may be: `7d`. Left out: of any age.
    #[serde(default)]
    pub max_age: Option<Span>,
    /// By how many different keys. Default: 1.
    #[serde(default, deserialize_with = "ask::count")]
    #[schemars(range(min = 1))]
    pub keys: usize,
    /// Only by these keys. Left out: by any that may sign the claim.
    #[serde(default, deserialize_with = "ask::some")]
    #[schemars(length(min = 1))]
    pub by: Vec<String>,
    /// For `health` and `deployment`: in which environment. Default: each of `from`.
    #[serde(default)]
    pub environment: Option<String>,
}

/// Who must approve: never the author of the change, nor the one who triggers it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Approvals {
    /// How many people.
    #[serde(deserialize_with = "ask::count")]
    #[schemars(range(min = 1))]
    pub count: usize,
    /// UUIDs in braces and names of groups. Left out: anybody.
    #[serde(default)]
    pub from: Option<Vec<String>>,
}

/// A time without changes.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Freeze {
    /// Why.
    pub reason: String,
    /// When.
    pub when: Period,
    /// In which environments; only for a freeze of the whole file. Left out: in all.
    #[serde(default, deserialize_with = "ask::some")]
    #[schemars(length(min = 1))]
    pub environments: Vec<String>,
    /// UUIDs in braces and names of groups whom it does not stop.
    #[serde(default)]
    pub except_who: Vec<String>,
    /// What it does not stop: `hotfix`. It never stops a rollback.
    #[serde(default)]
    pub except_for: Vec<Exempt>,
}

/// What a freeze does not stop.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Exempt {
    /// A change by somebody whom `hotfix` names.
    Hotfix,
    /// A rollback, which is never stopped: it may be written for clarity.
    Rollback,
}

/// How a change gets to an environment.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// A commit on the branch.
    #[default]
    Push,
    /// A pull request.
    PullRequest,
}

/// How many changes may be on their way.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Concurrency {
    /// One of each service.
    #[default]
    Service,
    /// One in the whole environment.
    Environment,
    /// Any number.
    Unlimited,
}

/// What may be put back.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Rollback {
    /// Who may: UUIDs in braces and names of groups. Left out: whoever can run the pipeline; `[]`: nobody.
    pub who: Option<Vec<String>>,
    /// Whether the image must have been attested healthy in this environment. Default: true.
    pub verified: Option<bool>,
}

/// A condition in CEL.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What it is called.
    pub name: String,
    /// The expression, which must be `true`. An error in it is not met.
    pub cel: String,
    /// What to do when it is not met.
    #[serde(default)]
    pub hint: Option<String>,
}

/// Who may change `promotion.yaml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// UUIDs in braces and names of groups. Left out: whoever can merge; `[]`: nobody.
    pub who: Option<Vec<String>>,
    /// Who must approve.
    pub approvals: Option<Approvals>,
}
