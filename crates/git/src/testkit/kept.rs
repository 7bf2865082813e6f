//! What a repository holds, for whoever tells others of it, and what a server does to it.

use std::collections::BTreeMap;
use std::path::Path;

use super::command;

/// What a repository holds.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Branches and their tips.
    pub branches: BTreeMap<String, String>,
    /// Every commit that a branch leads to and that is not known, parents before children.
    pub commits: Vec<KeptCommit>,
}

/// A commit of a repository.
#[derive(Clone, Debug)]
pub struct KeptCommit {
    /// Its hash.
    pub hash: String,
    /// The commits before it.
    pub parents: Vec<String>,
    /// `Name <address>`.
    pub author: String,
    /// Its message.
    pub message: String,
    /// Its files: by path the id of the blob, which tells contents apart.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Looks into the repository at `path`, and leaves out commits that are known.
#[must_use]
pub fn look(path: &Path, is_known: &dyn Fn(&str) -> bool) -> Kept {
    let branches = run(path, &["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"]);
    let branches = branches.lines().filter_map(|line| line.split_once(' '));
    let branches = branches.map(|(name, tip)| (name.to_owned(), tip.to_owned())).collect();
    let log = run(path, &["log", "-z", "--branches", "--reverse", "--topo-order", "--format=%H%n%P%n%an <%ae>%n%B"]);
    let commits = log.split('\0').filter(|entry| !entry.is_empty()).filter_map(|entry| {
        let mut lines = entry.splitn(4, '\n');
        let hash = lines.next().filter(|hash| !is_known(hash))?;
        let (parents, author) = (lines.next()?, lines.next()?);
        Some(KeptCommit {
            hash: hash.to_owned(),
            parents: parents.split_whitespace().map(str::to_owned).collect(),
            author: author.to_owned(),
            message: lines.next().unwrap_or_default().to_owned(),
            files: files_of(path, hash),
        })
    });
    Kept { branches, commits: commits.collect() }
}

fn files_of(path: &Path, commit: &str) -> BTreeMap<String, Vec<u8>> {
    let list = run(path, &["ls-tree", "-r", "-z", commit]);
    let entry = |line: &str| {
        let (about, name) = line.split_once('\t')?;
        Some((name.to_owned(), about.rsplit(' ').next()?.as_bytes().to_vec()))
    };
    list.split('\0').filter_map(entry).collect()
}

/// Merges a branch of the bare repository at `path` into another at a time (in seconds since 1970), by a commit of two
/// parents, and gives its hash.
///
/// # Errors
///
/// Git's words, when the two conflict or one of them is not there.
pub fn merge(path: &Path, (source, destination): (&str, &str), message: &str, time: i64) -> Result<String, String> {
    let tree = try_run(path, &["merge-tree", "--write-tree", destination, source])?;
    let tree = tree.lines().next().unwrap_or_default().to_owned();
    let args = ["commit-tree", &tree, "-p", destination, "-p", source, "-m", message];
    let commit = try_run_at(path, &args, Some(time))?;
    let name = format!("refs/heads/{destination}");
    try_run(path, &["update-ref", &name, commit.trim()])?;
    Ok(commit.trim().to_owned())
}

fn run(path: &Path, args: &[&str]) -> String {
    try_run(path, args).expect("a repository")
}

fn try_run(path: &Path, args: &[&str]) -> Result<String, String> {
    try_run_at(path, args, None)
}

fn try_run_at(path: &Path, args: &[&str], time: Option<i64>) -> Result<String, String> {
    let mut command = command(path);
    if let Some(time) = time {
        let date = format!("@{time} +0000");
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    }
    let output = command.args(args).output().expect("git is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stdout) + &text(&output.stderr)) }
}
