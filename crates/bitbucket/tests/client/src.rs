//! Files, commits without a clone, branches, history.

use bitbucket::{Attribute, EntryType};
use fakes::Fault;
use fakes::bitbucket::FileKind;

use crate::stage::{Stage, fake};

const VALUES: &str = "envs/prod/values.yaml";

/// `acme/shop` with files of every kind on `main`.
fn stage() -> Stage {
    let here = ("acme", "shop", "main");
    let fake = fake()
        .file("acme", "shop", "main", VALUES, "tag: 1\r\n")
        .file("acme", "shop", "main", "message", "a file, not the message")
        .file("acme", "shop", "main", "ä b/%41;c.yaml", [0xff, 0x00])
        .entry(here, "run.sh", FileKind::Executable, "#!/bin/sh\n")
        .entry(here, "link.yaml", FileKind::Link, VALUES)
        .entry(here, "vendor", FileKind::Submodule, "0".repeat(40));
    Stage::with(fake, |builder| builder)
}

async fn tip(stage: &Stage, branch: &str) -> String {
    stage.repository().branches().get(branch).await.unwrap().target.hash
}

#[tokio::test]
async fn files_are_read_as_the_bytes_they_are_and_told_from_what_is_no_file() {
    let stage = stage();
    let (src, at) = (stage.repository().src(), tip(&stage, "main").await);
    assert_eq!(src.read(&at, VALUES).await.unwrap(), b"tag: 1\r\n");
    assert_eq!(src.read(&at, "ä b/%41;c.yaml").await.unwrap(), [0xff, 0x00]);
    assert!(src.read(&at, "envs/prod/other.yaml").await.unwrap_err().is_not_found());
    assert!(src.read(&"e".repeat(40), VALUES).await.unwrap_err().is_not_found());

    let values = src.entry(&at, VALUES).await.unwrap();
    assert_eq!((values.kind, values.attributes, values.size), (EntryType::File, Vec::new(), Some(8)));
    assert!(src.entry(&at, "run.sh").await.unwrap().has(&Attribute::Executable));
    assert!(src.entry(&at, "link.yaml").await.unwrap().has(&Attribute::Link));
    assert!(src.entry(&at, "vendor").await.unwrap().has(&Attribute::Subrepository));
    assert_eq!(src.entry(&at, "envs").await.unwrap().kind, EntryType::Directory);
}

