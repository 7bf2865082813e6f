//! `stepgate keygen`: a key to sign with, and the key that verifies what it signs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use attest::{PublicKey, SigningKey};
use findings::escape;
use step::words::say;
use step::{Exit, Failure, Result, Session};

use crate::attest::keys;

/// Arguments of `stepgate keygen`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write NAME.key, which signs and is to be kept secret, and NAME.pub; no file that is there is ever replaced
    #[arg(long, value_name = "NAME", default_value = "stepgate")]
    out: PathBuf,
    /// Print the public key of this private key, and write nothing
    #[arg(long, value_name = "KEY", conflicts_with = "out")]
    public: Option<PathBuf>,
}

/// Makes a pair of keys, or prints the public one of a pair.
///
/// # Errors
///
/// When a file is there already, or cannot be written or read; when the system gives no randomness.
pub fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    if let Some(path) = &args.public {
        let key = keys::signing(&keys::from_here(path, session))?;
        say(session, &key.public().to_pem())?;
        return Ok(Exit::Pass);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| Failure::input("cannot make a key: the system gives no random bytes").because(error))?;
    let key = SigningKey::from_seed(&seed);
    let [private, public] = ["key", "pub"].map(|ending| with_ending(&args.out, ending));
    write(&session.dir.join(&private), &session.dir.join(&public), &key)?;
    say(session, &told(&args.out, &key.public()))?;
    Ok(Exit::Pass)
}

/// `NAME.key`, whatever dots are in the name.
fn with_ending(name: &Path, ending: &str) -> PathBuf {
    let mut path = name.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

/// Writes both or none.
fn write(private: &Path, public: &Path, key: &SigningKey) -> Result<()> {
    let secret = create(private, 0o600)?;
    let open = create(public, 0o644).inspect_err(|_there_already| remove(private))?;
    fill(private, secret, &key.to_pem()).and_then(|()| fill(public, open, &key.public().to_pem())).inspect_err(
        |_disk_full| {
            remove(private);
            remove(public);
        },
    )
}

/// A new file, closed to others from its first moment where `mode` says so.
fn create(path: &Path, mode: u32) -> Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(|error| {
        let hint = (error.kind() == io::ErrorKind::AlreadyExists)
            .then_some("a key that is lost cannot be made again: choose another name with --out");
        Failure::input(format!("cannot write {}", path.display())).because(error).hint_if(hint)
    })
}

fn fill(path: &Path, mut file: File, text: &str) -> Result<()> {
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Failure::input(format!("cannot write {}", path.display())).because(error))
}

/// Takes away what this run has just made.
fn remove(path: &Path) {
    // The failure that led here says more than this one would.
    fs::remove_file(path).ok();
}

/// What was made, and where it belongs.
fn told(out: &Path, key: &PublicKey) -> String {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (path, name) = (out.display().to_string(), escape::terminal(&name).into_owned());
    let path = escape::terminal(&path);
    let pem: String = key.to_pem().lines().map(|line| format!("      {line}\n")).collect();
    format!(
        "wrote {path}.key, which signs: keep it secret, and out of git\n\
         wrote {path}.pub, which verifies: for everybody\n\
         key id {}\n\
         \n\
         in promotion.yaml, on the protected branch of the GitOps repository:\n\
         \n\
         keys:\n\
         \x20 {name}:\n\
         \x20   may-sign: [lint, tests, scan] # only what this pipeline judges\n\
         \x20   public-key: |\n\
         {pem}\n\
         in Bitbucket, as the secured variable STEPGATE_SIGNING_KEY (one line): base64 -w0 {path}.key\n",
        key.id(),
    )
}
