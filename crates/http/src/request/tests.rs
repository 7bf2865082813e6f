//! Where a request may go, and what it may carry there. Sockets are not needed to see that.

use super::*;

fn client(base: &str) -> Client {
    Client::builder(Url::parse(base).unwrap()).build().unwrap()
}

fn redirected(method: Method, from: &str, location: &str) -> String {
    let client = client("https://api.example.com/2.0");
    let from = Url::parse(from).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, location.parse().unwrap());
    match client.request(method, from.clone()).redirect_target(&from, &headers) {
        Ok(url) => url.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_get_follows_redirects_but_never_to_an_unencrypted_place() {
    let from = "https://api.example.com/2.0/a?token=hidden";
    insta::assert_snapshot!(redirected(Method::GET, from, "/2.0/b"), @"https://api.example.com/2.0/b");
    insta::assert_snapshot!(redirected(Method::GET, from, "https://storage.example.net/b?sig=1"), @"https://storage.example.net/b?sig=1");
    insta::assert_snapshot!(
        redirected(Method::GET, from, "http://api.example.com/2.0/b?sig=1"),
        @"GET /a: redirected to http://api.example.com/2.0/b, which is less safe; not followed"
    );
    insta::assert_snapshot!(
        redirected(Method::GET, from, "file:///etc/passwd"),
        @"GET /a: redirected to file:///etc/passwd, which is less safe; not followed"
    );
    insta::assert_snapshot!(redirected(Method::GET, from, "https://"), @"GET /a: redirected without a usable address");
}

#[test]
fn what_is_not_a_get_is_not_redirected() {
    insta::assert_snapshot!(
        redirected(Method::POST, "https://api.example.com/2.0/a", "/2.0/b"),
        @"POST /a: redirected to /b; only a GET is redirected"
    );
}

#[test]
fn links_stay_with_the_authority_and_its_other_names_are_rewritten() {
    let behind_proxy = Client::builder(Url::parse("http://api.example.com/2.0").unwrap())
        .also_known_as(Url::parse("https://api.example.com").unwrap())
        .build()
        .unwrap();
    let next = behind_proxy.follow("https://api.example.com/2.0/x?page=2").unwrap();
    assert_eq!(next.as_str(), "http://api.example.com/2.0/x?page=2");

    let client = client("https://api.example.com/2.0");
    for link in ["https://evil.example.net/2.0/x?a=b", "http://api.example.com/2.0/x", "https://api.example.com:8443/x"]
    {
        let error = client.follow(link).unwrap_err().to_string();
        assert!(error.ends_with(": that leaves https://api.example.com/2.0"), "{error}");
        assert!(!error.contains("a=b"), "{error}");
    }
    insta::assert_snapshot!(client.follow("/x").unwrap_err(), @"follow the server's link to /x: that is no URL");
}

#[test]
fn each_segment_of_an_address_stays_one_segment() {
    let client = client("https://api.example.com/2.0/");
    let url = client.url(&["repositories", "{ab-1}", "a/b?c#d", "50%"]).unwrap();
    assert_eq!(url.as_str(), "https://api.example.com/2.0/repositories/%7Bab-1%7D/a%2Fb%3Fc%23d/50%25");
    for bad in ["", ".", ".."] {
        assert!(client.url(&["repositories", bad]).is_err(), "{bad:?}");
    }
    insta::assert_snapshot!(client.url(&["a", ".."]).unwrap_err(), @r#"use the address /a/..: ".." cannot be a part of one"#);
}

#[test]
fn a_client_needs_a_web_address_and_readable_certificates() {
    let build = |base: &str| Client::builder(Url::parse(base).unwrap());
    insta::assert_snapshot!(
        build("ftp://example.com").build().unwrap_err(),
        @"set up a client of ftp://example.com/: its URL is not one of http or https"
    );
    insta::assert_snapshot!(
        build("https://ada:hunter2@example.com").build().unwrap_err(),
        @"set up a client of https://example.com/: its URL holds credentials, which have to be given apart"
    );
    insta::assert_snapshot!(
        build("https://example.com").root_certificates(b"nothing".to_vec()).build().unwrap_err(),
        @"set up a client of https://example.com/: extra root certificates: no PEM certificate in it"
    );
}
