//! Where a change began, in clones that know too little.

use git::history::Destination;
use git::testkit::TempRepo;
use git::{Error, Repo};

/// `main` with `before` commits, a branch `feature` of `own` commits from there, and `after` more commits on `main`.
/// Gives the repository and the commit where they parted.
fn parted(before: usize, own: usize, after: usize) -> (TempRepo, String) {
    let repo = TempRepo::new();
    let mut fork = String::new();
    for n in 0..before {
        repo.write("shared.txt", format!("{n}\n"));
        fork = repo.commit("before");
    }
    repo.git(&["switch", "--quiet", "--create", "feature"]);
    for n in 0..own {
        repo.write("feature.txt", format!("{n}\n"));
        repo.commit("own");
    }
    repo.git(&["switch", "--quiet", "main"]);
    for n in 0..after {
        repo.write("main.txt", format!("{n}\n"));
        repo.commit("after");
    }
    (repo, fork)
}

fn to(name: &str) -> Destination {
    Destination { name: name.to_owned(), ..Destination::default() }
}

/// Everything that must never be written: branches, tags, remote-tracking branches, the index, `FETCH_HEAD`.
fn state(clone: &TempRepo) -> (String, String, Vec<u8>, bool) {
    let git = clone.path().join(".git");
    let index = std::fs::read(git.join("index")).expect("an index");
    (clone.git(&["for-each-ref"]), clone.git(&["status", "--porcelain"]), index, git.join("FETCH_HEAD").exists())
}

#[tokio::test]
async fn a_full_clone_is_asked_and_nothing_is_fetched() {
    let (repo, fork) = parted(3, 2, 2);
    repo.git(&["switch", "--quiet", "feature"]);
    let found = Repo::discover(&repo.path()).await.expect("a repository");
    let base = found.ensure_merge_base(&to("main")).await.expect("a merge base");
    assert_eq!((base.commit, base.fetched), (fork, false));
}

#[tokio::test]
async fn a_clone_of_one_commit_is_deepened_until_the_histories_meet() {
    let (repo, fork) = parted(4, 3, 5);
    let clone = repo.clone_with(&["--depth=1", "--branch=feature"]);
    let before = state(&clone);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    assert!(found.is_shallow().await.expect("an answer"));
    let base = found.ensure_merge_base(&to("main")).await.expect("a merge base");
    assert_eq!((base.commit, base.fetched), (fork, true));
    assert_eq!(state(&clone), before);
}

#[tokio::test]
async fn a_fork_far_beyond_the_first_rounds_is_still_found() {
    let (repo, fork) = parted(20, 60, 70);
    let clone = repo.clone_with(&["--depth=2", "--branch=feature"]);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    let base = found.ensure_merge_base(&to("main")).await.expect("a merge base");
    assert_eq!(base.commit, fork);
}

#[tokio::test]
async fn history_that_the_clone_has_is_never_cut_off() {
    let (repo, _) = parted(40, 3, 10);
    let clone = repo.clone_with(&["--depth=30", "--branch=feature"]);
    let had: usize = clone.git(&["rev-list", "--count", "HEAD"]).parse().expect("a number");
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    found.ensure_merge_base(&to("main")).await.expect("a merge base");
    let has: usize = clone.git(&["rev-list", "--count", "HEAD"]).parse().expect("a number");
    assert!(has >= had, "{has} < {had}");
}

#[tokio::test]
async fn a_detached_shallow_head_is_deepened_too() {
    let (repo, fork) = parted(4, 70, 5);
    let clone = repo.clone_with(&["--depth=1", "--branch=feature"]);
    clone.git(&["checkout", "--quiet", "--detach"]);
    clone.git(&["branch", "--quiet", "--delete", "--force", "feature"]);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    let base = found.ensure_merge_base(&to("main")).await.expect("a merge base");
    assert_eq!(base.commit, fork);
}

#[tokio::test]
async fn a_full_clone_of_one_branch_fetches_the_other_without_touching_refs() {
    let (repo, fork) = parted(4, 3, 5);
    let clone = repo.clone_with(&["--single-branch", "--branch=feature"]);
    let before = state(&clone);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    let base = found.ensure_merge_base(&to("main")).await.expect("a merge base");
    assert_eq!((base.commit, base.fetched), (fork, true));
    assert!(!found.is_shallow().await.expect("an answer"));
    assert_eq!(state(&clone), before);
}

#[tokio::test]
async fn the_commit_that_was_merged_into_the_work_tree_is_the_base() {
    let (repo, _) = parted(3, 2, 2);
    let merged = repo.git(&["rev-parse", "main"]);
    repo.git(&["switch", "--quiet", "feature"]);
    repo.git(&["merge", "--quiet", "--no-edit", "main"]);
    let destination = Destination { commit: Some(merged[..12].to_owned()), ..to("main") };
    let found = Repo::discover(&repo.path()).await.expect("a repository");
    assert_eq!(found.ensure_merge_base(&destination).await.expect("a merge base").commit, merged);
}

#[tokio::test]
async fn the_branch_that_is_checked_out_is_compared_with_what_the_remote_has() {
    let (repo, _) = parted(2, 1, 1);
    let published = repo.git(&["rev-parse", "main"]);
    let clone = repo.clone_with(&["--branch=main"]);
    clone.write("main.txt", "more\n");
    clone.commit("not pushed");
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    assert_eq!(found.ensure_merge_base(&to("main")).await.expect("a merge base").commit, published);
}

#[tokio::test]
async fn unrelated_histories_are_an_error_and_never_an_empty_answer() {
    let repo = TempRepo::new();
    repo.commit("one");
    repo.git(&["switch", "--quiet", "--orphan", "feature"]);
    repo.commit("another");
    let clone = repo.clone_with(&["--depth=1", "--branch=feature"]);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    let error = found.ensure_merge_base(&to("main")).await.expect_err("nothing in common");
    assert_eq!(error.to_string(), "HEAD and `main` have no commit in common");
}

#[tokio::test]
async fn a_clone_without_a_remote_says_what_it_lacks() {
    let repo = TempRepo::new();
    repo.commit("one");
    let found = Repo::discover(&repo.path()).await.expect("a repository");
    let error = found.ensure_merge_base(&to("develop")).await.expect_err("no develop");
    assert!(matches!(error, Error::NoRemote(_)), "{error}");
}

#[tokio::test]
async fn a_branch_that_the_remote_does_not_have_is_named() {
    let (repo, _) = parted(2, 1, 1);
    let clone = repo.clone_with(&["--depth=1", "--branch=feature"]);
    let found = Repo::discover(&clone.path()).await.expect("a repository");
    let error = found.ensure_merge_base(&to("develop")).await.expect_err("no develop");
    assert_eq!(error.to_string(), "the remote `origin` has no branch `develop`");
}

#[tokio::test]
async fn a_remote_that_cannot_be_reached_is_blamed_in_its_own_words() {
    let repo = TempRepo::new();
    repo.commit("one");
    repo.git(&["remote", "add", "origin", "file:///nowhere/at/all"]);
    let found = Repo::discover(&repo.path()).await.expect("a repository");
    let error = found.ensure_merge_base(&to("develop")).await.expect_err("no remote");
    assert!(error.is_remote() && error.hint().is_some(), "{error}");
    assert!(error.to_string().starts_with("cannot ask `origin` for `develop`: fatal: '/nowhere/at/all'"), "{error}");
}
