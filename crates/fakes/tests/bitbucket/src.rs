//! Files, commits by upload, branches.

use fakes::Bitbucket;
use fakes::bitbucket::FileKind;
use serde_json::json;

use crate::client::{Client, REPO, Response};

fn start() -> (Bitbucket, Client) {
    let here = ("acme", "shop", "main");
    let builder = Bitbucket::builder().file("acme", "shop", "main", "a/b.txt", "one\r\n");
    let bitbucket = builder.entry(here, "run.sh", FileKind::Executable, "#!/bin/sh\n").start().expect("started");
    let client = Client::new(&bitbucket);
    (bitbucket, client)
}

fn tip(client: &Client, branch: &str) -> String {
    let told = client.get(&format!("{REPO}/refs/branches/{branch}")).json();
    told["target"]["hash"].as_str().expect("a hash").to_owned()
}

/// A field, or a file with its name and perhaps more parameters.
fn part(name: &str, more: &str, content: &str) -> String {
    format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n")
}

fn upload(client: &Client, parts: &[String]) -> Response {
    let body = format!("{}--B--\r\n", parts.concat());
    client.try_raw("POST", &format!("{REPO}/src"), "multipart/form-data; boundary=B", &body).expect("a whole answer")
}

#[test]
fn an_upload_is_a_commit_on_top_of_the_branch_and_says_where_it_is() {
    let (bitbucket, client) = start();
    let before = tip(&client, "main");
    let file = part("/a/b.txt", "; filename=\"b.txt\"", "two");
    let fields = [part("message", "", "Bump"), part("branch", "", "main"), part("parents", "", &before), file];
    let answer = upload(&client, &fields);
    assert_eq!((answer.status, answer.text().as_str()), (201, ""));
    assert!(answer.header("location").is_some_and(|it| it.ends_with(&format!("/commit/{}", tip(&client, "main")))));
    assert_eq!(bitbucket.text("acme", "shop", "main", "a/b.txt").as_deref(), Some("two"));
    assert_eq!(bitbucket.file("acme", "shop", "main", "run.sh").map(|it| it.kind), Some(FileKind::Executable));
    // The same again builds on what is no longer the tip.
    let (status, message) = upload(&client, &fields).refusal();
    assert_eq!((status, message), (409, format!("The parent {before} is not the tip of the branch main.")));
    assert_eq!(bitbucket.log("acme", "shop", "main").len(), 2);
}

#[test]
fn a_new_branch_begins_at_the_parent_or_at_the_main_branch() {
    let (bitbucket, client) = start();
    let first = tip(&client, "main");
    bitbucket.push("acme", "shop", "main", "Second", &[("c", b"1")]);
    let file = || part("x", "; filename=\"x\"", "1");
    let at = [part("branch", "", "bump/x"), part("parents", "", &first), file()];
    assert_eq!(upload(&client, &at).status, 201);
    assert_eq!(bitbucket.log("acme", "shop", "bump/x")[0].parents, [first]);
    assert_eq!(upload(&client, &[part("branch", "", "bump/y"), file()]).status, 201);
    assert_eq!(bitbucket.log("acme", "shop", "bump/y").len(), 3);
    let nowhere = [part("branch", "", "bump/z"), part("parents", "", &"e".repeat(40)), file()];
    assert_eq!(upload(&client, &nowhere).status, 404);
}

#[test]
fn attributes_have_to_be_sent_again_and_files_can_be_deleted() {
    let (bitbucket, client) = start();
    let kind = |path: &str| bitbucket.file("acme", "shop", "main", path).map(|file| file.kind);
    let attributes = |word: &str| format!("; filename=\"run.sh\"; x-attributes=\"{word}\"");
    for (more, expected) in [
        (attributes("executable"), FileKind::Executable),
        ("; filename=\"run.sh\"".to_owned(), FileKind::Plain),
        (attributes("link"), FileKind::Link),
    ] {
        assert_eq!(upload(&client, &[part("/run.sh", &more, "x")]).status, 201);
        assert_eq!(kind("run.sh"), Some(expected));
    }
    assert_eq!(upload(&client, &[part("files", "", "/run.sh")]).status, 201);
    assert_eq!(kind("run.sh"), None);
    assert_eq!(upload(&client, &[part("files", "", "/run.sh")]).status, 400);
}

#[test]
fn an_upload_that_breaks_a_rule_changes_nothing() {
    let (bitbucket, client) = start();
    let file = |path: &str| part(path, "; filename=\"x\"", "1");
    for (parts, what) in [
        (vec![file("a/../x")], "a path that leads elsewhere"),
        (vec![file("/a//x")], "an empty segment"),
        (vec![file(".git/config")], "git's own"),
        (vec![file("a")], "a file where a directory is"),
        (vec![file("run.sh/x")], "a directory where a file is"),
        (vec![part("author", "", "Ada"), file("x")], "an author without an address"),
        (vec![part("branch", "", "a"), part("branch", "", "b"), file("x")], "two branches"),
        (vec![part("x", "; filename=\"x\"; x-attributes=\"suid\"", "1")], "an attribute that nobody knows"),
    ] {
        assert_eq!(upload(&client, &parts).status, 400, "{what}");
    }
    let json = client.post(&format!("{REPO}/src"), &json!({"message": "x"}));
    assert_eq!(json.status, 400);
    assert_eq!(bitbucket.log("acme", "shop", "main").len(), 1);
}

#[test]
fn reading_needs_the_scope_to_read_and_committing_the_one_to_write() {
    let builder = Bitbucket::builder().file("acme", "shop", "main", "a", "1");
    let bitbucket = builder.token_with_scopes("reads", &["pullrequest"]).start().expect("started");
    let client = Client::with(&bitbucket, "Bearer reads");
    assert_eq!(client.get(&format!("{REPO}/src/main/a")).text(), "1");
    assert_eq!(upload(&client, &[part("a", "; filename=\"a\"", "2")]).status, 403);
    assert_eq!(client.delete(&format!("{REPO}/refs/branches/main")).status, 403);
    assert_eq!(client.post(&format!("{REPO}/pullrequests/1/merge"), &json!({})).status, 403);
}

#[test]
fn a_tree_is_walked_breadth_first_and_a_file_told_from_a_directory() {
    let (_bitbucket, client) = start();
    let listed = |target: &str| -> Vec<String> {
        let page = client.get(&format!("{REPO}/src/main/{target}")).json();
        page["values"]
            .as_array()
            .expect("values")
            .iter()
            .filter_map(|it| it["path"].as_str())
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(listed(""), ["a", "run.sh"]);
    assert_eq!(listed("?max_depth=2"), ["a", "run.sh", "a/b.txt"]);
    assert_eq!(listed("a/?q=type+%3D+%22commit_directory%22"), [""; 0]);
    assert_eq!(client.get(&format!("{REPO}/src/main/run.sh?format=meta")).json()["attributes"], json!(["executable"]));
    assert_eq!(client.get(&format!("{REPO}/src/main/a?format=meta")).json()["type"], "commit_directory");
    for missing in ["src/main", "src/main/b", "src/feature%2Fx/a", "commits/other", "refs/branches/other"] {
        assert_eq!(client.get(&format!("{REPO}/{missing}")).status, 404, "{missing}");
    }
    assert_eq!(client.get(&format!("{REPO}/src/main/?q=size+%3E+1")).status, 400);
}
