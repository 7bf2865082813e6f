//! What a scratch repository knows of history.

use std::path::{Path, PathBuf};

use git::testkit::TempRepo;
use git::{Scratch, Touch};

const PATHS: [&str; 2] = ["apps/api/values.yaml", "apps/odd \"name\"\n\tü/values.yaml"];

async fn open(server: &TempRepo) -> (Scratch, String) {
    let scratch = Scratch::open(&server.url()).await.expect("a scratch repository");
    let tip = scratch.tip("main").await.expect("reachable").expect("a branch");
    (scratch, tip)
}

async fn all(scratch: &Scratch, tip: &str, paths: &[&str]) -> Vec<Touch> {
    let mut touches = scratch.touches(tip, paths).await.expect("the history is here");
    let mut found = Vec::new();
    while let Some(touch) = touches.next().await.expect("git answers") {
        found.push(touch);
    }
    found
}

async fn history(server: &TempRepo, paths: &[&str]) -> (Scratch, String, Vec<Touch>) {
    let (scratch, tip) = open(server).await;
    scratch.fetch_history(&tip).await.expect("fetched");
    let touches = all(&scratch, &tip, paths).await;
    (scratch, tip, touches)
}

/// Subjects of commits, and for each file its number and the contents before and after.
async fn told(scratch: &Scratch, touches: &[Touch]) -> Vec<String> {
    let mut lines = Vec::new();
    for touch in touches {
        let info = scratch.commit_info(&touch.commit).await.expect("a commit");
        let mut line = info.message.lines().next().unwrap_or_default().to_owned();
        for file in &touch.files {
            let mut shown = Vec::new();
            for id in [&file.old, &file.new] {
                shown.push(match id {
                    Some(id) => {
                        let blobs = scratch.blobs(std::slice::from_ref(id)).await.expect("a file");
                        String::from_utf8_lossy(&blobs[id]).trim().to_owned()
                    }
                    None => "-".to_owned(),
                });
            }
            line += &format!(" [{}: {} to {}]", file.path, shown[0], shown[1]);
        }
        lines.push(line);
    }
    lines
}

fn with_a_merge() -> TempRepo {
    let repo = TempRepo::new();
    repo.write(PATHS[0], "1");
    repo.commit("root");
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write(PATHS[0], "2");
    repo.commit("on the side");
    repo.write(PATHS[0], "3");
    repo.commit("on the side, later");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("other", "x");
    repo.commit("nothing of ours");
    repo.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    repo.write(PATHS[1], "4");
    repo.commit("a file with a name of its own");
    repo.git(&["mv", PATHS[0], "moved"]);
    repo.git(&["update-index", "--chmod=+x", PATHS[1]]);
    repo.git(&["commit", "--quiet", "--message", "moved away"]);
    repo
}

#[tokio::test]
async fn what_was_merged_is_changed_by_the_merge_and_a_rename_is_a_file_that_goes() {
    let repo = with_a_merge();
    let wanted = [
        "moved away [0: 3 to -] [1: 4 to 4]",
        "a file with a name of its own [1: - to 4]",
        "merge [0: 1 to 3]",
        "root [0: - to 1]",
    ];
    let (scratch, _, touches) = history(&repo, &PATHS).await;
    assert_eq!(told(&scratch, &touches).await, wanted);
    let bare = repo.bare();
    let (scratch, _, touches) = history(&bare, &PATHS).await;
    assert_eq!(told(&scratch, &touches).await, wanted, "from a server that leaves files out");
}

