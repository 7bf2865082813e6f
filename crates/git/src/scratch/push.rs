//! Taking a commit to the remote, and understanding its answer.

use super::names::{checked_id, head};
use super::{REMOTE, Scratch};
use crate::command::Finished;
use crate::error::{Error, Result};
use crate::history::no_answer;

/// What the branch may hold when a commit takes its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Over<'a> {
    /// An ancestor of the commit: only forward.
    Ancestor,
    /// Exactly this commit, an ancestor or not; `None`: the branch must not be there.
    Exactly(Option<&'a str>),
}

/// How a push ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Pushed {
    /// The commit is there.
    Landed,
    /// The branch is not where it was any more. Nothing changed.
    Moved {
        /// The remote's words.
        said: String,
    },
    /// The remote said no: a hook, a permission, a protected branch. Nothing changed.
    Refused {
        /// The remote's words.
        said: String,
    },
    /// No answer came: the commit may have landed.
    Unreachable {
        /// What came instead.
        said: String,
    },
}

impl Scratch {
    /// Puts a commit that was made here on a branch of the remote.
    ///
    /// # Errors
    ///
    /// Git could not even be started. Whatever the remote answers is not an error.
    pub async fn push(&self, commit: &str, branch: &str, over: Over<'_>) -> Result<Pushed> {
        let (commit, head) = (checked_id(commit)?, head(branch)?);
        let lease = match over {
            Over::Ancestor => None,
            Over::Exactly(None) => Some(format!("--force-with-lease={head}:")),
            Over::Exactly(Some(expected)) => Some(format!("--force-with-lease={head}:{}", checked_id(expected)?)),
        };
        let state = self.state.lock().await;
        let git = self.remote_git(&state, &[], "push").args(OPTIONS).args(lease);
        let refspec = format!("{commit}:{head}");
        match git.args(["--", REMOTE, &refspec]).run_any().await {
            Ok(finished) => Ok(understood(&finished)),
            Err(Error::TimedOut { limit, .. }) => Ok(Pushed::Unreachable { said: no_answer(limit) }),
            Err(error) => Err(error),
        }
    }
}

/// An answer to be read, and nothing but the one commit: no tags, no submodules, no hooks of the user's.
const OPTIONS: &[&str] =
    &["--porcelain", "--no-progress", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"];

/// Reads `FLAG TAB FROM:TO TAB SUMMARY (REASON)` (<https://git-scm.com/docs/git-push#_output>).
fn understood(finished: &Finished) -> Pushed {
    let answer = String::from_utf8_lossy(&finished.stdout);
    let line = answer.lines().find_map(|line| {
        let (flag, rest) = line.split_once('\t')?;
        Some((flag, rest.split_once('\t')?.1))
    });
    match line {
        Some((" " | "+" | "*" | "=", _)) if finished.is_success => Pushed::Landed,
        Some(("!", summary)) => rejected(summary, &finished.said),
        _ if is_denied(&finished.said) => Pushed::Refused { said: finished.said.clone() },
        _ => Pushed::Unreachable { said: finished.said.clone() },
    }
}

fn rejected(summary: &str, words: &str) -> Pushed {
    let said = [summary].into_iter().chain(telling(words)).collect::<Vec<_>>().join("\n");
    if summary.contains("[remote failure]") {
        return Pushed::Unreachable { said };
    }
    // A server that stumbles over another push says so in its own words, and `failed to update ref` in the summary.
    let is_moved = MOVED.iter().any(|reason| summary.contains(reason))
        || (summary.contains("failed to update ref") && MOVED_ON_SERVER.iter().any(|reason| words.contains(reason)));
    if is_moved { Pushed::Moved { said } } else { Pushed::Refused { said } }
}

/// The lines that say more than that it failed, and what somebody with a work tree could do.
fn telling(words: &str) -> impl Iterator<Item = &str> {
    let is_telling = |line: &&str| {
        !line.is_empty() && !line.starts_with("hint:") && !line.starts_with("error: failed to push some refs")
    };
    words.lines().map(str::trim_end).filter(is_telling)
}

/// Reasons that tell of another push: ours to see before sending, and the server's.
const MOVED: &[&str] = &[
    "(non-fast-forward)",
    "(fetch first)",
    "(needs force)",
    "(stale info)",
    "(remote ref updated since checkout)",
    "cannot lock ref",
    "incorrect old value",
    "failed to lock",
    "already exists",
    "atomic transaction failed",
];

const MOVED_ON_SERVER: &[&str] =
    &["cannot lock ref", "but expected", "File exists", "incorrect old value", "already exists"];

/// Whether a server that gave no answer for the branch said who may not come in.
fn is_denied(said: &str) -> bool {
    let words = [
        "returned error: 401",
        "returned error: 403",
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "Permission denied",
        "Write access to repository not granted",
        "does not appear to be a git repository",
        "not found",
    ];
    words.iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: &str, said: &str) -> Pushed {
        let stdout = format!("To file:///r.git\n{line}\nDone\n").into_bytes();
        understood(&Finished { is_success: line.starts_with(' '), stdout, said: said.to_owned() })
    }

    #[test]
    fn every_way_of_saying_that_the_branch_moved_is_understood() {
        for reason in [
            "[rejected] (fetch first)",
            "[rejected] (non-fast-forward)",
            "[rejected] (stale info)",
            "[remote rejected] (cannot lock ref 'refs/heads/main': is at abc but expected def)",
            "[remote rejected] (incorrect old value provided)",
            "[remote rejected] (reference already exists)",
            "[remote rejected] (failed to lock)",
        ] {
            let pushed = answer(&format!("!\tabc:refs/heads/main\t{reason}"), "");
            assert_eq!(pushed, Pushed::Moved { said: reason.to_owned() });
        }
        let words = "remote: error: cannot lock ref 'refs/heads/main': is at a but expected b";
        let pushed = answer("!\ta:refs/heads/main\t[remote rejected] (failed to update ref)", words);
        assert!(matches!(pushed, Pushed::Moved { .. }));
    }

    #[test]
    fn a_hook_and_a_broken_disk_are_refusals_with_the_servers_words() {
        let words = "remote: no ticket        \nerror: failed to push some refs to 'x'\nhint: pull first";
        let pushed = answer("!\ta:refs/heads/main\t[remote rejected] (pre-receive hook declined)", words);
        let said = "[remote rejected] (pre-receive hook declined)\nremote: no ticket".to_owned();
        assert_eq!(pushed, Pushed::Refused { said });
        let words = "remote: error: unable to write file: No space left on device";
        let pushed = answer("!\ta:refs/heads/main\t[remote rejected] (failed to update ref)", words);
        assert!(matches!(pushed, Pushed::Refused { .. }));
    }

    #[test]
    fn without_an_answer_it_may_have_landed_unless_nobody_was_let_in() {
        let none = |said: &str| understood(&Finished { is_success: false, stdout: Vec::new(), said: said.to_owned() });
        assert!(matches!(none("fatal: the remote end hung up unexpectedly"), Pushed::Unreachable { .. }));
        assert!(matches!(
            none("fatal: unable to access 'https://x/': The requested URL returned error: 403"),
            Pushed::Refused { .. }
        ));
        let failure = answer("!\ta:refs/heads/main\t[remote failure] (remote failed to report status)", "");
        assert!(matches!(failure, Pushed::Unreachable { .. }));
    }

    #[test]
    fn what_landed_has_landed() {
        assert_eq!(answer(" \ta:refs/heads/main\t1111..2222", ""), Pushed::Landed);
    }
}
