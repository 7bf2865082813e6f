//! Paths and globs of the command line.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::{about, joined};
use crate::failure::{Failure, Result};

/// The files that `patterns` (paths or globs, relative to `dir`) name, each once, in the order of the patterns and
/// sorted within one. A pattern that names nothing is an input failure. `-` stays, for standard input.
///
/// `*` and `?` stay within a directory, `**` does not; a name that starts with a dot is found only by a pattern that
/// has such a name too. A path that exists is that file, whatever characters are in it.
pub fn expand(patterns: &[String], dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    for pattern in patterns {
        for file in expand_one(pattern, dir)? {
            if seen.insert(file.clone()) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

fn expand_one(pattern: &str, dir: &Path) -> Result<Vec<PathBuf>> {
    if pattern == "-" {
        return Ok(vec![PathBuf::from("-")]);
    }
    let path = joined(dir, Path::new(pattern));
    if about(&path)?.is_some() {
        return Ok(vec![path]);
    }
    if !pattern.contains(['*', '?', '[', '{']) {
        return Err(with_neighbours(Failure::input(format!("there is no file {pattern}")), &path, dir));
    }
    let walk = Walk::new(pattern, &path)?;
    let mut found = Vec::new();
    walk.collect(&walk.base, 0, &mut found)?;
    if found.is_empty() {
        return Err(with_neighbours(Failure::input(format!("no file matches {pattern}")), &walk.base, dir));
    }
    found.sort();
    Ok(found)
}

/// A glob, and where to start looking.
struct Walk {
    base: PathBuf,
    matcher: GlobMatcher,
    /// How many directories deep a match can be; `None` with `**`.
    depth: Option<usize>,
    hidden: bool,
}

impl Walk {
    fn new(pattern: &str, path: &Path) -> Result<Self> {
        let is_plain =
            |part: &std::path::Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
        let base: PathBuf = path.components().take_while(is_plain).collect();
        let rest = path.strip_prefix(&base).unwrap_or(path).to_string_lossy().into_owned();
        let matcher = GlobBuilder::new(&rest)
            .literal_separator(true)
            .build()
            .map_err(|error| Failure::usage(format!("cannot use the pattern {pattern}")).because(error))?
            .compile_matcher();
        let depth = if rest.contains("**") || rest.contains('{') { None } else { Some(rest.matches('/').count()) };
        let hidden = rest.split(['/', '{', ',']).any(|name| name.starts_with('.'));
        Ok(Self { base, matcher, depth, hidden })
    }

    /// Symbolic links to directories are not followed, so that the walk ends.
    fn collect(&self, dir: &Path, level: usize, found: &mut Vec<PathBuf>) -> Result<()> {
        let failed = |error| Failure::input(format!("cannot look into {}", dir.display())).because(error);
        if about(dir)?.is_none_or(|about| !about.is_dir()) {
            return Ok(());
        }
        for entry in std::fs::read_dir(dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if !self.hidden && entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if kind.is_dir() {
                if self.depth.is_none_or(|depth| level < depth) {
                    self.collect(&path, level + 1, found)?;
                }
            } else if self.matcher.is_match(path.strip_prefix(&self.base).unwrap_or(&path)) && !path.is_dir() {
                found.push(path);
            }
        }
        Ok(())
    }
}

/// Says what there is in the nearest directory that exists.
fn with_neighbours(failure: Failure, path: &Path, dir: &Path) -> Failure {
    let Some(nearest) = path.ancestors().find(|ancestor| ancestor.is_dir()) else { return failure };
    let mut names: Vec<_> = std::fs::read_dir(nearest)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    let place = if nearest == dir { "this directory".to_owned() } else { super::shown(nearest, dir).to_string() };
    failure.hint(match names.len() {
        0 => format!("{place} is empty"),
        1..=6 => format!("{place} has {}", names.join(", ")),
        many => format!("{place} has {} and {} more", names[..5].join(", "), many - 5),
    })
}
