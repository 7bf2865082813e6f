//! The command line.

use std::str::FromStr as _;
use std::time::Duration;

use clap::{Parser, Subcommand};
use gitops::{Digest, Image};
use jiff::Timestamp;
use step::args::{AccessArgs, ConfigArgs, OutputArgs, PublishArgs};
use step::values::duration;

/// Takes an image to the next environment, when every guardrail is met.
#[derive(Clone, Debug, Parser)]
#[command(name = "stepgate-promote", version, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show what is where, since when, and what is missing
    Status(StatusArgs),
    /// Say whether an image may go to an environment, guardrail by guardrail, and change nothing
    Plan(MoveArgs),
    /// Take an image to an environment, by a commit or a pull request as the policy has it
    Run(Box<RunArgs>),
    /// Judge a pull request or a push of the GitOps repository, also one made by hand
    Check(Box<CheckArgs>),
    /// Complete a pull request, when every guardrail is met and its approvals are of its last commit
    Merge(MergeArgs),
    /// Put back an image that was there before, and hold the one that is there now
    Rollback(RollbackArgs),
    /// Stop promotions: of a service, to an environment, of one image, or all of them
    Hold(HoldArgs),
    /// Take such a stop back
    Release(ReleaseArgs),
    /// Tell what was done, from git and from what is attested, and whether the two agree
    History(HistoryArgs),
    /// Check what no program can enforce: branch restrictions, environments, who can read credentials
    Audit(AuditArgs),
}

/// The GitOps repository.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "GitOps repository")]
pub struct RepoArgs {
    /// The GitOps repository: a URL, a path, or WORKSPACE/REPO on Bitbucket [default: as configured, else the clone here
    /// when it has a promotion.yaml]
    #[arg(long, value_name = "URL", env = "STEPGATE_GITOPS_REPO")]
    pub repo: Option<String>,
    /// Its protected branch, from which the policy is read [default: as configured, else main]
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// The repository on Bitbucket, when --repo does not say it
    #[arg(long, value_name = "WORKSPACE/REPO")]
    pub gitops_repository: Option<String>,
    /// The config file.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Where Bitbucket is.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// How a commit gets there.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Commit")]
pub struct CommitArgs {
    /// `Name <address>` [default: as configured, else as git is, else Bitbucket Pipelines]
    #[arg(long, value_name = "PERSON")]
    pub author: Option<String>,
    /// Sign it, by the key and the format that git is configured for [default: as configured, else as git is]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub sign: Option<bool>,
    /// How long to try again when others change the branch at the same time, or the remote fails [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,
}

/// `status`.
#[derive(Clone, Debug, clap::Args)]
pub struct StatusArgs {
    /// Only this service; may be given several times
    #[arg(long, value_name = "NAME")]
    pub service: Vec<String>,
    /// Only this environment; may be given several times
    #[arg(long, value_name = "NAME")]
    pub environment: Vec<String>,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// A service, and perhaps the image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// Its name.
    pub service: String,
    /// Left out: the one that stands in the environment before.
    pub image: Option<Image>,
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, String> {
        let (service, image) = match text.split_once('=') {
            Some((service, image)) => (service, Some(Image::from_str(image).map_err(|error| error.to_string())?)),
            None => (text, None),
        };
        if service.is_empty() {
            return Err("expected SERVICE or SERVICE=IMAGE, for example orders-api".to_owned());
        }
        Ok(Self { service: service.to_owned(), image })
    }
}

/// `plan`.
#[derive(Clone, Debug, clap::Args)]
pub struct MoveArgs {
    /// Services; several go together or not at all. The image is the one of the environment before, unless it is given:
    /// `orders-api=registry/shop/api:1.8.2@sha256:…`
    #[arg(value_name = "SERVICE[=IMAGE]", required = true, value_parser = Wanted::parse)]
    pub services: Vec<Wanted>,
    /// The environment, or a stage: of a stage the first environments that do not have it yet
    #[arg(long, value_name = "ENVIRONMENT")]
    pub to: String,
    /// From which environment the image is taken [default: the only one that comes before]
    #[arg(long, value_name = "ENVIRONMENT")]
    pub from: Option<String>,
    /// Call it a hotfix, which may pass what the policy lets one pass
    #[arg(long, requires = "reason")]
    pub hotfix: bool,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `run`.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
    /// The move.
    #[command(flatten)]
    pub wanted: MoveArgs,
    /// Merge the pull request at once when every guardrail is met
    #[arg(long)]
    pub merge: bool,
    /// The commit.
    #[command(flatten)]
    pub commit: CommitArgs,
}

/// `check`.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    /// The commit that is judged [default: of the pipeline, else HEAD of the clone here]
    #[arg(long, value_name = "SHA")]
    pub head: Option<String>,
    /// The commit before it [default: of a pull request its destination, of a push its first parent]
    #[arg(long, value_name = "SHA")]
    pub base: Option<String>,
    /// The repository.
    #[command(flatten)]
    pub repo: CheckRepoArgs,
    /// What is published.
    #[command(flatten)]
    pub publish: PublishArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The repository that is checked; where Bitbucket is stands among what is published.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "GitOps repository")]
