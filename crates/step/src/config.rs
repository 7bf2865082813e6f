//! `stepgate.yaml`: one file in the service's repository, a section per step.
//!
//! Strict: what is not known, of the wrong type or impossible is an error that names file, line and column, shows the
//! line, and says what was probably meant. Flags beat environment variables beat the file beat defaults; [`Origin`]
//! says which it was.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::args::{Given, Sources};
use crate::failure::{Failure, Result};
use crate::files;

mod settings;
mod yaml;

pub use settings::Setting;

/// The sections that `stepgate.yaml` may have. A program reads its own and skips the others.
pub const SECTIONS: &[&str] = &["bump", "lint", "promote", "scan", "tests"];

/// The name that is looked for in the root of the repository.
pub const FILE_NAME: &str = "stepgate.yaml";

/// One section of the config, and where it came from.
#[derive(Clone, Debug)]
pub struct Config<T> {
    /// The section, or its default.
    pub value: T,
    /// The file, when there is one.
    pub path: Option<PathBuf>,
    keys: BTreeSet<String>,
}

impl<T> Config<T> {
    /// Where the value of a setting comes from: `key` is its path in the section (`policy.block`), `flag` the name of
    /// the field of the argument that overrides it, if one does.
    #[must_use]
    pub fn origin(&self, key: &str, flag: Option<&str>, sources: &Sources) -> Origin {
        match (flag.and_then(|flag| sources.get(flag)), &self.path) {
            (Some(Given::Flag), _) => Origin::Flag,
            (Some(Given::Environment), _) => Origin::Environment,
            (None, Some(path)) if self.keys.contains(key) => Origin::File(path.clone()),
            (None, _) => Origin::Default,
        }
    }
}

/// Where the value of a setting comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment,
    /// The config file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::File(path) => path.display().fmt(f),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Loads `section` from `explicit`, or from `stepgate.yaml` in `dir` when it is there, or takes the default.
/// Unknown keys, wrong types and impossible values are input failures with file, line, column and a hint.
pub fn load<T: DeserializeOwned + Default>(section: &str, explicit: Option<&Path>, dir: &Path) -> Result<Config<T>> {
    let path = match explicit {
        Some(path) => dir.join(path),
        None => dir.join(FILE_NAME),
    };
    if explicit.is_none() && matches!(path.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound) {
        return Ok(Config { value: T::default(), path: None, keys: BTreeSet::new() });
    }
    let bytes = files::read(&path, LIMIT)?;
    let name = files::shown(&path, dir).to_string();
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&name, &error))?;
    let (value, keys) = yaml::section(&text, section).map_err(|fault| fault.into_failure(&name, &text))?;
    Ok(Config { value: value.unwrap_or_default(), path: Some(path), keys })
}

/// More than anybody writes by hand.
const LIMIT: u64 = 1 << 20;

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Failure {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
    Failure::input(format!("cannot use {name}: line {line} is not UTF-8")).hint("save the file as UTF-8")
}

#[cfg(test)]
mod tests;
