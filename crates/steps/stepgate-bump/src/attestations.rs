//! Attestations found beside the build, carried into the commit that puts the image there.

use std::collections::BTreeMap;
use std::path::Path;

use gitops::{Digest, FileChange, Wish};
use landing::Snapshot;
use step::signing::DIRECTORY;
use step::{Failure, Place, Result, files};

use crate::config::Config;
use crate::edit::LIMIT;
use crate::goal::Goal;
use crate::put::Stopped;

/// What is carried: of each image its statements.
#[derive(Debug, Default)]
pub(crate) struct Attestations(Vec<Bundle>);

/// Statements about one image, each JSON or JSON Lines.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) service: String,
    pub(crate) digest: Digest,
    pub(crate) statements: Vec<Vec<u8>>,
}

/// Reads the directory that is named, or the one in which gates leave what they sign, when it is there. With several
/// services each has a directory of its own name in it.
pub(crate) fn find(given: Option<&Path>, place: &Place<Config>, goals: &[Goal]) -> Result<Attestations> {
    let configured = place.config.attestations.as_ref().map(|dir| place.base().join(dir));
    let Some(dir) = given.map(|dir| place.here(dir)).or(configured) else {
        let usual = place.here(Path::new(DIRECTORY));
        let is_for_all = goals.iter().all(|goal| goal.service.is_some() && goal.image.digest.is_some());
        return if usual.is_dir() && is_for_all { read_all(&usual, place, goals) } else { Ok(Attestations::default()) };
    };
    read_all(&dir, place, goals)
}

fn read_all(dir: &Path, place: &Place<Config>, goals: &[Goal]) -> Result<Attestations> {
    let mut bundles: Vec<Bundle> = Vec::new();
    for goal in goals {
        let named = |what: &str| Failure::usage(format!("cannot carry attestations: {what}"));
        let service = goal.service.clone().ok_or_else(|| named("the service is not known").hint("give --service"))?;
        let digest = goal.image.digest.clone().ok_or_else(|| {
            named(&format!("the digest of {} is not known", goal.image)).hint("give --digest-from or --resolve-digest")
        })?;
        if bundles.iter().any(|bundle| bundle.service == service) {
            continue;
        }
        let own = dir.join(&service);
        let statements = read(if own.is_dir() { &own } else { dir }, place)?;
        bundles.push(Bundle { service, digest, statements });
    }
    Ok(Attestations(bundles))
}

fn read(dir: &Path, place: &Place<Config>) -> Result<Vec<Vec<u8>>> {
    let pattern = dir.join("*.intoto.jsonl").to_string_lossy().into_owned();
    let files = files::expand(&[pattern], place.dir()).map_err(|failure| {
        Failure::input(format!("there are no attestations in {}", place.shown(dir)))
            .because(failure.to_string())
            .hint("gates write *.intoto.jsonl when they are given a signing key")
    })?;
    files.iter().map(|file| files::read(file, LIMIT)).collect()
}

impl Attestations {
    /// What is carried of the image of a service.
    pub(crate) fn of(&self, service: &str) -> impl Iterator<Item = &[u8]> {
        let bundles = self.0.iter().filter(move |bundle| bundle.service == service);
        bundles.flat_map(|bundle| &bundle.statements).map(Vec::as_slice)
    }

    /// What the files of those services in the repository become; those that have all of it already are left out.
    pub(crate) async fn files(
        &self,
        own: &[Bundle],
        of: &[Wish],
        snapshot: &Snapshot<'_>,
    ) -> Result<Vec<FileChange>, Stopped> {
        let mut changes = Vec::new();
        let is_of = |bundle: &&Bundle| of.iter().any(|wish| wish.service.as_ref() == Some(&bundle.service));
        let mut all: BTreeMap<String, (&str, Vec<&[u8]>)> = BTreeMap::new();
        for Bundle { service, digest, statements } in self.0.iter().filter(is_of).chain(own) {
            let (_, lines) = all.entry(gitops::bundle_path(service, digest)).or_insert((service, Vec::new()));
            lines.extend(statements.iter().map(Vec::as_slice));
        }
        for (file, (service, statements)) in all {
            let there = snapshot.read(&file).await.map_err(Stopped::landing)?;
            let after = gitops::bundle::merge_bundle(there.as_deref(), &statements).map_err(|error| {
                Failure::input(format!("cannot carry the attestations of {service}")).because(error)
            })?;
            let before = there.unwrap_or_default();
            if before != after {
                changes.push(FileChange { file, before, after });
            }
        }
        Ok(changes)
    }
}