pub struct CheckRepoArgs {
    /// The GitOps repository [default: as configured, else the clone here]
    #[arg(long, value_name = "URL", env = "STEPGATE_GITOPS_REPO")]
    pub repo: Option<String>,
    /// Its protected branch [default: as configured, else main]
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// The repository on Bitbucket, when --repo does not say it
    #[arg(long, value_name = "WORKSPACE/REPO")]
    pub gitops_repository: Option<String>,
    /// The config file.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// `merge`.
#[derive(Clone, Debug, clap::Args)]
pub struct MergeArgs {
    /// The number of the pull request
    #[arg(value_name = "PULL_REQUEST")]
    pub id: u64,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// The commit.
    #[command(flatten)]
    pub commit: CommitArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `rollback`.
#[derive(Clone, Debug, clap::Args)]
pub struct RollbackArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    pub service: String,
    /// Where
    #[arg(long, value_name = "ENVIRONMENT")]
    pub environment: String,
    /// The digest of an image that was there before [default: the last one that was found healthy there]
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub to: Option<Digest>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// The commit.
    #[command(flatten)]
    pub commit: CommitArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What a stop is about.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ScopeArgs {
    /// Which service [default: every one]
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Which environment [default: every one]
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Only this image
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub digest: Option<Digest>,
    /// Everything, where neither a service nor an environment nor an image is named
    #[arg(long, conflicts_with_all = ["service", "environment", "digest"])]
    pub everything: bool,
}

/// `hold`.
#[derive(Clone, Debug, clap::Args)]
pub struct HoldArgs {
    /// What.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Until when: `2026-12-24T08:00:00Z` [default: until it is released]
    #[arg(long, value_name = "TIME", conflicts_with = "for_")]
    pub until: Option<Timestamp>,
    /// For how long: `90m`, `8h`
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub for_: Option<Duration>,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// The commit.
    #[command(flatten)]
    pub commit: CommitArgs,
}

/// `release`.
#[derive(Clone, Debug, clap::Args)]
pub struct ReleaseArgs {
    /// What, exactly as it is held.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// The commit.
    #[command(flatten)]
    pub commit: CommitArgs,
}

/// `history`.
#[derive(Clone, Debug, clap::Args)]
pub struct HistoryArgs {
    /// The service [default: every one]
    #[arg(value_name = "SERVICE")]
    pub service: Option<String>,
    /// Only in this environment
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Only of this image
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub digest: Option<Digest>,
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `audit`.
#[derive(Clone, Debug, clap::Args)]
pub struct AuditArgs {
    /// The repository.
    #[command(flatten)]
    pub repo: RepoArgs,
    /// Reports.
    #[command(flatten)]
    pub output: OutputArgs,
}

fn digest(text: &str) -> Result<Digest, String> {
    let whole = if text.contains(':') { text.to_owned() } else { format!("sha256:{text}") };
    whole.parse().map_err(|error: gitops::ReferenceError| error.to_string())
}
