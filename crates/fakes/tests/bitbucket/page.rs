//! The page for a person.

use fakes::Bitbucket;
use fakes::bitbucket::PullRequest;
use serde_json::json;

use crate::client::{COMMIT, Client, REPO};

#[test]
fn the_page_shows_what_was_received_and_runs_none_of_it() {
    let hostile = "<script>alert('1')</script>";
    let open = PullRequest::new(7, "feature/cart", "main").commits(COMMIT, COMMIT).title(hostile);
    let bitbucket = Bitbucket::builder().pull_request("acme", "shop", open).start().expect("started");
    let client = Client::new(&bitbucket);
    let report = format!("{REPO}/commit/{COMMIT}/reports/lint");
    let data = json!([{"title": "New", "type": "NUMBER", "value": 2}]);
    client.put(&report, &json!({"title": hostile, "details": "2 new", "result": "FAILED", "data": data}));
    let annotation = json!({"external_id": "a", "annotation_type": "BUG", "summary": "tur\u{202e}ned & lost",
        "path": "src/Cart.php", "line": 12, "severity": "HIGH", "details": "see <here>"});
    client.post(&format!("{report}/annotations"), &json!([annotation]));
    client.post(&format!("{REPO}/pullrequests/7/comments"), &json!({"content": {"raw": "| a | b |"}}));

    let page = Client::with(&bitbucket, "").get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let html = page.text();
    assert!(!html.contains("<script"), "{html}");
    for part in [
        "acme/shop",
        COMMIT,
        "&lt;script&gt;",
        "src/Cart.php:12",
        "tur\u{fffd}ned &amp; lost",
        "see &lt;here&gt;",
        "| a | b |",
        "FAILED",
        "HIGH",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(bitbucket.page_url().ends_with('/'));
}

#[test]
fn a_page_with_nothing_on_it_says_so() {
    let bitbucket = Bitbucket::start().expect("started");
    assert!(Client::with(&bitbucket, "").get("/").text().contains("Nothing was received yet."));
}
