//! Did the tests really pass? One verdict over shards, retries and coverage.
//!
//! # Layout
//!
//! - [`args`]: the command line; [`config`]: the `tests` section of stepgate.yaml.
//! - `inputs`: from files that were named to documents and exit codes; `tally`: what is kept of the tests that stream by.
//! - `cover`: coverage reports, brought home, merged, and held against the change.
//! - `remembered`: the history file; `clock`: the one place that asks for the time.
//! - `judge`: from all that to `report`, which every writer is handed; `place_of`: where to look when a test failed.
//! - `write`: one function per format; `merged`: the reports that are made from the inputs; `bulletin`: for Bitbucket.
//! - `gate`: the one path from arguments to the exit code. `run`, `merge`, `split` (with `phpunit`), `flaky` and
//!   `formats`: the other subcommands.
//! - `settings`: the configuration in force, and `health`: what can be told of it, for people who wonder.

pub mod args;
mod bulletin;
mod clock;
pub mod config;
mod cover;
mod flaky;
mod formats;
mod gate;
mod health;
mod inputs;
mod judge;
mod merge;
mod merged;
mod phpunit;
mod place_of;
mod remembered;
mod report;
mod run;
mod settings;
mod split;
mod tally;
mod write;

use step::{Exit, Result, Session};

pub use args::Args;
pub use config::Config;
pub use health::{ended_quarantine, runs_in_history};
pub use phpunit::CONFIGS as PHPUNIT_CONFIGS;
pub use settings::settings;

use args::{Command, GateArgs};
use gate::Prepared;

/// The JSON Schema (draft 2020-12) of the JSON report, which is a `stepgate.report/v1`.
pub const REPORT_SCHEMA: &str = write::SCHEMA;

/// Runs the program.
///
/// # Errors
///
/// When it cannot do what it was asked. A gate that says no is no error, but an [`Exit`].
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    match args.command {
        Command::Gate(args) => gate(&args, session).await,
        Command::Run(args) => run::run(&args, session).await,
        Command::Merge(args) => merge::run(&args, session).await,
        Command::Split(args) => split::run(&args, session).await,
        Command::Flaky(args) => flaky::run(&args, session),
        Command::Formats => formats::list(session),
    }
}

async fn gate(args: &GateArgs, session: &mut Session) -> Result<Exit> {
    Prepared::find(&args.judge, session).await?.judge(&args.input, None, session).await
}
