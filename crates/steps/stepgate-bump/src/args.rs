//! The command line.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use gitops::Image;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use step::args::{AccessArgs, ConfigArgs, OutputArgs};
use step::values::duration;
use yaml_edit::Path;

/// Puts an image into the GitOps repository, changes nothing else, and loses nothing.
#[derive(Clone, Debug, Parser)]
#[command(name = "stepgate-bump", version, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Put images where the GitOps repository wants them: one commit, or one pull request
    Put(Box<PutArgs>),
    /// Show every place in files that holds an image
    Find(FindArgs),
    /// Set one value of a YAML file and keep every other byte
    Set(SetArgs),
    /// Print one value of a YAML file
    Get(GetArgs),
}

/// `put`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PutArgs {
    /// Images, with a tag, a digest or both; of several services each with its own: `api=registry/shop/api:1.8.2`
    #[arg(value_name = "[SERVICE=]IMAGE", required = true, value_parser = Wanted::parse)]
    pub(crate) images: Vec<Wanted>,
    #[command(flatten)]
    pub(crate) digest: DigestArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) commit: CommitArgs,
    #[command(flatten)]
    pub(crate) pull_request: PullRequestArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
}

/// One image, and the service that it is of where that was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) service: Option<String>,
    pub(crate) image: Image,
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, String> {
        let (service, image) = match text.split_once('=') {
            Some((service, image)) => (Some(named(service)?), image),
            None => (None, text),
        };
        let image = Image::from_str(image).map_err(|error| error.to_string())?;
        Ok(Self { service, image })
    }
}

/// The name of a service or an environment: it becomes a part of branches and of paths.
pub(crate) fn named(text: &str) -> Result<String, String> {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !text.is_empty() && !text.starts_with('.') && text.bytes().all(is_fine) && text.len() <= 63 {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` cannot be the name of a service or environment: letters, digits, `-`, `_` and `.`"))
}

/// Which digest the image has.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Digest")]
pub(crate) struct DigestArgs {
    /// A file that tells the digest: `--metadata-file` of docker buildx, `docker inspect`, `skopeo inspect`, `crane
    /// digest`, an OCI layout's index.json; of several services SERVICE=FILE
    #[arg(long, value_name = "[SERVICE=]FILE")]
    pub(crate) digest_from: Vec<String>,
    /// Ask the registry which digest the tag has; an image that has one already must have the same
    #[arg(long)]
    pub(crate) resolve_digest: bool,
    /// Trust the certificates in this PEM file besides Mozilla's when asking the registry
    #[arg(long, value_name = "FILE", env = "STEPGATE_REGISTRY_CA")]
    pub(crate) registry_ca: Option<PathBuf>,
}

/// Where the image goes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Where to")]
pub(crate) struct PlaceArgs {
    /// The GitOps repository: a URL, a path, or WORKSPACE/REPO on Bitbucket [default: as configured]
    #[arg(long, value_name = "URL", env = "STEPGATE_GITOPS_REPO")]
    pub(crate) repo: Option<String>,
    /// Its branch [default: as configured, else main]
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// The environment; may be given several times [default: as configured, else of the pipeline's deployment]
    #[arg(long, value_name = "NAME", value_parser = named)]
    pub(crate) environment: Vec<String>,
    /// The service, when it is one [default: as configured]
    #[arg(long, value_name = "NAME", value_parser = named, env = "STEPGATE_SERVICE")]
    pub(crate) service: Option<String>,
    /// A file in it, and the path of the value: apps/api/values.yaml:image.tag; without a path the one place in the file
    /// that holds this image [default: as configured, else as promotion.yaml in it says]
    #[arg(long, value_name = "FILE[:PATH]", value_parser = TargetArg::parse)]
    pub(crate) target: Vec<TargetArg>,
    /// Look for the image in all YAML files below a directory of it, instead of naming targets; `.` is everywhere
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    pub(crate) search: Option<String>,
    /// Take all places of the image where there are several, instead of refusing
    #[arg(long)]
    pub(crate) all: bool,
}

/// One `--target`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TargetArg {
    pub(crate) file: String,
    pub(crate) path: Option<Path>,
}

impl TargetArg {
    fn parse(text: &str) -> Result<Self, String> {
        let (file, path) = match text.split_once(':') {
            Some((file, path)) => (file, Some(Path::from_str(path).map_err(|error| error.to_string())?)),
            None => (text, None),
        };
        if file.is_empty() {
            return Err("expected FILE or FILE:PATH, for example apps/api/values.yaml:image.tag".to_owned());
        }
        Ok(Self { file: file.to_owned(), path })
    }
}

