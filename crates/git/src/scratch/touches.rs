//! Which commits changed some files.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Scratch;
use super::names::{checked_id, checked_path};
use crate::command::Stream;
use crate::error::{Error, Result};

/// A commit that changed one of the files that are watched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Touch {
    /// Its id.
    pub commit: String,
    /// When it came to be part of the branch, in seconds since 1970: what its committer says, but never earlier than any of
    /// its first parents, so that nobody can make it look older than what it was put on top of.
    pub time: i64,
    /// What it changed, compared with its first parent; everything, when it has none.
    pub files: Vec<TouchedFile>,
}

/// A file that a commit changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TouchedFile {
    /// Which of the paths that were asked for, from 0.
    pub path: usize,
    /// The id of its content before; `None` when there was no regular file.
    pub old: Option<String>,
    /// The id of its content after; `None` when there is no regular file any more.
    pub new: Option<String>,
}

/// The commits that changed some files, newest first. Git stops when this is dropped.
#[derive(Debug)]
pub struct Touches {
    log: Stream,
    paths: HashMap<Vec<u8>, usize>,
    /// Every commit along the first parents, the oldest first, and its time.
    chain: Vec<(String, i64)>,
    cut: HashSet<String>,
    /// The commit that was begun.
    begun: Option<Touch>,
    /// The remote, for errors.
    url: String,
}

impl Scratch {
    /// The commits that changed one of `paths`, along the first parents of `tip`: what was merged counts as changed by the
    /// merge. Renames are a file that goes and one that comes. The history must have been [fetched](Scratch::fetch_history);
    /// where it is cut off, because the remote itself is a shallow clone, the touches end too.
    ///
    /// # Errors
    ///
    /// The history is not here, or git cannot read it.
    pub async fn touches(&self, tip: &str, paths: &[&str]) -> Result<Touches> {
        let tip = checked_id(tip)?;
        let mut index = HashMap::new();
        for (n, path) in paths.iter().enumerate() {
            index.entry(checked_path(path)?.as_bytes().to_vec()).or_insert(n);
        }
        let state = self.state.lock().await;
        let cut = self.cut_at(&state)?;
        let chain =
            self.history_git(&state, "rev-list").args(["--first-parent", "--timestamp", tip, "--"]).run().await?;
        let chain =
            chain_of(&String::from_utf8_lossy(&chain)).ok_or_else(|| self.bad_object("commit", tip, "no time"))?;
        let log = self.history_git(&state, "log").args(LOG).args([tip, "--"]).args(scope(paths)).stream()?;
        Ok(Touches { log, paths: index, chain, cut, begun: None, url: self.url().to_owned() })
    }
}

/// Everything that a setting could change is said here.
const LOG: &[&str] = &[
    "--first-parent",
    "--diff-merges=first-parent",
    "--format=commit %H",
    "-z",
    "--raw",
    "-r",
    "--root",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-relative",
    "--no-decorate",
    "--no-notes",
    "--no-color",
    "--no-show-signature",
    "--ignore-submodules=none",
];

/// What git is told to look at: the entries of the root that hold the files. Git compares every entry of every directory
/// with every path that it is given, one after the other, which for hundreds of files takes twenty times as long as to look at
/// all that changed.
fn scope(paths: &[&str]) -> Vec<String> {
    let roots: BTreeSet<&str> = paths.iter().map(|path| path.split('/').next().unwrap_or(path)).collect();
    if roots.len() > ROOTS {
        return Vec::new();
    }
    roots.into_iter().map(|root| format!(":(top,literal){root}")).collect()
}

/// The most entries of the root that git is given.
const ROOTS: usize = 8;

/// Lines of time and id, the newest first, as a chain in which no time is before an earlier one.
fn chain_of(list: &str) -> Option<Vec<(String, i64)>> {
    let mut chain = Vec::new();
    let mut latest = i64::MIN;
    for line in list.lines().rev() {
        let (time, id) = line.split_once(' ')?;
        // What is too large for the type is later than everything.
        let time = time.parse::<u64>().ok()?;
        latest = latest.max(i64::try_from(time).unwrap_or(i64::MAX));
        chain.push((id.to_owned(), latest));
    }
    Some(chain)
}

impl Touches {
    /// The next one; `None` when there is none further back.
    pub async fn next(&mut self) -> Result<Option<Touch>> {
        loop {
            let Some(token) = self.log.until(0).await? else {
                return Ok(self.begun.take().filter(|touch| !touch.files.is_empty()));
            };
            // Between the commit and its first file stands an end of line.
            let token = token.strip_prefix(b"\n").unwrap_or(&token);
            if token.is_empty() {
                continue;
            }
            if let Some(change) = token.strip_prefix(b":") {
                let path = self.log.until(0).await?.ok_or_else(|| self.odd(token))?;
                let file = self.file(change, &path).ok_or_else(|| self.odd(token))?;
                let begun = self.begun.as_mut();
                begun.ok_or_else(|| odd(&self.url, token))?.files.extend(file);
                continue;
            }
            let commit = token.strip_prefix(b"commit ").ok_or_else(|| self.odd(token))?;
            let next = self.begin(&String::from_utf8_lossy(commit)).ok_or_else(|| self.odd(token))?;
            let done = self.begun.replace(next).filter(|touch| !touch.files.is_empty());
            if done.is_some() {
                return Ok(done);
            }
        }
    }

    /// A commit of the chain; those before it in the log's order are done.
    fn begin(&mut self, commit: &str) -> Option<Touch> {
        loop {
            let (id, time) = self.chain.pop()?;
            if id == commit {
                return Some(Touch { commit: id, time, files: Vec::new() });
            }
        }
    }

    /// `Some(None)` for a file that nobody asked for, and for everything in a commit of which the parent is not here:
    /// what looks like coming there may have been there before.
    fn file(&self, change: &[u8], path: &[u8]) -> Option<Option<TouchedFile>> {
        let is_cut = self.begun.as_ref().is_some_and(|touch| self.cut.contains(&touch.commit));
        let Some(path) = self.paths.get(path).filter(|_| !is_cut) else { return Some(None) };
        let change = std::str::from_utf8(change).ok()?;
        let mut parts = change.split(' ');
        let (old_mode, new_mode, old, new) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let blob = |mode: &str, id: &str| mode.starts_with("100").then(|| id.to_owned());
        Some(Some(TouchedFile { path: *path, old: blob(old_mode, old), new: blob(new_mode, new) }))
    }

    fn odd(&self, token: &[u8]) -> Error {
        odd(&self.url, token)
    }
}

/// Git said something that is no answer.
fn odd(url: &str, token: &[u8]) -> Error {
    let said: String = String::from_utf8_lossy(token).chars().take(80).collect();
    Error::Object {
        kind: "history",
        id: "of the branch".to_owned(),
        url: url.to_owned(),
        problem: format!("git log said {said:?}"),
    }
}
