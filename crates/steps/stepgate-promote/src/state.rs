//! The state of a GitOps repository: what its files say at a commit, and what git knows of how it came there.

mod bundles;
mod history;
mod images;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;

use git::Scratch;
use gitops::{Digest, bundle_path};
use jiff::Timestamp;
use promotion::model::Earlier;
use promotion::{Holds, Policy, PolicyError, Standing, Standings, hold, policy};
use sha2::{Digest as _, Sha256};
use step::{Failure, Result};

use history::{History, Spot};
use watch::Watch;

/// How far back to look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Depth<'d> {
    /// Until it is known what put there what stands there now.
    Current,
    /// For one service in one environment, also what stood there before: so many images, or as many as there were.
    Earlier {
        /// The service.
        service: &'d str,
        /// The environment.
        environment: &'d str,
        /// How many.
        most: usize,
    },
    /// Everything that ever stood anywhere.
    All,
}

/// What a GitOps repository says at one commit.
#[derive(Clone, Debug)]
pub(crate) struct State<'s> {
    /// The repository.
    pub(crate) scratch: &'s Scratch,
    /// The commit.
    pub(crate) tip: String,
    /// Its `promotion.yaml`.
    pub(crate) policy: Policy,
    /// The SHA-256 of that file, in hexadecimal digits.
    pub(crate) policy_sha256: String,
    /// Its `holds.yaml`.
    pub(crate) holds: Holds,
    /// What stands where.
    pub(crate) standings: Standings,
}

impl<'s> State<'s> {
    /// Reads everything at `tip`, a commit of the branch, whose history is fetched.
    ///
    /// # Errors
    ///
    /// There is no `promotion.yaml`, it or `holds.yaml` cannot be used, or git cannot answer.
    pub(crate) async fn read(scratch: &'s Scratch, tip: &str, depth: Depth<'_>) -> Result<Self> {
        scratch.fetch_history(tip).await.map_err(|error| cannot_read("the history", tip, error))?;
        let (policy, policy_sha256) = policy_at(scratch, tip).await?;
        let holds = match file_at(scratch, tip, hold::FILE).await? {
            Some(bytes) => Holds::read(text(&bytes, hold::FILE)?).map_err(|error| unusable(hold::FILE, tip, &error))?,
            None => Holds::default(),
        };
        let standings = standings(scratch, tip, &policy, depth).await?;
        Ok(Self { scratch, tip: tip.to_owned(), policy, policy_sha256, holds, standings })
    }

    /// The attestations of an image of a service; `None` when there are none.
    ///
    /// # Errors
    ///
    /// What stands there is no file, or git cannot answer.
    pub(crate) async fn bundle(&self, service: &str, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.file(&bundle_path(service, digest)).await
    }

    /// The content of a file; `None` when there is none.
    ///
    /// # Errors
    ///
    /// What stands there is no file, or git cannot answer.
    pub(crate) async fn file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        file_at(self.scratch, &self.tip, path).await
    }
}

/// `promotion.yaml` at a commit, and its SHA-256 in hexadecimal digits.
///
/// # Errors
///
/// There is none, it cannot be used, or git cannot answer.
pub(crate) async fn policy_at(scratch: &Scratch, commit: &str) -> Result<(Policy, String)> {
    // Both in one question.
    let files = [policy::FILE, hold::FILE];
    scratch.prefetch(commit, &files).await.map_err(|error| cannot_read("the root", commit, error))?;
    let bytes = file_at(scratch, commit, policy::FILE).await?.ok_or_else(|| {
        Failure::input(format!("there is no {} in {} at {commit}", policy::FILE, scratch.url()))
            .hint("is it the GitOps repository? `stepgate init` writes one to begin with")
    })?;
    let read = Policy::read(text(&bytes, policy::FILE)?);
    let read = read.map_err(|error| unusable(policy::FILE, commit, &error))?;
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((read, sha256))
}

