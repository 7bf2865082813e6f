//! Diffs, baselines and verdicts on files that real programs wrote.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]
#![expect(clippy::disallowed_methods, reason = "tests have no step::Env, and only look for their data")]

mod baselines;
mod diffs;

use std::path::{Path, PathBuf};

/// Other people's reports, which lie beside the repository where they are at hand.
fn corpus(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let corpus = std::env::var_os("STEPGATE_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    let found = Some(corpus.join(folder)).filter(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}
