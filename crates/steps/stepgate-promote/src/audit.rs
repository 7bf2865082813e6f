//! `audit`: which preconditions, that no command line can enforce, are open?
//!
//! A program cannot protect a credential that whoever calls it can read, nor a branch that somebody else may push to. What
//! can: branch restrictions, deployment environments, Argo CD's verification of its sources, and the policy itself. Each is
//! asked for and judged here. What could not be seen is unknown, which is not closed.

mod branch;
mod cluster;
mod credentials;
mod gather;
mod policy;
mod run;
#[cfg(test)]
mod tests;
mod write;

use bitbucket::{BranchRestriction, Environment, Variable};
use promotion::Policy;
use schemars::JsonSchema;
use serde::Serialize;
use step::Exit;

pub(crate) use run::run;

/// The JSON Schema of the document, made from the type that is written.
pub const SCHEMA: &str = include_str!("../schema/promote-audit.schema.json");

/// A fact, or why it is not known.
pub(crate) type Seen<T> = Result<T, Unseen>;

/// Why something could not be seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Unseen {
    /// In words, without a full stop.
    pub(crate) why: String,
    /// What to do to see it.
    pub(crate) close: String,
}

/// Everything that is judged.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    /// The branch of the GitOps repository that says what runs.
    pub(crate) branch: &'a str,
    /// Its policy.
    pub(crate) policy: &'a Policy,
    /// What Bitbucket tells of the GitOps repository.
    pub(crate) server: &'a Server,
    /// The YAML files of the GitOps repository that may hold objects of Argo CD: path and content.
    pub(crate) manifests: &'a [(String, Vec<u8>)],
}

/// What Bitbucket tells of a repository.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// What it enforces on branches.
    pub(crate) restrictions: Seen<Vec<BranchRestriction>>,
    /// Its deployment environments, each with its variables.
    pub(crate) environments: Seen<Vec<(Environment, Seen<Vec<Variable>>)>>,
    /// The variables that every pipeline of the repository sees.
    pub(crate) repository_variables: Seen<Vec<Variable>>,
    /// The variables that every pipeline of the workspace sees.
    pub(crate) workspace_variables: Seen<Vec<Variable>>,
}

/// One precondition.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub(crate) struct Check {
    /// Which one.
    pub(crate) name: Name,
    /// Of which branch, environment, key or file, where there may be several.
    pub(crate) about: Option<String>,
    /// How it stands.
    pub(crate) state: State,
    /// Why, in a sentence without a full stop.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) close: Option<String>,
}

/// How it stands with a precondition.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Nobody gets around it here.
    Closed,
    /// Somebody may.
    Open,
    /// It could not be seen.
    Unknown,
    /// The policy does not rest on it.
    NotApplicable,
}

/// Which precondition it is. The names are API.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Name {
    /// Nobody but the pipeline pushes to the branch.
    PushRestricted,
    /// The history of the branch cannot be rewritten.
    NoForcedPush,
    /// The branch cannot be deleted.
    NoDeletion,
    /// Not everybody merges into the branch.
    MergesRestricted,
    /// Bitbucket asks for as many approvals as the policy.
    ApprovalsRequired,
    /// Bitbucket asks for the build status of `check`.
    BuildsRequired,
    /// Approvals go when the change does.
    ApprovalsReset,
    /// What Bitbucket asks for before a merge is enforced.
    MergeChecksEnforced,
    /// No branch can be used to edit the pipelines.
    BranchesRestricted,
    /// There is a deployment environment, and the credentials are in it.
    CredentialsInEnvironment,
    /// Not every branch deploys to the environment.
    EnvironmentRestricted,
    /// No credential is where every branch sees it.
    NoSharedCredentials,
    /// The cluster verifies what it takes from the repository.
    SourceVerified,
    /// No key may say everything.
    KeysScoped,
    /// A key ends some time.
    KeysExpire,
    /// Who judges a build does not say that it was deployed.
    KeysSeparated,
    /// A change in the environment needs evidence and people.
    EnvironmentGuarded,
    /// Not everybody changes the policy.
    PolicyGuarded,
}

