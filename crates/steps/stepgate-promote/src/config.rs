//! The `promote` section of `stepgate.yaml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use step::values::Time;

/// The GitOps repository: which, and how a change gets there. What may change is in its own `promotion.yaml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// The GitOps repository: a URL, a path, or `WORKSPACE/REPO` on Bitbucket. Default: the clone here, when it has a
    /// promotion.yaml.
    pub repository: Option<String>,
    /// The repository on Bitbucket, where `repository` does not say it: `WORKSPACE/REPO`.
    pub gitops_repository: Option<String>,
    /// Its protected branch, from which the policy is read. Default: `main`.
    pub branch: Option<String>,
    /// The author of commits: `Name <address>`.
    pub author: Option<String>,
    /// Sign commits, as git is configured to. Default: as `commit.gpgSign` says.
    pub sign: Option<bool>,
    /// How long to try again when others change the branch at the same time, or the remote fails. Default: `5m`.
    pub deadline: Option<Time>,
    /// The UUIDs of people who are asked to review pull requests.
    pub reviewers: Vec<String>,
    /// Ask the default reviewers of the repository too.
    pub default_reviewers: bool,
}
