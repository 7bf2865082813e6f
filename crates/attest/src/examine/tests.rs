use serde_json::json;

use super::*;
use crate::testing::{
    COMMIT, DIGEST, OTHER_DIGEST, bundle, commit, deployment, examined, image, key, minute, provenance, question,
    signed, summary, tests_of, told, trust, trusted,
};
use crate::trust::{Revocation, TrustedKey};
use crate::{Envelope, Subject};

mod properties;

/// What one statement is told to be, signed by key 1, which is trusted as this says.
fn judged(statement: &Statement, change: impl FnOnce(&mut TrustedKey)) -> String {
    let mut ci = trusted("ci", &key(1));
    change(&mut ci);
    let trust = Trust { keys: vec![ci] };
    told(&examine(signed(statement, &[1]).as_bytes(), &trust, &question())).trim_end().to_owned()
}

#[test]
fn a_bundle_tells_what_counts_by_which_key_and_what_does_not_and_why() {
    let mut forged = Envelope::sign(&tests_of(image(), "FAILED", Some(0)), &[&key(1)]);
    forged.payload = tests_of(image(), "PASSED", Some(0)).to_json();
    let evidence = examined(&[
        signed(&provenance(image(), COMMIT), &[1]),
        signed(&tests_of(commit(), "PASSED", Some(1)), &[2, 1]),
        String::new(),
        "not json".to_owned(),
        forged.to_json(),
        signed(&tests_of(image(), "PASSED", Some(1)), &[9]),
        signed(&tests_of(Subject::image("x", OTHER_DIGEST), "PASSED", Some(1)), &[1]),
        signed(&summary(Claim::Health, image(), Outcome::Pass, 2), &[1]),
        signed(&summary(Claim::Health, image().in_environment("staging"), Outcome::Fail, 2), &[1]),
        signed(&tests_of(image(), "PASSED", Some(66)), &[1]),
    ]);
    assert_eq!(evidence.commits, [COMMIT]);
    insta::assert_snapshot!(told(&evidence), @"
    1: provenance PASS by ci
    2: tests PASS by ci, gate
    9: health FAIL by ci
    4: rejected: it is no DSSE envelope: expected ident at line 1 column 2
    5: rejected: no key of the policy has signed it
    6: rejected: no key of the policy has signed it
    7: rejected: it is about another image, sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    8: rejected: it names no environment
    10: rejected: it is of 2026-08-01T13:06:00Z, which is not yet
    ");
    assert_eq!(evidence.accepted[2].environment.as_deref(), Some("staging"));
    assert_eq!(evidence.rejected[2].claim, Some(Claim::Tests), "what it claims can be told, and is not to be believed");
}

#[test]
fn an_empty_bundle_proves_nothing() {
    for bundle in ["", "\n\n", " \r\n"] {
        assert_eq!(told(&examine(bundle.as_bytes(), &trust(), &question())), "");
    }
}

#[test]
fn lines_may_end_as_on_windows_and_are_named_by_what_they_hold() {
    let line = signed(&tests_of(image(), "PASSED", Some(0)), &[1]);
    let unix = examined(std::slice::from_ref(&line));
    let windows = examine(format!("  {line}\r\n").as_bytes(), &trust(), &question());
    assert_eq!(unix.accepted[0].sha256, windows.accepted[0].sha256);
}

#[test]
fn a_statement_about_a_commit_needs_provenance_that_counts() {
    let tests = signed(&tests_of(commit(), "PASSED", Some(1)), &[1]);
    let with = |other: String| told(&examined(&[tests.clone(), other]));
    let other_commit = "d".repeat(40);
    let all = [
        told(&examined(std::slice::from_ref(&tests))),
        with(signed(&provenance(image(), COMMIT), &[9])),
        with(signed(&provenance(Subject::image("x", OTHER_DIGEST), COMMIT), &[1])),
        with(signed(&provenance(commit(), COMMIT), &[1])),
        with(signed(&provenance(image(), &other_commit), &[1])),
        with(signed(&provenance(image(), COMMIT), &[1])),
    ];
    insta::assert_snapshot!(all.join("--\n"), @"
    1: rejected: it is about the commit cccccccccccccccccccccccccccccccccccccccc, and no provenance that counts says what the image was built from
    --
    1: rejected: it is about the commit cccccccccccccccccccccccccccccccccccccccc, and no provenance that counts says what the image was built from
    2: rejected: no key of the policy has signed it
    --
    1: rejected: it is about the commit cccccccccccccccccccccccccccccccccccccccc, and no provenance that counts says what the image was built from
    2: rejected: it is about another image, sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    --
    1: rejected: it is about the commit cccccccccccccccccccccccccccccccccccccccc, and no provenance that counts says what the image was built from
    2: rejected: it names no image by its digest, only the commit cccccccccccccccccccccccccccccccccccccccc
    --
    2: provenance PASS by ci
    1: rejected: it is about the commit cccccccccccccccccccccccccccccccccccccccc, and the image was built from dddddddddddddddddddddddddddddddddddddddd
    --
    1: tests PASS by ci
    2: provenance PASS by ci
    ");
}

#[test]
fn provenance_that_contradicts_itself_carries_no_statement_about_a_commit() {
    let evidence = examined(&[
        signed(&provenance(image(), COMMIT), &[1]),
        signed(&tests_of(commit(), "PASSED", Some(1)), &[1]),
        signed(&provenance(image(), &"d".repeat(40)), &[2]),
        signed(&tests_of(image(), "PASSED", Some(1)), &[1]),
    ]);
    assert_eq!(evidence.commits.len(), 2);
    insta::assert_snapshot!(told(&evidence), @"
    1: provenance PASS by ci
    3: provenance PASS by gate
    4: tests PASS by ci
    2: rejected: it is about the commit cccccccccccccccccccccccccccccccccccccccc, and provenance contradicts itself: the image was built from cccccccccccccccccccccccccccccccccccccccc, and from dddddddddddddddddddddddddddddddddddddddd
    ");
}

#[test]
fn a_statement_about_a_commit_names_the_service_or_its_key_is_of_services() {
    let unnamed = tests_of(Subject::commit(COMMIT), "PASSED", Some(1));
    let lines = bundle(&[signed(&provenance(image(), COMMIT), &[2]), signed(&unnamed, &[1])]);
    let with = |services: Option<&[&str]>| {
        let mut trust = trust();
        trust.keys[0].services = services.map(|services| services.iter().map(|one| (*one).to_owned()).collect());
        told(&examine(lines.as_bytes(), &trust, &question()))
    };
    assert_eq!(with(Some(&["web", "ap*"])), "1: provenance PASS by gate\n2: tests PASS by ci\n");
    insta::assert_snapshot!([with(None), with(Some(&["web"])), with(Some(&[]))].join("--\n"), @"
    1: provenance PASS by gate
    2: rejected: it is about a commit and names no service, and the key `ci` is not bound to `services` either
    --
    1: provenance PASS by gate
    2: rejected: the key `ci` may not sign for the service `api`
    --
    1: provenance PASS by gate
    2: rejected: the key `ci` may not sign for the service `api`
    ");
}

#[test]
fn what_names_another_service_never_counts() {
    let of = |subjects: Vec<Subject>| {
        let statement = Statement { subject: subjects, ..tests_of(image(), "PASSED", Some(1)) };
        judged(&statement, |_| {})
    };
    let bare = || Subject::image("registry.example/shop/api", DIGEST);
    let web = Subject::image("registry.example/shop/web", OTHER_DIGEST).of_service("web");
    assert_eq!(of(vec![bare()]), "1: tests PASS by ci", "the digest binds");
    assert_eq!(of(vec![web.clone(), image()]), "1: tests PASS by ci", "a train: each image has its own service");
    let refused = [
        of(vec![bare().of_service("web")]),
        of(vec![bare().of_service("api"), bare().of_service("web")]),
        of(vec![bare(), Subject::commit(COMMIT).of_service("web")]),
        of(vec![web]),
    ];
    insta::assert_snapshot!(refused.join("\n"), @"
    1: rejected: it is about the service `web`, not `api`
    1: rejected: it is about the service `web`, not `api`
    1: rejected: it is about the service `web`, not `api`
    1: rejected: it is about another image, sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    ");
}

#[test]
fn digests_are_compared_whatever_their_case() {
    let mut statement = tests_of(image(), "PASSED", Some(1));
    statement.subject[0].digest = [("sha256".to_owned(), DIGEST.to_uppercase())].into();
    assert_eq!(judged(&statement, |_| {}), "1: tests PASS by ci");
}

#[test]
fn another_image_of_the_same_commit_is_another_image() {
    let evidence = examined(&[
        signed(&provenance(image(), COMMIT), &[1]),
        signed(
            &Statement {
                subject: vec![Subject::image("x", OTHER_DIGEST), commit()],
                ..tests_of(image(), "PASSED", None)
            },
            &[1],
        ),
        signed(&summary(Claim::Health, commit().in_environment("staging"), Outcome::Pass, 2), &[1]),
        signed(&deployment(commit().in_environment("staging"), json!({"at": minute(2).to_string()})), &[1]),
    ]);
    insta::assert_snapshot!(told(&evidence), @"
    1: provenance PASS by ci
    2: rejected: it is about another image, sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    3: rejected: it names no image by its digest, only the commit cccccccccccccccccccccccccccccccccccccccc
    4: rejected: it names no image by its digest, only the commit cccccccccccccccccccccccccccccccccccccccc
    ");
}

#[test]
fn a_key_may_only_what_it_may() {
    let tests = tests_of(image(), "PASSED", Some(10));
    let health = summary(Claim::Health, image().in_environment("staging"), Outcome::Pass, 10);
    let two = |key: &mut TrustedKey| key.environments = Some(vec!["production".to_owned()]);
    let all = [
        judged(&tests, |key| key.may_sign = vec![Claim::Lint, Claim::Type("tests".to_owned())]),
        judged(&tests, |key| key.services = Some(vec!["web".to_owned()])),
        judged(&health, two),
        judged(&tests, two),
        judged(&health, |key| key.environments = Some(vec!["staging".to_owned()])),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    1: rejected: the key `ci` may not sign `tests`
    1: rejected: the key `ci` may not sign for the service `api`
    1: rejected: the key `ci` may not sign for the environment `staging`
    1: tests PASS by ci
    1: health PASS by ci
    ");
}

#[test]
fn a_key_counts_from_its_first_moment_until_before_its_last() {
    let tests = tests_of(image(), "PASSED", Some(10));
    let timeless = tests_of(image(), "PASSED", None);
    let revoked = |since: Option<i64>| {
        move |key: &mut TrustedKey| {
            key.revoked = Some(Revocation { since: since.map(minute), reason: "laptop lost".to_owned() });
        }
    };
    let good = "1: tests PASS by ci";
    assert_eq!(judged(&tests, |key| key.valid_from = Some(minute(10))), good);
    assert_eq!(judged(&tests, |key| key.valid_until = Some(minute(11))), good);
    assert_eq!(judged(&tests, revoked(Some(11))), good);
    assert_eq!(judged(&timeless, |_| {}), good);
    let refused = [
        judged(&tests, |key| key.valid_from = Some(minute(11))),
        judged(&tests, |key| key.valid_until = Some(minute(10))),
        judged(&tests, revoked(Some(10))),
        judged(&tests, revoked(None)),
        judged(&timeless, |key| key.valid_from = Some(minute(0))),
        judged(&timeless, |key| key.valid_until = Some(minute(90))),
        judged(&timeless, revoked(Some(90))),
        judged(&timeless, revoked(None)),
    ];
    insta::assert_snapshot!(refused.join("\n"), @"
    1: rejected: the key `ci` was not valid yet at 2026-08-01T12:10:00Z
    1: rejected: the key `ci` was not valid any more at 2026-08-01T12:10:00Z
    1: rejected: the key `ci` is revoked: laptop lost
    1: rejected: the key `ci` is revoked: laptop lost
    1: rejected: it says no time, and the key `ci` has a period of validity or is revoked since a time
    1: rejected: it says no time, and the key `ci` has a period of validity or is revoked since a time
    1: rejected: it says no time, and the key `ci` has a period of validity or is revoked since a time
    1: rejected: the key `ci` is revoked: laptop lost
    ");
}

#[test]
fn five_minutes_ahead_is_a_clock_and_more_is_a_forgery() {
    assert_eq!(judged(&tests_of(image(), "PASSED", Some(65)), |_| {}), "1: tests PASS by ci");
    let told = judged(&tests_of(image(), "PASSED", Some(66)), |_| {});
    assert_eq!(told, "1: rejected: it is of 2026-08-01T13:06:00Z, which is not yet");
}

#[test]
fn a_key_under_two_names_is_one_key() {
    let trust = Trust { keys: vec![trusted("b", &key(1)), trusted("a", &key(1)), trusted("c", &key(2))] };
    let line = signed(&tests_of(image(), "PASSED", Some(0)), &[1, 1, 2]);
    let evidence = examine(line.as_bytes(), &trust, &question());
    assert_eq!(evidence.accepted[0].keys, ["a", "c"]);
}

#[test]
fn of_a_key_under_two_names_each_entry_counts() {
    let mut trust = Trust { keys: vec![trusted("a", &key(1)), trusted("b", &key(1))] };
    trust.keys[0].may_sign = vec![Claim::Lint];
    let line = signed(&tests_of(image(), "PASSED", Some(0)), &[1]);
    assert_eq!(told(&examine(line.as_bytes(), &trust, &question())), "1: tests PASS by a\n");
}

#[test]
fn another_type_of_payload_is_no_statement_even_when_it_is_signed() {
    let statement = tests_of(image(), "PASSED", Some(0));
    let payload = statement.to_json();
    let pae = crate::envelope::pae("application/json", &payload);
    let sig = ed25519_dalek::Signer::sign(&key(1).0, &pae).to_vec();
    let signature = crate::envelope::Signature { keyid: String::new(), sig };
    let envelope = Envelope { payload_type: "application/json".to_owned(), payload, signatures: vec![signature] };
    assert_eq!(
        told(&examined(&[envelope.to_json()])),
        "1: rejected: its payload is of the type `application/json`, not application/vnd.in-toto+json\n"
    );
}

#[test]
fn of_two_environments_neither_is_meant() {
    let both = vec![image().in_environment("staging"), image().in_environment("production")];
    let statement = Statement { subject: both, ..summary(Claim::Health, image(), Outcome::Pass, 1) };
    let told = judged(&statement, |_| {});
    assert_eq!(told, "1: rejected: it is about two environments, `production` and `staging`");
}
