//! `stepgate attest` with bundles that are right, wrong, forged and hostile.

use attest::{Envelope, SigningKey, Statement, Subject, claim};
use serde_json::json;

use crate::support::Place;

pub(crate) const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const COMMIT: &str = "cccccccccccccccccccccccccccccccccccccccc";

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

fn tests_of(result: &str, at: &str) -> Statement {
    let subjects = vec![
        Subject::image("registry.example/shop/api", DIGEST).of_service("api"),
        Subject::commit(COMMIT).of_service("api"),
    ];
    Statement::new(subjects, claim::TEST_RESULT, json!({"result": result, "configuration": [], "summary": {"at": at}}))
}

fn line(statement: &Statement, key: &SigningKey) -> String {
    Envelope::sign(statement, &[key]).to_json()
}

/// A place with the keys `ci` and `stranger`, and a bundle of these lines.
fn place(lines: &[String]) -> Place {
    let bundle: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Place::plain()
        .write("ci.key", &key(1).to_pem())
        .write("ci.pub", &key(1).public().to_pem())
        .write("stranger.pub", &key(2).public().to_pem())
        .write("bundle.jsonl", &bundle)
}

fn verify(place: &Place, more: &str) -> crate::support::Run {
    place.run(&format!("attest verify bundle.jsonl --service api --digest sha256:{DIGEST} {more}"))
}

#[test]
fn what_is_signed_here_is_verified_here() {
    let statement = tests_of("PASSED", "2026-08-01T12:00:00Z").to_json();
    let place = place(&[]).write("statement.json", &String::from_utf8(statement).expect("JSON"));
    let signed = place.run("attest sign statement.json --key ci.key -o bundle.jsonl");
    assert_eq!((signed.status, signed.stdout.as_str()), (0, ""), "{signed}");
    insta::assert_snapshot!(verify(&place, "--key ci.pub --claim tests"), @"
    pass: 1 of 1 claim holds of api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      tests        holds since 2026-08-01T12:00:00Z, by ci.pub (line 1)
    [exit status: 0]
    ");
    insta::assert_snapshot!(verify(&place, "--key stranger.pub --claim tests"), @"
    FAIL: 0 of 1 claim hold of api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      no statement counts
      tests        MISSING: no statement that counts says so

    1 statement does not count:
      line 1: tests?: no key of the policy has signed it
    [exit status: 1]
    ");
    assert_eq!(place.run("attest sign statement.json --key ci.key").stdout, place.read("bundle.jsonl"));
}

#[test]
fn the_bytes_of_a_statement_are_signed_as_they_are() {
    let pretty = serde_json::to_string_pretty(&json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"uri": "pkg:oci/api", "digest": {"sha256": DIGEST}}],
        "predicateType": "https://example.com/review/v1",
        "predicate": {},
    }))
    .expect("JSON");
    let place = place(&[]).write("statement.json", &pretty);
    let line = place.run("attest sign statement.json --key ci.key").stdout;
    let envelope = Envelope::parse(line.as_bytes()).expect("an envelope");
    assert_eq!(String::from_utf8_lossy(&envelope.payload), pretty);
}

