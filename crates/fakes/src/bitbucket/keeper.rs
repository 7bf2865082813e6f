//! A repository that is kept elsewhere: by a git server on a disk, say. The fake looks there before each request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::Bitbucket;
use super::content::{File, FileKind, Logged, Object};
use super::people::Person;
use super::pull_requests;
use super::state::{PullRequest, State};

/// What a repository holds.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Branches and their tips.
    pub branches: BTreeMap<String, String>,
    /// Every commit that a branch leads to and that was not known, parents before children.
    pub commits: Vec<KeptCommit>,
}

/// A commit of a repository that is kept elsewhere.
#[derive(Clone, Debug)]
pub struct KeptCommit {
    /// Its hash.
    pub hash: String,
    /// The commits before it.
    pub parents: Vec<String>,
    /// `Name <address>`.
    pub author: String,
    /// Its message.
    pub message: String,
    /// Its files: by path what tells contents apart.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Whoever keeps a repository.
#[derive(Clone)]
pub struct Keeper {
    look: Arc<Look>,
    merge: Arc<Merge>,
}

/// Tells of what there is, leaving out commits that are known already.
type Look = dyn Fn(&dyn Fn(&str) -> bool) -> Kept + Send + Sync;

/// Merges a branch into another (both by name) with a message at a time: the commit that comes of it, or why there is none.
type Merge = dyn Fn((&str, &str), &str, Timestamp) -> Result<String, String> + Send + Sync;

impl Keeper {
    /// One that is asked by these two.
    pub fn new(
        look: impl Fn(&dyn Fn(&str) -> bool) -> Kept + Send + Sync + 'static,
        merge: impl Fn((&str, &str), &str, Timestamp) -> Result<String, String> + Send + Sync + 'static,
    ) -> Self {
        Self { look: Arc::new(look), merge: Arc::new(merge) }
    }

    pub(super) fn merge(&self, branches: (&str, &str), message: &str, time: Timestamp) -> Result<String, String> {
        (self.merge)(branches, message, time)
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keeper")
    }
}

/// Looks at what is kept elsewhere.
pub(super) fn look(state: &mut State) {
    for index in 0..state.repositories.len() {
        let Some(keeper) = state.repositories.get(index).and_then(|it| it.keeper.clone()) else { continue };
        let known = &state.repositories[index].content.objects;
        let Kept { branches, commits } = (keeper.look)(&|hash| known.contains_key(hash));
        for commit in commits {
            let is_known = state.repositories[index].content.objects.contains_key(&commit.hash);
            if !is_known {
                let (number, date) = (state.tick(), state.now());
                add(state, index, commit, number, date);
            }
        }
        let content = &mut state.repositories[index].content;
        content.branches = branches;
        if content.main.is_empty() {
            "main".clone_into(&mut content.main);
        }
    }
    // Whoever looks at a pull request now sees that it moved.
    pull_requests::settle(state, &Person::new("{00000000-0000-4000-8000-00000000e15e}", "Somebody Else"));
}

fn add(state: &mut State, index: usize, commit: KeptCommit, number: u64, date: String) {
    let KeptCommit { hash, parents, author, message, files } = commit;
    let file = |(path, content)| (path, Arc::new(File { content, kind: FileKind::Plain }));
    let tree = Arc::new(files.into_iter().map(file).collect());
    let logged = Logged { hash: hash.clone(), parents, message, author, changed: Vec::new() };
    state.repositories[index].content.objects.insert(hash, Object { logged, date, tree, number });
}

impl Bitbucket {
    /// From now on the branches of a repository are those that `keeper` has, and merging is left to it. Says whether
    /// there is such a repository.
    pub fn keep(&self, workspace: &str, slug: &str, keeper: Keeper) -> bool {
        let mut state = self.shared.state();
        let Some(index) = state.repository(workspace, slug) else { return false };
        state.repositories[index].keeper = Some(keeper);
        look(&mut state);
        true
    }

    /// Somebody opens a pull request between two branches, and its number is given; nothing when there is no such
    /// repository.
    pub fn open_pull_request(
        &self,
        (workspace, slug): (&str, &str),
        author: &Person,
        (source, destination): (&str, &str),
    ) -> Option<u64> {
        let mut state = self.shared.state();
        look(&mut state);
        let index = state.repository(workspace, slug)?;
        let open = &mut state.repositories[index].pull_requests;
        let id = 1 + open.iter().map(|it| it.id).max().unwrap_or_default();
        open.push(PullRequest::new(id, source, destination).author(author));
        pull_requests::settle(&mut state, author);
        Some(id)
    }
}