/// What the files of all targets hold at a commit; what is not there, or is no file, is not in it.
///
/// # Errors
///
/// Git cannot answer.
pub(crate) async fn files_at(scratch: &Scratch, commit: &str, policy: &Policy) -> Result<BTreeMap<String, Vec<u8>>> {
    let watch = Watch::of(policy);
    let paths = watch.paths();
    scratch.prefetch(commit, &paths).await.map_err(|error| cannot_read("the targets", commit, error))?;
    let mut files = BTreeMap::new();
    for path in paths {
        match scratch.read(commit, path).await {
            Ok(Some(found)) => drop(files.insert(path.to_owned(), found.content)),
            Ok(None) | Err(git::Error::NotAFile { .. }) => {}
            Err(error) => return Err(cannot_read(path, commit, error)),
        }
    }
    Ok(files)
}

/// What stands where at `tip`, since when and by which commit, for every service and environment of `policy`. The history
/// of `tip` must have been fetched.
///
/// History is read along first parents, and follows the targets that the policy has now: where a service was moved to another
/// file, it begins with that file. What is the same digest is the same image, whatever its tag. Where the history that is here
/// ends before something was put somewhere, nothing is said of when that was.
///
/// # Errors
///
/// Git cannot answer.
pub(crate) async fn standings(scratch: &Scratch, tip: &str, policy: &Policy, depth: Depth<'_>) -> Result<Standings> {
    let watch = Watch::of(policy);
    let files = files_at(scratch, tip, policy).await?;
    let mut history = History::begin(&watch, files, depth);
    history.walk(scratch, tip).await?;
    let spots = history.end();
    let commits: Vec<String> = spots.iter().filter_map(|spot| spot.first()?.commit.clone()).collect();
    let infos = scratch.commit_infos(&commits).await;
    let infos = infos.map_err(|error| Failure::git("cannot read the commits that put images there", error))?;
    let standing = |spot: Spot<'_>| {
        let key = (spot.service.to_owned(), spot.environment.to_owned());
        let mut stretches = spot.stretches.into_iter();
        let now = stretches.next()?;
        let info = now.commit.as_ref().and_then(|commit| infos.get(commit));
        let is_of_it = |record: &gitops::Record| {
            record.service.as_deref() == Some(&key.0)
                && record.environment.as_deref() == Some(&key.1)
                && now.image.as_ref().is_ok_and(|image| {
                    record.image.name.same_as(&image.name) && history::is_same(&now.image, &Ok(record.image.clone()))
                })
        };
        let record = info.and_then(|info| gitops::records(&info.message).into_iter().find(is_of_it));
        let author = info.map(|info| format!("{} <{}>", info.author.name, info.author.email));
        let standing = Standing {
            since: now.time.map(timestamp),
            commit: now.commit,
            author,
            record,
            before: stretches
                .map(|it| Earlier { image: it.image, since: it.time.map(timestamp), commit: it.commit })
                .collect(),
            image: now.image,
        };
        Some((key, standing))
    };
    Ok(spots.into_iter().filter_map(standing).collect())
}

/// What no calendar reaches is as late as can be, which nothing that waits for it takes for over.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

async fn file_at(scratch: &Scratch, commit: &str, path: &str) -> Result<Option<Vec<u8>>> {
    let found = scratch.read(commit, path).await.map_err(|error| cannot_read(path, commit, error))?;
    Ok(found.map(|file| file.content))
}

fn text<'b>(bytes: &'b [u8], path: &str) -> Result<&'b str> {
    std::str::from_utf8(bytes).map_err(|error| Failure::input(format!("{path} is no UTF-8")).because(error))
}

fn cannot_read(what: &str, commit: &str, error: git::Error) -> Failure {
    Failure::git(format!("cannot read {what} of the GitOps repository at {commit}"), error)
}

fn unusable(path: &str, commit: &str, error: &PolicyError) -> Failure {
    let place = match (error.line, error.column) {
        (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
        (Some(line), None) => format!("{path}:{line}"),
        (None, _) => path.to_owned(),
    };
    Failure::input(format!("{place} at {commit}: {}", error.what)).hint_if(error.hint.clone())
}