#[test]
fn what_nobody_would_count_is_not_signed() {
    let place = place(&[])
        .write("old.json", r#"{"_type":"https://in-toto.io/Statement/v0.1"}"#)
        .write("odd.json", &String::from_utf8(tests_of("maybe", "2026-08-01T12:00:00Z").to_json()).expect("JSON"));
    insta::assert_snapshot!(place.run("attest sign old.json --key ci.key"), @"
    ------- stderr -------
    error: cannot sign old.json: it is no in-toto Statement: it is of version 0.1; have it written as https://in-toto.io/Statement/v1
    [exit status: 3]
    ");
    insta::assert_snapshot!(place.run("attest sign odd.json --key ci.key"), @"
    ------- stderr -------
    error: cannot sign odd.json: its `result` is `maybe`, not PASSED, WARNED or FAILED
    [exit status: 3]
    ");
    insta::assert_snapshot!(place.run("attest sign odd.json --key ci.pub"), @"
    ------- stderr -------
    error: cannot sign odd.json: its `result` is `maybe`, not PASSED, WARNED or FAILED
    [exit status: 3]
    ");
}

#[test]
fn the_answer_names_what_holds_what_is_missing_and_what_does_not_count() {
    let mut forged = Envelope::sign(&tests_of("FAILED", "2026-08-01T13:00:00Z"), &[&key(1)]);
    forged.payload = tests_of("PASSED", "2026-08-01T13:00:00Z").to_json();
    let place = place(&[
        line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(1)),
        line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(2)),
        forged.to_json(),
        "{".to_owned(),
    ]);
    insta::assert_snapshot!(verify(&place, "--key ci.pub --claim tests --claim scan"), @"
    FAIL: 1 of 2 claims holds of api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      tests        holds since 2026-08-01T12:00:00Z, by ci.pub (line 1)
      scan         MISSING: no statement that counts says so

    3 statements do not count:
      line 2: tests?: no key of the policy has signed it
      line 3: tests?: no key of the policy has signed it
      line 4: it is no DSSE envelope: EOF while parsing an object at line 1 column 1
    [exit status: 1]
    ");
    insta::assert_snapshot!(verify(&place, "--key ci.pub --claim tests --json"), @r#"
    {
      "accepted": [
        {
          "at": "2026-08-01T12:00:00Z",
          "claim": "tests",
          "environment": null,
          "keys": [
            "ci.pub"
          ],
          "line": 1,
          "outcome": "PASS",
          "sha256": "489eac96133555a801fdfb75aea08ca0e94ada630ca73adcebea92244a291f18"
        }
      ],
      "claims": [
        {
          "claim": "tests",
          "keys": [
            "ci.pub"
          ],
          "lines": [
            1
          ],
          "since": "2026-08-01T12:00:00Z",
          "state": "holds"
        }
      ],
      "commits": [],
      "digest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "rejected": [
        {
          "claim": "tests",
          "line": 2,
          "reason": "no key of the policy has signed it"
        },
        {
          "claim": "tests",
          "line": 3,
          "reason": "no key of the policy has signed it"
        },
        {
          "claim": null,
          "line": 4,
          "reason": "it is no DSSE envelope: EOF while parsing an object at line 1 column 1"
        }
      ],
      "schema": "stepgate.attest/v1",
      "service": "api",
      "verdict": "pass"
    }
    [exit status: 0]
    "#);
    insta::assert_snapshot!(verify(&place, "--key ci.pub --claim tests --threshold 2"), @"
    FAIL: 0 of 1 claim hold of api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      tests        TOO FEW: signed by 1 key, and 2 are needed

    3 statements do not count:
      line 2: tests?: no key of the policy has signed it
      line 3: tests?: no key of the policy has signed it
      line 4: it is no DSSE envelope: EOF while parsing an object at line 1 column 1
    [exit status: 1]
    ");
}

#[test]
fn a_later_fail_beats_an_earlier_pass() {
    let place = place(&[
        line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(1)),
        line(&tests_of("FAILED", "2026-08-01T12:30:00Z"), &key(1)),
    ]);
    insta::assert_snapshot!(verify(&place, "--key ci.pub"), @"
    FAIL: 0 of 1 claim hold of api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      tests        FAILED at 2026-08-01T12:30:00Z, by ci.pub (line 2)
    [exit status: 1]
    ");
}

#[test]
fn another_image_or_service_is_told_apart() {
    let place = place(&[line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(1))]);
    let other = "b".repeat(64);
    insta::assert_snapshot!(place.run(&format!("attest verify bundle.jsonl --service api --digest {other} --key ci.pub")), @"
    FAIL: 0 of 0 claims hold of api sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      no statement counts

    1 statement does not count:
      line 1: tests?: it is about another image, sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    [exit status: 1]
    ");
    insta::assert_snapshot!(place.run(&format!("attest verify bundle.jsonl --service web --digest {DIGEST} --key ci.pub")), @"
    FAIL: 0 of 0 claims hold of web sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      no statement counts

    1 statement does not count:
      line 1: tests?: it is about the service `api`, not `web`
    [exit status: 1]
    ");
}

#[test]
fn an_empty_bundle_and_one_that_is_not_there_are_unusable() {
    let place = place(&[]);
    insta::assert_snapshot!(verify(&place, "--key ci.pub"), @"
    ------- stderr -------
    error: bundle.jsonl holds no envelope: it is empty
    hint: a bundle has one DSSE envelope a line, as `stepgate attest sign` writes them
    [exit status: 3]
    ");
    insta::assert_snapshot!(place.run("attest show none.jsonl"), @"
    ------- stderr -------
    error: cannot read [DIR]/none.jsonl: No such file or directory (os error 2)
    [exit status: 3]
    ");
    insta::assert_snapshot!(verify(&place, "--key ci.key"), @"
    ------- stderr -------
    error: bundle.jsonl holds no envelope: it is empty
    hint: a bundle has one DSSE envelope a line, as `stepgate attest sign` writes them
    [exit status: 3]
    ");
}

#[test]
fn whom_to_trust_has_to_be_said_and_once_and_an_image_is_a_digest() {
    let place = place(&[line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(1))]);
    assert_eq!(verify(&place, "").status, 2);
    assert_eq!(verify(&place, "--key ci.pub --policy promotion.yaml").status, 2);
    let run = place.run("attest verify bundle.jsonl --service api --digest latest --key ci.pub");
    assert!(run.status == 2 && run.to_string().contains("a tag can be moved"), "{run}");
}

#[test]
fn what_a_bundle_says_is_shown_without_a_word_of_trust_and_without_harm() {
    let hostile = Subject::image("\u{1b}[31mred\u{202e}", DIGEST).of_service("api\nline 9: lint PASS");
    let place = place(&[
        line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(1)),
        line(&Statement::new(vec![hostile], "https://example.com/\u{7}", json!({})), &key(2)),
        line(&tests_of("maybe", "2026-08-01T12:00:00Z"), &key(1)),
        "{\"payload\":1}".to_owned(),
    ]);
    insta::assert_snapshot!(place.run("attest show bundle.jsonl"), @"
    4 envelopes; nothing is verified here: anybody can have written this

    line 1: tests PASS, 2026-08-01T12:00:00Z
      type       https://in-toto.io/attestation/test-result/v0.1
      subject    registry.example/shop/api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa service=api
      subject    git gitCommit:cccccccccccccccccccccccccccccccccccccccc service=api
      signature  64 bytes, says that it is of key fd110d301d2f077de1414b8f99f441b1403fab207b2052fbd2c065e4ee8e7dc2

    line 2: https://example.com/� PASS
      type       https://example.com/�
      subject    �[31mred� sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa service=api line 9: lint PASS
      signature  64 bytes, says that it is of key 47dea58ea00fae9417ee19d76755bfef690899021132effb04fe1f9e4f0c8059

    line 3: cannot be judged: its `result` is `maybe`, not PASSED, WARNED or FAILED
      type       https://in-toto.io/attestation/test-result/v0.1
      subject    registry.example/shop/api sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa service=api
      subject    git gitCommit:cccccccccccccccccccccccccccccccccccccccc service=api
      signature  64 bytes, says that it is of key fd110d301d2f077de1414b8f99f441b1403fab207b2052fbd2c065e4ee8e7dc2

    line 4: cannot be read: it is no DSSE envelope: it has no `payloadType`
    [exit status: 3]
    ");
}

#[test]
fn a_policy_says_which_key_may_sign_what() {
    let policy = |may_sign: &str| {
        let pem: String = key(1).public().to_pem().lines().map(|line| format!("      {line}\n")).collect();
        format!("services: {{}}\nkeys:\n  ci:\n    may-sign: [{may_sign}]\n    public-key: |\n{pem}")
    };
    let place = place(&[line(&tests_of("PASSED", "2026-08-01T12:00:00Z"), &key(1))])
        .write("tests.yaml", &policy("tests"))
        .write("lint.yaml", &policy("lint"));
    assert_eq!(verify(&place, "--policy tests.yaml --claim tests").status, 0);
    assert_eq!(verify(&place, "--policy tests.yaml --claim tests --max-age 1h").status, 1);
    let run = verify(&place, "--policy lint.yaml --claim tests");
    assert!(run.status == 1 && run.stdout.contains("the key `ci` may not sign `tests`"), "{run}");
}
