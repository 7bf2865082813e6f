//! Who may come in, and by which door.

use fakes::Bitbucket;
use serde_json::json;

use crate::client::{COMMIT, Client, REPO};

#[test]
fn the_proxy_takes_absolute_request_lines_without_credentials_and_nothing_else() {
    let bitbucket = Bitbucket::start().expect("started");
    let proxy = Client::proxy(&bitbucket);
    let reports = format!("{REPO}/commit/{COMMIT}/reports");
    assert_eq!(proxy.get(&format!("http://api.bitbucket.org{reports}")).status, 200);

    let direct = proxy.get(&reports);
    assert_eq!((direct.status, direct.text().contains("<center>nginx</center>")), (500, true));
    assert_eq!(proxy.get(&format!("https://api.bitbucket.org{reports}")).status, 500);
    assert_eq!(proxy.get(&format!("http://example.org{reports}")).status, 500);
    assert_eq!(proxy.send("CONNECT", "api.bitbucket.org:443", None).status, 405);
    let statuses = format!("http://api.bitbucket.org{REPO}/commit/{COMMIT}/statuses");
    assert_eq!(proxy.get(&statuses).status, 403);
}

#[test]
fn a_request_without_known_credentials_is_refused() {
    let bitbucket = Bitbucket::builder().token("right").start().expect("started");
    assert_eq!(Client::with(&bitbucket, "").get(REPO).status, 401);
    assert_eq!(
        Client::with(&bitbucket, "Bearer wrong").get(REPO).told(),
        (
            401,
            json!({"type": "error", "error": {"message": "Token is invalid, expired, or not supported for this endpoint."}})
        ),
    );
    assert_eq!(Client::with(&bitbucket, "Bearer right").get(REPO).status, 200);
}
