//! Who commits.

use super::Scratch;
use crate::error::Result;

impl Scratch {
    /// Whether git's configuration or environment says who commits. Containers often say nothing, and then a commit
    /// needs an author of its own.
    ///
    /// # Errors
    ///
    /// There is no git.
    pub async fn has_identity(&self) -> Result<bool> {
        let state = self.state.lock().await;
        Ok(self.git(&state, &[], "var").args(["GIT_COMMITTER_IDENT"]).run_or(128).await?.is_some())
    }
}
