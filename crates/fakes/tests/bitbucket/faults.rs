//! The ways to fail.

use std::io::{ErrorKind, Read};
use std::time::Duration;

use fakes::{Bitbucket, Fault, Shape};
use serde_json::json;

use crate::client::{COMMIT, Client, REPO};

fn start() -> (Bitbucket, Client) {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    (bitbucket, client)
}

fn report_path() -> String {
    format!("{REPO}/commit/{COMMIT}/reports/lint")
}

fn put_report(client: &Client) -> std::io::Result<u16> {
    let body = json!({"title": "Lint", "details": "d"});
    client.try_send("PUT", &report_path(), Some(&body)).map(|response| response.status)
}

#[test]
fn a_fault_strikes_only_what_it_names_as_often_as_it_says_after_what_it_skips() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::status(503).on("GET", "/commit/").skip(1).times(2));
    let commit = format!("{REPO}/commit/{COMMIT}");
    assert_eq!(client.get(REPO).status, 200);
    assert_eq!(put_report(&client).expect("an answer"), 200);
    let seen: Vec<u16> = (0..4).map(|_| client.get(&commit).status).collect();
    assert_eq!((seen, bitbucket.pending_faults()), (vec![200, 503, 503, 200], 0));
}

#[test]
fn faults_strike_in_the_order_injected_one_a_request() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::status(500));
    bitbucket.inject(Fault::status(502));
    bitbucket.inject(Fault::status(504).always());
    let seen: Vec<u16> = (0..4).map(|_| client.get(REPO).status).collect();
    assert_eq!(seen, [500, 502, 504, 504]);
    bitbucket.clear_faults();
    assert_eq!(client.get(REPO).status, 200);
}

#[test]
fn a_status_has_the_body_it_usually_has_unless_another_is_wanted() {
    let (bitbucket, client) = start();
    let answer = |fault| {
        bitbucket.inject(fault);
        let answer = client.get(REPO);
        (answer.status, answer.header("content-type").unwrap_or_default().to_owned(), answer.text())
    };
    let json = "application/json; charset=utf-8".to_owned();
    let limited = "Rate limit for this resource has been exceeded".to_owned();
    assert_eq!(answer(Fault::status(429)), (429, "text/plain".to_owned(), limited));
    let (status, media_type, page) = answer(Fault::status(502));
    assert_eq!((status, media_type.as_str(), page.contains("502 Bad Gateway")), (502, "text/html", true));
    let merged = r#"{"error":{"message":"Conflict"},"type":"error"}"#.to_owned();
    assert_eq!(answer(Fault::status(409)), (409, json.clone(), merged));
    let coded = r#"{"code":400,"message":"No"}"#.to_owned();
    assert_eq!(answer(Fault::status(400).shape(Shape::CodeMessage).message("No")), (400, json.clone(), coded));
    let keyed = r#"{"arguments":{},"key":"report-service.general.bad-request","message":"No"}"#.to_owned();
    assert_eq!(answer(Fault::status(400).shape(Shape::KeyMessage).message("No")), (400, json, keyed));
    assert_eq!(answer(Fault::status(555).shape(Shape::Empty)), (555, String::new(), String::new()));
}

#[test]
fn too_many_requests_come_with_and_without_retry_after() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::status(429));
    bitbucket.inject(Fault::status(429).retry_after("2"));
    bitbucket.inject(Fault::status(429).retry_after("Wed, 21 Oct 2026 07:28:00 GMT"));
    let hints: Vec<_> = (0..3).map(|_| client.get(REPO).header("retry-after").map(str::to_owned)).collect();
    let date = "Wed, 21 Oct 2026 07:28:00 GMT".to_owned();
    assert_eq!(hints, [None, Some("2".to_owned()), Some(date)]);
}

#[test]
fn a_reset_comes_before_the_change_or_after_it() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::reset());
    assert_eq!(put_report(&client).map_err(|error| error.kind()), Err(ErrorKind::ConnectionReset));
    assert!(bitbucket.reports(COMMIT).is_empty());

    bitbucket.inject(Fault::reset().after_applying());
    assert_eq!(put_report(&client).map_err(|error| error.kind()), Err(ErrorKind::ConnectionReset));
    assert_eq!(bitbucket.reports(COMMIT).len(), 1, "the change is made and only the answer is lost");
    assert_eq!(bitbucket.requests().iter().map(|seen| seen.status).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn a_status_can_hide_that_the_change_was_made() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::status(504).after_applying());
    assert_eq!(put_report(&client).expect("an answer"), 504);
    assert_eq!(bitbucket.reports(COMMIT).len(), 1);
}

