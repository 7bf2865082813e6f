//! The subcommands.

use clap::{CommandFactory, Parser, Subcommand};
use step::{Exit, Result, Session};

use crate::{attest, demo, doctor, explain, init, keygen, schema};

/// Gates for Bitbucket Pipelines that fail closed.
#[derive(Debug, Parser)]
#[command(name = "stepgate", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a pull request through the gate on this machine, without any account
    Demo(demo::Args),
    /// Write a commented stepgate.yaml, its schema, and the pipeline to go with it
    Init(init::Args),
    /// Check tools, credentials, clone and configuration, and say how to mend each
    #[command(mut_arg("publish", |arg| arg.hide(true)), mut_arg("require_publish", |arg| arg.hide(true)))]
    Doctor(Box<doctor::Args>),
    /// Print the JSON Schema of stepgate.yaml or of a JSON report
    Schema(schema::Args),
    /// Show the configuration in force
    Config(explain::Args),
    /// Make a key to sign verdicts with
    Keygen(keygen::Args),
    /// Sign, show and verify statements about images
    Attest(attest::Args),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Judge what PHPStan, PHP_CodeSniffer and others found: did this change make the code worse? (stepgate-lint)
    Lint(Box<stepgate_lint::Args>),
    /// Did the tests really pass? One verdict over shards, retries and coverage (stepgate-tests)
    Tests(Box<stepgate_tests::Args>),
    /// May this image be pushed? One verdict over what Trivy or Grype found in it (stepgate-scan)
    Scan(Box<stepgate_scan::Args>),
    /// Put images into the GitOps repository, change nothing else, lose nothing (stepgate-bump)
    Bump(Box<stepgate_bump::Args>),
    /// May this image go to the next environment, and if so, take it there; see what is where (stepgate-promote)
    Promote(Box<stepgate_promote::Args>),
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
        Command::Keygen(args) => keygen::run(&args, session),
        Command::Attest(args) => attest::run(&args, session),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "stepgate", &mut session.out);
            Ok(Exit::Pass)
        }
        Command::Lint(args) => stepgate_lint::run(*args, session).await,
        Command::Tests(args) => stepgate_tests::run(*args, session).await,
        Command::Scan(args) => stepgate_scan::run(*args, session).await,
        Command::Bump(args) => stepgate_bump::run(*args, session).await,
        Command::Promote(args) => stepgate_promote::run(*args, session).await,
    }
}
