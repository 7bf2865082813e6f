//! `stepgate attest sign`: a statement that anything wrote becomes a line of a bundle.

use std::path::PathBuf;

use attest::{Claim, Envelope, SigningKey, Statement};
use step::words::say;
use step::{Exit, Failure, Result, Session, files, signing};

use super::keys;

/// Arguments of `stepgate attest sign`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An in-toto Statement v1, as JSON; `-` is standard input. Its bytes are signed as they are
    statement: PathBuf,
    /// The private key, PKCS#8 in PEM [default: what is in STEPGATE_SIGNING_KEY]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where the envelope goes, which is one line; `-` is standard output, for `>> bundle.intoto.jsonl`
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

/// The largest statement that is read, in bytes. In base64 it still fits into an envelope.
const LARGEST: u64 = 8 << 20;

pub(super) fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let payload = files::read(&keys::from_here(&args.statement, session), LARGEST)?;
    let unusable = |why: String| Failure::input(format!("cannot sign {}: {why}", args.statement.display()));
    let statement = Statement::parse(&payload).map_err(|error| unusable(error.to_string()))?;
    // What nobody would count is not worth a signature.
    Claim::of(&statement).map_err(unusable)?;
    let envelope = Envelope::sign_bytes(payload, &[&key(args, session)?]);
    let line = format!("{}\n", envelope.to_json());
    if args.output.as_os_str() == "-" {
        say(session, &line)?;
    } else {
        files::replace(&session.dir.join(&args.output), |out| out.write_all(line.as_bytes()))?;
    }
    Ok(Exit::Pass)
}

fn key(args: &Args, session: &Session) -> Result<SigningKey> {
    match &args.key {
        Some(path) => keys::signing(&keys::from_here(path, session)),
        None => signing::key(&session.env)?.ok_or_else(|| {
            Failure::usage("there is no key to sign with")
                .hint("give --key FILE, or set STEPGATE_SIGNING_KEY; `stepgate keygen` makes a key")
        }),
    }
}