impl Name {
    /// In words, as a sentence that is true where it is closed.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::PushRestricted => "only the pipeline pushes to the branch",
            Self::NoForcedPush => "the history of the branch cannot be rewritten",
            Self::NoDeletion => "the branch cannot be deleted",
            Self::MergesRestricted => "not everybody merges into the branch",
            Self::ApprovalsRequired => "a merge needs as many approvals as the policy asks for",
            Self::BuildsRequired => "a merge needs the status of `stepgate promote check`",
            Self::ApprovalsReset => "approvals go when the change does",
            Self::MergeChecksEnforced => "merge checks are enforced",
            Self::BranchesRestricted => "no other branch can be used to edit the pipelines",
            Self::CredentialsInEnvironment => "the credentials are in the deployment environment",
            Self::EnvironmentRestricted => "not every branch deploys to the environment",
            Self::NoSharedCredentials => "no credential is where every branch sees it",
            Self::SourceVerified => "the cluster verifies the commits that it takes",
            Self::KeysScoped => "no key may say everything",
            Self::KeysExpire => "a key ends some time",
            Self::KeysSeparated => "gates and promotion have keys of their own",
            Self::EnvironmentGuarded => "a change in the environment needs evidence and people",
            Self::PolicyGuarded => "not everybody changes the policy",
        }
    }

    fn closed(self, why: impl Into<String>) -> Check {
        Check { name: self, about: None, state: State::Closed, why: why.into(), close: None }
    }

    fn open(self, why: impl Into<String>, close: impl Into<String>) -> Check {
        Check { name: self, about: None, state: State::Open, why: why.into(), close: Some(close.into()) }
    }

    fn unknown(self, why: impl Into<String>, close: impl Into<String>) -> Check {
        Check { name: self, about: None, state: State::Unknown, why: why.into(), close: Some(close.into()) }
    }

    fn not_applicable(self, why: impl Into<String>) -> Check {
        Check { name: self, about: None, state: State::NotApplicable, why: why.into(), close: None }
    }

    fn unseen(self, unseen: &Unseen) -> Check {
        self.unknown(unseen.why.clone(), unseen.close.clone())
    }
}

impl Check {
    fn about(self, what: impl Into<String>) -> Self {
        Self { about: Some(what.into()), ..self }
    }
}

/// What came of it, `stepgate.promote-audit/v1`.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[schemars(title = "stepgate.promote-audit/v1")]
pub(crate) struct Audit {
    /// `stepgate.promote-audit/v1`.
    schema: &'static str,
    /// `stepgate-promote`.
    program: &'static str,
    /// Of the program.
    version: &'static str,
    /// The GitOps repository, without credentials.
    pub(crate) repository: String,
    /// Its branch.
    pub(crate) branch: String,
    /// Whether nothing is open and nothing unknown.
    pub(crate) closed: bool,
    /// Every precondition, in a fixed order.
    pub(crate) checks: Vec<Check>,
}

impl Audit {
    /// Judges all preconditions.
    pub(crate) fn of(repository: &str, facts: &Facts<'_>) -> Self {
        let mut checks = branch::checks(facts);
        checks.extend(credentials::checks(facts));
        checks.push(cluster::check(facts.manifests));
        checks.extend(policy::checks(facts.policy));
        Self {
            schema: "stepgate.promote-audit/v1",
            program: "stepgate-promote",
            version: env!("CARGO_PKG_VERSION"),
            repository: repository.to_owned(),
            branch: facts.branch.to_owned(),
            closed: checks.iter().all(|check| matches!(check.state, State::Closed | State::NotApplicable)),
            checks,
        }
    }

    /// Pass, when nothing is open and nothing unknown.
    pub(crate) const fn exit(&self) -> Exit {
        if self.closed { Exit::Pass } else { Exit::Fail }
    }
}

/// Whether nobody but some may push to any branch at all, so that no branch can be used to edit the pipelines.
fn is_every_branch_restricted(restrictions: &[BranchRestriction]) -> bool {
    branch::pushes_to_all(restrictions).next().is_some()
}

/// The environments that services go to or that the policy has, by name.
fn environments(policy: &Policy) -> Vec<&str> {
    let places = policy.services.values().flat_map(|service| service.environments.keys());
    let mut names: Vec<&str> = places.chain(policy.environments.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}
