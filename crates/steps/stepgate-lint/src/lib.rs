//! Did this change make the code worse? One verdict over all static analysis.
//!
//! # Layout
//!
//! - [`args`]: the command line; [`config`]: the `lint` section of stepgate.yaml.
//! - `place`: the repository, the pipeline and the config of this run, as `step` finds them.
//! - `inputs`: from files that were named to reports; `run`: from tools that are run to the same files.
//! - [`exit_codes`]: what a tool's exit code says about its report.
//! - `change`: what the change did, where it matters.
//! - `debt`: the baseline as the gate sees it; `baseline`: its subcommands.
//! - `settings`: the configuration in force, for people who wonder.
//! - `gate`: the one path after that: judge, write, publish, exit.

pub mod args;
mod baseline;
mod change;
pub mod config;
mod debt;
pub mod exit_codes;
mod formats;
mod gate;
mod inputs;
mod place;
mod run;
mod settings;

use step::{Exit, Result, Session};

pub use args::Args;
pub use config::Config;
pub use run::{Installed, installed};
pub use settings::settings;

use args::{Command, GateArgs, RunArgs};
use gate::Prepared;

/// Runs the program.
///
/// # Errors
///
/// When it cannot do what it was asked. A gate that says no is no error, but an [`Exit`].
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    match args.command {
        Command::Gate(args) => gate(&args, session).await,
        Command::Run(args) => run_tools(&args, session).await,
        Command::Baseline(command) => baseline::subcommand(&command, session).await,
        Command::Formats => formats::list(session),
    }
}

async fn gate(args: &GateArgs, session: &mut Session) -> Result<Exit> {
    let prepared = Prepared::find(&args.judge, &args.root, session).await?;
    let inputs = inputs::gather(&args.input, &session.dir);
    prepared.judge(&inputs, session).await
}

async fn run_tools(args: &RunArgs, session: &mut Session) -> Result<Exit> {
    let prepared = Prepared::find(&args.judge, &args.root, session).await?;
    let kept = run::tools(&args.tools, prepared.config(), session).await?;
    prepared.judge(&kept.inputs, session).await
}
