//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use findings::Severity;
use findings::judge::Block;
use findings::read::Format;
use step::args::{ConfigArgs, OutputArgs, PublishArgs};
use step::signing::SigningArgs;
use step::values::{duration, exit_code, severity};

use crate::config::Changed;
use crate::formats;

/// Did this change make the code worse? One verdict over the reports of all static analysis tools.
#[derive(Clone, Debug, Parser)]
#[command(name = "stepgate-lint", version, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Judge reports that tools have written
    Gate(GateArgs),
    /// Run the tools that are configured here, and judge what they report
    Run(RunArgs),
    /// The debt that is known: write it down, let it shrink, keep it from growing
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// List the formats that are read and written
    Formats,
}

/// `gate`.
#[derive(Clone, Debug, clap::Args)]
pub struct GateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// How to judge, and where to say so.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `run`.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub(crate) tools: ToolArgs,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
}

/// Which reports.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Reports")]
pub struct InputArgs {
    /// Reports: paths, globs, `-` for standard input, `TOOL=PATH` for a report that does not name its tool
    #[arg(value_name = "FILE", help_heading = None::<&'static str>)]
    pub(crate) files: Vec<String>,
    /// The format of all reports [default: found from the content; `stepgate-lint formats` lists them]
    #[arg(long, value_name = "FORMAT", value_parser = formats::input)]
    pub(crate) format: Option<Format>,
    /// The tool of all reports that do not name theirs
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Option<String>,
    /// The exit code of the tool that wrote a report [default: what is in the file PATH.exit]
    #[arg(long, value_name = "PATH=CODE", value_parser = exit_code)]
    pub(crate) exit_code: Vec<(PathBuf, i32)>,
}

/// Where the repository was when the tools ran.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RootArgs {
    /// An absolute path under which the tools saw the repository, such as a container's mount point
    #[arg(long, value_name = "PATH", help_heading = "Reports")]
    pub(crate) root: Vec<String>,
}

/// Which tools, and how.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Tools")]
pub struct ToolArgs {
    /// Run only this tool, also when it has no config file here
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Vec<String>,
    /// How many tools run at the same time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// How long one tool may take: `90s`, `10m`, `1h` [default: 30m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Keep report, standard error and exit code of each tool in this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// Paths for the tools to look at [default: as their own configs say]
    #[arg(last = true, value_name = "PATH", help_heading = None::<&'static str>)]
    pub(crate) paths: Vec<String>,
}

/// How to judge, and where to say so.
#[derive(Clone, Debug, clap::Args)]
pub struct JudgeArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// What blocks.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyArgs {
    /// What can block: `new`, what nothing mutes; `any`, also what the baseline or the change filter mutes
    #[arg(long, value_name = "new|any", value_parser = block)]
    pub(crate) block: Option<Block>,
    /// Findings below this severity are shown and do not block
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<Severity>,
    /// Tolerate so many blocking findings
    #[arg(long, value_name = "N")]
    pub(crate) max: Option<u64>,
}

/// What of the change counts.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Change")]
pub struct ChangeArgs {
    /// Only findings on lines that the change touched can block
    #[arg(long, conflicts_with_all = ["changed_files", "everything"])]
    pub(crate) changed_lines: bool,
    /// Only findings in files that the change touched can block
    #[arg(long, conflicts_with = "everything")]
    pub(crate) changed_files: bool,
    /// All findings can block, whatever the config says
    #[arg(long)]
    pub(crate) everything: bool,
    /// Where the change wants to go [default: the destination of the pull request, else as configured]
    #[arg(long, value_name = "BRANCH|COMMIT", env = "STEPGATE_DESTINATION")]
    pub(crate) destination: Option<String>,
}

impl ChangeArgs {
    /// What the flags say, or `config`.
    pub(crate) fn changed(&self, config: Changed) -> Changed {
        match self {
            Self { changed_lines: true, .. } => Changed::Lines,
            Self { changed_files: true, .. } => Changed::Files,
            Self { everything: true, .. } => Changed::Off,
            _ => config,
        }
    }
}

/// What is known.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Baseline")]
pub struct BaselineArgs {
    /// The debt that is known [default: stepgate-baseline.jsonl in the root of the repository, when it is there]
    #[arg(long, value_name = "PATH")]
    pub(crate) baseline: Option<PathBuf>,
    /// Know of no debt
    #[arg(long, conflicts_with_all = ["baseline", "allow_baseline_growth"])]
    pub(crate) no_baseline: bool,
    /// Do not refuse a change that adds to the baseline
    #[arg(long)]
    pub(crate) allow_baseline_growth: bool,
    /// An earlier report of any format: what it holds is known
    #[arg(long, value_name = "REPORT")]
    pub(crate) against: Vec<String>,
}

/// What to do with the baseline.
#[derive(Clone, Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write down everything in the reports as known
    Create(CreateArgs),
    /// Take out what the reports do not hold any more; never adds anything
    Shrink(ShrinkArgs),
    /// Fail when the file is not in order, or when the change adds to it
    Check(CheckArgs),
    /// Take over baselines of PHPStan (.neon, .php) and Psalm (.xml)
    Import(ImportArgs),
}

/// Where the findings come from.
#[derive(Clone, Debug, clap::Args)]
pub struct SourceArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// Run the tools that are configured here instead of reading reports
    #[arg(long, conflicts_with = "files", help_heading = "Reports")]
    pub(crate) run: bool,
}

/// `baseline create`.
#[derive(Clone, Debug, clap::Args)]
pub struct CreateArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Replace a baseline that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// `baseline shrink`.
#[derive(Clone, Debug, clap::Args)]
pub struct ShrinkArgs {
    /// Where the change wants to go: entries of files that it renamed stay [default: as for the gate]
    #[arg(long, value_name = "BRANCH|COMMIT", env = "STEPGATE_DESTINATION")]
    pub(crate) destination: Option<String>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

/// `baseline check`.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Where the change wants to go [default: the destination of the pull request, else as configured]
    #[arg(long, value_name = "BRANCH|COMMIT", env = "STEPGATE_DESTINATION")]
    pub(crate) destination: Option<String>,
    /// Compare with the file as it is in this very revision instead
    #[arg(long, value_name = "REVISION", conflicts_with = "destination")]
    pub(crate) base: Option<String>,
}

/// `baseline import`.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// Baselines of other tools
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Replace a baseline that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// Which baseline.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct FileArgs {
    /// The baseline file [default: as configured, else stepgate-baseline.jsonl in the root of the repository]
    #[arg(long, value_name = "PATH")]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

fn block(text: &str) -> Result<Block, String> {
    match text {
        "new" => Ok(Block::New),
        "any" => Ok(Block::Any),
        _ => Err("`new` or `any`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }
}
