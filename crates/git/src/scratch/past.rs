//! History: a second repository beside the first, with all commits and trees that lead to a tip.
//!
//! The first repository has the tip without what is below it, which must not be offered to a server as something that is
//! here. This one has all of it, so that fetching again asks for what is new only. The first one finds its objects here
//! too (`objects/info/alternates`, <https://git-scm.com/docs/gitrepository-layout>).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::fetch::Filter;
use super::names::checked_id;
use super::{Format, Scratch, State, append, start};
use crate::command::Git;
use crate::error::{Error, Result};

/// Another clone of the same remote, of which only the objects are read.
#[derive(Clone, Debug)]
pub(super) struct Borrowed {
    /// An absolute path.
    objects: String,
    format: Format,
    /// Whether everything that its branches lead to is there, so that it can be offered to a server as being here.
    is_whole: bool,
}

impl Scratch {
    /// Lets [`Scratch::fetch_history`] use the objects of `clone`, a directory in a clone of the same repository, so that
    /// nothing is fetched that it has. It may be bare or shallow; a partial clone is of no use. Nothing is ever written to
    /// it, and its settings count for nothing. Gives whether there is such a clone; to be called before history is fetched.
    ///
    /// # Errors
    ///
    /// There is no git.
    pub async fn borrow_objects(&self, clone: &Path) -> Result<bool> {
        let found = match borrowed(clone).await {
            Ok(found) => found,
            Err(Error::Missing) => return Err(Error::Missing),
            // What cannot be read is not needed.
            Err(_) => None,
        };
        let is_found = found.is_some();
        self.state.lock().await.borrowed = found;
        Ok(is_found)
    }

    /// Fetches every commit that leads to `tip`, with its trees; where the server offers no partial clones, its files too.
    ///
    /// # Errors
    ///
    /// The remote cannot be asked, or does not have the commit.
    pub async fn fetch_history(&self, tip: &str) -> Result<()> {
        let tip = checked_id(tip)?;
        let mut state = self.state.lock().await;
        if tip.len() == 2 * Format::Sha256.bytes() && state.format == Format::Sha1 {
            self.turn_to_sha256(&mut state).await?;
        }
        let dir = self.history_dir(state.format);
        if !dir.exists() {
            self.init_history(&mut state, &dir).await?;
        }
        // By this name the next fetch offers what this one brings.
        self.fetch_history_of(&mut state, &format!("+{tip}:refs/history/tip"), Filter::Files).await
    }

    /// Whether `ancestor` is `commit`, or one of the commits that lead to it, as far as the history that was fetched goes.
    ///
    /// # Errors
    ///
    /// `commit` is not in the history that was fetched.
    pub async fn is_ancestor(&self, ancestor: &str, commit: &str) -> Result<bool> {
        let (ancestor, commit) = (checked_id(ancestor)?, checked_id(commit)?);
        let state = self.state.lock().await;
        let here = self.history_git(&state, "rev-parse");
        if here.args(["--verify", "--quiet", &format!("{ancestor}^{{commit}}")]).run_or(1).await?.is_none() {
            return Ok(false);
        }
        let git = self.history_git(&state, "merge-base").args(["--is-ancestor", ancestor, commit]);
        git.run_or(1).await.map(|answer| answer.is_some())
    }

    /// The commits at which the history that is here ends though it goes on elsewhere.
    pub(super) fn cut_at(&self, state: &State) -> Result<HashSet<String>> {
        let file = self.history_dir(state.format).join("shallow");
        match fs::read_to_string(&file) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(start(file, error)),
        }
    }

    pub(super) fn history_dir(&self, format: Format) -> PathBuf {
        self.dir.path().join(history_name(format))
    }

    /// A call that only looks at the history.
    pub(super) fn history_git(&self, state: &State, subcommand: &str) -> Git {
        self.git_in(&self.history_dir(state.format), &[], subcommand)
    }

    async fn init_history(&self, state: &mut State, dir: &Path) -> Result<()> {
        self.init_in(dir, state.format).await?;
        if let Some(borrowed) = state.borrowed.as_ref().filter(|borrowed| borrowed.format == state.format) {
            append(&dir.join(ALTERNATES), &format!("{}\n", borrowed.objects))?;
            if !borrowed.is_whole {
                append(&dir.join("config"), NO_OFFER)?;
            }
        }
        let own = self.git_dir(state.format).join(ALTERNATES);
        append(&own, &format!("../../{}/objects\n", history_name(state.format)))?;
        // One that runs already does not look for other directories again.
        state.objects.forget_reader();
        Ok(())
    }
}

/// Where git finds the names of other directories of objects, one a line.
const ALTERNATES: &str = "objects/info/alternates";

fn history_name(format: Format) -> String {
    format!("history-{}", format.name())
}

/// Keeps git from offering the branches of a clone that lacks a part of what leads to them.
pub(super) const NO_OFFER: &str = "[core]\n\talternateRefsPrefixes = refs/none/\n";

/// What there is to borrow; `None` when it cannot be used.
async fn borrowed(clone: &Path) -> Result<Option<Borrowed>> {
    let args = ["--path-format=absolute", "--is-shallow-repository", "--show-object-format", "--git-path", "objects"];
    let said = Git::new(clone, &[], "rev-parse").args(args).run().await?;
    let Ok(said) = String::from_utf8(said) else { return Ok(None) };
    let mut lines = said.lines();
    let (Some(is_shallow), Some(format), Some(objects), None) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Ok(None);
    };
    let format = match format {
        "sha1" => Format::Sha1,
        "sha256" => Format::Sha256,
        _ => return Ok(None),
    };
    let partial = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$";
    let partial = Git::new(clone, &[], "config").args(["--get-regexp", partial]).run_or(1).await?;
    if partial.is_some() {
        // Git takes what such a clone lacks for something that can be had later, and does not fetch it.
        return Ok(None);
    }
    Ok(Some(Borrowed { objects: objects.to_owned(), format, is_whole: is_shallow == "false" }))
}
