use proptest::prelude::*;

use super::*;

const REPOSITORY: &str = "{00000000-0000-4000-8000-000000000001}";
const ISSUER: &str = "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc";

fn claims(extra: &str) -> Claims {
    let json = format!(
        r#"{{"iss":"{ISSUER}","aud":"ari:1","exp":2000,"iat":1000,"repositoryUuid":"{REPOSITORY}",
            "pipelineUuid":"{{00000000-0000-4000-8000-000000000002}}",
            "stepUuid":"{{00000000-0000-4000-8000-000000000003}}"{extra}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn expected(now: i64) -> Expected<'static> {
    let now = Timestamp::from_second(now).unwrap();
    Expected { issuer: ISSUER, audience: None, repository_uuid: REPOSITORY, now }
}

fn refusal(claims: &Claims, expected: &Expected<'_>) -> String {
    claims.check(expected).unwrap_err().reason.to_string()
}

#[test]
fn a_token_counts_from_a_minute_before_it_is_made_until_a_minute_after_its_end() {
    for (now, fine) in [(939, false), (940, true), (1000, true), (2059, true), (2060, false)] {
        assert_eq!(claims("").check(&expected(now)).is_ok(), fine, "{now}");
    }
    assert_eq!(refusal(&claims(""), &expected(3000)), "it expired at 1970-01-01T00:33:20Z");
    assert_eq!(refusal(&claims(r#","nbf":1500"#), &expected(1200)), "it is not valid before 1970-01-01T00:25:00Z");
}

#[test]
fn times_that_no_calendar_has_are_refused_and_not_a_crash() {
    let mut odd = claims("");
    odd.exp = i64::MIN;
    assert!(refusal(&odd, &expected(1000)).starts_with("it expired at -009999"));
    (odd.exp, odd.iat) = (i64::MAX, Some(i64::MAX));
    assert!(refusal(&odd, &expected(1000)).starts_with("it is not valid before 9999"));
}

#[test]
fn an_audience_is_one_text_or_several_and_one_of_them_is_enough() {
    let many = claims("").aud;
    assert_eq!(many, ["ari:1"]);
    let several: Claims = serde_json::from_str(
        &serde_json::json!({
            "iss": ISSUER, "aud": ["a", "b"], "exp": 2000, "repositoryUuid": REPOSITORY,
            "pipelineUuid": REPOSITORY, "stepUuid": REPOSITORY,
        })
        .to_string(),
    )
    .unwrap();
    let wanted = |audience| Expected { audience: Some(audience), ..expected(1000) };
    assert!(several.check(&wanted("b")).is_ok());
    assert_eq!(refusal(&several, &wanted("c")), "it is not for the audience c");
}

#[test]
fn what_names_no_step_or_another_repository_is_refused() {
    let mut odd = claims("");
    odd.step_uuid = "../../x".to_owned();
    assert!(refusal(&odd, &expected(1000)).starts_with("its claims cannot be read"));
    let mut other = claims("");
    other.repository_uuid = "{00000000-0000-4000-8000-00000000000f}".to_owned();
    assert_eq!(refusal(&other, &expected(1000)), format!("it is of another repository than {REPOSITORY}"));
    let bare = Expected { repository_uuid: "00000000-0000-4000-8000-000000000001", ..expected(1000) };
    assert!(claims("").check(&bare).is_ok());
}

#[test]
fn a_claim_of_the_wrong_kind_or_said_twice_makes_the_token_unreadable() {
    let json =
        |exp: &str| format!(r#"{{"iss":"i","exp":{exp},"repositoryUuid":"r","pipelineUuid":"p","stepUuid":"s"}}"#);
    assert!(serde_json::from_str::<Claims>(&json("1")).is_ok());
    for odd in [r#""1""#, "null", "1.5", "[]", r#"1,"exp":2"#] {
        assert!(serde_json::from_str::<Claims>(&json(odd)).is_err(), "{odd}");
    }
}

#[test]
fn a_key_that_is_not_for_rs256_or_not_the_only_one_of_its_id_is_not_used() {
    let keys = |json: &str| serde_json::from_str::<Jwks>(&format!(r#"{{"keys":[{json}]}}"#)).unwrap();
    let refusal = |json: &str| keys(json).key("k").err().unwrap().to_string();
    assert!(keys(r#"{"kid":"k","kty":"RSA","n":"AQAB","e":"AQAB"}, 7, {"kty":"dance"}"#).key("k").is_ok());
    assert_eq!(refusal(r#"{"kid":"other"}"#), Reason::UnknownKey.to_string());
    let cases = [
        (r#"{"kid":"k","kty":"oct","k":"AQAB"}"#, "it is no RSA key"),
        (r#"{"kid":"k","kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"}"#, "it is not for RS256 signatures"),
        (r#"{"kid":"k","kty":"RSA","alg":"PS256","n":"AQAB","e":"AQAB"}"#, "it is not for RS256 signatures"),
        (r#"{"kid":"k","kty":"RSA"}"#, "it has no numbers"),
        (r#"{"kid":"k","kty":"RSA","n":"!","e":"AQAB"}"#, "its numbers cannot be read"),
        (r#"{"kid":"k"}, {"kid":"k"}"#, "there is another of the same id"),
    ];
    for (json, expected) in cases {
        assert!(refusal(json).ends_with(expected), "{json}");
    }
}

proptest! {
    #[test]
    fn no_text_is_believed_and_none_is_repeated(text in r"\PC{0,60}", kid in "[a-z]{0,3}") {
        let jwks: Jwks = serde_json::from_str(r#"{"keys":[{"kid":"k","kty":"RSA","n":"AQAB","e":"AQAB"}]}"#).unwrap();
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let header = encoded(&format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#));
        let shaped = format!("{header}.{}.{}", encoded(&text), encoded(&text));
        for token in [text.clone(), format!("{text}.{text}.{text}"), shaped] {
            let error = verify(&token, &jwks, &expected(1000)).unwrap_err().to_string();
            prop_assert!(token.len() < 8 || !error.contains(&token), "{error}");
        }
    }
}
