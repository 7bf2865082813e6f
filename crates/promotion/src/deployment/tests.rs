use attest::{Claim, Outcome, Statement, Subject};
use jiff::Timestamp;
use proptest::prelude::*;

use super::{Action, Actor, Deployment, PolicyRef, Spoken};

const DIGITS: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn deployment() -> Deployment {
    Deployment {
        action: Action::Promoted,
        service: "api".to_owned(),
        environment: "production".to_owned(),
        image: format!("registry.example/shop/api:1.4@sha256:{DIGITS}"),
        replaced: Some("registry.example/shop/api:1.3".to_owned()),
        at: Timestamp::from_second(1_790_000_000).expect("a time"),
        by: Actor { uuid: Some("{1}".to_owned()), name: Some("Ada".to_owned()), proof: "shown".to_owned() },
        reason: None,
        policy: Some(PolicyRef { commit: "c0ffee".to_owned(), sha256: DIGITS.to_owned() }),
        onto: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        previous: None,
        guardrails: vec![Spoken { name: "soak".to_owned(), state: "met".to_owned(), why: "2 h".to_owned() }],
        input_attestations: vec![DIGITS.to_owned()],
        approved_by: Vec::new(),
        pull_request: Some(12),
    }
}

fn refused(change: impl FnOnce(&mut Statement)) -> String {
    let mut statement = deployment().statement().expect("a statement");
    change(&mut statement);
    Deployment::of(&statement).expect_err("a contradiction")
}

#[test]
fn a_deployment_is_a_statement_about_its_image() {
    let statement = deployment().statement().expect("a statement");
    insta::assert_json_snapshot!(statement);
    let parsed = Statement::parse(&statement.to_json()).expect("a statement");
    assert_eq!(Deployment::of(&parsed), Ok(deployment()));
    let claimed = Claim::of(&parsed).expect("a claim");
    assert_eq!(claimed, (Claim::Deployment, Outcome::Pass, Some(deployment().at)));
}

#[test]
fn what_contradicts_its_subject_is_no_deployment() {
    let subject = || Subject::image("registry.example/shop/api", DIGITS);
    let bound = |subject: Subject| subject.of_service("api").in_environment("production");
    let refusals = [
        refused(|it| it.predicate_type = "https://example.org/\u{1b}[31m".to_owned()),
        refused(|it| it.predicate = serde_json::json!({"action": "promoted"})),
        refused(|it| it.predicate["action"] = "destroyed".into()),
        refused(|it| it.subject.clear()),
        refused(|it| it.subject.push(subject())),
        refused(|it| it.subject = vec![subject()]),
        refused(|it| it.subject = vec![subject().of_service("api")]),
        refused(|it| it.subject = vec![subject().of_service("web").in_environment("production")]),
        refused(|it| it.subject = vec![subject().of_service("api").in_environment("staging")]),
        refused(|it| it.subject = vec![bound(Subject::image("registry.example/shop/web", DIGITS))]),
        refused(|it| it.subject = vec![bound(Subject::image("registry.example/shop/api", &DIGITS.replace('0', "f")))]),
        refused(|it| it.subject = vec![bound(Subject::commit("0123456789abcdef0123456789abcdef01234567"))]),
        refused(|it| drop(it.subject[0].digest.insert("sha512".to_owned(), DIGITS.repeat(2)))),
        refused(|it| it.predicate["image"] = "registry.example/shop/api:1.4".into()),
        refused(|it| it.predicate["image"] = "not an image".into()),
        refused(|it| it.predicate["service"] = " ".into()),
    ];
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn digits_in_capitals_are_the_same_digest() {
    let mut statement = deployment().statement().expect("a statement");
    statement.subject[0].digest.insert("sha256".to_owned(), DIGITS.to_uppercase());
    assert_eq!(Deployment::of(&statement), Ok(deployment()));
}

#[test]
fn an_image_without_a_digest_may_be_any_image() {
    let tagged = Deployment { image: "registry.example/shop/api:1.4".to_owned(), ..deployment() };
    insta::assert_snapshot!(tagged.statement().expect_err("no digest"), @"`registry.example/shop/api:1.4` has no SHA-256 digest, so that it may be any image");
}

proptest! {
    #[test]
    fn what_is_stated_is_read_back(
        (service, environment) in ("[^\\s]{1,8}", "[^\\s]{1,8}"),
        reason in proptest::option::of(any::<String>()),
        (name, proof) in (proptest::option::of(any::<String>()), "shown|claimed|\\PC{0,4}"),
        (second, nano) in (0_i64..4_000_000_000, 0_i32..1_000_000_000),
        (onto, previous) in ("[0-9a-f]{40}", proptest::option::of("[0-9a-f]{64}")),
        pull_request in proptest::option::of(any::<u64>()),
    ) {
        let at = Timestamp::new(second, nano).expect("a time");
        let by = Actor { uuid: None, name, proof };
        let it = Deployment { service, environment, reason, by, at, onto, previous, pull_request, ..deployment() };
        let statement = it.statement().map_err(TestCaseError::fail)?;
        let parsed = Statement::parse(&statement.to_json()).map_err(|error| TestCaseError::fail(error.0))?;
        prop_assert_eq!(Deployment::of(&parsed), Ok(it));
    }
}
