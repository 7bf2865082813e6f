//! Who is asking, and who gets to know.

use std::time::Duration;

use bitbucket::{Auth, ReportResult};
use fakes::Fault;

use crate::stage::{Stage, fake};

fn oauth() -> Auth {
    Auth::OAuth { client_id: "key".to_owned(), client_secret: "hunter2".into() }
}

/// How often a token was asked for.
fn tokens(stage: &Stage) -> usize {
    stage.lines().iter().filter(|line| line.contains("/oauth2/")).count()
}

#[tokio::test]
async fn an_api_token_goes_out_with_the_e_mail_address() {
    let auth = Auth::ApiToken { email: "ada@example.com".to_owned(), token: "s3cret".into() };
    let stage = Stage::with(fake().user("ada@example.com", "s3cret"), |builder| builder.auth(auth));
    assert_eq!(stage.bb.current_user().await.unwrap().display_name.as_deref(), Some("The Caller"));
}

#[tokio::test]
async fn nobody_sends_no_credentials_and_is_told_what_is_missing() {
    let stage = Stage::with(fake(), |builder| builder.auth(Auth::None));
    let error = stage.bb.current_user().await.unwrap_err();
    assert_eq!(stage.fake.requests()[0].header("authorization"), None);
    insta::assert_snapshot!(error, @"GET /user: 401 Unauthorized: You must be authenticated to access this resource.");
}

#[tokio::test]
async fn scopes_that_are_missing_are_named() {
    let fake = fake().token_with_scopes("narrow", &["account"]);
    let stage = Stage::with(fake, |builder| builder.auth(Auth::AccessToken("narrow".into())));
    let error = stage.repository().pull_requests().get(7).await.unwrap_err();
    insta::assert_snapshot!(error, @"GET /repositories/acme/shop/pullrequests/7: 403 Forbidden: Your credentials lack one or more required privilege scopes. (granted: account; required: pullrequest)");
}

#[tokio::test]
async fn the_in_step_proxy_is_asked_in_plain_http_with_the_whole_address_and_no_credentials() {
    let fake = fakes::Bitbucket::start().unwrap();
    let bb = bitbucket::Bitbucket::builder().auth(Auth::Proxy(fake.proxy_url())).build().unwrap();
    let reports = bb.repository("acme", "shop").commit(crate::stage::COMMIT).reports();
    for n in 0..12 {
        reports.put(&format!("report-{n}"), "R").result(ReportResult::Passed).send().await.unwrap();
    }
    // `next` says https, which the proxy would not fetch.
    assert_eq!(reports.list().page_length(10).all().await.unwrap().len(), 12);
    assert_eq!(fake.requests().len(), 14);
    for request in fake.requests() {
        assert!(request.proxied, "{}", request.line());
        assert_eq!((request.header("authorization"), request.header("host")), (None, Some("api.bitbucket.org")));
    }
}

#[tokio::test]
async fn a_forward_proxy_is_used_when_it_is_given_and_its_password_is_not_told() {
    let stage = Stage::with(fake(), |builder| builder);
    let by = |proxy: String| {
        let builder = bitbucket::Bitbucket::builder().base_uri("http://api.bitbucket.org/2.0");
        builder.auth(Auth::AccessToken("token".into())).proxy(proxy).build()
    };
    let reports = by(stage.fake.proxy_url()).unwrap().repository("acme", "shop").commit(crate::stage::COMMIT).reports();
    reports.list().all().await.unwrap();
    assert!(stage.fake.requests()[0].proxied);
    assert_eq!(stage.fake.requests()[0].header("authorization"), Some("Bearer token"));
    insta::assert_snapshot!(
        by("http://ada:hunter2@proxy:port".to_owned()).unwrap_err(),
        @r#"use the address "proxy:port": invalid port number"#
    );
}

