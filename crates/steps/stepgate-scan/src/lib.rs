//! May this image be pushed? One verdict over what a scanner found in it.
//!
//! # Layout
//!
//! - [`args`]: the command line; [`config`]: the `scan` section of stepgate.yaml.
//! - `inputs`: from files that were named to scans, with what lies beside them: exit codes, what Trivy says of itself.
//! - `run`: Trivy, run so that it sees no credentials and no config of the repository; it leaves the same files.
//! - `image`: the identity of an image that lies in a tar or a directory, and of its layers.
//! - `criteria`: everything that a verdict depends on besides the scans: policy, exceptions, VEX, EPSS, KEV, the base.
//! - `gate`: the one path after that: judge, write, publish, exit. `clock`: the one place that asks for the time.
//! - `write`: one function per format; `bulletin`: for Bitbucket. `lockfile`: the lines of the repository to show there.
//! - `exceptions` and `formats`: the other subcommands.
//! - `settings`: the configuration in force, and `health`: what can be told of it, for people who wonder.

pub mod args;
mod bulletin;
mod clock;
pub mod config;
mod criteria;
mod exceptions;
mod formats;
mod gate;
mod health;
mod image;
mod inputs;
mod lockfile;
mod run;
mod settings;
mod write;

use step::{Exit, Result, Session};

pub use args::Args;
pub use config::Config;
pub use health::{Installed, ended_exceptions, installed};
pub use settings::settings;

use args::{Command, GateArgs, ImageArgs};
use gate::Prepared;

/// Runs the program.
///
/// # Errors
///
/// When it cannot do what it was asked. A gate that says no is no error, but an [`Exit`].
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    match args.command {
        Command::Gate(args) => gate(&args, session).await,
        Command::Image(args) => image(&args, session).await,
        Command::Exceptions(command) => exceptions::subcommand(&command, session).await,
        Command::Formats => formats::list(session),
    }
}

async fn gate(args: &GateArgs, session: &mut Session) -> Result<Exit> {
    let prepared = Prepared::find(&args.judge, session).await?;
    let inputs = inputs::find(&args.input, &session.dir)?;
    prepared.judge(inputs, session).await
}

async fn image(args: &ImageArgs, session: &mut Session) -> Result<Exit> {
    // What cannot be judged is not scanned for minutes first.
    let prepared = Prepared::find(&args.judge, session).await?;
    let setup = run::Setup { config: &prepared.config().trivy, base: prepared.base_dir(), demands: prepared.demands() };
    let kept = run::images(args, &setup, session).await?;
    prepared.judge(kept.inputs, session).await
}
