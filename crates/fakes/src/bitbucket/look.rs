//! Looking at what the repositories hold, and changing it behind a client's back.

use std::sync::Arc;

use super::Bitbucket;
use super::content::{Content, Draft, File, FileKind, Logged};
use super::state::PullRequest;

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
        Some(content.add(draft, branch, number, date))
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
