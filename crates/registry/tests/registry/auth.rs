//! Who is asking, and whom that is told.

use registry::{Clock, Credentials, Error, Registry};

use crate::stage::{Stage, ada, client};

#[tokio::test]
async fn a_token_is_fetched_when_the_registry_asks_for_one_and_used_as_long_as_it_is_good() {
    let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), ada());
    let digest = stage.fake.push("shop/api", "1");
    stage.digest_of("1").await.unwrap();
    assert!(stage.registry.exists("shop/api", &digest).await.unwrap());
    stage.fake.expire_tokens();
    stage.digest_of("1").await.unwrap();
    let digits = digest.as_str();
    let lines: Vec<_> = stage.lines().iter().map(|line| line.replace(digits, "DIGEST")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    HEAD /v2/shop/api/manifests/1 401
    GET /token?service=fake+registry&scope=repository%3Ashop%2Fapi%3Apull 200 Basic YWRhOmh1bnRlcjI=
    HEAD /v2/shop/api/manifests/1 200 Bearer issued-1
    HEAD /v2/shop/api/manifests/DIGEST 200 Bearer issued-1
    HEAD /v2/shop/api/manifests/1 401 Bearer issued-1
    GET /token?service=fake+registry&scope=repository%3Ashop%2Fapi%3Apull 200 Basic YWRhOmh1bnRlcjI=
    HEAD /v2/shop/api/manifests/1 200 Bearer issued-2
    ");
}

#[tokio::test]
async fn each_repository_has_a_token_of_its_own() {
    let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), ada());
    stage.fake.push("shop/api", "1");
    stage.fake.push("shop/web", "1");
    for repository in ["shop/api", "shop/web", "shop/api"] {
        stage.registry.digest_of(repository, "1").await.unwrap();
    }
    let tokens = stage.lines().iter().filter(|line| line.starts_with("GET /token")).count();
    assert_eq!(tokens, 2);
}

#[tokio::test]
async fn anybody_gets_a_token_for_what_is_public_and_a_hint_for_what_is_not() {
    let stage = Stage::with(fakes::Registry::builder().public(&["shop/api"]), None);
    stage.fake.push("shop/api", "1");
    stage.digest_of("1").await.unwrap();
    let error = stage.registry.digest_of("shop/secret", "1").await.unwrap_err();
    insta::assert_snapshot!(stage.shown(&error), @"ask for REGISTRY/shop/secret:1: REGISTRY refused: UNAUTHORIZED: authentication required");
    insta::assert_snapshot!(error.hint().unwrap(), @"give credentials that may pull it; many registries also answer so when there is no such image");
    assert!(!error.is_not_found() && !error.is_transient());
}