#[tokio::test]
async fn an_oauth_token_is_shared_by_requests_and_replaced_before_it_expires() {
    let stage = Stage::with(fake().oauth_client("key", "hunter2"), |builder| builder.auth(oauth()));
    let (one, other) = tokio::join!(stage.bb.current_user(), stage.bb.current_user());
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(tokens(&stage), 1);
    stage.clock.advance(Duration::from_secs(3541));
    stage.bb.current_user().await.unwrap();
    assert_eq!(tokens(&stage), 2);
}

#[tokio::test]
async fn an_oauth_token_that_is_refused_is_replaced_once() {
    let stage = Stage::with(fake().oauth_client("key", "hunter2"), |builder| builder.auth(oauth()));
    stage.bb.current_user().await.unwrap();
    stage.fake.expire_oauth_tokens();
    stage.bb.current_user().await.unwrap();
    assert_eq!(tokens(&stage), 2);

    stage.fake.inject(Fault::status(401).on("GET", "/user").always());
    let error = stage.bb.current_user().await.unwrap_err();
    assert!(error.is_denied(), "{error}");
    assert_eq!(tokens(&stage), 3);
}

#[tokio::test]
async fn a_refused_oauth_client_is_an_error_without_its_secret() {
    let stage = Stage::with(fake().oauth_client("key", "another"), |builder| builder.auth(oauth()));
    let error = stage.bb.current_user().await.unwrap_err();
    insta::assert_snapshot!(error, @"POST /site/oauth2/access_token: 400 Bad Request: unauthorized_client: Invalid OAuth client credentials");
}

#[tokio::test]
async fn a_server_that_repeats_our_token_does_not_get_it_into_an_error() {
    let stage = Stage::failing([Fault::status(400).message(format!("bad token {}", fakes::bitbucket::TOKEN))]);
    let error = stage.bb.current_user().await.unwrap_err();
    insta::assert_snapshot!(error, @"GET /user: 400 Bad Request: bad token ***");
    assert!(!format!("{error:?} {:?}", stage.bb).contains(fakes::bitbucket::TOKEN));
}

#[tokio::test]
async fn a_redirect_to_another_host_is_followed_without_credentials() {
    let elsewhere = fakes::Bitbucket::start().unwrap();
    let stage = Stage::failing([Fault::redirect(format!("{}/user", elsewhere.api_url()))]);
    let error = stage.bb.current_user().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401), "{error}");
    assert_eq!(elsewhere.requests().len(), 1);
    assert_eq!(elsewhere.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn credentials_do_not_come_back_on_the_way_home_from_another_host() {
    let stage = Stage::new();
    let elsewhere = fakes::Bitbucket::start().unwrap();
    stage.fake.inject(Fault::redirect(format!("{}/user", elsewhere.api_url())));
    elsewhere.inject(Fault::redirect(format!("{}/user", stage.fake.api_url())));
    assert!(stage.bb.current_user().await.unwrap_err().is_denied());
    assert_eq!(stage.fake.requests()[1].header("authorization"), None);
}

#[tokio::test]
async fn a_redirect_on_the_same_host_keeps_credentials_and_a_circle_ends() {
    let stage = Stage::new();
    let home = format!("{}/user", stage.fake.api_url());
    stage.fake.inject(Fault::redirect(&home));
    stage.bb.current_user().await.unwrap();
    stage.fake.inject(Fault::redirect(home).always());
    insta::assert_snapshot!(
        stage.bb.current_user().await.unwrap_err(),
        @"GET /user: redirected more than 5 times; not followed further"
    );
}

#[tokio::test]
async fn a_write_is_never_redirected() {
    let stage = Stage::new();
    stage.fake.inject(Fault::redirect("/2.0/elsewhere").on("PUT", ""));
    let error = stage.commit().reports().put("phpcs", "PHPCS").send().await.unwrap_err();
    assert!(error.to_string().ends_with("redirected to /elsewhere; only a GET is redirected"), "{error}");
    assert_eq!(stage.lines().len(), 1);
}
