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
    /// `http://host.docker.internal:29418` inside a pipe, `STEPGATE_BITBUCKET_PROXY` where a runner has it elsewhere.
    pub proxy: Option<String>,
    /// The repository's HTTP URL (`http://bitbucket.org/WORKSPACE/REPO`), to which the proxy gives access too.
    pub git_origin: Option<String>,
}

impl Pipeline {
    /// Reads the default variables of Bitbucket Pipelines.
    #[must_use]
    pub fn from_env(env: &Env) -> Self {
        let text = |name: &str| env.get(name).map(str::to_owned);
        let number = |name: &str| env.get(name)?.trim().parse().ok();
        let (owner, name) = env.get("BITBUCKET_REPO_FULL_NAME").and_then(|full| full.split_once('/')).unzip();
        let in_step = env.get("BITBUCKET_PIPELINE_UUID").or(env.get("BITBUCKET_BUILD_NUMBER")).is_some();
        Self {
            in_step,
            workspace: text("BITBUCKET_WORKSPACE").or(owner.map(str::to_owned)),
            repo: text("BITBUCKET_REPO_SLUG").or(name.map(str::to_owned)),
            commit: text("BITBUCKET_COMMIT"),
            branch: text("BITBUCKET_BRANCH"),
            pull_request: number("BITBUCKET_PR_ID"),
            destination_branch: text("BITBUCKET_PR_DESTINATION_BRANCH"),
            destination_commit: text("BITBUCKET_PR_DESTINATION_COMMIT"),
            build_number: number("BITBUCKET_BUILD_NUMBER"),
            step_uuid: text("BITBUCKET_STEP_UUID"),
            deployment: text("BITBUCKET_DEPLOYMENT_ENVIRONMENT"),
            clone_dir: text("BITBUCKET_CLONE_DIR"),
            proxy: text("STEPGATE_BITBUCKET_PROXY").or_else(|| in_step.then(|| proxy(env).to_owned())),
            git_origin: text("BITBUCKET_GIT_HTTP_ORIGIN"),
        }
    }

    /// The page of this pipeline run, for links.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let (workspace, repo, number) = (self.workspace.as_ref()?, self.repo.as_ref()?, self.build_number?);
        let workspace = workspace.replace('{', "%7B").replace('}', "%7D");
        Some(format!("https://bitbucket.org/{workspace}/{repo}/pipelines/results/{number}"))
    }

    /// The git setting that lets `git fetch` through the proxy, for [`git::Repo::with_config`].
    #[must_use]
    pub fn git_proxy(&self) -> Option<String> {
        Some(format!("http.{}.proxy={}/", self.git_origin.as_ref()?, self.proxy.as_ref()?))
    }
}

/// Where the proxy listens, seen from here. Only containers of pipes have a storage directory.
fn proxy(env: &Env) -> &'static str {
    let pipe = ["BITBUCKET_PIPE_STORAGE_DIR", "BITBUCKET_PIPE_SHARED_STORAGE_DIR"];
    if pipe.iter().any(|name| env.get(name).is_some()) {
        "http://host.docker.internal:29418"
    } else {
        "http://localhost:29418"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> Env {
        Env::from_iter([
            ("CI", "true"),
            ("BITBUCKET_BUILD_NUMBER", "42"),
            ("BITBUCKET_PIPELINE_UUID", "{11111111-2222-3333-4444-555555555555}"),
            ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
            ("BITBUCKET_COMMIT", "0123456789abcdef0123456789abcdef01234567"),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_GIT_HTTP_ORIGIN", "http://bitbucket.org/acme/shop"),
        ])
    }

    #[test]
    fn a_step_knows_where_it_is() {
        let pipeline = Pipeline::from_env(&step());
        assert!(pipeline.in_step);
        assert_eq!((pipeline.workspace.as_deref(), pipeline.repo.as_deref()), (Some("acme"), Some("shop")));
        assert_eq!(pipeline.pull_request, Some(7));
        assert_eq!(pipeline.url().as_deref(), Some("https://bitbucket.org/acme/shop/pipelines/results/42"));
        let proxy = "http.http://bitbucket.org/acme/shop.proxy=http://localhost:29418/";
        assert_eq!(pipeline.git_proxy().as_deref(), Some(proxy));
    }

    #[test]
    fn the_container_of_a_pipe_reaches_the_proxy_by_another_name() {
        let env = step().into_iter().chain([("BITBUCKET_PIPE_STORAGE_DIR".to_owned(), "/opt".to_owned())]).collect();
        assert_eq!(Pipeline::from_env(&env).proxy.as_deref(), Some("http://host.docker.internal:29418"));
    }

    #[test]
    fn a_laptop_is_nowhere() {
        let pipeline = Pipeline::from_env(&Env::from_iter([("CI", "true"), ("BITBUCKET_PR_ID", "")]));
        assert_eq!(pipeline, Pipeline::default());
    }
}
