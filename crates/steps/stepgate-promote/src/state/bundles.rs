//! Which bundles there are.

use std::collections::BTreeMap;

use gitops::{Digest, bundle_path};
use step::Result;

use super::{State, cannot_read};

/// Where they stand.
const DIRECTORY: &str = "attestations";

impl State<'_> {
    /// The images of a service that have a bundle. All bundles are fetched with few questions.
    ///
    /// # Errors
    ///
    /// Git cannot answer.
    pub(crate) async fn bundles(&self, service: &str) -> Result<Vec<Digest>> {
        let files = self.scratch.files(&self.tip, DIRECTORY).await;
        let files = files.map_err(|error| cannot_read(DIRECTORY, &self.tip, error))?;
        let mut found = self.bundles_in(&files);
        found.retain(|(of, _)| of == service);
        let paths: Vec<String> = found.iter().map(|(service, digest)| bundle_path(service, digest)).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let fetched = self.scratch.prefetch(&self.tip, &paths).await;
        fetched.map_err(|error| cannot_read(DIRECTORY, &self.tip, error))?;
        Ok(found.into_iter().map(|(_, digest)| digest).collect())
    }

    /// Of which service and image each of these files is the bundle; what is none is left out.
    pub(crate) fn bundles_in(&self, files: &[String]) -> Vec<(String, Digest)> {
        let folders = self.folders();
        files.iter().filter_map(|file| of_file(file, &folders)).collect()
    }

    /// Of which service and image a file is the bundle.
    pub(crate) fn bundle_of(&self, file: &str) -> Option<(String, Digest)> {
        of_file(file, &self.folders())
    }

    /// The folder of each service, with the name of the service.
    fn folders(&self) -> BTreeMap<String, &str> {
        let folder = |service: &String| {
            let any: Digest = format!("sha256:{}", "0".repeat(64)).parse().ok()?;
            Some(bundle_path(service, &any).rsplit_once('/')?.0.to_owned())
        };
        self.policy.services.keys().filter_map(|service| Some((folder(service)?, service.as_str()))).collect()
    }
}

/// `attestations/<service>/sha256-<digits>.intoto.jsonl`, only as it is written.
fn of_file(file: &str, folders: &BTreeMap<String, &str>) -> Option<(String, Digest)> {
    let (folder, name) = file.rsplit_once('/')?;
    let service = *folders.get(folder)?;
    let (algorithm, digits) = name.strip_suffix(".intoto.jsonl")?.split_once('-')?;
    let digest: Digest = format!("{algorithm}:{digits}").parse().ok()?;
    (bundle_path(service, &digest) == file).then(|| (service.to_owned(), digest))
}
