//! What can be asked of a repository.

use git::testkit::TempRepo;
use git::{Error, Repo, Target};

async fn open(repo: &TempRepo) -> Repo {
    Repo::discover(&repo.path()).await.expect("it is a repository")
}

#[tokio::test]
async fn a_repository_is_found_from_a_directory_deep_inside() {
    let repo = TempRepo::new();
    repo.write("src/Entity/A.php", "<?php\n");
    let head = repo.commit("first");
    let found = Repo::discover(&repo.path().join("src/Entity")).await.expect("found");
    assert_eq!(found.root(), repo.path());
    assert_eq!(found.head().await.expect("a commit"), head);
    assert_eq!(found.current_branch().await.expect("a branch").as_deref(), Some("main"));
}

#[tokio::test]
async fn the_root_is_also_known_by_the_name_that_was_used_to_get_there() {
    let repo = TempRepo::new();
    repo.write("src/a.php", "");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(repo.path(), &link).expect("a symbolic link");
    let found = Repo::discover(&link.join("src")).await.expect("found");
    assert_eq!(found.root(), repo.path());
    assert_eq!(found.given_root(), link);
}

#[tokio::test]
async fn a_directory_outside_any_repository_says_so_with_a_hint() {
    let dir = tempfile::tempdir().expect("a directory");
    let error = Repo::discover(dir.path()).await.expect_err("no repository");
    assert!(matches!(error, Error::NotARepository(_)), "{error}");
    assert!(error.hint().expect("a hint").contains("inside a clone"));
}