#[test]
fn a_connection_is_closed_without_an_answer() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::close());
    assert_eq!(put_report(&client).map_err(|error| error.kind()), Err(ErrorKind::UnexpectedEof));
    assert!(bitbucket.reports(COMMIT).is_empty());
}

#[test]
fn an_answer_does_not_come_for_as_long_as_one_waits() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::hang().after_applying());
    let body = json!({"title": "Lint", "details": "d"}).to_string();
    let mut stream = client.open("PUT", &report_path(), "application/json", &body).expect("sent");
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("set");
    let waited = stream.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(waited, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{waited:?}");
    assert_eq!(bitbucket.reports(COMMIT).len(), 1);
    assert_eq!(client.get(REPO).status, 200, "others are served meanwhile");
}

#[test]
fn a_body_is_cut_in_the_middle() {
    let (bitbucket, client) = start();
    let whole = client.get(REPO).body;
    bitbucket.inject(Fault::truncate());
    let mut answer = Vec::new();
    let mut stream = client.open("GET", REPO, "application/json", "").expect("sent");
    stream.read_to_end(&mut answer).expect("closed in an orderly way");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains(&format!("content-length: {}", whole.len())), "{head}");
    assert_eq!(body.as_bytes(), &whole[..whole.len() / 2]);
}

#[test]
fn a_body_drips_and_never_ends() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::drip());
    let mut stream = client.open("GET", REPO, "application/json", "").expect("sent");
    let (mut answer, mut piece) = (Vec::new(), [0; 512]);
    while answer.windows(6).filter(|window| window == b"1\r\n \r\n").count() < 3 {
        let length = stream.read(&mut piece).expect("it goes on");
        assert!(length > 0, "it does not end");
        answer.extend_from_slice(&piece[..length]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
}

#[test]
fn an_answer_leads_to_another_place() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::redirect("http://127.0.0.1:1/elsewhere"));
    let answer = client.get(REPO);
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://127.0.0.1:1/elsewhere")));
}

#[test]
fn an_empty_page_stands_before_the_one_asked_for() {
    let (bitbucket, client) = start();
    put_report(&client).expect("an answer");
    let list = format!("{REPO}/commit/{COMMIT}/reports");
    bitbucket.inject(Fault::empty_page().on("GET", "/reports"));
    let empty = client.get(&list).json();
    assert_eq!(empty["values"], json!([]));
    let next = empty["next"].as_str().expect("next");
    let (_, target) = next.split_at(next.find("/2.0/").expect("an absolute URL"));
    let page = client.get(target).json();
    assert_eq!((page["values"].as_array().map(Vec::len), page.get("next")), (Some(1), None));
}

#[test]
fn pages_go_on_for_ever_under_new_addresses() {
    let (bitbucket, client) = start();
    put_report(&client).expect("an answer");
    bitbucket.inject(Fault::endless_pages().on("GET", "/reports"));
    let mut seen = vec![format!("{REPO}/commit/{COMMIT}/reports")];
    for _ in 0..5 {
        let page = client.get(&seen[seen.len() - 1]).json();
        assert_eq!(page["values"].as_array().map(Vec::len), Some(1));
        let next = page["next"].as_str().expect("next");
        let next = next[next.find("/2.0/").expect("an absolute URL")..].to_owned();
        assert!(!seen.contains(&next));
        seen.push(next);
    }
}

#[test]
fn stopping_breaks_off_what_still_drips() {
    let (bitbucket, client) = start();
    bitbucket.inject(Fault::drip());
    let mut stream = client.open("GET", REPO, "application/json", "").expect("sent");
    let mut first = [0; 16];
    stream.read_exact(&mut first).expect("a head");
    drop(bitbucket);
    let mut rest = Vec::new();
    // A close or a reset, but an end.
    drop(stream.read_to_end(&mut rest));
}