#[tokio::test]
async fn no_message_author_or_setting_can_be_taken_for_a_commit_or_a_file() {
    let repo = TempRepo::new();
    repo.write(PATHS[0], "1");
    let id = "1".repeat(40);
    let message = format!("x\ncommit {id}\n:100644 100644 {id} {id} M\n{}\n\u{fffd}\u{202e}\x1b[31m", PATHS[0]);
    repo.commit(&message);
    let text = format!(
        "commit refs/heads/main\ncommitter commit {id} \u{1}\u{fe} <:100644@> 1700000000 +0000\ndata 3\na\nb\nfrom refs/heads/main^0\nM 100644 inline {}\ndata 1\n2\n\n",
        PATHS[0]
    );
    repo.import(text.as_bytes());
    let bare = repo.bare();
    let touched = |touches: &[Touch]| touches.iter().map(|touch| touch.files.len()).collect::<Vec<_>>();
    let (scratch, _, touches) = history(&bare, &PATHS).await;
    assert_eq!(touched(&touches), [1, 1]);
    let settings = [
        "diff.renames=copies",
        "log.follow=true",
        "log.decorate=full",
        "core.abbrev=5",
        "diff.noprefix=true",
        "log.showRoot=false",
        "log.showSignature=true",
        "color.ui=always",
        "log.diffMerges=off",
        "diff.relative=true",
        "core.quotePath=true",
    ];
    let set = Scratch::open(&bare.url()).await.expect("opened").with_config(settings.map(str::to_owned));
    let tip = set.tip("main").await.expect("reachable").expect("a branch");
    set.fetch_history(&tip).await.expect("fetched");
    assert_eq!(all(&set, &tip, &PATHS).await, touches);
    let info = scratch.commit_info(&tip).await.expect("a commit");
    assert_eq!(info.committer.email, ":100644@");
}

#[tokio::test]
async fn no_commit_is_older_than_what_it_was_put_on_top_of() {
    let repo = TempRepo::new();
    let times = ["2026-01-01T00:00:10Z", "2026-01-01T00:00:20Z", "2020-01-01T00:00:00Z", "2026-01-01T00:00:30Z"];
    for (n, time) in times.iter().enumerate() {
        repo.write(PATHS[0], n.to_string());
        repo.commit_at(&n.to_string(), time);
    }
    let (_, _, touches) = history(&repo, &PATHS).await;
    let base = touches.last().expect("the root").time;
    assert_eq!(touches.iter().map(|touch| touch.time - base).collect::<Vec<_>>(), [20, 10, 10, 0]);
}

#[tokio::test]
async fn where_history_is_cut_off_nothing_looks_as_if_it_had_come_there() {
    let repo = TempRepo::new();
    for n in 0..4 {
        repo.write(PATHS[0], n.to_string());
        repo.commit(&n.to_string());
    }
    let shallow = repo.clone_with(&["--depth=2"]);
    let (scratch, _, touches) = history(&shallow, &PATHS).await;
    assert_eq!(told(&scratch, &touches).await, ["3 [0: 2 to 3]"]);
}

#[tokio::test]
async fn a_history_that_was_not_fetched_is_no_empty_one() {
    let repo = with_a_merge();
    let (scratch, tip) = open(&repo).await;
    assert!(scratch.touches(&tip, &PATHS).await.is_err());
    scratch.fetch_history(&tip).await.expect("fetched");
    assert!(scratch.touches(&"1".repeat(40), &PATHS).await.is_err());
    assert!(scratch.touches(&tip, &["../x"]).await.is_err());
    assert!(scratch.fetch_history(&"1".repeat(40)).await.is_err());
}

