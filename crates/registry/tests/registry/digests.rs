//! Which digest a tag has, and what is taken for one.

use registry::{Error, Registry};

use crate::stage::Stage;

const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

#[tokio::test]
async fn a_tag_has_the_digest_of_what_was_pushed_last() {
    let stage = Stage::new();
    let old = stage.fake.push("shop/api", "1.4.0");
    let new = stage.fake.push("shop/api", "1.4.0");
    assert_ne!(old, new);
    assert_eq!(stage.digest_of("1.4.0").await.unwrap(), new);
    assert_eq!(stage.lines(), ["HEAD /v2/shop/api/manifests/1.4.0 200"]);
}

#[tokio::test]
async fn every_kind_of_manifest_is_asked_for() {
    let stage = Stage::new();
    for kind in [
        DOCKER_MANIFEST,
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    ] {
        let digest = stage.fake.push_manifest("shop/api", "1", kind, br#"{"schemaVersion":2}"#);
        assert_eq!(stage.digest_of("1").await.unwrap(), digest, "{kind}");
    }
}

#[tokio::test]
async fn a_digest_exists_with_or_without_a_tag() {
    let stage = Stage::new();
    let digest = stage.fake.push("shop/api", "1");
    stage.fake.untag("shop/api", "1");
    assert!(stage.registry.exists("shop/api", &digest).await.unwrap());
    assert!(!stage.registry.exists("shop/api", &format!("sha256:{}", "0".repeat(64))).await.unwrap());
    assert!(!stage.registry.exists("shop/web", &digest).await.unwrap());
    assert_eq!(stage.digest_of(&digest).await.unwrap(), digest);
}

#[tokio::test]
async fn a_tag_that_is_not_there_is_told_in_the_registrys_words() {
    let stage = Stage::new();
    stage.fake.push("shop/api", "1.4.0");
    let error = stage.digest_of("1.4.1").await.unwrap_err();
    assert!(error.is_not_found() && !error.is_transient());
    insta::assert_snapshot!(stage.shown(&error), @"find REGISTRY/shop/api:1.4.1: the registry has no such image: MANIFEST_UNKNOWN: manifest unknown");
    insta::assert_snapshot!(error.hint().unwrap(), @"see that the image was pushed, under this tag and to this registry");

    let error = stage.registry.digest_of("shop/web", "1.4.0").await.unwrap_err();
    insta::assert_snapshot!(stage.shown(&error), @"find REGISTRY/shop/web:1.4.0: the registry has no such image: NAME_UNKNOWN: repository name not known to registry");
}

#[tokio::test]
async fn a_registry_without_head_or_without_the_header_is_asked_for_the_content() {
    for fake in [fakes::Registry::builder().no_head(), fakes::Registry::builder().no_digest_header()] {
        let stage = Stage::with(fake, None);
        let digest = stage.fake.push("shop/api", "1");
        assert_eq!(stage.digest_of("1").await.unwrap(), digest);
        assert_eq!(stage.digest_of(&digest).await.unwrap(), digest);
        assert_eq!(stage.lines().len(), 4);
    }
}

#[tokio::test]
async fn a_digest_that_is_not_that_of_the_content_is_not_believed() {
    let stage = Stage::with(fakes::Registry::builder().wrong_digest_header(), None);
    let digest = stage.fake.push("shop/api", "1");
    for reference in ["1", &digest] {
        let error = stage.digest_of(reference).await.unwrap_err();
        assert!(matches!(error, Error::Contradiction { .. }), "{error}");
        assert!(error.to_string().contains(&digest), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_manifest_has_no_digest() {
    let stage = Stage::with(fakes::Registry::builder().no_digest_header(), None);
    for (body, expected) in [
        (&b"<html>Welcome</html>"[..], "what it answers is no manifest, as line 1, column 1 shows"),
        (br#"{"schemaVersion":1}"#, "it answers with a manifest of schema 1, which has no digest that is ours to use"),
    ] {
        stage.fake.push_manifest("shop/api", "1", DOCKER_MANIFEST, body);
        let error = stage.digest_of("1").await.unwrap_err();
        assert!(matches!(error, Error::NotARegistry { .. }), "{error}");
        assert_eq!(stage.shown(&error), format!("ask for REGISTRY/shop/api:1: {expected}"));
    }
}

#[tokio::test]
async fn a_server_that_is_no_registry_does_not_prove_that_an_image_is_missing() {
    let bitbucket = fakes::Bitbucket::start().unwrap();
    let host = bitbucket.api_url().replace("http://", "").replace("/2.0", "");
    let registry = Registry::builder(&host).build().unwrap();
    let error = registry.digest_of("shop/api", "1").await.unwrap_err();
    assert!(matches!(error, Error::NotARegistry { .. }) && !error.is_not_found(), "{error}");
    insta::assert_snapshot!(
        error.to_string().replace(&host, "HOST"),
        @"ask for HOST/shop/api:1: what answers there is not a registry: GET /v2/shop/api/manifests/1: 404 Not Found: Resource not found"
    );
    assert!(registry.exists("shop/api", &format!("sha256:{}", "0".repeat(64))).await.is_err());
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_sent() {
    let stage = Stage::new();
    for (repository, reference) in [
        ("shop/api", "a/b"),
        ("shop/api", ""),
        ("shop/api", "sha256:12"),
        ("shop/../api", "1"),
        ("", "1"),
        ("a//b", "1"),
    ] {
        let error = stage.registry.digest_of(repository, reference).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{repository} {reference}: {error}");
    }
    assert!(matches!(stage.registry.exists("shop/api", "1.4.0").await, Err(Error::Invalid { .. })));
    assert!(Registry::builder("https://registry.example.com").build().is_err());
    assert_eq!(stage.lines(), [""; 0]);
}
