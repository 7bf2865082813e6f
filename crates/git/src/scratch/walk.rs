//! Finding files in a commit.

use std::collections::BTreeSet;

use super::fetch::Filter;
use super::names::{checked_path, path_is_safe};
use super::tree::{Entry, Kind};
use super::{Content, Scratch, State};
use crate::error::{Error, Result};

impl Scratch {
    /// A file as it is in `commit`; `None` when there is none.
    ///
    /// # Errors
    ///
    /// Symbolic links, submodules and directories are not files, and nothing is behind a link or inside a submodule.
    pub async fn read(&self, commit: &str, path: &str) -> Result<Option<Content>> {
        checked_path(path)?;
        let mut state = self.state.lock().await;
        let Some(entry) = self.find(&mut state, commit, path).await? else { return Ok(None) };
        file(&entry, path)?;
        let content = self.blob(&mut state, &entry.id).await?;
        Ok(Some(Content { executable: entry.is_executable(), content }))
    }

    /// Fetches what reading `paths` needs, with one question for each level of directories instead of one for each
    /// file. What is not there, or no file, is left to reading to say.
    pub async fn prefetch(&self, commit: &str, paths: &[&str]) -> Result<()> {
        let mut state = self.state.lock().await;
        let root = self.tree_of_commit(&mut state, commit).await?;
        let mut open: Vec<(String, &str)> = paths.iter().map(|path| (root.clone(), *path)).collect();
        let mut files = BTreeSet::new();
        while !open.is_empty() {
            let trees: BTreeSet<_> = open.iter().map(|(tree, _)| tree.clone()).collect();
            self.trees(&mut state, &Vec::from_iter(trees)).await?;
            let mut next = Vec::new();
            for (tree, path) in open {
                let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
                let entry = self.tree(&mut state, &tree).await?.get(name.as_bytes()).cloned();
                match (entry.as_ref().and_then(Entry::kind), entry, rest) {
                    (Some(Kind::Directory), Some(entry), Some(rest)) => next.push((entry.id, rest)),
                    (Some(Kind::File), Some(entry), None) => drop(files.insert(entry.id)),
                    _ => {}
                }
            }
            open = next;
        }
        self.need(&mut state, &Vec::from_iter(files)).await.map(drop)
    }

    /// Paths of all regular files below the directory `under` (`""` is the root), sorted. Left out is what no path can
    /// name: names that are not UTF-8, or not [safe](super::path_is_safe).
    pub async fn files(&self, commit: &str, under: &str) -> Result<Vec<String>> {
        let under = under.trim_end_matches('/');
        let mut state = self.state.lock().await;
        let tree = match under {
            "" => self.tree_of_commit(&mut state, commit).await?,
            _ => match self.find(&mut state, commit, checked_path(under)?).await? {
                Some(entry) if entry.kind() == Some(Kind::Directory) => entry.id,
                _ => return Ok(Vec::new()),
            },
        };
        if state.filters {
            self.fetch_below(&mut state, &tree).await?;
        }
        let list = self.git(&state, &[], "ls-tree").args(["-r", "-z", "--full-tree", &tree]).run().await?;
        let prefix = if under.is_empty() { String::new() } else { format!("{under}/") };
        let mut files: Vec<_> = list
            .split(|byte| *byte == 0)
            .filter_map(listed)
            .map(|name| prefix.clone() + name)
            .filter(|path| path_is_safe(path))
            .collect();
        files.sort_unstable();
        Ok(files)
    }

    /// Fetches, with one question, what is missing of the directories below a tree. Those that are here are looked
    /// through: git does not ask for the rest of what it has the beginning of.
    async fn fetch_below(&self, state: &mut State, tree: &str) -> Result<()> {
        let (mut open, mut seen, mut missing) = (vec![tree.to_owned()], BTreeSet::new(), BTreeSet::new());
        while let Some(id) = open.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            let Some(tree) = self.tree_if_here(state, &id).await? else {
                missing.insert(id);
                continue;
            };
            let directories = tree.values().filter(|entry| entry.kind() == Some(Kind::Directory));
            open.extend(directories.map(|entry| entry.id.clone()));
        }
        if missing.is_empty() {
            return Ok(());
        }
        self.fetch_ids(state, None, Filter::Files, &Vec::from_iter(missing)).await
    }

    /// The entry at `path`; `None` when there is none.
    pub(super) async fn find(&self, state: &mut State, commit: &str, path: &str) -> Result<Option<Entry>> {
        let mut tree = self.tree_of_commit(state, commit).await?;
        let mut end = 0;
        loop {
            let rest = path.get(end..).unwrap_or_default();
            let name = rest.split('/').next().unwrap_or_default();
            let entry = self.tree(state, &tree).await?.get(name.as_bytes()).cloned();
            end += name.len();
            let Some(entry) = entry else { return Ok(None) };
            if end >= path.len() {
                return Ok(Some(entry));
            }
            match entry.kind() {
                Some(Kind::Directory) => tree = entry.id,
                Some(Kind::File) => return Ok(None),
                _ => return Err(not_a_file(&entry, path.get(..end).unwrap_or(path))),
            }
            end += 1;
        }
    }
}

/// Nothing but a regular file will do.
pub(super) fn file(entry: &Entry, path: &str) -> Result<()> {
    if entry.kind() == Some(Kind::File) { Ok(()) } else { Err(not_a_file(entry, path)) }
}

pub(super) fn not_a_file(entry: &Entry, path: &str) -> Error {
    let what = match entry.kind() {
        Some(Kind::File) => "a file, not a directory",
        Some(Kind::Directory) => "a directory, not a file",
        Some(Kind::Link) => "a symbolic link, not a file",
        Some(Kind::Submodule) => "a submodule, not a file",
        None => "of a kind that git does not have",
    };
    Error::NotAFile { path: path.to_owned(), what }
}

/// The name of a regular file from a line of `git ls-tree -z`: mode, type, id, tab, name.
fn listed(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    line.strip_prefix("100")?.split_once('\t').map(|(_, name)| name)
}
