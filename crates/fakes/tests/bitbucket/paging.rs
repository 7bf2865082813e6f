//! Lists in pages.

use fakes::Bitbucket;
use serde_json::{Value, json};

use crate::client::{COMMIT, Client, REPO};

fn reports() -> String {
    format!("{REPO}/commit/{COMMIT}/reports")
}

fn with_reports(count: usize) -> (Bitbucket, Client) {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    for number in 0..count {
        let body = json!({"title": format!("Report {number}"), "details": "d"});
        assert_eq!(client.put(&format!("{}/r{number}", reports()), &body).status, 200);
    }
    (bitbucket, client)
}

/// Path and query of `next`.
fn next(page: &Value) -> Option<String> {
    let url = page["next"].as_str()?.strip_prefix("http://")?;
    url.find('/').map(|start| url[start..].to_owned())
}

#[test]
fn following_next_gives_every_value_once_and_in_order() {
    let (_bitbucket, client) = with_reports(25);
    let (mut sizes, mut titles, mut target) = (Vec::new(), Vec::new(), Some(format!("{}?a=b", reports())));
    while let Some(here) = target {
        let page = client.get(&here).json();
        let values = page["values"].as_array().expect("values");
        sizes.push(values.len());
        titles.extend(values.iter().map(|value| value["title"].clone()));
        target = next(&page);
    }
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(titles, (0..25).map(|number| json!(format!("Report {number}"))).collect::<Vec<_>>());
}

#[test]
fn a_full_last_page_has_no_next() {
    let (_bitbucket, client) = with_reports(10);
    assert_eq!(next(&client.get(&reports()).json()), None);
}

#[test]
fn next_leads_to_the_authority_that_was_asked() {
    let (bitbucket, client) = with_reports(11);
    let link = |page: Value| page["next"].as_str().expect("next").to_owned();
    assert!(link(client.get(&reports()).json()).starts_with(&bitbucket.api_url()));
    let absolute = format!("http://api.bitbucket.org{}", reports());
    let through_proxy = link(Client::proxy(&bitbucket).get(&absolute).json());
    assert!(through_proxy.starts_with("https://api.bitbucket.org/2.0/repositories/"), "{through_proxy}");
}

#[test]
fn pages_cannot_be_counted_or_used_elsewhere() {
    let (_bitbucket, client) = with_reports(11);
    assert_eq!(client.get(&format!("{}?page=2", reports())).refusal(), (400, "Invalid page".to_owned()));
    let token = next(&client.get(&reports()).json()).expect("next");
    let (_, token) = token.split_once("page=").expect("a token");
    let elsewhere = format!("{REPO}/commit/{COMMIT}/statuses?page={token}");
    assert_eq!(client.get(&elsewhere).status, 400);
}

#[test]
fn the_length_of_a_page_is_between_ten_and_a_hundred() {
    let (_bitbucket, client) = with_reports(12);
    let ask = |length: &str| client.get(&format!("{}?pagelen={length}", reports()));
    let length = |wanted| ask(wanted).json()["values"].as_array().map(Vec::len);
    assert_eq!((length("1"), length("11"), length("100")), (Some(10), Some(11), Some(12)));
    for bad in ["0", "101", "many"] {
        assert_eq!(ask(bad).refusal(), (400, "Invalid pagelen".to_owned()));
    }
}
