//! `stepgate attest`: statements are signed, shown and verified.

use clap::Subcommand;
use step::{Exit, Failure, Result, Session};

pub(crate) mod keys;
mod show;
mod sign;
mod verify;

/// Arguments of `stepgate attest`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put a statement into an envelope and sign it
    Sign(sign::Args),
    /// Show what a bundle says, whoever wrote it; nothing is verified
    Show(show::Args),
    /// What does a bundle prove: for this service and image, which claims hold, by which key, since when
    Verify(verify::Args),
}

/// Runs a subcommand.
///
/// # Errors
///
/// When a file cannot be used; see [`step::Failure`].
pub fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    match &args.command {
        Command::Sign(args) => sign::run(args, session),
        Command::Show(args) => show::run(args, session),
        Command::Verify(args) => verify::run(args, session),
    }
}

/// The largest bundle that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// A bundle that says something.
fn read_bundle(path: &std::path::Path, session: &Session) -> Result<Vec<u8>> {
    let bytes = step::files::read(&keys::from_here(path, session), LARGEST)?;
    if attest::lines(&bytes).next().is_none() {
        return Err(Failure::input(format!("{} holds no envelope: it is empty", path.display()))
            .hint("a bundle has one DSSE envelope a line, as `stepgate attest sign` writes them"));
    }
    Ok(bytes)
}