#[tokio::test]
async fn an_identity_token_is_changed_for_a_token() {
    let credentials = Some(Credentials::IdentityToken("refresh-me".into()));
    let stage = Stage::with(fakes::Registry::builder().identity_token("refresh-me"), credentials);
    stage.fake.push("shop/api", "1");
    stage.digest_of("1").await.unwrap();
    insta::assert_snapshot!(stage.lines().join("\n"), @"
    HEAD /v2/shop/api/manifests/1 401
    POST /token 200
    HEAD /v2/shop/api/manifests/1 200 Bearer issued-1
    ");

    let registry = client(&stage.fake, &Clock::manual(), Some(Credentials::IdentityToken("stale".into())));
    let error = registry.digest_of("shop/api", "1").await.unwrap_err();
    assert!(matches!(error, Error::Denied { with_credentials: true, .. }), "{error}");
}

#[tokio::test]
async fn an_identity_token_that_the_realm_repeats_is_not_told() {
    let credentials = Some(Credentials::IdentityToken("refresh-me".into()));
    let stage = Stage::with(fakes::Registry::builder().identity_token("refresh-me"), credentials);
    for status in [400, 500] {
        let fault = fakes::Fault::status(status).message("cannot use refresh-me");
        stage.fake.inject(fault.on("POST", "/token").times(5));
        let error = stage.digest_of("1").await.unwrap_err();
        assert!(error.to_string().contains("cannot use ***"), "{error}");
        stage.fake.clear_faults();
    }
}

#[tokio::test]
async fn basic_authentication_is_used_where_the_registry_wants_it() {
    let stage = Stage::with(fakes::Registry::builder().basic("ada", "hunter2"), ada());
    stage.fake.push("shop/api", "1");
    stage.digest_of("1").await.unwrap();
    let basic = "Basic YWRhOmh1bnRlcjI=";
    assert_eq!(
        stage.lines(),
        ["HEAD /v2/shop/api/manifests/1 401".to_owned(), format!("HEAD /v2/shop/api/manifests/1 200 {basic}")]
    );
    let error = stage.registry.digest_of("shop/web", "1").await.unwrap_err();
    assert!(error.is_not_found(), "/v2/ wants credentials too, which shows that it is a registry: {error}");
}

#[tokio::test]
async fn who_refuses_credentials_is_named_with_its_words_and_the_password_is_not() {
    for fake in [fakes::Registry::builder().token("ada", "other"), fakes::Registry::builder().basic("ada", "other")] {
        let stage = Stage::with(fake, ada());
        stage.fake.push("shop/api", "1");
        let error = stage.digest_of("1").await.unwrap_err();
        assert!(matches!(error, Error::Denied { with_credentials: true, .. }), "{error}");
        assert!(error.to_string().contains(" refused: "), "{error}");
        for secret in ["hunter2", "YWRhOmh1bnRlcjI="] {
            assert!(!format!("{error} {error:?} {:?}", stage.registry).contains(secret), "{error:?}");
        }
    }
}

#[tokio::test]
async fn without_credentials_a_registry_that_wants_them_is_not_asked_twice() {
    let stage = Stage::with(fakes::Registry::builder().basic("ada", "hunter2"), None);
    let error = stage.digest_of("1").await.unwrap_err();
    insta::assert_snapshot!(stage.shown(&error), @"ask for REGISTRY/shop/api:1: REGISTRY refused: it wants a user and a password");
    assert_eq!(stage.lines().len(), 1);

    let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), None);
    let error = stage.digest_of("1").await.unwrap_err();
    insta::assert_snapshot!(stage.shown(&error), @"ask for REGISTRY/shop/api:1: REALM refused: UNAUTHORIZED: authentication required");
}

#[tokio::test]
async fn credentials_go_to_no_place_that_is_not_encrypted() {
    for realm in
        ["http://tokens.example.com/token", "http://10.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "token"]
    {
        let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2").realm(realm), ada());
        stage.fake.push("shop/api", "1");
        let error = stage.digest_of("1").await.unwrap_err();
        assert!(matches!(error, Error::NotARegistry { .. }), "{realm}: {error}");
        assert_eq!(stage.lines().len(), 1, "{realm}");
    }
}

#[tokio::test]
async fn the_place_that_a_redirect_leads_to_gets_no_credentials_and_may_not_ask_for_any() {
    let elsewhere = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), None);
    elsewhere.fake.push("shop/api", "1");
    let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), ada());
    stage.fake.push("shop/api", "1");
    stage.digest_of("1").await.unwrap();
    let target = format!("http://{}/v2/shop/api/manifests/1", elsewhere.fake.host());
    stage.fake.inject(fakes::Fault::redirect(target).on("", "/manifests/").always());
    let error = stage.digest_of("1").await.unwrap_err();
    assert!(matches!(error, Error::NotARegistry { .. }), "{error}");
    assert_eq!(elsewhere.lines(), ["HEAD /v2/shop/api/manifests/1 401"]);
}

#[tokio::test]
async fn a_challenge_that_cannot_be_answered_is_shown_as_such() {
    for challenge in ["Negotiate", "Bearer service=\"x\"", "Digest realm=\"x\"", ""] {
        let fake = fakes::Registry::builder().token("ada", "hunter2").challenge(challenge);
        let stage = Stage::with(fake, ada());
        let error = stage.digest_of("1").await.unwrap_err();
        assert_eq!(
            stage.shown(&error),
            "ask for REGISTRY/shop/api:1: HEAD /v2/shop/api/manifests/1: 401 Unauthorized, and it asks for neither Basic nor Bearer",
            "{challenge}"
        );
    }
}

#[test]
fn a_registry_shows_no_credentials_when_it_is_printed() {
    let registry = Registry::builder("registry.example.com").credentials(ada()).build().unwrap();
    assert_eq!(format!("{registry:?}"), r#"Registry { host: "registry.example.com", .. }"#);
    assert!(!format!("{:?}", ada()).contains("hunter2"));
}
