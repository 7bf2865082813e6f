//! Pull requests and their comments.

use fakes::Bitbucket;
use fakes::bitbucket::{Person, PullRequest};
use serde_json::json;

use crate::client::{COMMIT, Client, REPO};

fn start() -> (Bitbucket, Client) {
    let open = PullRequest::new(7, "feature/cart", "main").title("Cart").commits(COMMIT, &"d".repeat(40));
    let merged = PullRequest::new(6, "feature/old", "main").state("MERGED");
    let builder = Bitbucket::builder().pull_request("acme", "shop", open).pull_request("acme", "shop", merged);
    let bitbucket = builder.start().expect("started");
    let client = Client::new(&bitbucket);
    (bitbucket, client)
}

fn comments() -> String {
    format!("{REPO}/pullrequests/7/comments")
}

#[test]
fn pull_requests_are_listed_by_state_and_found_by_commit() {
    let (_bitbucket, client) = start();
    let ids = |target: String| -> Vec<u64> {
        let page = client.get(&target).json();
        page["values"].as_array().expect("values").iter().filter_map(|it| it["id"].as_u64()).collect()
    };
    assert_eq!(ids(format!("{REPO}/pullrequests")), [7]);
    assert_eq!(ids(format!("{REPO}/pullrequests?state=MERGED")), [6]);
    assert_eq!(ids(format!("{REPO}/commit/{COMMIT}/pullrequests")), [7]);
    assert_eq!(client.get(&format!("{REPO}/pullrequests?state=DONE")).status, 400);
    assert_eq!(client.get(&format!("{REPO}/pullrequests/8")).status, 404);
}

#[test]
fn a_pull_request_shows_its_branches_and_takes_a_new_title() {
    let (_bitbucket, client) = start();
    let path = format!("{REPO}/pullrequests/7");
    let seen = client.get(&path).json();
    assert_eq!(
        (&seen["source"]["branch"]["name"], &seen["source"]["commit"]["hash"]),
        (&json!("feature/cart"), &json!("710c02530e9c"))
    );
    assert_eq!(client.put(&path, &json!({"title": "Basket"})).status, 200);
    assert_eq!(client.get(&path).json()["title"], "Basket");
    assert_eq!(client.put(&path, &json!({"title": 3})).status, 400);
}

#[test]
fn a_comment_is_written_changed_and_deleted_but_stays_in_the_list() {
    let (bitbucket, client) = start();
    let made = client.post(&comments(), &json!({"content": {"raw": "2 findings"}}));
    assert_eq!(made.status, 201);
    let path = format!("{}/{}", comments(), made.json()["id"]);
    assert_eq!(client.put(&path, &json!({"content": {"raw": "1 finding"}})).status, 200);
    assert_eq!(bitbucket.comments(7)[0].raw, "1 finding");
    assert_eq!(client.get(&path).json()["content"]["raw"], "1 finding");

    assert_eq!(client.delete(&path).status, 204);
    let list = client.get(&comments()).json();
    assert_eq!((&list["values"][0]["deleted"], &list["values"][0]["content"]["raw"]), (&json!(true), &json!("")));
    assert_eq!(client.put(&path, &json!({"content": {"raw": "again"}})).status, 404);
    assert_eq!(client.delete(&path).status, 404);
}

#[test]
fn the_comments_of_others_can_be_read_only() {
    let (bitbucket, client) = start();
    let id = bitbucket.comment_by_somebody_else(7, "Looks good").expect("the pull request exists");
    let path = format!("{}/{id}", comments());
    assert_eq!(client.get(&path).status, 200);
    assert_eq!(client.put(&path, &json!({"content": {"raw": "No"}})).status, 403);
    assert_eq!(client.delete(&path).status, 403);
    assert_eq!(bitbucket.comments(7)[0].raw, "Looks good");
    assert_eq!(bitbucket.comment_by_somebody_else(8, "Lost"), None);
}

#[test]
fn a_comment_that_breaks_a_rule_names_the_field() {
    let (bitbucket, client) = start();
    let text = json!({"raw": "Here"});
    for (field, body) in [
        ("content", json!({})),
        ("content", json!({"content": "text"})),
        ("content", json!({"content": {"raw": " "}})),
        ("content", json!({"content": {"raw": 1}})),
        ("inline", json!({"content": text, "inline": {"to": 3}})),
        ("inline", json!({"content": text, "inline": {"path": "a.php", "to": 0}})),
        ("parent", json!({"content": text, "parent": {"id": 99}})),
    ] {
        let (status, told) = client.post(&comments(), &body).told();
        assert_eq!((status, told["error"]["fields"][field].is_array()), (400, true), "{told}");
    }
    assert!(bitbucket.comments(7).is_empty());
    let inline = json!({"content": text, "inline": {"path": "a.php", "to": 3}});
    assert_eq!(client.post(&comments(), &inline).json()["inline"]["to"], 3);
}

#[test]
fn the_log_of_a_pull_request_tells_pushes_from_edits_and_has_the_time_that_was_set() {
    let bitbucket = Bitbucket::builder()
        .file("acme", "shop", "main", "a", "1")
        .file("acme", "shop", "bump", "a", "2")
        .pull_request("acme", "shop", PullRequest::new(7, "bump", "main"))
        .start()
        .expect("started");
    let client = Client::new(&bitbucket);
    let path = format!("{REPO}/pullrequests/7");
    bitbucket.set_time("2026-03-02T10:00:00Z".parse().expect("a time"));
    bitbucket.push("acme", "shop", "bump", "More", &[("a", b"3")]);
    assert_eq!(client.put(&path, &json!({"title": "Basket"})).status, 200);
    assert!(bitbucket.approve("acme", "shop", 7, &Person::new("{1}", "Ada")));
    assert_eq!(client.post(&format!("{path}/decline"), &json!({})).status, 200);

    let log = client.get(&format!("{path}/activity")).json();
    let log: Vec<(String, String)> = log["values"]
        .as_array()
        .expect("values")
        .iter()
        .map(|entry| match entry.get("update") {
            Some(update) => (update["changes"].to_string(), update["date"].as_str().unwrap_or_default().to_owned()),
            None => ("approval".to_owned(), entry["approval"]["date"].as_str().unwrap_or_default().to_owned()),
        })
        .collect();
    let told: Vec<&str> = log.iter().map(|(what, _)| what.as_str()).collect();
    let closed = r#"{"status":{"new":"rejected","old":"open"}}"#;
    assert_eq!(told, [closed, "approval", r#"{"title":{"new":"Basket"}}"#, "{}", "{}"]);
    assert!(log[3].1.starts_with("2026-03-02T10:00:0"), "{log:?}");
    assert!(log[1].1 > log[2].1, "{log:?}");
    assert!(!bitbucket.approve("acme", "shop", 8, &Person::new("{1}", "Ada")));
}