#[tokio::test]
async fn a_bare_repository_has_no_work_tree_to_judge() {
    let repo = TempRepo::init(&["--bare"]);
    let error = Repo::discover(&repo.path()).await.expect_err("no work tree");
    assert!(matches!(error, Error::Bare(_)), "{error}");
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_not_mistaken_for_a_missing_git() {
    let dir = tempfile::tempdir().expect("a directory");
    let error = Repo::discover(&dir.path().join("gone")).await.expect_err("no directory");
    assert!(matches!(error, Error::Start { .. }), "{error}");
}

#[tokio::test]
async fn a_repository_without_a_commit_has_no_head() {
    let repo = TempRepo::new();
    assert!(matches!(open(&repo).await.head().await, Err(Error::NoCommit)));
}

#[tokio::test]
async fn names_come_back_whole_whatever_is_in_them() {
    let repo = TempRepo::new();
    for name in ["a b.php", "tab\there.php", "É.php", "quote\".php", "new\nline.php"] {
        repo.write(name, "");
    }
    repo.commit("odd names");
    repo.write("not yet added.php", "");
    repo.write(".gitignore", "vendor/\n");
    repo.write("vendor/x.php", "");
    let found = open(&repo).await;
    let tracked = found.tracked_files().await.expect("a list");
    assert_eq!(tracked, ["a b.php", "new\nline.php", "quote\".php", "tab\there.php", "É.php"]);
    assert_eq!(found.untracked_files().await.expect("a list"), [".gitignore", "not yet added.php"]);
}

#[tokio::test]
async fn the_patch_does_not_depend_on_the_configuration_of_whoever_asks() {
    let repo = TempRepo::new();
    repo.write("src/a.php", "1\n2\n3\n4\n5\n");
    repo.write("src/old.php", "one\ntwo\nthree\nfour\nfive\nsix\n");
    repo.commit("first");
    repo.write("src/a.php", "1\ntwo\n3\n4\n5\n6\n");
    repo.git(&["mv", "src/old.php", "src/new.php"]);
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.relative", "true"),
        ("diff.interHunkContext", "9"),
        ("diff.context", "9"),
        ("diff.renames", "false"),
        ("color.ui", "always"),
    ] {
        repo.git(&["config", key, value]);
    }
    let found = Repo::discover(&repo.path().join("src")).await.expect("found");
    let patch = found.diff("HEAD", Target::WorkTree, &[]).await.expect("a patch");
    insta::assert_snapshot!(String::from_utf8_lossy(&patch), @"
    diff --git a/src/a.php b/src/a.php
    index 8a1218a..b69e080 100644
    --- a/src/a.php
    +++ b/src/a.php
    @@ -2 +2 @@
    -2
    +two
    @@ -5,0 +6 @@
    +6
    diff --git a/src/old.php b/src/new.php
    similarity index 100%
    rename from src/old.php
    rename to src/new.php
    ");
}

#[tokio::test]
async fn paths_of_a_diff_are_names_and_not_patterns() {
    let repo = TempRepo::new();
    repo.write("a.php", "1\n");
    repo.write("*.php", "1\n");
    let base = repo.commit("first");
    repo.write("a.php", "2\n");
    repo.write("*.php", "2\n");
    let tip = repo.commit("second");
    let patch = open(&repo).await.diff(&base, Target::Commit(&tip), &["*.php"]).await.expect("a patch");
    let patch = String::from_utf8_lossy(&patch);
    assert!(patch.contains("a/*.php") && !patch.contains("a/a.php"), "{patch}");
}

#[tokio::test]
async fn asking_for_a_diff_leaves_the_index_as_it_was() {
    let repo = TempRepo::new();
    repo.write("a.php", "1\n");
    repo.commit("first");
    let index = repo.path().join(".git/index");
    let before = std::fs::read(&index).expect("an index");
    let file = std::fs::File::options().append(true).open(repo.path().join("a.php")).expect("the file");
    file.set_modified(std::time::UNIX_EPOCH).expect("an old date");
    let patch = open(&repo).await.diff("HEAD", Target::WorkTree, &[]).await.expect("a patch");
    assert_eq!(patch, b"", "a new date is not a change");
    assert_eq!(std::fs::read(&index).expect("an index"), before);
}

#[tokio::test]
async fn a_file_is_shown_as_it_was_in_a_revision() {
    let repo = TempRepo::new();
    repo.write("dir/a b.txt", b"\xff\x00old\n");
    let first = repo.commit("first");
    repo.write("dir/a b.txt", "new\n");
    repo.commit("second");
    let found = open(&repo).await;
    let old = found.show_file(&first, "dir/a b.txt").await.expect("an answer");
    assert_eq!(old.as_deref(), Some(b"\xff\x00old\n".as_slice()));
    assert_eq!(found.show_file("HEAD", "dir/none.txt").await.expect("an answer"), None);
    assert!(matches!(found.show_file("nowhere", "dir/a b.txt").await, Err(Error::NoRevision(_))));
}

#[tokio::test]
async fn a_name_that_looks_like_an_option_is_refused() {
    let repo = TempRepo::new();
    repo.commit("first");
    let found = open(&repo).await;
    assert!(matches!(found.rev_parse("--output=/tmp/x").await, Err(Error::BadName(_))));
    assert!(matches!(found.diff("--no-index", Target::WorkTree, &[]).await, Err(Error::BadName(_))));
    assert!(matches!(found.rev_parse("").await, Err(Error::BadName(_))));
}

#[tokio::test]
async fn repositories_with_sha256_objects_work_the_same() {
    let repo = TempRepo::init(&["--object-format=sha256"]);
    repo.write("a.php", "1\n");
    let base = repo.commit("first");
    repo.write("a.php", "2\n");
    repo.commit("second");
    let found = open(&repo).await;
    assert_eq!(base.len(), 64);
    assert_eq!(found.merge_base("HEAD", &base).await.expect("an answer"), Some(base.clone()));
    assert!(!found.diff(&base, Target::WorkTree, &[]).await.expect("a patch").is_empty());
}

#[tokio::test]
async fn a_linked_work_tree_is_a_repository_of_its_own_branch() {
    let repo = TempRepo::new();
    repo.commit("first");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let linked = elsewhere.path().canonicalize().expect("it is there").join("linked");
    repo.git(&["worktree", "add", "--quiet", "-b", "side", linked.to_str().expect("UTF-8")]);
    let found = Repo::discover(&linked).await.expect("found");
    assert_eq!(found.root(), linked);
    assert_eq!(found.current_branch().await.expect("an answer").as_deref(), Some("side"));
}

#[tokio::test]
async fn the_url_of_a_remote_comes_without_its_password() {
    let repo = TempRepo::new();
    let found = open(&repo).await;
    assert_eq!(found.remote_url("origin").await.expect("an answer"), None);
    assert_eq!(found.default_remote().await.expect("an answer"), None);
    repo.git(&["remote", "add", "upstream", "https://x-token-auth:s3cret@bitbucket.org/acme/shop.git"]);
    let url = found.remote_url("upstream").await.expect("an answer");
    assert_eq!(url.as_deref(), Some("https://***@bitbucket.org/acme/shop.git"));
    assert_eq!(found.default_remote().await.expect("an answer").as_deref(), Some("upstream"));
}