#[tokio::test]
async fn history_of_a_sha256_repository_is_read_too_and_one_of_many_directories() {
    let repo = TempRepo::init(&["--object-format=sha256"]);
    let paths: Vec<String> = (0..20).map(|n| format!("app{n}/values.yaml")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    for path in &paths {
        repo.write(path, "1");
    }
    let root = repo.commit("root");
    repo.write(paths[7], "2");
    let tip = repo.commit("next");
    let scratch = Scratch::open(&repo.url()).await.expect("opened");
    scratch.fetch_history(&tip).await.expect("fetched");
    let touches = all(&scratch, &tip, &paths).await;
    assert_eq!(touches.iter().map(|touch| touch.files.len()).collect::<Vec<_>>(), [1, 20]);
    assert!(scratch.is_ancestor(&root, &tip).await.expect("an answer"));
}

#[tokio::test]
async fn an_ancestor_is_told_from_a_child_and_a_stranger() {
    let repo = with_a_merge();
    let (scratch, tip, _) = history(&repo, &PATHS).await;
    let [root, side] = ["main~4", "side"].map(|name| repo.git(&["rev-parse", name]));
    for (ancestor, commit, is) in [(&root, &tip, true), (&side, &tip, true), (&tip, &tip, true), (&tip, &side, false)] {
        assert_eq!(scratch.is_ancestor(ancestor, commit).await.expect("an answer"), is);
    }
    assert!(!scratch.is_ancestor(&"1".repeat(40), &tip).await.expect("an answer"));
    assert!(scratch.is_ancestor("main", &tip).await.is_err(), "a name is no id");
}

#[tokio::test]
async fn what_came_since_is_fetched_on_top_of_what_is_here() {
    let repo = with_a_merge();
    let (scratch, _, first) = history(&repo, &PATHS).await;
    repo.write(PATHS[1], "5");
    let tip = repo.commit("more");
    scratch.fetch_history(&tip).await.expect("fetched");
    assert_eq!(all(&scratch, &tip, &PATHS).await.len(), first.len() + 1);
}

/// Every file below a directory, and what is in it.
fn snapshot(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            files.push((path.clone(), std::fs::read(path).expect("a file")));
        }
    }
    files.sort();
    files
}

/// How many objects the scratch repository has of its own.
async fn own_objects(scratch: &Scratch) -> usize {
    let dir = scratch.dir().await.with_file_name("history-sha1").join("objects");
    snapshot(&dir)
        .iter()
        .filter(|(path, _)| {
            path.extension().is_none_or(|end| end == "pack")
                && path.parent().is_some_and(|above| !above.ends_with("info"))
        })
        .count()
}

#[tokio::test]
async fn nothing_is_fetched_that_a_clone_has_and_nothing_is_written_to_it() {
    for args in [&["--bare"][..], &[]] {
        let server = with_a_merge().bare();
        let clone = server.clone_with(args);
        let before = snapshot(&clone.path());
        let (scratch, tip) = open(&server).await;
        assert!(scratch.borrow_objects(&clone.path()).await.expect("git answers"));
        scratch.fetch_history(&tip).await.expect("fetched");
        let touches = all(&scratch, &tip, &PATHS).await;
        assert_eq!(told(&scratch, &touches).await.len(), 4);
        assert_eq!(own_objects(&scratch).await, 0);
        assert_eq!(snapshot(&clone.path()), before);
    }
}

#[tokio::test]
async fn a_clone_that_lacks_something_helps_without_being_believed() {
    let server = with_a_merge().bare();
    let mut behind = vec![
        server.clone_with(&["--depth=1"]),
        server.clone_with(&["--depth=2"]),
        server.clone_with(&["--bare", "--filter=blob:none"]),
        server.clone_with(&["--bare", "--filter=tree:0"]),
    ];
    let whole = server.clone_with(&[]);
    whole.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
    whole.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    behind.push(whole);
    behind.push(TempRepo::new());
    behind.push(TempRepo::init(&["--object-format=sha256"]));
    for (n, clone) in behind.iter().enumerate() {
        let before = snapshot(&clone.path());
        let (scratch, tip) = open(&server).await;
        let is_partial = (2..4).contains(&n);
        assert_eq!(scratch.borrow_objects(&clone.path()).await.expect("git answers"), !is_partial, "{n}");
        scratch.fetch_history(&tip).await.expect("fetched");
        let touches = all(&scratch, &tip, &PATHS).await;
        assert_eq!(told(&scratch, &touches).await.len(), 4, "{n}");
        assert_eq!(snapshot(&clone.path()), before, "{n}");
    }
    let (scratch, _) = open(&server).await;
    assert!(!scratch.borrow_objects(Path::new("/")).await.expect("git answers"));
}
