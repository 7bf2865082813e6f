//! What a repository holds: branches, commits, files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::people::Person;

/// Paths of a tree and what stands there.
pub(super) type Tree = BTreeMap<String, Arc<File>>;

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its bytes; of a link where it leads, of a submodule the commit.
    pub content: Vec<u8>,
    /// What it is.
    pub kind: FileKind,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    Plain,
    /// One that may be executed.
    Executable,
    /// A symbolic link.
    Link,
    /// A submodule.
    Submodule,
}

/// A commit of a repository that holds files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its hash.
    pub hash: String,
    /// The commits before it.
    pub parents: Vec<String>,
    /// Its message.
    pub message: String,
    /// `Name <e-mail>`
    pub author: String,
    /// The paths that it changed.
    pub changed: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) logged: Logged,
    pub(super) date: String,
    pub(super) tree: Arc<Tree>,
    /// Counts up, so that later commits have larger ones.
    pub(super) number: u64,
}

#[derive(Debug, Default)]
pub(super) struct Content {
    /// Names and tips.
    pub(super) branches: BTreeMap<String, String>,
    pub(super) objects: BTreeMap<String, Object>,
    /// The name of the main branch; empty as long as there is none.
    pub(super) main: String,
    /// Whose commits those of an e-mail address are.
    pub(super) accounts: BTreeMap<String, Person>,
}

/// A commit to be added.
pub(super) struct Draft {
    pub(super) parents: Vec<String>,
    pub(super) message: String,
    pub(super) author: String,
    pub(super) tree: Tree,
}

impl Content {
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub(super) fn tip(&self, branch: &str) -> Option<&Object> {
        self.objects.get(self.branches.get(branch)?)
    }

    /// The commit of a hash, the beginning of one, or a branch without a slash.
    pub(super) fn resolve(&self, revision: &str) -> Option<&Object> {
        if let Some(tip) = self.tip(revision) {
            return Some(tip);
        }
        let hash = revision.to_ascii_lowercase();
        let known = self.objects.range(hash.clone()..).next();
        known.filter(|(known, _)| hash.len() >= 7 && known.starts_with(&hash)).map(|(_, object)| object)
    }

    /// Adds a commit and moves `branch` to it.
    pub(super) fn add(&mut self, draft: Draft, branch: &str, number: u64, date: String) -> String {
        let before = draft.parents.first().and_then(|parent| self.objects.get(parent)).map(|it| Arc::clone(&it.tree));
        let before = before.unwrap_or_default();
        let changed = changed(&before, &draft.tree);
        let hash = hash(number);
        let Draft { parents, message, author, tree } = draft;
        let logged = Logged { hash: hash.clone(), parents, message, author, changed };
        self.objects.insert(hash.clone(), Object { logged, date, tree: Arc::new(tree), number });
        if self.main.is_empty() {
            branch.clone_into(&mut self.main);
        }
        self.branches.insert(branch.to_owned(), hash.clone());
        hash
    }

    /// The commit and everything before it, the latest first.
    pub(super) fn log(&self, from: &str) -> Vec<&Object> {
        let reached = self.reached(from);
        let mut log: Vec<&Object> = reached.iter().filter_map(|hash| self.objects.get(*hash)).collect();
        log.sort_by_key(|object| std::cmp::Reverse(object.number));
        log
    }

    pub(super) fn reached<'a>(&'a self, from: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut ahead = vec![from];
        while let Some(hash) = ahead.pop() {
            if reached.insert(hash) {
                let parents = self.objects.get(hash).map(|object| &object.logged.parents);
                ahead.extend(parents.into_iter().flatten().map(String::as_str));
            }
        }
        reached
    }

    /// A commit as the API tells of it, with the account of its author where there is one.
    pub(super) fn describe(&self, object: &Object, full_name: &str) -> Value {
        let mut commit = object.describe(full_name);
        let address = object.logged.author.rsplit('<').next().map(|rest| rest.trim_end_matches('>'));
        if let Some(person) = address.and_then(|address| self.accounts.get(address)) {
            commit["author"]["user"] = person.describe();
        }
        commit
    }

    /// The last commit that both have.
    pub(super) fn merge_base(&self, one: &str, other: &str) -> Option<&Object> {
        let theirs = self.reached(other);
        self.log(one).into_iter().find(|object| theirs.contains(object.logged.hash.as_str()))
    }
}

impl Object {
    fn describe(&self, full_name: &str) -> Value {
        let Logged { hash, parents, message, author, .. } = &self.logged;
        let parents: Vec<Value> = parents.iter().map(|hash| json!({"type": "commit", "hash": hash})).collect();
        json!({
            "type": "commit",
            "hash": hash,
            "message": message,
            "date": self.date,
            "author": {"type": "author", "raw": author},
            "parents": parents,
            "repository": {"type": "repository", "full_name": full_name},
        })
    }
}

/// The paths at which two trees differ.
pub(super) fn changed(before: &Tree, after: &Tree) -> Vec<String> {
    let differs = |path: &&String| before.get(*path) != after.get(*path);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    after.keys().filter(differs).chain(gone).cloned().collect()
}

/// Forty digits that do not show how many commits there are.
fn hash(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{mixed:016x}{:016x}{:08x}", mixed.rotate_left(29) ^ 0x5851_f42d_4c95_7f2d, number & 0xffff_ffff)
}
