//! What the change did, from git.

use findings::diff::{self, FileDiff, Hunk};
use findings::judge::{Change, LineMap};
use git::history::Destination;
use git::{Repo, Target};

use crate::failure::{Failure, Result};
use crate::pipeline::Pipeline;

/// The change under judgement.
#[derive(Debug)]
pub struct Known {
    /// The commit where it began: the merge base of HEAD and its destination.
    pub base: String,
    /// The lines it touched.
    pub change: Change,
}

/// Where the change wants to go: as `asked` for on the command line, else as the pull request says, else as
/// `configured`.
#[must_use]
pub fn destination(asked: Option<&str>, configured: Option<&str>, pipeline: &Pipeline) -> Option<Destination> {
    let named = |name: &str| Destination { name: name.to_owned(), commit: None, remote: None };
    // A variable that is not set makes an empty flag: nothing was asked for.
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        return Some(named(asked));
    }
    match &pipeline.destination_branch {
        Some(branch) => Some(Destination { commit: pipeline.destination_commit.clone(), ..named(branch) }),
        None => configured.map(named),
    }
}

/// Whether the destination itself is checked out, so that there is no change to speak of. Without a repository it is
/// not.
pub async fn is_there(destination: &Destination, repo: Option<&Repo>) -> bool {
    let Some(repo) = repo else { return false };
    repo.current_branch().await.is_ok_and(|branch| branch.as_ref() == Some(&destination.name))
}

/// What to say when something depends on the change and there is no [`destination`]. `section` of stepgate.yaml has the
/// key that names one.
#[must_use]
pub fn no_destination(section: &str) -> Failure {
    Failure::input("cannot tell what changed")
        .because("nothing says where the change wants to go: this is not the pipeline of a pull request")
        .hint(format!("name the branch: --destination main, or `destination: main` under `{section}` in stepgate.yaml"))
}

/// The commit where the change in HEAD began.
///
/// # Errors
///
/// When the histories do not meet, also after fetching, or git fails.
pub async fn base(destination: &Destination, repo: &Repo) -> Result<String> {
    let found = repo.ensure_merge_base(destination).await;
    let name = &destination.name;
    found
        .map(|base| base.commit)
        .map_err(|error| Failure::git(format!("cannot tell what changed since `{name}`"), error))
}

/// What changed in the work tree since it left `destination`; see [`Change::new`] for `whole_files`.
///
/// # Errors
///
/// As [`base`] and [`diff`](diff()).
pub async fn since(destination: &Destination, whole_files: bool, repo: &Repo) -> Result<Known> {
    let base = base(destination, repo).await?;
    let files = diff(&base, repo).await?;
    Ok(Known { base, change: Change::new(files, whole_files) })
}

/// What differs between `commit` and the work tree, file by file. In files that git does not know yet every line is
/// new.
///
/// # Errors
///
/// When git fails, or says what cannot be understood.
pub async fn diff(commit: &str, repo: &Repo) -> Result<Vec<FileDiff>> {
    let what = format!("cannot compare the work tree with {commit}");
    let diff = repo.diff(commit, Target::WorkTree, &[]).await.map_err(|error| Failure::git(&what, error))?;
    let mut files = diff::parse(&diff).map_err(|error| Failure::bug(what).because(error))?;
    let new = repo.untracked_files().await.map_err(|error| Failure::git("cannot list new files", error))?;
    files.extend(new.into_iter().map(all_new));
    Ok(files)
}

/// How lines of the work tree are numbered in `commit`: in a pull request the destination has been merged into the
/// work tree, while annotations go to the tip of the source branch.
///
/// # Errors
///
/// As [`diff`](diff()).
pub async fn lines_in(commit: &str, repo: &Repo) -> Result<LineMap> {
    Ok(LineMap::new(diff(commit, repo).await?))
}

/// A file that git does not know yet: every line is new. How many it has is not known.
fn all_new(path: String) -> FileDiff {
    let everything = Hunk { old_start: 0, old_len: 0, new_start: 1, new_len: u32::MAX / 2 };
    FileDiff { old: None, new: Some(path), hunks: vec![everything], binary: false }
}

#[cfg(test)]
mod tests {
    use git::testkit::TempRepo;

    use super::*;
    use crate::Exit;

    fn pull_request() -> Pipeline {
        let (branch, commit) = (Some("main".to_owned()), Some("0123abc".to_owned()));
        Pipeline { destination_branch: branch, destination_commit: commit, ..Pipeline::default() }
    }

    fn named(found: Option<Destination>) -> Option<(String, Option<String>)> {
        found.map(|destination| (destination.name, destination.commit))
    }

    #[test]
    fn a_flag_beats_the_pull_request_which_beats_the_config() {
        let of = |asked, configured, pipeline| named(destination(asked, configured, pipeline));
        let (pull_request, nowhere) = (pull_request(), Pipeline::default());
        assert_eq!(of(Some("release"), Some("trunk"), &pull_request), Some(("release".to_owned(), None)));
        let commit = Some("0123abc".to_owned());
        assert_eq!(of(Some(""), Some("trunk"), &pull_request), Some(("main".to_owned(), commit)));
        assert_eq!(of(None, Some("trunk"), &nowhere), Some(("trunk".to_owned(), None)));
        assert_eq!(of(None, None, &nowhere), None);
    }

    #[tokio::test]
    async fn a_change_is_what_the_branch_and_the_work_tree_did() {
        let temp = TempRepo::new();
        temp.write("a.txt", "one\ntwo\n");
        let first = temp.commit("first");
        temp.git(&["checkout", "--quiet", "-b", "feature"]);
        temp.write("a.txt", "one\ntwo\nthree\n");
        temp.commit("second");
        temp.write("new.txt", "all of it\n");
        let repo = Repo::discover(&temp.path()).await.expect("a repository");
        let main = destination(Some("main"), None, &Pipeline::default()).expect("a destination");
        assert!(!is_there(&main, Some(&repo)).await && !is_there(&main, None).await);
        let known = since(&main, false, &repo).await.expect("known");
        assert_eq!(known.base, first);
        let files = diff(&known.base, &repo).await.expect("a diff");
        let added: Vec<_> = files.iter().map(|file| (file.new.as_deref(), file.hunks[0].new_start)).collect();
        assert_eq!(added, [(Some("a.txt"), 3), (Some("new.txt"), 1)]);
        temp.git(&["checkout", "--quiet", "main"]);
        assert!(is_there(&main, Some(&repo)).await);
    }

    #[tokio::test]
    async fn a_destination_that_is_nowhere_is_a_failure() {
        let temp = TempRepo::new();
        temp.commit("first");
        let repo = Repo::discover(&temp.path()).await.expect("a repository");
        let nowhere = destination(Some("nowhere"), None, &Pipeline::default()).expect("a destination");
        let failure = since(&nowhere, false, &repo).await.expect_err("not there");
        assert!(failure.to_string().starts_with("cannot tell what changed since `nowhere`"), "{failure}");
        assert_ne!(failure.exit(), Exit::Pass);
    }
}
