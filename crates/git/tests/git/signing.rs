//! Signed commits, as git's configuration says.

use std::path::Path;
use std::process::Command;

use git::testkit::TempRepo;
use git::{Author, NewCommit, Over, Pushed, Scratch};

/// A key that signs, its public half, and who may sign with it; `None` without OpenSSH.
fn key(dir: &Path) -> Option<Vec<String>> {
    let key = dir.join("key");
    let make = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    if !make.is_ok_and(|status| status.success()) {
        println!("skipped: no ssh-keygen");
        return None;
    }
    Some(vec!["gpg.format=ssh".to_owned(), format!("user.signingKey={}", key.display())])
}

async fn land(server: &TempRepo, config: Vec<String>, sign: Option<bool>) {
    let scratch = Scratch::open(&server.url()).await.expect("a scratch repository").with_config(config);
    let parent = scratch.tip("main").await.expect("reachable").expect("a branch");
    let author = Some(Author { name: "A Bot", email: "bot@example.com" });
    let files = [("a", parent.as_bytes())];
    let new = NewCommit { parent: &parent, message: "signed\n", author, files: &files, sign, time: None };
    let commit = scratch.commit(&new).await.expect("a commit");
    assert_eq!(scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer"), Pushed::Landed);
}

#[tokio::test]
async fn a_commit_is_signed_when_asked_or_when_git_is_set_to_and_not_when_told_not_to() {
    let repo = TempRepo::new();
    repo.commit("start");
    let server = repo.bare();
    let Some(config) = key(&server.path()) else { return };
    let public = String::from_utf8(std::fs::read(server.path().join("key.pub")).expect("a key")).expect("text");
    server.write("signers", format!("bot@example.com {public}"));
    let signers = format!("gpg.ssh.allowedSignersFile={}", server.path().join("signers").display());
    let verify = |revision: &str| server.git(&["-c", &signers, "verify-commit", revision]);
    let by_default = [config.clone(), vec!["commit.gpgSign=true".to_owned()]].concat();

    land(&server, config.clone(), Some(true)).await;
    verify("main");
    land(&server, by_default.clone(), None).await;
    verify("main");
    land(&server, by_default, Some(false)).await;
    assert_eq!(server.git(&["log", "-3", "--format=%G?", "main"]).lines().next(), Some("N"));
}

#[tokio::test]
async fn a_key_that_is_not_there_is_an_error_and_no_unsigned_commit() {
    let repo = TempRepo::new();
    let parent = repo.commit("start");
    let scratch = Scratch::open(&repo.url()).await.expect("a scratch repository");
    let scratch = scratch.with_config(["gpg.format=ssh".to_owned(), "user.signingKey=/nowhere/key".to_owned()]);
    scratch.tip("main").await.expect("reachable");
    let author = Some(Author { name: "A Bot", email: "bot@example.com" });
    let new = NewCommit { parent: &parent, message: "x", author, files: &[("a", b"x")], sign: Some(true), time: None };
    let error = scratch.commit(&new).await.expect_err("no key").to_string();
    assert!(error.starts_with("`git commit-tree` failed"), "{error}");
}
