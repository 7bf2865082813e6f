//! The command line.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use coverage::Percent;
use step::args::{ConfigArgs, OutputArgs, PublishArgs};
use step::signing::SigningArgs;

/// Did the tests really pass? One verdict over shards, retries and coverage.
#[derive(Clone, Debug, Parser)]
#[command(name = "stepgate-tests", version, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Judge reports that test runners have written
    Gate(Box<GateArgs>),
    /// Run the tests, and judge what they report and the code they end with
    Run(Box<RunArgs>),
    /// Make one report of many, and judge nothing but that they are whole
    Merge(Box<MergeArgs>),
    /// Divide test files over parallel steps by the time they take
    Split(SplitArgs),
    /// Show which tests are flaky, from the history
    Flaky(FlakyArgs),
    /// List the formats that are read and written
    Formats,
}

/// `gate`.
#[derive(Clone, Debug, clap::Args)]
pub struct GateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// How to judge, and where to say so.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `run`.
#[derive(Clone, Debug, clap::Args)]
pub struct RunArgs {
    /// A report that the command writes: a path or a glob; may be given several times
    #[arg(long, value_name = "FILE", required = true, help_heading = "Reports")]
    pub(crate) report: Vec<String>,
    /// Leave the exit code of the command in this file, for a gate in a later step, and do not judge here
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(crate) keep_exit_code: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// The command that runs the tests
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<std::ffi::OsString>,
}

/// `merge`.
#[derive(Clone, Debug, clap::Args)]
pub struct MergeArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) coverage: CoverageInputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// Which reports, and what is known of how they came about.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Reports")]
pub struct InputArgs {
    /// Reports of tests: paths, globs, `-` for standard input
    #[arg(value_name = "FILE", help_heading = None::<&'static str>)]
    pub(crate) files: Vec<String>,
    /// Directories with the reports of one attempt each, in order; FILEs, when given too, are the attempt before. A later
    /// attempt of a test takes the place of an earlier one
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) attempt_dirs: Vec<PathBuf>,
    /// So many reports there must be at least
    #[arg(long, value_name = "N")]
    pub(crate) expect_files: Option<u64>,
    /// Files in which earlier steps left the exit codes of test runners [default: REPORT.exit beside each report]
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) exit_code: Vec<String>,
    /// When the run began: a time, or a file that was made then; a report that is older is not of this run
    #[arg(long, value_name = "TIME|FILE")]
    pub(crate) not_before: Option<String>,
    /// Take a report without a single test for whole, as long as another one has tests
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

/// How to judge, and where to say so.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct JudgeArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) coverage: CoverageArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// What else than a red test makes the gate say no.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A test that passed only after it had failed
    Flaky,
    /// A test of the earlier report that is gone or skipped now
    Shrink,
    /// A test that was skipped
    Skipped,
}

/// What blocks.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyArgs {
    /// Also fail on this; may be given several times
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    pub(crate) fail_on: Vec<FailOn>,
    /// Earlier reports to compare with: removed and newly skipped tests are listed
    #[arg(long, value_name = "REPORT", num_args = 1..)]
    pub(crate) against: Vec<String>,
    /// The history of earlier runs, kept as a cache or an artifact; this run is added to it
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Read the history and do not add to it
    #[arg(long)]
    pub(crate) frozen_history: bool,
    /// Bitbucket's list of quarantined tests [default: the one of the step]
    #[arg(long, value_name = "FILE", env = "BITBUCKET_TEST_METADATA_FILE_PATH")]
    pub(crate) bitbucket_quarantine: Option<PathBuf>,
}

/// Coverage reports.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Coverage")]
pub struct CoverageInputArgs {
    /// Coverage reports: paths or globs, behind the reports of tests; all are merged line by line
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) coverage: Vec<String>,
    /// An absolute path under which the tests saw the repository, such as a container's mount point
    #[arg(long, value_name = "PATH")]
    pub(crate) root: Vec<String>,
}

/// What coverage must be.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Coverage")]
pub struct CoverageArgs {
    #[command(flatten)]
    pub(crate) input: CoverageInputArgs,
    /// So much of all executable lines must be covered
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_lines: Option<Percent>,
    /// So much of the executable lines that the change wrote must be covered
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_change: Option<Percent>,
    /// So much of the executable lines of each file must be covered
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_file: Option<Percent>,
    /// The coverage report, or the JSON report of an earlier gate, that coverage may not fall below
    #[arg(long, value_name = "FILE")]
    pub(crate) coverage_base: Option<PathBuf>,
    /// By so many percentage points it may fall all the same [default: 0]
    #[arg(long, value_name = "PERCENT", requires = "coverage_base")]
    pub(crate) max_fall: Option<Percent>,
    /// Where the change wants to go [default: the destination of the pull request, else as configured]
    #[arg(long, value_name = "BRANCH|COMMIT", env = "STEPGATE_DESTINATION")]
    pub(crate) destination: Option<String>,
}

/// `split`.
#[derive(Clone, Debug, clap::Args)]
pub struct SplitArgs {
    /// The test files: paths, directories (all `*Test.php` in them), globs; `-` reads them from standard input, one a
    /// line [default: `tests`]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Into so many parts [default: of the parallel step]
    #[arg(long, value_name = "N", env = "BITBUCKET_PARALLEL_STEP_COUNT")]
    pub(crate) total: NonZeroU16,
    /// Print this part, from 0 [default: of the parallel step]
    #[arg(long, value_name = "I", env = "BITBUCKET_PARALLEL_STEP")]
    pub(crate) index: u16,
    /// Reports of an earlier run, which tell how long each file takes: paths or globs; without any, files count alike
    #[arg(long, value_name = "REPORT", num_args = 1..)]
    pub(crate) timings: Vec<String>,
    /// How to print the files
    #[arg(long, value_enum, default_value_t)]
    pub(crate) print: Print,
    /// What the names of test files end with, in directories
    #[arg(long, value_name = "SUFFIX", default_value = "Test.php")]
    pub(crate) suffix: String,
}

/// How files are printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Print {
    /// One a line
    #[default]
    Lines,
    /// Separated by NUL, for `xargs -0`
    Null,
    /// A configuration of PHPUnit (phpunit.xml) with the files as its only test suite, made from the one that is here
    Phpunit,
}

/// `flaky`.
#[derive(Clone, Debug, clap::Args)]
pub struct FlakyArgs {
    /// Histories of earlier runs; several are united
    #[arg(value_name = "FILE", required = true)]
    pub(crate) histories: Vec<PathBuf>,
    /// So many tests at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Write the united history to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) unite: Option<PathBuf>,
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
