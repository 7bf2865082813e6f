//! Where this run takes place, and what of it only this program asks for.

use std::path::{Path, PathBuf};

use step::args::ConfigArgs;
use step::{Result, Session};

use crate::config::Config;
use crate::debt;

/// Where this run takes place.
pub(crate) type Place = step::Place<Config>;

/// The section of stepgate.yaml that this program reads.
pub(crate) const SECTION: &str = "lint";

/// Looks around.
pub(crate) async fn find(args: &ConfigArgs, session: &Session) -> Result<Place> {
    Place::find(SECTION, args, session).await
}

/// The baseline file: as asked for, as configured, or the default name.
pub(crate) fn baseline(asked: Option<&Path>, place: &Place) -> PathBuf {
    match asked {
        Some(asked) => place.here(asked),
        None => place.base().join(place.config.baseline_path()),
    }
}

/// The directory of `file` relative to the root of the repository; empty at the root and outside.
pub(crate) fn relative_dir(file: &Path, place: &Place) -> String {
    let path = place.repo().ok().and_then(|repo| debt::repo_path(file, repo));
    path.and_then(|path| Some(path.rsplit_once('/')?.0.to_owned())).unwrap_or_default()
}
