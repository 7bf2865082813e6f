//! A repository and what can be asked of it.

use std::path::{Path, PathBuf};

use crate::command::Git;
use crate::error::{Error, Result, scrub};

/// A repository with a work tree.
#[derive(Clone, Debug)]
pub struct Repo {
    root: PathBuf,
    given_root: PathBuf,
    config: Vec<String>,
}

/// The newer side of a diff.
#[derive(Clone, Copy, Debug)]
pub enum Target<'r> {
    /// The files as they are now, staged or not. Files that git does not track are not part of it.
    WorkTree,
    /// A commit.
    Commit(&'r str),
}

impl Repo {
    /// The repository that `dir` is in.
    pub async fn discover(dir: &Path) -> Result<Self> {
        let found = Git::new(dir, &[], "rev-parse").args(["--show-toplevel"]).run().await?;
        let root = path(line(&found));
        let given_root = root_as_given(dir, &root).unwrap_or_else(|| root.clone());
        Ok(Self { root, given_root, config: Vec::new() })
    }

    /// The same repository with `settings` (`http.https://bitbucket.org.proxy=http://localhost:29418/`) in force for
    /// each call. They show in the process list: never a secret.
    #[must_use]
    pub fn with_config(mut self, settings: impl IntoIterator<Item = String>) -> Self {
        self.config.extend(settings);
        self
    }

    /// The root of the work tree, free of symbolic links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The root of the work tree by the name that the caller's directory uses for it; tools print paths below it.
    #[must_use]
    pub fn given_root(&self) -> &Path {
        &self.given_root
    }

    /// The commit that is checked out.
    pub async fn head(&self) -> Result<String> {
        self.rev_parse("HEAD").await?.ok_or(Error::NoCommit)
    }

    /// The branch that is checked out; `None` when HEAD is detached.
    pub async fn current_branch(&self) -> Result<Option<String>> {
        let name = self.git("symbolic-ref").args(["--quiet", "--short", "HEAD"]).run_or(1).await?;
        Ok(name.map(|name| line(&name)))
    }

    /// Whether the clone lacks history.
    pub async fn is_shallow(&self) -> Result<bool> {
        let answer = self.git("rev-parse").args(["--is-shallow-repository"]).run().await?;
        Ok(line(&answer) == "true")
    }

    /// The commit that `revision` names; `None` when the clone does not have it.
    pub async fn rev_parse(&self, revision: &str) -> Result<Option<String>> {
        self.resolve(&format!("{}^{{commit}}", checked(revision)?)).await
    }

    /// The best common ancestor of two revisions; `None` when the clone knows none. In a shallow clone the true one
    /// may be an even later commit, beyond the boundary.
    pub async fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>> {
        self.common_ancestor(&[checked(a)?, checked(b)?]).await
    }

    /// The best common ancestor of the first commit and a merge of the others, whether there is such a merge or not.
    pub(crate) async fn common_ancestor(&self, commits: &[&str]) -> Result<Option<String>> {
        let base = self.git("merge-base").args(commits).run_or(1).await?;
        Ok(base.map(|base| line(&base)))
    }

    /// The files that git tracks, relative to the root; what is not UTF-8 in a name becomes U+FFFD.
    pub async fn tracked_files(&self) -> Result<Vec<String>> {
        Ok(names(&self.git("ls-files").args(["-z"]).run().await?))
    }

    /// The files that git neither tracks nor ignores: new ones that nobody has added yet.
    pub async fn untracked_files(&self) -> Result<Vec<String>> {
        Ok(names(&self.git("ls-files").args(["-z", "--others", "--exclude-standard"]).run().await?))
    }

    /// The patch from `base` to `target` without context lines, renames found, limited to `paths` unless empty.
    /// The same for everybody, whatever their configuration of diffs.
    pub async fn diff(&self, base: &str, target: Target<'_>, paths: &[&str]) -> Result<Vec<u8>> {
        let mut revisions = vec![checked(base)?];
        if let Target::Commit(commit) = target {
            revisions.push(checked(commit)?);
        }
        self.git("diff").args(DIFF_OPTIONS).args(revisions).args(["--"]).args(literal(paths)).run().await
    }

    /// A file as it is in `revision`; `None` when the revision does not have it.
    pub async fn show_file(&self, revision: &str, path: &str) -> Result<Option<Vec<u8>>> {
        let Some(commit) = self.rev_parse(revision).await? else {
            return Err(Error::NoRevision(revision.to_owned()));
        };
        match self.resolve(&format!("{commit}:{path}")).await? {
            Some(blob) => self.git("cat-file").args(["blob", &blob]).run().await.map(Some),
            None => Ok(None),
        }
    }

    /// Where `remote` is, without credentials; `None` when there is no such remote.
    pub async fn remote_url(&self, remote: &str) -> Result<Option<String>> {
        let url = self.git("remote").args(["get-url", checked(remote)?]).run_or(2).await?;
        Ok(url.map(|url| scrub(&line(&url))))
    }

    /// The remote that the current branch follows, else `origin`, else the only one.
    pub async fn default_remote(&self) -> Result<Option<String>> {
        if let Some(branch) = self.current_branch().await? {
            let key = format!("branch.{branch}.remote");
            let followed = self.git("config").args(["--get", &key]).run_or(1).await?.map(|name| line(&name));
            if let Some(name) = followed.filter(|name| name != "." && !name.starts_with('-')) {
                return Ok(Some(name));
            }
        }
        let all = String::from_utf8_lossy(&self.git("remote").run().await?).into_owned();
        let mut remotes = all.lines();
        Ok(match (remotes.clone().find(|name| *name == "origin"), remotes.next(), remotes.next()) {
            (Some(origin), ..) => Some(origin.to_owned()),
            (None, Some(only), None) => Some(only.to_owned()),
            _ => None,
        })
    }

    pub(crate) fn git(&self, subcommand: &str) -> Git {
        Git::new(&self.root, &self.config, subcommand)
    }

    async fn resolve(&self, object: &str) -> Result<Option<String>> {
        let id = self.git("rev-parse").args(["--verify", "--quiet", object]).run_or(1).await?;
        Ok(id.map(|id| line(&id)))
    }
}

/// Everything that a user's configuration could change about a patch is fixed.
const DIFF_OPTIONS: &[&str] = &[
    "--patch",
    "--unified=0",
    "--inter-hunk-context=0",
    "--find-renames",
    "-l1000",
    "--diff-algorithm=histogram",
    "--indent-heuristic",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--no-relative",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--submodule=short",
    "--ignore-submodules=dirty",
];

/// A name that git cannot take for an option.
pub(crate) fn checked(name: &str) -> Result<&str> {
    if name.is_empty() || name.starts_with('-') || name.contains(char::is_control) {
        return Err(Error::BadName(name.to_owned()));
    }
    Ok(name)
}

/// Paths that mean only themselves, not patterns.
fn literal(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| format!(":(top,literal){path}")).collect()
}

/// Git's one-line answer without the line break.
fn line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

fn path(text: String) -> PathBuf {
    PathBuf::from(text)
}

fn names(bytes: &[u8]) -> Vec<String> {
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

/// The ancestor of `dir`, by the name it was given, that is `root`.
fn root_as_given(dir: &Path, root: &Path) -> Option<PathBuf> {
    let given = std::path::absolute(dir).ok()?;
    given.ancestors().find(|ancestor| ancestor.canonicalize().is_ok_and(|real| real == root)).map(Path::to_owned)
}
