//! `stepgate.yaml`: one file in the service's repository, a section per step.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::failure::Result;

/// The sections that `stepgate.yaml` may have. A program reads its own and skips the others.
pub const SECTIONS: &[&str] = &["lint"];

/// The name that is looked for in the root of the repository.
pub const FILE_NAME: &str = "stepgate.yaml";

/// One section of the config, and where it came from.
#[derive(Clone, Debug)]
pub struct Config<T> {
    /// The section, or its default.
    pub value: T,
    /// The file, when there is one.
    pub path: Option<PathBuf>,
}

/// Loads `section` from `explicit`, or from `stepgate.yaml` in `dir` when it is there, or takes the default.
/// Unknown keys, wrong types and impossible values are input failures with file, line, column and a hint.
pub fn load<T: DeserializeOwned + Default>(section: &str, explicit: Option<&Path>, dir: &Path) -> Result<Config<T>> {
    todo!()
}
