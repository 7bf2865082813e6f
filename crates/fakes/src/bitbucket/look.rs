//! Looking at what the repositories hold, and changing it behind a client's back.

use std::sync::Arc;

use super::Bitbucket;
use super::content::{Content, Draft, File, FileKind, Logged};
use super::people::Person;
use super::pull_requests::settle;
use super::restrictions::Restriction;
use super::state::{NextMerge, PullRequest};

impl Bitbucket {
    /// A file at the tip of a branch.
    #[must_use]
    pub fn file(&self, workspace: &str, slug: &str, branch: &str, path: &str) -> Option<File> {
        self.content(workspace, slug, |content| content.tip(branch)?.tree.get(path).map(|file| File::clone(file)))?
    }

    /// The text of a file at the tip of a branch; nothing when there is none, or it is no text.
    #[must_use]
    pub fn text(&self, workspace: &str, slug: &str, branch: &str, path: &str) -> Option<String> {
        String::from_utf8(self.file(workspace, slug, branch, path)?.content).ok()
    }

    /// The commits of a branch, the newest first; nothing when there is no such branch.
    #[must_use]
    pub fn log(&self, workspace: &str, slug: &str, branch: &str) -> Vec<Logged> {
        let log = |content: &Content| {
            let tip = content.branches.get(branch)?;
            Some(content.log(tip).into_iter().map(|object| object.logged.clone()).collect())
        };
        self.content(workspace, slug, log).flatten().unwrap_or_default()
    }

    /// The names of the branches.
    #[must_use]
    pub fn branches(&self, workspace: &str, slug: &str) -> Vec<String> {
        self.content(workspace, slug, |content| content.branches.keys().cloned().collect()).unwrap_or_default()
    }

    /// The pull requests of a repository, the oldest first.
    #[must_use]
    pub fn pull_requests(&self, workspace: &str, slug: &str) -> Vec<PullRequest> {
        let mut state = self.shared.state();
        let index = state.repository(workspace, slug);
        index.map(|index| state.repositories[index].pull_requests.clone()).unwrap_or_default()
    }

    /// Somebody else pushes to a branch, which may be a new one. Gives the hash of the commit; nothing when there is no
    /// such repository.
    pub fn push(
        &self,
        workspace: &str,
        slug: &str,
        branch: &str,
        message: &str,
        files: &[(&str, &[u8])],
    ) -> Option<String> {
        let mut state = self.shared.state();
        let (number, date) = (state.tick(), state.now());
        let index = state.repository(workspace, slug)?;
        let content = &mut state.repositories[index].content;
        let parent = content.tip(branch).or_else(|| content.tip(&content.main));
        let parents = parent.map(|parent| parent.logged.hash.clone()).into_iter().collect();
        let mut tree = parent.map(|parent| (*parent.tree).clone()).unwrap_or_default();
        for (path, bytes) in files {
            let kind = tree.get(*path).map_or(FileKind::Plain, |file| file.kind);
            tree.insert((*path).to_owned(), Arc::new(File { content: bytes.to_vec(), kind }));
        }
        let author = "Somebody Else <else@example.com>".to_owned();
        let draft = Draft { parents, message: message.to_owned(), author, tree };
        let hash = content.add(draft, branch, number, date);
        settle(&mut state, &somebody_else());
        Some(hash)
    }

    /// Somebody pushes a commit that was made elsewhere, with its hash there, to a branch, which may be a new one.
    /// `files` is what it changes. Says whether there is such a repository.
    pub fn push_commit(
        &self,
        (workspace, slug, branch): (&str, &str, &str),
        hash: &str,
        (author, message): (&str, &str),
        files: &[(&str, &[u8])],
    ) -> bool {
        let Some(made) = self.push(workspace, slug, branch, message, files) else {
            return false;
        };
        let mut state = self.shared.state();
        if let Some(index) = state.repository(workspace, slug) {
            let content = &mut state.repositories[index].content;
            if let Some(mut object) = content.objects.remove(&made) {
                hash.clone_into(&mut object.logged.hash);
                author.clone_into(&mut object.logged.author);
                content.objects.insert(hash.to_owned(), object);
            }
            content.branches.insert(branch.to_owned(), hash.to_owned());
        }
        settle(&mut state, &somebody_else());
        true
    }

    /// Sets how the next merge in a repository goes.
    pub fn next_merge(&self, workspace: &str, slug: &str, next: NextMerge) {
        let mut state = self.shared.state();
        if let Some(index) = state.repository(workspace, slug) {
            state.repositories[index].next_merge = Some(next);
        }
    }

    /// Adds a restriction to a repository.
    pub fn restrict(&self, workspace: &str, slug: &str, restriction: Restriction) {
        let mut state = self.shared.state();
        if let Some(index) = state.repository(workspace, slug) {
            state.repositories[index].restrictions.push(restriction);
        }
    }

    /// Refuses merges in a repository for this reason from now on, or no longer.
    pub fn merge_check(&self, workspace: &str, slug: &str, reason: Option<&str>) {
        let mut state = self.shared.state();
        if let Some(index) = state.repository(workspace, slug) {
            state.repositories[index].merge_check = reason.map(str::to_owned);
        }
    }

    fn content<T>(&self, workspace: &str, slug: &str, look: impl FnOnce(&Content) -> T) -> Option<T> {
        let mut state = self.shared.state();
        let index = state.repository(workspace, slug)?;
        Some(look(&state.repositories[index].content))
    }
}

fn somebody_else() -> Person {
    Person::new("{00000000-0000-4000-8000-00000000e15e}", "Somebody Else")
}