/// What is refused unless it is allowed.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArgs {
    /// Refuse an image without a digest
    #[arg(long)]
    pub(crate) require_digest: bool,
    /// Empty the digest beside a tag where the new digest is not known
    #[arg(long)]
    pub(crate) clear_digest: bool,
    /// Add the key for the tag or digest where it is missing
    #[arg(long)]
    pub(crate) insert: bool,
    /// Change the name of the image too, where an explicit target has another
    #[arg(long)]
    pub(crate) rename: bool,
    /// Allow a version before the one that is there
    #[arg(long)]
    pub(crate) allow_downgrade: bool,
    /// Allow `latest`, or no tag and no digest
    #[arg(long)]
    pub(crate) allow_latest: bool,
    /// Put this build's image even where a newer build has put its own
    #[arg(long)]
    pub(crate) allow_older: bool,
}

/// How it gets there.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// A commit that is pushed by git
    #[default]
    Push,
    /// A commit made by Bitbucket's API: no clone at all, and no signature
    Api,
    /// A pull request, one for each service and environment; its branch is made by git where the repository is a URL or
    /// a path, by the API where it is WORKSPACE/REPO
    PullRequest,
}

/// The commit.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Commit")]
pub(crate) struct CommitArgs {
    /// How it gets there [default: as configured, else push]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) via: Option<Via>,
    /// Print what would change, as a diff, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The subject; {service}, {environment}, {image}, {tag}, {digest}, {from}, {commit} and {build} are replaced
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// `Name <address>` [default: as configured, else as git is, else Bitbucket Pipelines]
    #[arg(long, value_name = "PERSON")]
    pub(crate) author: Option<String>,
    /// Sign it, by the key and the format that git is configured for [default: as configured, else as git is]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(crate) sign: Option<bool>,
    /// A directory with attestations of the image (*.intoto.jsonl), to go into the same commit
    #[arg(long, value_name = "DIR")]
    pub(crate) attestations: Option<PathBuf>,
    /// How long to try again when others change the branch at the same time, or the remote fails [default: 5m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) deadline: Option<Duration>,
    /// The repository that the image was built from [default: of the pipeline]
    #[arg(long, value_name = "WORKSPACE/REPO")]
    pub(crate) source_repository: Option<String>,
    /// The commit that the image was built from [default: of the pipeline, else HEAD of the clone here]
    #[arg(long, value_name = "SHA")]
    pub(crate) source_commit: Option<String>,
    /// The number of the build, by which two builds are told apart [default: of the pipeline]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build_number: Option<u64>,
}

/// The pull request.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Pull request")]
pub(crate) struct PullRequestArgs {
    /// The UUID of somebody who is asked to review; may be given several times
    #[arg(long, value_name = "UUID")]
    pub(crate) reviewer: Vec<String>,
    /// Ask the default reviewers of the repository too
    #[arg(long)]
    pub(crate) default_reviewers: bool,
    /// Merge it, if the repository allows that already
    #[arg(long)]
    pub(crate) merge: bool,
    /// The repository on Bitbucket, when --repo does not say it
    #[arg(long, value_name = "WORKSPACE/REPO")]
    pub(crate) gitops_repository: Option<String>,
}

/// `find`.
#[derive(Clone, Debug, clap::Args)]
pub struct FindArgs {
    /// Files and directories to look into
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// The image, without tag and digest [default: every image]
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,
    /// Print JSON, a line for each place
    #[arg(long)]
    pub(crate) json: bool,
}

/// `set`.
#[derive(Clone, Debug, clap::Args)]
#[command(override_usage = "stepgate-bump set [OPTIONS] <FILE> <PATH> <VALUE>\n       \
                            stepgate-bump set [OPTIONS] --files-from <LIST> <PATH> <VALUE>")]
pub struct SetArgs {
    /// The file, the path of the value in it, and the new value: values.yaml spec.containers[name=app].image app:1.2
    #[arg(value_name = "FILE PATH VALUE", required = true, num_args = 2..=3)]
    pub(crate) words: Vec<String>,
    /// Set it in all files of a list, one a line; `-` is standard input
    #[arg(long, value_name = "LIST")]
    pub(crate) files_from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) where_: WhereArgs,
    /// Add the key, or the item behind the last one, when it is not there
    #[arg(long)]
    pub(crate) insert: bool,
    /// What to do when the value is an alias or comes from a merge key
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub(crate) aliases: Aliases,
    /// Write nothing; exit with 1 when the value is another
    #[arg(long)]
    pub(crate) check: bool,
}

/// Which document of a file.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct WhereArgs {
    /// The document, counted from 0 [default: the only one, or the only one that has the path]
    #[arg(long, value_name = "N")]
    pub(crate) document: Option<usize>,
}

/// What to do about aliases.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Aliases {
    /// Refuse, and name the anchor
    #[default]
    Refuse,
    /// Put the value in the place of the alias, or beside the merge key
    Replace,
    /// Change the value behind the anchor, for everybody who refers to it
    Follow,
}

/// `get`.
#[derive(Clone, Debug, clap::Args)]
pub struct GetArgs {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The path of the value in it
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    #[command(flatten)]
    pub(crate) where_: WhereArgs,
}
