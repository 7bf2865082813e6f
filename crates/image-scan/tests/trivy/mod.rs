//! Reports of Trivy in the corpus.

use std::path::{Path, PathBuf};

use bumpalo::Bump;
use findings::Arena;
use image_scan::Scan;
use image_scan::read::{Context, read};

/// What lies at `path` in Trivy's part of the corpus; `None` where there is no corpus.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("../shared/corpus"));
    let found = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("trivy").join(path);
    let found = Some(found).filter(|found| found.exists());
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

/// A report, with its packages.
pub(crate) fn load<'a>(bump: &'a Bump, file: &Path) -> Scan<'a> {
    let mut input = std::fs::File::open(file).unwrap();
    let arena = Arena::new(bump);
    let mut scan = read(&mut input, &Context { arena: &arena, bump, list_packages: true }).unwrap();
    scan.source = file.display().to_string();
    scan
}
