//! One attempt by git.

use crate::draft::Draft;
use crate::error::Error;
use crate::push::Outcome;
use crate::remote::Logged;

/// Which branch a commit is put on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Onto<'a> {
    /// The one it was planned from: only forward.
    Tracked(&'a str),
    /// One of our own, whatever it holds: it must be where we saw it (`None`: must not be there).
    Own {
        /// Its name.
        branch: &'a str,
        /// Where we saw it.
        expected: Option<&'a str>,
    },
}

/// Commits `draft` on top of `parent` and pushes it.
pub(crate) async fn attempt(
    scratch: &git::Scratch,
    parent: &str,
    draft: &Draft,
    sign: Option<bool>,
    onto: Onto<'_>,
) -> Result<Outcome, Error> {
    let commit = commit(scratch, parent, draft, sign).await?;
    let (branch, over) = match onto {
        Onto::Tracked(branch) => (branch, git::Over::Ancestor),
        Onto::Own { branch, expected } => (branch, git::Over::Exactly(expected)),
    };
    Ok(match scratch.push(&commit, branch, over).await? {
        git::Pushed::Landed => Outcome::Landed { commit },
        git::Pushed::Moved { said } => Outcome::Moved { said },
        git::Pushed::Refused { said } => Outcome::Refused { said },
        git::Pushed::Unreachable { said } => Outcome::Unclear { commit: Some(commit), said },
    })
}

/// Makes the commit, here only.
pub(crate) async fn commit(
    scratch: &git::Scratch,
    parent: &str,
    draft: &Draft,
    sign: Option<bool>,
) -> Result<String, Error> {
    let author = draft.author.as_ref().map(|person| git::Author { name: &person.name, email: &person.email });
    let files: Vec<_> = draft.files.iter().map(|file| (file.path.as_str(), file.content.as_slice())).collect();
    let new = git::NewCommit { parent, message: &draft.message, author, files: &files, sign, time: draft.time };
    Ok(scratch.commit(&new).await?)
}

pub(crate) async fn messages(scratch: &git::Scratch, commit: &str, most: u32) -> Result<Vec<Logged>, Error> {
    let log = scratch.messages(commit, most).await?;
    Ok(log.into_iter().map(|git::Logged { commit, message }| Logged { commit, message }).collect())
}
