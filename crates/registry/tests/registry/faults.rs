//! Everything that goes wrong between here and there.

use fakes::Fault;
use registry::{Error, Registry};

use crate::stage::{Stage, ada};

#[tokio::test]
async fn a_rate_limit_is_waited_out_as_long_as_the_registry_says() {
    let stage = Stage::new();
    let digest = stage.fake.push("shop/api", "1");
    stage.fake.inject(Fault::status(429).retry_after("7"));
    assert_eq!(stage.digest_of("1").await.unwrap(), digest);
    assert_eq!(stage.clock.slept().iter().map(std::time::Duration::as_secs).collect::<Vec<_>>(), [7]);
}

#[tokio::test]
async fn a_rate_limit_that_lasts_is_an_error_and_not_a_missing_image() {
    let stage = Stage::new();
    stage.fake.inject(Fault::status(429).retry_after("3600").always());
    let error = stage.digest_of("1").await.unwrap_err();
    assert!(error.is_transient() && !error.is_not_found());
    insta::assert_snapshot!(stage.shown(&error), @"ask for REGISTRY/shop/api:1: HEAD /v2/shop/api/manifests/1: 429 Too Many Requests; rate limit: told to wait 3600 s, more than the 300 s left of the 300 s allowed; try again later or allow a longer wait");
    assert_eq!(stage.lines().len(), 1);
}

#[tokio::test]
async fn faults_that_pass_are_waited_out_at_the_registry_and_at_its_realm() {
    for fault in [Fault::status(503), Fault::reset(), Fault::close()] {
        let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), ada());
        let digest = stage.fake.push("shop/api", "1");
        stage.fake.inject(fault.clone().on("GET", "/token"));
        stage.fake.inject(fault.on("HEAD", "/manifests/"));
        assert_eq!(stage.digest_of("1").await.unwrap(), digest);
        assert_eq!(stage.clock.slept().len(), 2);
    }
}

#[tokio::test]
async fn faults_that_last_are_told_and_never_taken_for_an_answer() {
    for fault in [Fault::status(500), Fault::status(503), Fault::reset(), Fault::close()] {
        for place in ["/manifests/", "/token"] {
            let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), ada());
            stage.fake.push("shop/api", "1");
            stage.fake.inject(fault.clone().on("", place).always());
            let error = stage.digest_of("1").await.unwrap_err();
            assert!(matches!(error, Error::Http { .. }) && error.is_transient(), "{error}");
            assert!(error.to_string().ends_with("(after 5 attempts)"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_missing_image_is_not_believed_while_the_registry_is_failing() {
    let stage = Stage::new();
    stage.fake.push("shop/api", "1");
    stage.fake.inject(Fault::status(503).on("GET", "/v2/").skip(1).always());
    let error = stage.digest_of("2").await.unwrap_err();
    assert!(!error.is_not_found() && error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_manifest_cut_short_is_asked_for_again() {
    let stage = Stage::with(fakes::Registry::builder().no_head(), None);
    let digest = stage.fake.push("shop/api", "1");
    stage.fake.inject(Fault::truncate().on("GET", "/manifests/"));
    assert_eq!(stage.digest_of("1").await.unwrap(), digest);
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_not_quoted() {
    let stage = Stage::with(fakes::Registry::builder().token("ada", "hunter2"), ada());
    let page = Stage::with(fakes::Registry::builder(), None);
    let target = format!("http://{}/v2/", page.fake.host());
    stage.fake.inject(Fault::redirect(target).on("GET", "/token").always());
    let error = stage.digest_of("1").await.unwrap_err();
    insta::assert_snapshot!(stage.shown(&error), @"ask for REGISTRY/shop/api:1: the answer of REALM, which is to give a token, holds no token");
    assert!(page.lines().iter().all(|line| !line.contains("Basic")), "{:?}", page.lines());
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_unreachable_and_not_without_the_image() {
    let gone = Stage::new().fake.host();
    let registry = Registry::builder(&gone)
        .configured(|http| http.retries(registry::Retries { faults: 0, ..registry::Retries::default() }))
        .build()
        .unwrap();
    let error = registry.digest_of("shop/api", "1").await.unwrap_err();
    assert!(error.is_transient() && !error.is_not_found());
    assert!(error.to_string().contains("no connection: "), "{error}");
}
