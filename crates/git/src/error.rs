//! What can go wrong, and what to try.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::history::{NO_ANSWER, may_pass};

/// `Result` with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why git could not answer. Texts may quote git's own words, in which credentials of URLs are replaced by `***`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no git.
    #[error("the git program is not installed, or not in PATH")]
    Missing,
    /// The operating system refused to run it.
    #[error("cannot start git in {}", dir.display())]
    Start {
        /// Where it was to run.
        dir: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The directory is in no repository.
    #[error("{} is not inside a git repository", .0.display())]
    NotARepository(PathBuf),
    /// The repository belongs to another user than the one who asks.
    #[error("git does not trust the repository at {}, because it belongs to another user", .0.display())]
    DubiousOwnership(PathBuf),
    /// The repository has no work tree.
    #[error("the repository at {} is bare: it has no work tree", .0.display())]
    Bare(PathBuf),
    /// A name that git would take for an option, or that cannot be a name at all.
    #[error("{0:?} cannot be the name of a revision")]
    BadName(String),
    /// The branch has no commit yet.
    #[error("the repository has no commit yet")]
    NoCommit,
    /// A revision that was asked for is not there.
    #[error("there is no revision `{0}` in the repository")]
    NoRevision(String),
    /// Neither the clone nor any remote can provide the destination.
    #[error("the clone does not know where `{0}` is, and has no remote to ask")]
    NoRemote(String),
    /// The two have no commit in common in what history the clone has, and there is no remote that could give more.
    #[error("the clone's history ends before HEAD and `{0}` meet, and it has no remote to ask for more")]
    TooShallow(String),
    /// The remote does not have the branch.
    #[error("the remote `{remote}` has no branch `{branch}`")]
    NoBranch {
        /// The remote that was asked.
        remote: String,
        /// The branch it does not have.
        branch: String,
    },
    /// All history is there, and the two have no commit in common.
    #[error("HEAD and `{0}` have no commit in common")]
    Unrelated(String),
    /// The remote could not be reached, or refused.
    #[error("cannot {what}: {said}")]
    Remote {
        /// What was tried: `fetch main from origin`.
        what: String,
        /// Git's words.
        said: String,
    },
    /// It took too long and was stopped.
    #[error("`git {what}` was stopped because it took longer than {} s", limit.as_secs())]
    TimedOut {
        /// The subcommand.
        what: String,
        /// How long it was allowed to take.
        limit: Duration,
    },
    /// A conversation with a running git broke off.
    #[error("`git {what}` broke off in {}", dir.display())]
    Talk {
        /// The subcommand.
        what: String,
        /// Where it ran.
        dir: PathBuf,
        /// How.
        source: io::Error,
    },
    /// Not a path of a file inside a repository.
    #[error("{0:?} cannot be the path of a file in a repository")]
    BadPath(String),
    /// Something else than a regular file is where a file was asked for.
    #[error("`{path}` is {what}")]
    NotAFile {
        /// What was asked for.
        path: String,
        /// `a symbolic link, not a file`.
        what: &'static str,
    },
    /// An object of the remote is not what git's formats say, or is not handed out.
    #[error("cannot read the {kind} {id} of {url}: {problem}")]
    Object {
        /// `commit`, `tree`, `file`.
        kind: &'static str,
        /// Its id.
        id: String,
        /// The remote, without credentials.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Git failed in another way.
    #[error("`git {what}` failed ({status}): {said}")]
    Failed {
        /// The subcommand.
        what: String,
        /// `exit status: 128`, `signal: 9 (SIGKILL)`.
        status: String,
        /// Git's words.
        said: String,
    },
}

impl Error {
    /// What to try next, where something is known to help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing => "install git, for example `apt-get install git` or `apk add git`".to_owned(),
            Self::NotARepository(_) => {
                "run this inside a clone; in a container, see that `.git` is mounted too".to_owned()
            }
            Self::DubiousOwnership(root) => format!("git config --global --add safe.directory {}", root.display()),
            Self::Bare(_) => "run this in a clone with a work tree".to_owned(),
            Self::NoCommit => "commit something first".to_owned(),
            Self::NoRevision(_) | Self::TooShallow(_) => FULL_CLONE.to_owned(),
            Self::NoRemote(name) => format!("add the remote, or fetch `{name}` before this step"),
            Self::NoBranch { .. } | Self::Unrelated(_) => "name the branch that the change wants to go to".to_owned(),
            Self::Remote { .. } => format!("see that the step may read the repository; or {FULL_CLONE}"),
            Self::BadPath(_) => "write it relative to the root of the repository, with `/`, without `..`".to_owned(),
            Self::NotAFile { .. } => "name the file itself".to_owned(),
            Self::Talk { .. } | Self::Object { .. } => return None,
            Self::BadName(_) | Self::Start { .. } | Self::TimedOut { .. } | Self::Failed { .. } => return None,
        })
    }

    /// Whether the fault is a remote's, not the clone's.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::Remote { .. } | Self::Object { .. })
    }

    /// Whether the fault is of the network or of a busy server, so that the same may well succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Remote { said, .. } => may_pass(said) || said.starts_with(NO_ANSWER),
            _ => false,
        }
    }

    /// The error behind git's words, when they are known. The locale is fixed, so that the words are too.
    pub(crate) fn from_words(dir: &Path, what: &str, status: String, said: String) -> Self {
        let dir = dir.to_owned();
        if said.contains("detected dubious ownership") {
            Self::DubiousOwnership(dir)
        } else if said.contains("not a git repository (or any") {
            Self::NotARepository(dir)
        } else if said.contains("this operation must be run in a work tree") {
            Self::Bare(dir)
        } else {
            Self::Failed { what: what.to_owned(), status, said }
        }
    }
}

const FULL_CLONE: &str = "give the clone its whole history: `clone: depth: full` in bitbucket-pipelines.yml";

/// `text` without the user information of URLs, which may hold a password or a token.
pub(crate) fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '/' | '\'' | '"')).unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str("***@");
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Error, scrub};

    #[test]
    fn gits_own_words_become_what_they_mean() {
        let error =
            |said: &str| Error::from_words(Path::new("/repo"), "rev-parse", "exit status: 128".into(), said.into());
        let owner = error("fatal: detected dubious ownership in repository at '/repo'");
        assert_eq!(owner.hint().as_deref(), Some("git config --global --add safe.directory /repo"));
        let none = error("fatal: not a git repository (or any of the parent directories): .git");
        assert_eq!(none.to_string(), "/repo is not inside a git repository");
        let other = error("fatal: not a git repository: /repo/.git/worktrees/gone");
        assert_eq!(
            other.to_string(),
            "`git rev-parse` failed (exit status: 128): fatal: not a git repository: /repo/.git/worktrees/gone"
        );
    }

    #[test]
    fn credentials_in_urls_are_replaced() {
        let said = "fatal: unable to access 'https://me:s3cret@bitbucket.org/a/b.git/': 403, https://x.org/a@b";
        assert_eq!(scrub(said), "fatal: unable to access 'https://***@bitbucket.org/a/b.git/': 403, https://x.org/a@b");
    }

    #[test]
    fn an_at_sign_in_the_password_does_not_leak_the_rest() {
        assert_eq!(scrub("https://u:p@ss@host/x"), "https://***@host/x");
    }

    #[test]
    fn text_without_urls_stays() {
        assert_eq!(scrub("git@bitbucket.org:a/b.git: a://"), "git@bitbucket.org:a/b.git: a://");
    }
}
