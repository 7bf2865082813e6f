//! How two commits relate, in the history that was fetched.

use super::Scratch;
use super::names::checked_id;
use crate::error::Result;

impl Scratch {
    /// Paths of the files that differ between two commits, sorted; their histories are fetched. A file that moved is two.
    /// Left out is what no path can name: names that are not UTF-8.
    ///
    /// # Errors
    ///
    /// One of them cannot be fetched.
    pub async fn changed_files(&self, from: &str, to: &str) -> Result<Vec<String>> {
        self.fetch_history(from).await?;
        self.fetch_history(to).await?;
        let state = self.state.lock().await;
        let args = ["-r", "-z", "--name-only", "--no-renames", "--no-commit-id", from, to];
        let names = self.history_git(&state, "diff-tree").args(args).run().await?;
        let mut files: Vec<String> =
            names.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(lossy).collect();
        files.sort_unstable();
        Ok(files)
    }

    /// The best common ancestor of two commits; `None` when there is none. Their histories are fetched.
    ///
    /// # Errors
    ///
    /// One of them cannot be fetched.
    pub async fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>> {
        self.fetch_history(a).await?;
        self.fetch_history(b).await?;
        let state = self.state.lock().await;
        let base = self.history_git(&state, "merge-base").args([a, b]).run_or(1).await?;
        Ok(base.map(|base| lossy(&base).trim().to_owned()))
    }

    /// The commit before one; `None` when it is the first, or is not known.
    ///
    /// # Errors
    ///
    /// It cannot be fetched.
    pub async fn first_parent(&self, commit: &str) -> Result<Option<String>> {
        Ok(self.commit_info(checked_id(commit)?).await?.parents.into_iter().next())
    }

    /// The whole id of a commit of the history that was fetched, by the beginning of it; `None` when none or several begin
    /// so.
    ///
    /// # Errors
    ///
    /// There is no git.
    pub async fn full_id(&self, prefix: &str) -> Result<Option<String>> {
        if prefix.len() < 7 || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let state = self.state.lock().await;
        let commit = format!("{prefix}^{{commit}}");
        let git = self.history_git(&state, "rev-parse").args(["--verify", "--quiet", &commit]);
        let id = git.run_or(1).await?;
        Ok(id.map(|id| lossy(&id).trim().to_owned()))
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
