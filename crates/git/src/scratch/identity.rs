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
        Ok(self.identity().await?.is_some())
    }

    /// Who commits, as git's configuration or environment says it: `Name <address>`. Anybody can say anything there.
    ///
    /// # Errors
    ///
    /// There is no git.
    pub async fn identity(&self) -> Result<Option<String>> {
        let state = self.state.lock().await;
        let identity = self.git(&state, &[], "var").args(["GIT_COMMITTER_IDENT"]).run_or(128).await?;
        // Behind it stand the time and the zone.
        let text = identity.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(text.map(|text| text.rsplit_once("> ").map_or(text.trim().to_owned(), |(who, _)| format!("{who}>"))))
    }
}
