//! Making a commit from a few files that change.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};

use tempfile::TempDir;
use tokio::io::AsyncBufReadExt as _;

use super::names::{checked_id, checked_path};
use super::tree::{self, DIRECTORY, Entry, FILE, Kind, Tree};
use super::walk::{file, not_a_file};
use super::{Scratch, State};
use crate::command::Talk;
use crate::error::{Error, Result};

/// A commit to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewCommit<'a> {
    /// What it comes after.
    pub parent: &'a str,
    /// The whole message.
    pub message: &'a str,
    /// Who made the change; left out: whoever git's configuration says. It is the committer too, unless git's
    /// environment or its `committer` settings name another one.
    pub author: Option<Author<'a>>,
    /// What files become: path and content. Every other file stays as it is; the mode of a file is kept, and a new one
    /// is not executable.
    pub files: &'a [(&'a str, &'a [u8])],
    /// Whether to sign it, with the key and format of git's configuration; left out: as `commit.gpgSign` says.
    pub sign: Option<bool>,
    /// When, in seconds since 1970; left out: now, by the clock that git goes by.
    pub time: Option<i64>,
}

/// An author.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Author<'a> {
    /// Name.
    pub name: &'a str,
    /// E-mail address.
    pub email: &'a str,
}

/// What becomes of each directory, by its path: the entries that are new in it.
type Changes = BTreeMap<String, Tree>;

impl Scratch {
    /// Makes a commit here; [`Scratch::push`] takes it to the remote. Gives its id.
    ///
    /// # Errors
    ///
    /// A path is not safe, is given twice, or is something else than a file; git cannot sign, or does not know who
    /// commits.
    pub async fn commit(&self, new: &NewCommit<'_>) -> Result<String> {
        let parent = checked_id(new.parent)?;
        let mut state = self.state.lock().await;
        let mut changes = self.changes(&mut state, parent, new.files).await?;
        let root = self.write_trees(&mut state, parent, &mut changes).await?;
        self.commit_tree(&state, &root, new).await
    }

    /// The new entry of each file in its directory.
    async fn changes(&self, state: &mut State, parent: &str, files: &[(&str, &[u8])]) -> Result<Changes> {
        let ids = self.write_blobs(state, files).await?;
        let mut changes = Changes::new();
        changes.insert(String::new(), Tree::new());
        for ((path, _), id) in files.iter().zip(ids) {
            let mode = match self.find(state, parent, checked_path(path)?).await? {
                Some(entry) => {
                    file(&entry, path)?;
                    entry.mode
                }
                None => FILE.to_owned(),
            };
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            let entries = changes.entry(directory.to_owned()).or_default();
            if entries.insert(name.as_bytes().to_owned(), Entry { mode, id }).is_some() {
                return Err(Error::BadPath((*path).to_owned()));
            }
        }
        Ok(changes)
    }

    /// Stores contents as they are; their ids, in order.
    async fn write_blobs(&self, state: &State, files: &[(&str, &[u8])]) -> Result<Vec<String>> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        // Git reads names of files: one start for all of them.
        let dir =
            TempDir::new_in(self.dir.path()).map_err(|source| super::start(self.dir.path().to_owned(), source))?;
        let mut names = Vec::new();
        for (n, (_, content)) in files.iter().enumerate() {
            let path = dir.path().join(n.to_string());
            let write = || File::create(&path)?.write_all(content);
            write().map_err(|source| super::start(path.clone(), source))?;
            names.extend_from_slice(path.as_os_str().as_encoded_bytes());
            names.push(b'\n');
        }
        let hash = self.git(state, &[], "hash-object").args(["-w", "--no-filters", "--stdin-paths"]);
        let ids = hash.input(names).run().await?;
        let ids: Vec<_> = String::from_utf8_lossy(&ids).lines().map(str::to_owned).collect();
        if ids.len() != files.len() {
            let problem = format!("git stored {} of {} files", ids.len(), files.len());
            return Err(self.bad_object("file", "?", &problem));
        }
        Ok(ids)
    }

    /// Writes the directories that change, the deepest first; the id of the root.
    async fn write_trees(&self, state: &mut State, parent: &str, changes: &mut Changes) -> Result<String> {
        let mut writer = self.git(state, &[], "mktree").args(["-z", "--batch", "--missing"]).talk()?;
        // A directory comes after everything below it in this order: its name is a beginning of theirs.
        while let Some((directory, entries)) = changes.pop_last() {
            let mut tree = self.tree_at(state, parent, &directory).await?;
            for (name, entry) in entries {
                let is_taken = matches!(tree.insert(name, entry.clone()), Some(old) if old.kind() != entry.kind());
                if is_taken {
                    return Err(Error::BadPath(directory));
                }
            }
            let id = write_tree(&mut writer, &tree).await?;
            if directory.is_empty() {
                return Ok(id);
            }
            let (above, name) = directory.rsplit_once('/').unwrap_or(("", &directory));
            let entry = Entry { mode: DIRECTORY.to_owned(), id };
            let entries = changes.entry(above.to_owned()).or_default();
            if entries.insert(name.as_bytes().to_owned(), entry).is_some() {
                return Err(Error::BadPath(directory));
            }
        }
        self.tree_of_commit(state, parent).await
    }

    /// The entries of a directory now; none when there is no such directory.
    async fn tree_at(&self, state: &mut State, commit: &str, directory: &str) -> Result<Tree> {
        let id = match directory {
            "" => self.tree_of_commit(state, commit).await?,
            _ => match self.find(state, commit, directory).await? {
                Some(entry) if entry.kind() == Some(Kind::Directory) => entry.id,
                Some(entry) => return Err(not_a_file(&entry, directory)),
                None => return Ok(Tree::new()),
            },
        };
        Ok(self.tree(state, &id).await?.as_ref().clone())
    }

    async fn commit_tree(&self, state: &State, tree: &str, new: &NewCommit<'_>) -> Result<String> {
        let committer =
            new.author.map(|Author { name, email }| [format!("user.name={name}"), format!("user.email={email}")]);
        let config = committer.map(Vec::from).unwrap_or_default();
        let sign = match new.sign {
            Some(sign) => sign,
            None => self.signs_by_default(state).await?,
        };
        let mut git = self.git(state, &config, "commit-tree").args(["-p", new.parent, "-F", "-"]);
        git =
            git.args([if sign { "-S" } else { "--no-gpg-sign" }]).args([tree]).input(new.message.as_bytes().to_owned());
        if let Some(Author { name, email }) = new.author {
            git = git.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
        }
        if let Some(time) = new.time {
            let date = format!("@{time} +0000");
            git = git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        }
        let id = String::from_utf8_lossy(&git.run().await?).trim().to_owned();
        checked_id(&id).map(str::to_owned)
    }

    async fn signs_by_default(&self, state: &State) -> Result<bool> {
        let git = self.git(state, &[], "config").args(["--type=bool", "--get", "commit.gpgSign"]);
        Ok(git.run_or(1).await?.is_some_and(|answer| answer.starts_with(b"true")))
    }
}

async fn write_tree(writer: &mut Talk, tree: &Tree) -> Result<String> {
    let answer = writer
        .ask(&tree::to_mktree(tree), async |out| {
            let mut line = String::new();
            out.read_line(&mut line).await?;
            if line.ends_with('\n') { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        })
        .await?;
    checked_id(answer.trim()).map(str::to_owned)
}
