//! Which files say what stands where.

use std::collections::BTreeMap;

use gitops::reference::Name;
use gitops::{Held, Target};
use promotion::Policy;

/// What each target of a file says, in the file's order of targets.
pub(super) type Readings = Vec<Result<Vec<Held>, String>>;

/// The files of a policy's targets, each once, and the places that they decide.
pub(super) struct Watch<'p> {
    pub(super) files: Vec<File<'p>>,
    pub(super) places: Vec<Place<'p>>,
}

/// A file, and what is looked for in it.
pub(super) struct File<'p> {
    pub(super) path: &'p str,
    targets: Vec<(&'p Name, &'p Target)>,
    /// Whose they are, from 0; one that has two targets in it is here twice.
    pub(super) places: Vec<usize>,
}

/// A service in an environment.
pub(super) struct Place<'p> {
    pub(super) service: &'p str,
    pub(super) environment: &'p str,
    pub(super) name: &'p Name,
    /// Its targets: which file, and which of the targets in it.
    pub(super) targets: Vec<(usize, usize)>,
}

impl<'p> Watch<'p> {
    pub(super) fn of(policy: &'p Policy) -> Self {
        let mut watch = Self { files: Vec::new(), places: Vec::new() };
        let mut by_path: BTreeMap<&str, usize> = BTreeMap::new();
        for (service, its) in &policy.services {
            for (environment, place) in &its.environments {
                let mut targets = Vec::new();
                for target in &place.targets {
                    let at = *by_path.entry(&target.file).or_insert(watch.files.len());
                    if at == watch.files.len() {
                        watch.files.push(File { path: &target.file, targets: Vec::new(), places: Vec::new() });
                    }
                    if let Some(file) = watch.files.get_mut(at) {
                        targets.push((at, file.targets.len()));
                        file.targets.push((&its.image, target));
                        file.places.push(watch.places.len());
                    }
                }
                watch.places.push(Place { service, environment, name: &its.image, targets });
            }
        }
        watch
    }

    /// The paths of the files, in order.
    pub(super) fn paths(&self) -> Vec<&'p str> {
        self.files.iter().map(|file| file.path).collect()
    }
}

impl File<'_> {
    /// What its targets say of a content; `None`: there is no such file.
    pub(super) fn read(&self, content: Option<&[u8]>) -> Readings {
        gitops::held(self.path, content, &self.targets)
    }
}
