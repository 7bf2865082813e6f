//! Baselines of other tools: PHPStan's `.neon` and `.php`, Psalm's `psalm-baseline.xml`.
//!
//! PHPStan writes each message as a regular expression that `preg_quote` made of it, so that the exact text can be had
//! back. What people wrote by hand (patterns, lists of paths, no count) says no number of findings and cannot become
//! an entry; it is left out, and said.

mod ignored;
mod neon;
mod php;
mod psalm;
#[cfg(test)]
mod tests;

use super::{Baseline, BaselineError, Entry};
use ignored::Ignored;

/// Reads a baseline of another tool; which one is told from its content. `dir` is the directory of the baseline
/// file relative to the repository (`""` at its root): the paths in it are relative to that.
///
/// Gives a note for every entry that cannot be imported, with its line and the reason.
///
/// # Errors
///
/// When the text is no baseline of PHPStan or Psalm, or cannot be read as one.
pub fn import(text: &str, dir: &str) -> Result<(Baseline, Vec<String>), BaselineError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    if let Some(at) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
        return Err(BaselineError {
            line: at + 1,
            what: "a merge left its conflict here; resolve it first".to_owned(),
        });
    }
    if start.starts_with("<?php") {
        return Ok(phpstan(php::read(text)?, dir));
    }
    if start.starts_with('<') {
        return psalm::read(text, dir);
    }
    if start.starts_with('{') {
        let what = "this is JSON; only baselines of PHPStan (.neon, .php) and Psalm (.xml) can be imported";
        return Err(BaselineError { line: 1, what: what.to_owned() });
    }
    Ok(phpstan(neon::read(text)?, dir))
}

/// What is said of an entry that is left out.
struct LeftOut {
    line: usize,
    why: String,
}

fn phpstan(ignored: Vec<Ignored>, dir: &str) -> (Baseline, Vec<String>) {
    collect(ignored.iter().map(|ignored| ignored.entry(dir).map_err(|why| LeftOut { line: ignored.line, why })))
}

fn collect(entries: impl Iterator<Item = Result<Entry, LeftOut>>) -> (Baseline, Vec<String>) {
    let (mut known, mut notes) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Ok(entry) => known.push(entry),
            Err(LeftOut { line, why }) => notes.push(format!("line {line} is not imported: {why}")),
        }
    }
    (Baseline::from_entries(known), notes)
}

/// `path`, which is relative to `dir`, relative to the repository. `None` when it leads out of it.
fn resolve(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains(":\\") || path.contains(":/") {
        return None;
    }
    let mut segments = Vec::new();
    let path = path.replace('\\', "/");
    for segment in dir.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}
