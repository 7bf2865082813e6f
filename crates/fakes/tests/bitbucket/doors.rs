//! Who may come in, by which door, to what, and how often.

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
    let bitbucket = Bitbucket::builder().token("right").user("me@example.org", "api-token").start().expect("started");
    let nobody = Client::with(&bitbucket, "").get(REPO);
    assert_eq!((nobody.status, nobody.header("www-authenticate").is_some()), (401, true));
    let message = "Token is invalid, expired, or not supported for this endpoint.";
    assert_eq!(
        Client::with(&bitbucket, "Bearer wrong").get(REPO).told(),
        (401, json!({"type": "error", "error": {"message": message}})),
    );
    assert_eq!(Client::with(&bitbucket, "Bearer right").get(REPO).status, 200);
    // `me@example.org:api-token` in base64.
    let basic = "Basic bWVAZXhhbXBsZS5vcmc6YXBpLXRva2Vu";
    assert_eq!(Client::with(&bitbucket, basic).get("/2.0/user").status, 200);
}

#[test]
fn a_token_does_what_its_scopes_allow_and_no_more() {
    let bitbucket = Bitbucket::builder().token_with_scopes("reader", &["repository"]).start().expect("started");
    let client = Client::with(&bitbucket, "Bearer reader");
    assert_eq!(client.get(&format!("{REPO}/commit/{COMMIT}/reports")).status, 200);
    let message = "Your credentials lack one or more required privilege scopes.";
    let detail = json!({"granted": ["repository"], "required": ["pullrequest"]});
    assert_eq!(
        client.get(&format!("{REPO}/pullrequests")).told(),
        (403, json!({"type": "error", "error": {"message": message, "detail": detail}})),
    );
}

#[test]
fn an_oauth_client_gets_a_token_that_works_until_it_expires() {
    let bitbucket = Bitbucket::builder().oauth_client("id", "secret").start().expect("started");
    // `id:secret` in base64.
    let client = Client::with(&bitbucket, "Basic aWQ6c2VjcmV0");
    let ask = |client: &Client, form: &str| {
        let path = "/site/oauth2/access_token";
        client.try_raw("POST", path, "application/x-www-form-urlencoded", form).expect("a whole answer")
    };
    let answer = ask(&client, "grant_type=client_credentials").json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("bearer"), &json!(3600)));

    let bearer = format!("Bearer {}", answer["access_token"].as_str().expect("a token"));
    let with_token = Client::with(&bitbucket, &bearer);
    assert_eq!(with_token.get(REPO).status, 200);
    bitbucket.expire_oauth_tokens();
    assert_eq!(with_token.get(REPO).status, 401);

    assert_eq!(client.get(REPO).status, 401, "the client itself is nobody to the API");
    assert_eq!(ask(&client, "grant_type=password").json()["error"], "unsupported_grant_type");
    assert_eq!(ask(&with_token, "grant_type=client_credentials").json()["error"], "unauthorized_client");
    assert!(bitbucket.oauth_url().ends_with("/site/oauth2/access_token"));
}

#[test]
fn what_was_not_named_is_not_there_once_something_was() {
    let bitbucket = Bitbucket::builder().commit("acme", "shop", COMMIT).start().expect("started");
    let client = Client::new(&bitbucket);
    let reports = |repo: &str, hash: &str| client.get(&format!("{repo}/commit/{hash}/reports")).status;
    assert_eq!(reports(REPO, COMMIT), 200);
    assert_eq!(reports(REPO, &COMMIT[..12]), 200, "a beginning of the hash will do");
    assert_eq!(reports(REPO, &"0".repeat(40)), 404);
    assert_eq!(reports(REPO, "main"), 404);
    assert_eq!(reports("/2.0/repositories/acme/other", COMMIT), 404);
    assert_eq!(
        client.get("/2.0/repositories/acme/other").told(),
        (404, json!({"type": "error", "error": {"message": "Repository acme/other not found"}})),
    );
}

#[test]
fn repositories_answer_to_their_uuid_in_encoded_braces() {
    let bitbucket = Bitbucket::builder().repository("acme", "shop").start().expect("started");
    let client = Client::new(&bitbucket);
    let repository = client.get(REPO).json();
    let uuid = repository["uuid"].as_str().expect("a UUID").replace('{', "%7B").replace('}', "%7D");
    assert_eq!(client.get(&format!("/2.0/repositories/acme/{uuid}")).json(), repository);
    assert_eq!(client.get(&format!("/2.0/repositories/%7B%7D/{uuid}")).json(), repository);
    assert_eq!(client.get("/2.0/repositories/%7B%7D/shop").status, 404);
}

#[test]
fn a_slash_at_the_end_and_an_unknown_parameter_do_no_harm() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!(client.get(&format!("{REPO}/commit/{COMMIT}/reports/?colour=blue")).status, 200);
    assert_eq!(client.get("/2.0/nothing/here").status, 404);
    assert_eq!(client.get("/1.0/user").status, 404);
    assert_eq!(client.delete("/2.0/user").status, 405);
}

#[test]
fn the_budget_runs_out_in_plain_text_without_a_hint_and_can_be_refilled() {
    let bitbucket = Bitbucket::builder().rate_limit(2).start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!((client.get(REPO).status, client.get(REPO).status), (200, 200));
    let refused = client.get(REPO);
    assert_eq!(
        (refused.status, refused.text().as_str(), refused.header("content-type"), refused.header("retry-after")),
        (429, "Rate limit for this resource has been exceeded", Some("text/plain"), None),
    );
    assert_eq!(client.get("/2.0/user").status, 200, "only repositories are counted");
    bitbucket.refill_rate_limit(1);
    assert_eq!(client.get(REPO).status, 200);
}

#[test]
fn a_scaled_limit_tells_of_itself_and_when_it_is_near() {
    let bitbucket = Bitbucket::builder().scaled_rate_limit(10).start().expect("started");
    let client = Client::new(&bitbucket);
    let near: Vec<bool> = (0..10).map(|_| client.get(REPO).header("x-ratelimit-nearlimit") == Some("true")).collect();
    assert_eq!((near.iter().filter(|near| **near).count(), near[9]), (2, true));
    let refused = client.get(REPO);
    assert_eq!((refused.status, refused.header("x-ratelimit-limit")), (429, Some("10")));
}

#[test]
fn every_request_is_written_down_with_its_answer() {
    let bitbucket = Bitbucket::start().expect("started");
    let path = format!("{REPO}/commit/{COMMIT}/reports/x");
    Client::new(&bitbucket).put(&path, &json!({"title": "T"}));
    let requests = bitbucket.requests();
    let [seen] = &requests[..] else { panic!("one request") };
    assert_eq!((seen.line(), seen.status, seen.proxied), (format!("PUT {path}"), Some(400), false));
    assert_eq!((seen.header("authorization"), seen.json()), (Some("Bearer fake-access-token"), json!({"title": "T"})));
    bitbucket.clear_requests();
    assert!(bitbucket.requests().is_empty());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let bitbucket = Bitbucket::start().expect("started");
    let port = bitbucket.api_url().trim_end_matches("/2.0").rsplit(':').next().and_then(|port| port.parse().ok());
    let port = port.expect("a port");
    let error = Bitbucket::builder().port(port).start().err().expect("taken");
    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{port}"));
    drop(bitbucket);
    assert!(Bitbucket::builder().port(port).start().is_ok(), "dropping frees the port");
}
