//! Keys in files.

use std::path::{Path, PathBuf};

use attest::{KeyError, PublicKey, SigningKey};
use step::{Failure, Result, Session, files};

/// No key is larger, in bytes.
const LARGEST: u64 = 1 << 16;

/// A path of the command line; `-` is standard input.
pub(crate) fn from_here(path: &Path, session: &Session) -> PathBuf {
    if path.as_os_str() == "-" { path.to_owned() } else { session.dir.join(path) }
}

/// The private key in a file.
pub(crate) fn signing(path: &Path) -> Result<SigningKey> {
    SigningKey::from_pem(&text(path)?).map_err(|error| unusable(path, &error))
}

/// The public key in a file.
pub(crate) fn public(path: &Path) -> Result<PublicKey> {
    PublicKey::from_pem(&text(path)?).map_err(|error| unusable(path, &error))
}

fn text(path: &Path) -> Result<String> {
    // What is no text is no PEM either; what it is instead is nobody's business.
    Ok(String::from_utf8(files::read(path, LARGEST)?).unwrap_or_default())
}

fn unusable(path: &Path, error: &KeyError) -> Failure {
    Failure::input(format!("cannot use the key in {}: {error}", path.display())).hint_if(error.hint.as_deref())
}
