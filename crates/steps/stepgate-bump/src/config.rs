//! The `bump` section of `stepgate.yaml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gitops::Target;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use step::values::Time;

use crate::args::Via;

/// The GitOps repository: which, where in it the images of this service stand, how a change gets there.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// The GitOps repository: a URL, a path, or `WORKSPACE/REPO` on Bitbucket.
    pub repository: Option<String>,
    /// Its branch. Default: `main`.
    pub branch: Option<String>,
    /// The service of this repository.
    pub service: Option<String>,
    /// How a change gets there: `push` (the default), `api` or `pull-request`.
    pub via: Via,
    /// What differs from environment to environment, by name.
    pub environments: BTreeMap<String, Environment>,
    /// Refuse an image without a digest.
    pub require_digest: bool,
    /// Ask the registry which digest the tag has.
    pub resolve_digest: bool,
    /// The subject of the commit: `{service}: {environment} to {tag}`.
    pub message: Option<String>,
    /// The author of the commit: `Name <address>`.
    pub author: Option<String>,
    /// Sign commits, as git is configured to. Default: as `commit.gpgSign` says.
    pub sign: Option<bool>,
    /// The UUIDs of people who are asked to review pull requests.
    pub reviewers: Vec<String>,
    /// Ask the default reviewers of the repository too.
    pub default_reviewers: bool,
    /// Merge pull requests at once, where the repository allows that.
    pub merge: bool,
    /// How long to try again when others change the branch at the same time, or the remote fails. Default: `5m`.
    pub deadline: Option<Time>,
    /// A directory with attestations of the image, to go into the same commit, relative to the root of the repository.
    pub attestations: Option<PathBuf>,
}

/// What differs in one environment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Environment {
    /// Where the image stands. Without any, `promotion.yaml` in the GitOps repository says it.
    pub targets: Vec<Target>,
    /// How a change gets there, when it is another way than everywhere.
    pub via: Option<Via>,
    /// Whether pull requests are merged at once, when it differs from everywhere.
    pub merge: Option<bool>,
}
