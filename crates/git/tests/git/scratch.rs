//! Commits to a remote branch from a scratch repository.

use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use git::testkit::TempRepo;
use git::{Author, Error, NewCommit, Over, Pushed, Scratch};

const BOT: Author<'static> = Author { name: "A Bot", email: "bot@example.com" };

fn change<'a>(parent: &'a str, files: &'a [(&'a str, &'a [u8])]) -> NewCommit<'a> {
    NewCommit { parent, message: "api: v2\n\nBuild: 7\n", author: Some(BOT), files, sign: Some(false), time: None }
}

/// A GitOps repository in small, with neighbours that are hard to carry along.
fn gitops() -> TempRepo {
    gitops_in(TempRepo::new())
}

fn gitops_in(repo: TempRepo) -> TempRepo {
    repo.write("README.md", "read me\r\n");
    repo.write("apps/api/values.yaml", "tag: v1\n");
    repo.write("apps/api/run.sh", "#!/bin/sh\n");
    repo.write("apps/web/values.yaml", "tag: v1\n");
    repo.write("apps/odd \"name\"\n\ttwo/é'.yaml", "odd\n");
    repo.git(&["config", "core.fileMode", "false"]);
    repo.git(&["add", "README.md", "apps"]);
    repo.git(&["update-index", "--chmod=+x", "apps/api/run.sh"]);
    let blob = repo.git(&["rev-parse", ":apps/api/run.sh"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{blob},apps/link")]);
    let commit = "1".repeat(blob.len());
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},vendor/sub")]);
    repo.git(&["commit", "--quiet", "--message", "start\n\nFor-The: record"]);
    repo
}

async fn open(server: &TempRepo) -> (Scratch, String) {
    let scratch = Scratch::open(&server.url()).await.expect("a scratch repository");
    let tip = scratch.tip("main").await.expect("reachable").expect("a branch");
    (scratch, tip)
}

async fn land(server: &TempRepo, files: &[(&str, &[u8])]) -> String {
    let (scratch, tip) = open(server).await;
    let commit = scratch.commit(&change(&tip, files)).await.expect("a commit");
    assert_eq!(scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer"), Pushed::Landed);
    assert_eq!(server.git(&["rev-parse", "main"]), commit);
    commit
}

/// What a commit changed, as git tells it.
fn raw_diff(server: &TempRepo, commit: &str) -> String {
    server.git(&["diff-tree", "-r", "--no-commit-id", "--raw", "--abbrev=4", "-z", commit]).replace('\0', " ")
}

async fn objects_in(scratch: &Scratch) -> usize {
    let mut list = Command::new("git");
    list.args(["cat-file", "--batch-check=x", "--batch-all-objects"]).env("GIT_DIR", scratch.dir().await);
    String::from_utf8(list.output().expect("git runs").stdout).expect("text").lines().count()
}

#[tokio::test]
async fn one_file_changes_and_every_other_entry_is_the_same_object() {
    let server = gitops().bare();
    let before = server.git(&["ls-tree", "-r", "-z", "main"]);
    let commit = land(&server, &[("apps/api/values.yaml", b"tag: v2\n")]).await;
    assert_eq!(server.show("main", "apps/api/values.yaml"), b"tag: v2\n");
    let after = server.git(&["ls-tree", "-r", "-z", "main"]);
    let differing = before.split('\0').zip(after.split('\0')).filter(|(before, after)| before != after).count();
    assert_eq!((before.len(), differing), (after.len(), 1), "{}", raw_diff(&server, &commit));
    server.git(&["fsck", "--strict", "--no-dangling"]);
}

#[tokio::test]
async fn message_author_and_parent_are_as_given() {
    let server = gitops().bare();
    let before = server.git(&["rev-parse", "main"]);
    land(&server, &[("README.md", b"x")]).await;
    let told = server.git(&["log", "-1", "--format=%P|%an <%ae>|%cn <%ce>|%B", "main"]);
    assert_eq!(told, format!("{before}|A Bot <bot@example.com>|A Bot <bot@example.com>|api: v2\n\nBuild: 7"));
}

#[tokio::test]
async fn an_executable_file_stays_executable_and_a_new_file_is_not() {
    let server = gitops().bare();
    land(&server, &[("apps/api/run.sh", b"#!/bin/sh\ntrue\n"), ("a/new dir/'x\".yaml", b"\xff\0\r\n")]).await;
    let tree = server.git(&["ls-tree", "-r", "-z", "main"]);
    let mode = |path: &str| tree.split('\0').find(|line| line.ends_with(path)).map(|line| &line[..6]);
    assert_eq!(mode("\tapps/api/run.sh"), Some("100755"), "{tree}");
    assert_eq!(mode("\ta/new dir/'x\".yaml"), Some("100644"), "{tree}");
    assert_eq!(server.show("main", "a/new dir/'x\".yaml"), b"\xff\0\r\n");
}

#[tokio::test]
async fn files_are_read_as_they_are_and_what_is_no_file_is_named() {
    let server = gitops().bare();
    let (scratch, tip) = open(&server).await;
    let read = async |path: &'static str| scratch.read(&tip, path).await;
    let file = read("README.md").await.expect("readable").expect("there");
    assert_eq!((file.content.as_slice(), file.executable), (b"read me\r\n".as_slice(), false));
    assert!(read("apps/api/run.sh").await.expect("readable").expect("there").executable);
    assert_eq!(read("apps/none").await.expect("an answer"), None);
    assert_eq!(read("README.md/x").await.expect("an answer"), None);
    for (path, text) in [
        ("apps/link", "`apps/link` is a symbolic link, not a file"),
        ("apps/link/x", "`apps/link` is a symbolic link, not a file"),
        ("vendor/sub", "`vendor/sub` is a submodule, not a file"),
        ("apps", "`apps` is a directory, not a file"),
    ] {
        assert_eq!(read(path).await.expect_err(path).to_string(), text);
    }
    for path in ["../x", "/etc/passwd", ".git/config", "", "a//b"] {
        assert!(matches!(read(path).await, Err(Error::BadPath(_))), "{path:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_file_is_not_written() {
    let server = gitops().bare();
    let (scratch, tip) = open(&server).await;
    for path in ["apps/link", "apps/link/x", "vendor/sub", "apps", "README.md/x", "../x", ".git/hooks/x"] {
        let files = [(path, b"x".as_slice())];
        let error = scratch.commit(&change(&tip, &files)).await.expect_err(path);
        assert!(matches!(error, Error::NotAFile { .. } | Error::BadPath(_)), "{path}: {error}");
    }
    for two in [["x", "x"], ["x", "x/y"], ["x/y", "x"]] {
        let files = two.map(|path| (path, b"x".as_slice()));
        assert!(matches!(scratch.commit(&change(&tip, &files)).await, Err(Error::BadPath(_))), "{two:?}");
    }
}

#[tokio::test]
async fn all_files_of_a_directory_are_listed() {
    let server = gitops().bare();
    let (scratch, tip) = open(&server).await;
    let all = scratch.files(&tip, "").await.expect("a list");
    let odd = "apps/odd \"name\"\n\ttwo/é'.yaml";
    let files = ["README.md", "apps/api/run.sh", "apps/api/values.yaml", odd, "apps/web/values.yaml"];
    assert_eq!(all, files);
    assert_eq!(scratch.read(&tip, odd).await.expect("readable").expect("there").content, b"odd\n");
    assert_eq!(scratch.files(&tip, "apps/web/").await.expect("a list"), ["apps/web/values.yaml"]);
    for nothing in ["none", "README.md"] {
        assert!(scratch.files(&tip, nothing).await.expect("a list").is_empty(), "{nothing}");
    }
}

#[tokio::test]
async fn the_last_messages_are_told_and_their_trees_are_not_fetched() {
    let repo = gitops();
    for n in 0..20 {
        repo.write("apps/web/values.yaml", format!("tag: v{n}\n"));
        repo.commit(&format!("web: v{n}"));
    }
    let server = repo.bare();
    let (scratch, tip) = open(&server).await;
    let before = objects_in(&scratch).await;
    let log = scratch.messages(&tip, 3).await.expect("a log");
    let told: Vec<_> = log.iter().map(|logged| logged.message.trim_end()).collect();
    assert_eq!(told, ["web: v19", "web: v18", "web: v17"]);
    assert_eq!(objects_in(&scratch).await, before + 2, "two more commits");
    let all = scratch.messages(&tip, 1000).await.expect("a log");
    assert_eq!((all.len(), all[20].message.trim_end()), (21, "start\n\nFor-The: record"));
    assert_eq!(scratch.tip("main").await.expect("reachable"), Some(tip));
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_no_tip() {
    let server = gitops().bare();
    let scratch = Scratch::open(&server.url()).await.expect("a scratch repository");
    assert_eq!(scratch.tip("none").await.expect("an answer"), None);
    assert!(matches!(scratch.tip("a:b").await, Err(Error::BadName(_))));
}

#[tokio::test]
async fn a_remote_that_is_not_there_is_told_with_gits_words() {
    let scratch = Scratch::open("file:///nowhere/at-all.git").await.expect("a scratch repository");
    let error = scratch.tip("main").await.expect_err("nothing is there");
    assert!(error.is_remote(), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("cannot fetch `main` from file:///nowhere/at-all.git: fatal: "), "{text}");
}

#[tokio::test]
async fn a_moved_branch_is_seen_and_nothing_is_overwritten() {
    let server = gitops().bare();
    let (scratch, tip) = open(&server).await;
    let mine = scratch.commit(&change(&tip, &[("README.md", b"mine")])).await.expect("a commit");
    let theirs = land(&server, &[("apps/web/values.yaml", b"theirs")]).await;
    let pushed = scratch.push(&mine, "main", Over::Ancestor).await.expect("an answer");
    assert!(matches!(pushed, Pushed::Moved { .. }), "{pushed:?}");
    assert_eq!(scratch.tip("main").await.expect("reachable").as_deref(), Some(theirs.as_str()));
    let again = scratch.push(&mine, "main", Over::Ancestor).await.expect("an answer");
    assert!(matches!(again, Pushed::Moved { .. }), "{again:?}");
    assert_eq!(server.git(&["rev-parse", "main"]), theirs);
}

#[tokio::test]
async fn a_branch_of_our_own_is_replaced_only_where_we_saw_it() {
    let server = gitops().bare();
    let (scratch, tip) = open(&server).await;
    let first = scratch.commit(&change(&tip, &[("README.md", b"1")])).await.expect("a commit");
    let second = scratch.commit(&change(&tip, &[("README.md", b"2")])).await.expect("a commit");
    let push = async |commit: &str, over: Over<'_>| scratch.push(commit, "bump/api", over).await.expect("an answer");
    assert_eq!(push(&first, Over::Exactly(None)).await, Pushed::Landed);
    assert!(matches!(push(&second, Over::Exactly(None)).await, Pushed::Moved { .. }));
    assert!(matches!(push(&second, Over::Exactly(Some(&tip))).await, Pushed::Moved { .. }));
    assert_eq!(push(&second, Over::Exactly(Some(&first))).await, Pushed::Landed);
    assert_eq!(server.git(&["rev-parse", "bump/api"]), second);
    assert_eq!(push(&second, Over::Exactly(Some(&second))).await, Pushed::Landed);
}

#[tokio::test]
async fn a_hook_that_declines_is_a_refusal_with_its_words() {
    let server = gitops().bare();
    server.hook("pre-receive", "echo 'no ticket, no push' >&2; exit 1");
    let (scratch, tip) = open(&server).await;
    let commit = scratch.commit(&change(&tip, &[("README.md", b"x")])).await.expect("a commit");
    let pushed = scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer");
    assert!(matches!(&pushed, Pushed::Refused { said } if said.contains("no ticket, no push")), "{pushed:?}");
    assert_eq!(server.git(&["rev-parse", "main"]), tip);
}

#[tokio::test]
async fn a_server_that_dies_while_it_answers_leaves_it_open_whether_it_landed() {
    let server = gitops().bare();
    server.hook("post-receive", "kill -9 $PPID");
    let (scratch, tip) = open(&server).await;
    let commit = scratch.commit(&change(&tip, &[("README.md", b"x")])).await.expect("a commit");
    let pushed = scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer");
    assert!(matches!(pushed, Pushed::Unreachable { .. }), "{pushed:?}");
    assert_eq!(scratch.tip("main").await.expect("reachable"), Some(commit));
}

#[tokio::test]
async fn a_server_without_partial_clones_is_served_too() {
    let repo = gitops();
    repo.write("apps/web/values.yaml", "tag: v9\n");
    repo.commit("web: v9");
    let server = repo.bare();
    server.git(&["config", "uploadpack.allowFilter", "false"]);
    let (scratch, tip) = open(&server).await;
    assert_eq!(scratch.files(&tip, "apps/api").await.expect("a list").len(), 2);
    for n in 0..3 {
        land(&server, &[("apps/web/values.yaml", format!("{n}").as_bytes())]).await;
        let tip = scratch.tip("main").await.expect("reachable").expect("a branch");
        let read = scratch.read(&tip, "apps/web/values.yaml").await.expect("readable").expect("there");
        assert_eq!(read.content, format!("{n}").as_bytes());
        let commit = scratch.commit(&change(&tip, &[("README.md", read.content.as_slice())])).await.expect("a commit");
        assert_eq!(scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer"), Pushed::Landed);
    }
    assert_eq!(server.git(&["rev-list", "--count", "main"]), "8");
    assert_eq!(scratch.messages(&tip, 2).await.expect("a log").len(), 2);
}

#[tokio::test]
async fn a_server_that_allows_some_filters_only_is_served_too() {
    let server = gitops().bare();
    server.git(&["config", "uploadpackfilter.tree.allow", "false"]);
    land(&server, &[("apps/web/values.yaml", b"x")]).await;
    server.git(&["config", "uploadpackfilter.tree.allow", "true"]);
    server.git(&["config", "uploadpackfilter.tree.maxDepth", "0"]);
    land(&server, &[("apps/web/values.yaml", b"y")]).await;
}

#[tokio::test]
async fn a_shallow_remote_is_read_and_pushed_to() {
    let repo = gitops();
    for n in 0..5 {
        repo.write("apps/web/values.yaml", format!("{n}"));
        repo.commit("more");
    }
    let shallow = repo.clone_with(&["--bare", "--depth=2"]);
    for filter in ["true", "false"] {
        shallow.git(&["config", "uploadpack.allowFilter", filter]);
        land(&shallow, &[("apps/api/values.yaml", filter.as_bytes())]).await;
        let (scratch, tip) = open(&shallow).await;
        assert_eq!(scratch.files(&tip, "").await.expect("a list").len(), 5);
        assert!(scratch.messages(&tip, 50).await.expect("a log").len() >= 3);
    }
}

#[tokio::test]
async fn a_repository_of_sha256_objects_is_understood() {
    let server = gitops_in(TempRepo::init(&["--object-format=sha256"])).bare();
    let commit = land(&server, &[("apps/api/values.yaml", b"tag: v2\n")]).await;
    assert_eq!(commit.len(), 64);
    server.git(&["fsck", "--strict", "--no-dangling"]);
}

#[tokio::test]
async fn a_local_directory_with_an_odd_name_is_a_remote() {
    let server = gitops().bare();
    let dir = server.path().join("od d\"dir\\.git");
    server.git(&["clone", "--quiet", "--bare", ".", dir.to_str().expect("text")]);
    let scratch = Scratch::open(dir.to_str().expect("text")).await.expect("a scratch repository");
    let tip = scratch.tip("main").await.expect("reachable").expect("a branch");
    let commit = scratch.commit(&change(&tip, &[("README.md", b"x")])).await.expect("a commit");
    assert_eq!(scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer"), Pushed::Landed);
}

#[tokio::test]
async fn names_that_are_not_text_survive_beside_a_change() {
    let repo = gitops();
    let odd = std::ffi::OsStr::from_bytes(b"apps/api/\xff\xfe.yaml");
    std::fs::File::create(repo.path().join(odd)).expect("a file of any name");
    repo.git(&["add", "apps/api"]);
    repo.git(&["commit", "--quiet", "--message", "odd"]);
    let server = repo.bare();
    let commit = land(&server, &[("apps/api/values.yaml", b"x")]).await;
    let changed = server.git(&["diff-tree", "-r", "--no-commit-id", "--name-only", "-z", &commit]);
    assert_eq!(changed.trim_end_matches('\0'), "apps/api/values.yaml");
    let (scratch, tip) = open(&server).await;
    assert_eq!(scratch.files(&tip, "apps/api").await.expect("a list").len(), 2);
}

#[tokio::test]
async fn what_is_fetched_depends_neither_on_history_nor_on_other_files() {
    let counts = [(3, 20), (300, 500)].map(|(commits, files)| {
        let server = many(commits, files);
        async move {
            let (scratch, tip) = open(&server).await;
            scratch.prefetch(&tip, &["apps/s1/values.yaml"]).await.expect("fetched");
            let fetched = objects_in(&scratch).await;
            let files = [("apps/s1/values.yaml", b"tag: new\n".as_slice())];
            let commit = scratch.commit(&change(&tip, &files)).await.expect("a commit");
            assert_eq!(scratch.push(&commit, "main", Over::Ancestor).await.expect("an answer"), Pushed::Landed);
            (fetched, objects_in(&scratch).await)
        }
    });
    for count in counts {
        // Commit, three trees, file; then the new ones of each.
        assert_eq!(count.await, (5, 10));
    }
}

/// `commits` commits over `files` files, made in one go.
fn many(commits: usize, files: usize) -> TempRepo {
    let server = TempRepo::init(&["--bare"]);
    server.git(&["config", "uploadpack.allowFilter", "true"]);
    let mut stream = String::new();
    for n in 0..commits {
        stream += &format!("commit refs/heads/main\ncommitter A <a@x> {n} +0000\ndata 1\nx\n");
        let range = if n == 0 { 0..files } else { n % files..n % files + 1 };
        for file in range {
            let content = format!("tag: v{n}-{file}\n");
            stream += &format!("M 644 inline apps/s{file}/values.yaml\ndata {}\n{content}\n", content.len());
        }
    }
    server.write("stream", stream);
    let path = server.path();
    let stream = std::fs::File::open(path.join("stream")).expect("the stream");
    let import = Command::new("git").args(["fast-import", "--quiet"]).current_dir(&path).stdin(stream).status();
    assert!(import.expect("git runs").success());
    server
}

#[tokio::test]
async fn a_secret_does_not_print() {
    let secret = ("http.extraHeader".to_owned(), "Authorization: Bearer hunter2".to_owned());
    let scratch = Scratch::open("https://me:hunter2@host/r.git").await.expect("a scratch repository");
    let scratch = scratch.with_secret_config([secret]);
    assert_eq!(scratch.url(), "https://***@host/r.git");
    assert!(!format!("{scratch:?}").contains("hunter2"));
}
