use proptest::prelude::*;

use super::*;

/// `ada:hunter2`
const ADA: &str = "YWRhOmh1bnRlcjI=";

fn ada() -> Found {
    Found::Credentials(Credentials::new("ada", "hunter2"))
}

fn found(text: &str, host: &str) -> Found {
    find(text, host, "shop/api").unwrap()
}

#[test]
fn an_entry_is_found_by_its_host_however_the_key_is_written() {
    for key in
        ["registry.example.com:5000", "https://registry.example.com:5000", "http://registry.example.com:5000/v2/"]
    {
        let text = format!(
            r#"{{"auths": {{"other": {{"auth": "eDp5"}}, "{key}": {{"auth": "{ADA}"}}}}, "HttpHeaders": {{}}}}"#
        );
        assert_eq!(found(&text, "registry.example.com:5000"), ada(), "{key}");
        for other in ["registry.example.com", "registry.example.com:500", "example.com:5000"] {
            assert_eq!(found(&text, other), Found::Nothing, "{key} {other}");
        }
    }
}

#[test]
fn docker_hub_has_an_odd_key_and_many_names() {
    for key in ["https://index.docker.io/v1/", "docker.io", "index.docker.io/v1/", "registry-1.docker.io"] {
        let text = format!(r#"{{"auths": {{"{key}": {{"auth": "{ADA}"}}}}}}"#);
        for host in ["docker.io", "index.docker.io", "registry-1.docker.io"] {
            assert_eq!(found(&text, host), ada(), "{key} {host}");
        }
        assert_eq!(found(&text, "ghcr.io"), Found::Nothing);
    }
}

#[test]
fn of_several_entries_the_one_for_the_longest_part_of_the_path_is_meant() {
    let text = format!(
        r#"{{"auths": {{"quay.io": {{"auth": "eDp5"}}, "quay.io/shop": {{"auth": "{ADA}"}}, "quay.io/shop/ap": {{"auth": "eDp5"}}, "quay.io/shop/web": {{"auth": "eDp5"}}}}}}"#
    );
    assert_eq!(found(&text, "quay.io"), ada());
    assert_eq!(find(&text, "quay.io", "other").unwrap(), Found::Credentials(Credentials::new("x", "y")));
}

#[test]
fn passwords_may_hold_colons_and_padding_may_be_missing() {
    let auth = |auth: &str| found(&format!(r#"{{"auths": {{"r": {{"auth": "{auth}"}}}}}}"#), "r");
    assert_eq!(auth(ADA.trim_end_matches('=')), ada());
    assert_eq!(auth("YTpiOmM="), Found::Credentials(Credentials::new("a", "b:c")));
    assert_eq!(auth("YTpiAAA="), Found::Credentials(Credentials::new("a", "b")));
}

#[test]
fn an_identity_token_goes_before_the_user_that_stands_for_it() {
    let text = r#"{"auths": {"r.azurecr.io": {"auth": "MDAwMDo=", "identitytoken": "refresh"}}}"#;
    assert_eq!(found(text, "r.azurecr.io"), Found::Credentials(Credentials::IdentityToken("refresh".into())));
}

#[test]
fn user_and_password_may_stand_in_the_clear() {
    let text = r#"{"auths": {"r": {"username": "ada", "password": "hunter2"}}}"#;
    assert_eq!(found(text, "r"), ada());
}

#[test]
fn a_helper_is_named_and_never_started() {
    let text = r#"{"auths": {"r": {}}, "credsStore": "desktop", "credHelpers": {"gcr.io": "gcloud"}}"#;
    assert_eq!(found(text, "r"), Found::Helper("docker-credential-desktop".to_owned()));
    assert_eq!(found(text, "gcr.io"), Found::Helper("docker-credential-gcloud".to_owned()));
    let with_both = format!(r#"{{"auths": {{"r": {{"auth": "{ADA}"}}}}, "credsStore": "desktop"}}"#);
    assert_eq!(found(&with_both, "r"), ada());
}

#[test]
fn a_file_that_says_nothing_says_nothing() {
    for text in [
        "{}",
        r#"{"auths": {}}"#,
        r#"{"auths": null, "credHelpers": null, "credsStore": ""}"#,
        r#"{"auths": {"r": {}}}"#,
    ] {
        assert_eq!(found(text, "r"), Found::Nothing, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_told_without_quoting_it() {
    let error = |text: &str| find(text, "r", "a").unwrap_err().to_string();
    insta::assert_snapshot!(error(r#"{"auths": {"r": {"auth": 5, "password": "hunter2"}}}"#), @"not a config of docker: line 1, column 26");
    insta::assert_snapshot!(error(r#"{"auths": "hunter2"}"#), @"not a config of docker: line 1, column 19");
    for auth in ["not base64!", "YWRh", "OnB3", "YTo=", "//8="] {
        let text = format!(r#"{{"auths": {{"r": {{"auth": "{auth}"}}}}}}"#);
        assert_eq!(error(&text), r#"auths["r"].auth is not USER:PASSWORD in base64"#, "{auth}");
    }
    let elsewhere = r#"{"auths": {"other": {"auth": "!"}}}"#;
    assert_eq!(found(elsewhere, "r"), Found::Nothing, "what another registry's entry holds does not matter");
}

proptest! {
    #[test]
    fn credentials_that_docker_writes_are_read_back(user in "[^:\0\\s][^:\0]{0,9}", password in "[!-~][ -~é]{0,19}") {
        let auth = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        let text = format!(r#"{{"auths": {{"r": {{"auth": "{auth}"}}}}}}"#);
        prop_assert_eq!(found(&text, "r"), Found::Credentials(Credentials::new(user, password)));
    }

    #[test]
    fn no_text_makes_reading_it_panic(text in ".{0,60}", key in "[a-z:/.]{0,12}", host in "[a-z./]{0,6}") {
        find(&text, &host, &key).unwrap_or(Found::Nothing);
        let text = format!(r#"{{"auths": {{"{key}": {{"auth": "eDp5"}}}}}}"#);
        find(&text, &host, &key).unwrap_or(Found::Nothing);
    }
}
