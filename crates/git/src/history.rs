//! Fetching just as much history as a merge base needs.
//!
//! A pipeline's clone is shallow: it ends some commits back, and may know nothing of the branch that the change wants
//! to go to. Asking such a clone for "what changed" gives an empty answer or a wrong one, and a gate that believes it
//! passes everything.

use std::time::Duration;

use crate::command::Git;
use crate::error::{Error, Result};
use crate::repo::{Repo, checked};

/// Where a change wants to go.
#[derive(Clone, Debug, Default)]
pub struct Destination {
    /// Branch (`main`), or any revision that the clone has.
    pub name: String,
    /// A commit of the branch that is known to be part of its history, tried first (in a Bitbucket step the one that
    /// was merged into the work tree).
    pub commit: Option<String>,
    /// The remote to ask; left out: [`Repo::default_remote`].
    pub remote: Option<String>,
}

/// Where a change began.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MergeBase {
    /// The best common ancestor of HEAD and the destination.
    pub commit: String,
    /// The commit of the destination that was compared.
    pub destination: String,
    /// Whether something had to be fetched.
    pub fetched: bool,
}

/// How much history to ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// As much as the clone's own kind has: all, unless it is shallow.
    Default,
    /// So many commits from the tip. Cuts off what the clone has beyond, so only for a tip that it does not have.
    From(u32),
    /// So many commits more than the clone has now.
    Deepen(u32),
    /// All of it.
    Everything,
}

/// How many more commits are asked for, round by round, before everything is.
const ROUNDS: [u32; 3] = [50, 200, 1000];

/// How long one fetch may take.
const FETCH_LIMIT: Duration = Duration::from_secs(15 * 60);

impl Repo {
    /// Where the change in HEAD began, seen from its destination. Looks in the clone first; then fetches the tip of
    /// the destination, and then deepens a shallow clone, each time by more, until the two histories meet.
    ///
    /// # Errors
    ///
    /// When all history there is does not hold a common ancestor, or the remote cannot be asked. Never an empty answer.
    pub async fn ensure_merge_base(&self, destination: &Destination) -> Result<MergeBase> {
        self.head().await?;
        if let Some(found) = self.local_merge_base(destination).await? {
            return Ok(found);
        }
        let remote = match &destination.remote {
            Some(remote) => remote.clone(),
            None => match self.default_remote().await? {
                Some(remote) => remote,
                None => return Err(self.apart(destination).await?),
            },
        };
        let tip = self.remote_tip(&remote, &destination.name).await?;
        self.fetch_until_they_meet(&remote, &destination.name, &tip).await
    }

    /// The tip of a branch as the remote has it now.
    pub async fn remote_tip(&self, remote: &str, branch: &str) -> Result<String> {
        self.find_remote_tip(remote, branch)
            .await?
            .ok_or_else(|| Error::NoBranch { remote: remote.to_owned(), branch: branch.to_owned() })
    }

    /// Fetches the objects of `branches` of `remote`. No branch, tag or `FETCH_HEAD` is written.
    pub async fn fetch(&self, remote: &str, branches: &[&str], depth: Depth) -> Result<()> {
        let depth = match depth {
            Depth::Default => None,
            Depth::From(commits) => Some(format!("--depth={commits}")),
            Depth::Deepen(commits) => Some(format!("--deepen={commits}")),
            Depth::Everything => Some("--unshallow".to_owned()),
        };
        let mut refs = Vec::new();
        for branch in branches {
            refs.push(format!("refs/heads/{}", checked(branch)?));
        }
        let remote = checked(remote)?;
        let fetch = || self.git("fetch").args(FETCH_OPTIONS).args(&depth).args(["--", remote]).args(&refs);
        asked(fetch, &format!("fetch `{}` from `{remote}`", branches.join("`, `"))).await.map(drop)
    }

    async fn local_merge_base(&self, destination: &Destination) -> Result<Option<MergeBase>> {
        for tip in self.known_tips(destination).await? {
            if let Some(commit) = self.start_of_change(&tip).await? {
                return Ok(Some(MergeBase { commit, destination: tip, fetched: false }));
            }
        }
        Ok(None)
    }

    /// The commits that the clone has of the destination, the most trusted first.
    async fn known_tips(&self, destination: &Destination) -> Result<Vec<String>> {
        let name = &destination.name;
        let remote = match &destination.remote {
            Some(remote) => Some(remote.clone()),
            None => self.default_remote().await?,
        };
        let current = self.current_branch().await?;
        let tracking = remote.map(|remote| format!("refs/remotes/{remote}/{name}"));
        // The branch that is checked out says nothing of where it wants to go: it would make every change empty.
        let other = Some(name.clone()).filter(|_| current.as_ref() != Some(name));
        let mut tips = Vec::new();
        for candidate in destination.commit.iter().cloned().chain(tracking).chain(other) {
            tips.extend(self.rev_parse(&candidate).await?);
        }
        Ok(tips)
    }

