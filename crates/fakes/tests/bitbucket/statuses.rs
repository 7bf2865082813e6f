//! Build statuses.

use fakes::Bitbucket;
use serde_json::{Value, json};

use crate::client::{COMMIT, Client, REPO, with};

fn path() -> String {
    format!("{REPO}/commit/{COMMIT}/statuses/build")
}

fn status() -> Value {
    json!({"key": "lint", "state": "INPROGRESS", "url": "https://example.org/1", "name": "Lint"})
}

#[test]
fn a_status_is_kept_once_per_key() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!(client.post(&path(), &status()).status, 201);
    assert_eq!(client.post(&path(), &with(status(), "state", json!("FAILED"))).status, 200);
    assert_eq!(client.post(&path(), &with(status(), "key", json!("tests"))).status, 201);
    let kept = bitbucket.statuses(COMMIT);
    let kept: Vec<_> = kept.iter().map(|status| (status.key.as_str(), status.state.as_str())).collect();
    assert_eq!(kept, [("lint", "FAILED"), ("tests", "INPROGRESS")]);

    let list = client.get(&format!("{REPO}/commit/{COMMIT}/statuses")).json();
    assert_eq!(list["values"][0], client.get(&format!("{}/lint", path())).json());
}

#[test]
fn put_changes_what_it_names_and_leaves_the_rest() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    let one = format!("{}/lint", path());
    assert_eq!(client.put(&one, &json!({"state": "FAILED"})).status, 404);
    client.post(&path(), &status());
    let changed = client.put(&one, &json!({"state": "SUCCESSFUL"})).json();
    assert_eq!((&changed["state"], &changed["name"]), (&json!("SUCCESSFUL"), &json!("Lint")));
}

#[test]
fn a_key_is_at_most_forty_characters() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!(client.post(&path(), &with(status(), "key", json!("k".repeat(40)))).status, 201);
    let message = "Ensure this value has at most 40 characters (it has 41).";
    let error = json!({"message": format!("key: {message}"), "fields": {"key": [message]}});
    assert_eq!(
        client.post(&path(), &with(status(), "key", json!("k".repeat(41)))).told(),
        (400, json!({"type": "error", "error": error})),
    );
}

#[test]
fn a_status_that_breaks_a_rule_names_the_field() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    for (field, value) in [
        ("key", Value::Null),
        ("state", json!("PASSED")),
        ("state", json!(1)),
        ("url", json!("")),
        ("url", json!("report.html")),
        ("description", json!(["text"])),
    ] {
        let (status, body) = client.post(&path(), &with(status(), field, value)).told();
        assert_eq!((status, body["error"]["fields"][field].is_array()), (400, true), "{body}");
    }
    assert_eq!(client.post(&path(), &json!("lint")).status, 400);
    assert_eq!(client.try_raw("POST", &path(), "text/plain", "x").expect("an answer").status, 400);
    assert!(bitbucket.statuses(COMMIT).is_empty());
}
