//! Who and where this step is.

use crate::env::Env;

/// What the pipeline's environment says. Anybody who can set pipeline variables can override any of it: good for
/// labels and links, never for a decision about who may do what.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pipeline {
    /// Whether this is a Bitbucket Pipelines step at all.
    pub in_step: bool,
    /// Workspace id or slug.
    pub workspace: Option<String>,
    /// Repository slug.
    pub repo: Option<String>,
    /// The commit under test: in a pull request the tip of its source branch.
    pub commit: Option<String>,
    /// Branch, absent on tags.
    pub branch: Option<String>,
    /// Pull request number.
    pub pull_request: Option<u64>,
    /// Branch that the pull request wants to go to.
    pub destination_branch: Option<String>,
    /// Tip of that branch when the pipeline started.
    pub destination_commit: Option<String>,
    /// Build number, which makes the URL of the pipeline.
    pub build_number: Option<u64>,
    /// UUID of the step, with braces.
    pub step_uuid: Option<String>,
    /// Deployment environment.
    pub deployment: Option<String>,
    /// Clone directory (`/opt/atlassian/pipelines/agent/build`).
    pub clone_dir: Option<String>,
    /// The proxy that adds credentials to `http://api.bitbucket.org` requests: `http://localhost:29418` in a step,
    /// `http://host.docker.internal:29418` inside a pipe.
    pub proxy: Option<String>,
}

impl Pipeline {
    /// Reads the default variables of Bitbucket Pipelines.
    #[must_use]
    pub fn from_env(env: &Env) -> Self {
        todo!()
    }

    /// The page of this pipeline run, for links.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        todo!()
    }
}