    /// Where the work tree left the history of `tip`. A merge that is not committed yet is part of the work tree.
    async fn start_of_change(&self, tip: &str) -> Result<Option<String>> {
        match self.rev_parse("MERGE_HEAD").await? {
            Some(merged) => self.common_ancestor(&[tip, "HEAD", &merged]).await,
            None => self.merge_base(tip, "HEAD").await,
        }
    }

    /// Why there is no way to the destination without a remote.
    async fn apart(&self, destination: &Destination) -> Result<Error> {
        let name = destination.name.clone();
        let is_known = !self.known_tips(destination).await?.is_empty();
        Ok(match (is_known, self.is_shallow().await?) {
            (false, _) => Error::NoRemote(name),
            (true, true) => Error::TooShallow(name),
            (true, false) => Error::Unrelated(name),
        })
    }

    async fn find_remote_tip(&self, remote: &str, branch: &str) -> Result<Option<String>> {
        let name = format!("refs/heads/{}", checked(branch)?);
        let remote = checked(remote)?;
        let list = || self.git("ls-remote").args(["--quiet", "--", remote, &name]);
        let answer = asked(list, &format!("ask `{remote}` for `{branch}`")).await?;
        let text = String::from_utf8_lossy(&answer);
        let tip = text.lines().filter_map(|line| line.split_once('\t')).find(|(_, found)| *found == name);
        Ok(tip.map(|(id, _)| id.to_owned()))
    }

    async fn fetch_until_they_meet(&self, remote: &str, name: &str, tip: &str) -> Result<MergeBase> {
        let shallow = self.is_shallow().await?;
        if self.rev_parse(tip).await?.is_none() {
            let depth = if shallow { Depth::From(1) } else { Depth::Default };
            self.fetch(remote, &[name], depth).await?;
        }
        let branches = self.branches_to_deepen(remote, name).await?;
        let branches: Vec<_> = branches.iter().map(String::as_str).collect();
        let mut rounds = ROUNDS.map(Depth::Deepen).into_iter().chain([Depth::Everything]);
        loop {
            // The branch may have moved between the question for its tip and the fetch: then the tip lies deeper.
            if self.rev_parse(tip).await?.is_some()
                && let Some(commit) = self.start_of_change(tip).await?
            {
                return Ok(MergeBase { commit, destination: tip.to_owned(), fetched: true });
            }
            match rounds.next() {
                Some(depth) if self.is_shallow().await? => self.fetch(remote, &branches, depth).await?,
                _ => return Err(Error::Unrelated(name.to_owned())),
            }
        }
    }

    /// The destination, and the branch of HEAD when the remote has it: both histories have to become deeper.
    async fn branches_to_deepen(&self, remote: &str, name: &str) -> Result<Vec<String>> {
        let mut branches = vec![name.to_owned()];
        if let Some(current) = self.current_branch().await?.filter(|current| current != name)
            && self.find_remote_tip(remote, &current).await?.is_some()
        {
            branches.push(current);
        }
        Ok(branches)
    }
}

/// No tag, no `FETCH_HEAD`, no remote-tracking branch, no submodule, no housekeeping.
pub(crate) const FETCH_OPTIONS: &[&str] =
    &["--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-recurse-submodules", "--no-auto-maintenance"];

/// How long to wait before each further attempt, when a fault may pass.
pub(crate) const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

/// Runs a command that talks to a remote, which is to blame when it fails.
async fn asked(command: impl Fn() -> Git, what: &str) -> Result<Vec<u8>> {
    let mut waits = WAITS.into_iter();
    loop {
        let said = match command().limit(FETCH_LIMIT).run().await {
            Err(Error::Failed { said, .. }) => said,
            Err(Error::TimedOut { limit, .. }) => no_answer(limit),
            other => return other,
        };
        match waits.next().filter(|_| may_pass(&said)) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return Err(Error::Remote { what: what.to_owned(), said }),
        }
    }
}

/// What is said of a remote that took too long.
pub(crate) fn no_answer(limit: Duration) -> String {
    format!("{NO_ANSWER} {} s", limit.as_secs())
}

pub(crate) const NO_ANSWER: &str = "no answer within";

/// Whether git's words tell of a fault of the network or of a busy server.
pub(crate) fn may_pass(said: &str) -> bool {
    let words = [
        "Could not resolve host",
        "Connection refused",
        "Connection reset",
        "Connection closed by",
        "Connection timed out",
        "early EOF",
        "unexpected disconnect",
        "the remote end hung up unexpectedly",
        "RPC failed",
        "The requested URL returned error: 429",
        "The requested URL returned error: 5",
    ];
    words.iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::may_pass;

    #[test]
    fn faults_of_the_network_may_pass_and_refusals_do_not() {
        assert!(may_pass("fatal: unable to access 'https://x/': Could not resolve host: x"));
        assert!(may_pass("error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly"));
        assert!(may_pass("fatal: unable to access 'https://x/': The requested URL returned error: 503"));
        assert!(!may_pass("fatal: unable to access 'https://x/': The requested URL returned error: 403"));
        assert!(!may_pass("fatal: Authentication failed for 'https://x/'"));
        assert!(!may_pass("fatal: '/nowhere' does not appear to be a git repository"));
    }
}
