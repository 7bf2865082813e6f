//! What can be told before any image is scanned, for people who set things up.

use std::path::{Path, PathBuf};

use step::Env;

use crate::clock;
use crate::config::Config;
use crate::run;

/// The program that `stepgate-scan image` runs.
#[derive(Debug)]
pub struct Installed {
    /// As it is configured.
    pub command: PathBuf,
    /// Where it is.
    pub program: Option<PathBuf>,
}

/// Looks for Trivy, as `config` of the repository in `root` says.
#[must_use]
pub fn installed(config: &Config, env: &Env, root: &Path) -> Installed {
    let command = config.trivy.command.clone();
    Installed { program: run::find(&command, env, root), command }
}

/// The exceptions of the config that have ended: id, and last day.
#[must_use]
pub fn ended_exceptions(config: &Config) -> Vec<(String, String)> {
    let today = clock::today();
    let ended = config.exceptions.iter().filter(|exception| exception.expires < today);
    ended.map(|exception| (exception.id.as_str().to_owned(), exception.expires.to_string())).collect()
}
