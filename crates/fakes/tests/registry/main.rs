//! What the fake registry keeps and refuses, seen over a raw connection.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Sends a request with these header lines; gives the whole answer.
fn ask(host: &str, method: &str, target: &str, headers: &[&str]) -> String {
    let mut stream = TcpStream::connect(host).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_manifest_is_there_by_tag_and_digest_for_who_accepts_its_type() {
    let registry = fakes::Registry::start().expect("a registry");
    let digest = registry.push("shop/api", "1");
    let accept = format!("Accept: application/json, {INDEX}");
    for reference in ["1", &digest] {
        let answer = ask(&registry.host(), "GET", &format!("/v2/shop/api/manifests/{reference}"), &[&accept]);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains(&format!("\r\ndocker-content-digest: {digest}\r\n")), "{answer}");
        assert!(answer.contains(&format!("\r\ncontent-type: {INDEX}\r\n")), "{answer}");
    }
    let answer = ask(&registry.host(), "GET", "/v2/shop/api/manifests/1", &[]);
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("MANIFEST_UNKNOWN"), "{answer}");
}

#[test]
fn an_answer_to_head_has_no_body() {
    let registry = fakes::Registry::start().expect("a registry");
    registry.push("shop/api", "1");
    let answer = ask(&registry.host(), "HEAD", "/v2/shop/api/manifests/1", &[&format!("Accept: {INDEX}")]);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn a_token_is_good_for_its_repository_until_it_expires() {
    let registry = fakes::Registry::builder().token("ada", "hunter2").start().expect("a registry");
    registry.push("shop/api", "1");
    registry.push("shop/web", "1");
    let accept = format!("Accept: {INDEX}");
    let refused = ask(&registry.host(), "GET", "/v2/shop/api/manifests/1", &[&accept]);
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    let realm = format!("http://{}/token", registry.realm_host());
    let scope = "repository:shop/api:pull";
    let challenge = format!("www-authenticate: Bearer realm=\"{realm}\",service=\"fake registry\",scope=\"{scope}\"");
    assert!(refused.contains(&challenge), "{refused}");

    let target = format!("/token?service=fake+registry&scope={scope}");
    let basic = "Authorization: Basic YWRhOmh1bnRlcjI=";
    let token = ask(&registry.realm_host(), "GET", &target, &[basic]);
    assert!(token.contains(r#""token":"issued-1""#), "{token}");
    assert!(ask(&registry.realm_host(), "GET", &target, &["Authorization: Basic eA=="]).starts_with("HTTP/1.1 401 "));
    let with = |repository: &str| {
        let bearer = "Authorization: Bearer issued-1";
        ask(&registry.host(), "GET", &format!("/v2/{repository}/manifests/1"), &[&accept, bearer])
    };
    assert!(with("shop/api").starts_with("HTTP/1.1 200 "));
    assert!(with("shop/web").starts_with("HTTP/1.1 401 "));
    registry.expire_tokens();
    assert!(with("shop/api").starts_with("HTTP/1.1 401 "));
}
