//! The subcommands.

use clap::{CommandFactory, Parser, Subcommand};
use step::{Exit, Result, Session};

use crate::{demo, doctor, explain, init, schema};

/// Gates for Bitbucket Pipelines that fail closed.
#[derive(Debug, Parser)]
#[command(name = "stepgate", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the main job end to end on this machine, without any account.
    Demo(demo::Args),
    /// Writes a commented stepgate.yaml and the pipeline to go with it.
    Init(init::Args),
    /// Checks tools, credentials, clone and configuration, and says how to mend each.
    Doctor(Box<doctor::Args>),
    /// Prints the JSON Schema of stepgate.yaml or of the JSON report.
    Schema(schema::Args),
    /// Shows the configuration in force.
    Config(explain::Args),
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Did this change make the code worse? (stepgate-lint)
    Lint(Box<stepgate_lint::Args>),
}

/// Runs a subcommand.
///
/// # Errors
///
/// When it cannot do what it was asked; see [`step::Failure`].
pub async fn run(cli: Cli, session: &mut Session) -> Result<Exit> {
    match cli.command {
        Command::Demo(args) => demo::run(args, session).await,
        Command::Init(args) => init::run(&args, session),
        Command::Doctor(args) => doctor::run(&args, session).await,
        Command::Schema(args) => schema::run(&args, session),
        Command::Config(args) => explain::run(args, session).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "stepgate", &mut session.out);
            Ok(Exit::Pass)
        }
        Command::Lint(args) => stepgate_lint::run(*args, session).await,
    }
}
