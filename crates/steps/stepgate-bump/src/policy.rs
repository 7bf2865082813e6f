//! `promotion.yaml` of the GitOps repository as it is now.

use landing::Snapshot;
use promotion::Policy;
use promotion::deployment::PolicyRef;
use promotion::policy::FILE;
use sha2::{Digest as _, Sha256};
use step::Failure;

use crate::put::Stopped;

/// Reads it, and says which it is; `None` without the file: then nothing is asked for.
///
/// # Errors
///
/// When it is there and cannot be used: nobody can tell what it asks for.
pub(crate) async fn read(snapshot: &Snapshot<'_>) -> Result<Option<(Policy, PolicyRef)>, Stopped> {
    let Some(text) = read_text(FILE, snapshot).await? else { return Ok(None) };
    let policy = Policy::read(&text).map_err(|error| {
        let hint = error.hint.clone();
        let failure = Failure::input(format!("cannot use {FILE} of the GitOps repository"));
        Stopped::from(failure.because(error).hint_if(hint))
    })?;
    let sha256 = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some((policy, PolicyRef { commit: snapshot.commit.clone(), sha256 })))
}

/// A file of the repository that holds text; `None` when it is not there.
pub(crate) async fn read_text(file: &str, snapshot: &Snapshot<'_>) -> Result<Option<String>, Stopped> {
    let content = snapshot.read(file).await.map_err(Stopped::landing)?;
    let text = content.map(String::from_utf8).transpose();
    text.map_err(|error| Failure::input(format!("cannot use {file} of the GitOps repository")).because(error).into())
}