#[tokio::test]
async fn a_directory_is_listed_as_deep_as_asked_for() {
    let stage = stage();
    let (src, at) = (stage.repository().src(), tip(&stage, "main").await);
    let paths = |entries: Vec<bitbucket::Entry>| entries.into_iter().map(|entry| entry.path).collect::<Vec<_>>();
    let root = ["envs", "link.yaml", "message", "run.sh", "vendor", "ä b"];
    assert_eq!(paths(src.list(&at, "").all().await.unwrap()), root);
    assert_eq!(paths(src.list(&at, "envs/").all().await.unwrap()), ["envs/prod"]);
    let files = src.list(&at, "envs").max_depth(9).query(r#"type = "commit_file""#);
    assert_eq!(paths(files.send().await.unwrap().values), [VALUES]);
    assert!(stage.lines().last().unwrap().contains("/envs/?pagelen=100&max_depth=9&q="), "{:?}", stage.lines());
}

#[tokio::test]
async fn a_commit_changes_what_it_names_and_nothing_else() {
    let stage = stage();
    let parent = tip(&stage, "main").await;
    let commit = stage.repository().src().commit("Bump\n\nService: api\n").author("Ada <ada@example.com>");
    let commit = commit.branch("main").parent(&parent).file(VALUES, b"tag: 2\r\n".to_vec());
    let commit = commit.file("message", b"--\r\n".to_vec()).executable("run.sh", b"#!/bin/bash\n".to_vec());
    let hash = commit.delete("ä b/%41;c.yaml").send().await.unwrap();

    assert_eq!(hash.as_ref(), Some(&tip(&stage, "main").await));
    let log = stage.fake.log("acme", "shop", "main");
    assert_eq!((log[0].message.as_str(), log[0].author.as_str()), ("Bump\n\nService: api\n", "Ada <ada@example.com>"));
    assert_eq!(log[0].parents, [parent]);
    assert_eq!(log[0].changed, [VALUES, "message", "run.sh", "ä b/%41;c.yaml"]);
    assert_eq!(stage.fake.text("acme", "shop", "main", VALUES).as_deref(), Some("tag: 2\r\n"));
    assert_eq!(stage.fake.text("acme", "shop", "main", "message").as_deref(), Some("--\r\n"));
    assert_eq!(stage.fake.file("acme", "shop", "main", "run.sh").unwrap().kind, FileKind::Executable);
}

#[tokio::test]
async fn a_commit_on_a_branch_that_has_moved_is_a_conflict_and_changes_nothing() {
    let stage = stage();
    let parent = tip(&stage, "main").await;
    let theirs = stage.fake.push("acme", "shop", "main", "Theirs", &[("other.yaml", b"x")]);
    let commit = stage.repository().src().commit("Ours").branch("main").parent(&parent).file(VALUES, b"y".to_vec());
    let error = commit.send().await.unwrap_err();
    assert!(error.is_conflict() && !error.is_transient(), "{error}");
    assert_eq!(Some(tip(&stage, "main").await), theirs);
}

#[tokio::test]
async fn a_commit_is_sent_again_only_when_the_server_cannot_have_made_it() {
    let stage = stage();
    stage.fake.inject(Fault::status(429).on("POST", "/src"));
    let commit = || stage.repository().src().commit("Bump").branch("main").file(VALUES, b"y".to_vec());
    commit().send().await.unwrap();
    assert_eq!(stage.slept().len(), 1);
    stage.fake.inject(Fault::reset().on("POST", "/src").after_applying());
    assert!(commit().send().await.unwrap_err().is_transient());
    stage.fake.inject(Fault::status(503).on("POST", "/src"));
    assert!(commit().send().await.unwrap_err().is_transient());
    assert_eq!(stage.fake.log("acme", "shop", "main").len(), 3);
}

#[tokio::test]
async fn a_path_that_leads_out_is_not_sent() {
    let stage = stage();
    for path in ["../x", "/etc/passwd", ".git/hooks/x", "a\"; filename=\"b"] {
        let error = stage.repository().src().commit("Bump").file(path, Vec::new()).send().await.unwrap_err();
        assert!(error.to_string().contains("cannot be sent by the API"), "{error}");
    }
    assert!(stage.lines().is_empty());
}

#[tokio::test]
async fn branches_are_begun_read_listed_and_deleted_with_slashes_in_their_names() {
    let stage = stage();
    let (branches, main) = (stage.repository().branches(), tip(&stage, "main").await);
    let made = branches.create("bump/api/prod", &main).await.unwrap();
    assert_eq!((made.name.as_str(), made.target.hash.as_str()), ("bump/api/prod", main.as_str()));
    assert_eq!(branches.create("bump/api/prod", &main).await.unwrap_err().status().unwrap(), 400);
    let names = branches.list().all().await.unwrap().into_iter().map(|branch| branch.name);
    assert_eq!(names.collect::<Vec<_>>(), ["bump/api/prod", "main"]);
    branches.delete("bump/api/prod").await.unwrap();
    branches.delete("bump/api/prod").await.unwrap();
    assert!(branches.get("bump/api/prod").await.unwrap_err().is_not_found());
    assert_eq!(branches.delete("main").await.unwrap_err().status().unwrap(), 400);
}

#[tokio::test]
async fn history_is_told_newest_first_whole_or_of_a_path() {
    let stage = stage();
    for number in 1..=25 {
        let path = if number % 5 == 0 { "envs/five" } else { "other" };
        let text = number.to_string();
        stage.fake.push("acme", "shop", "main", &format!("Commit {number}\n\nBody\n"), &[(path, text.as_bytes())]);
    }
    let at = tip(&stage, "main").await;
    let list = || stage.repository().commits(&at);
    let page = list().page_length(10).send().await.unwrap();
    assert_eq!((page.values.len(), page.values[0].message.as_str()), (10, "Commit 25\n\nBody\n"));
    assert_eq!(list().page_length(10).all().await.unwrap().len(), 26);
    let fives = list().path("envs/five").all().await.unwrap();
    let fives: Vec<&str> = fives.iter().filter_map(|commit| commit.message.lines().next()).collect();
    assert_eq!(fives, ["Commit 25", "Commit 20", "Commit 15", "Commit 10", "Commit 5"]);
    assert_eq!(list().path("envs").exclude(&at).all().await.unwrap(), []);
}
