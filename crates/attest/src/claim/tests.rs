use serde_json::json;

use super::*;
use crate::testing::{COMMIT, DIGEST, deployment, image, minute, provenance, summary, tests_of};
use crate::{Statement, Subject};

/// Claim, outcome and time in words, or why not.
fn told(statement: &Statement) -> String {
    match Claim::of(statement) {
        Ok((claim, outcome, at)) => {
            let outcome = if outcome == Outcome::Pass { "PASS" } else { "FAIL" };
            format!("{claim} {outcome} {}", at.map(|at| at.to_string()).unwrap_or_default()).trim_end().to_owned()
        }
        Err(why) => why,
    }
}

fn other(predicate_type: &str, predicate: serde_json::Value) -> Statement {
    Statement::new(vec![image()], predicate_type, predicate)
}

#[test]
fn our_verdicts_say_what_was_judged_how_and_when() {
    for claim in [Claim::Lint, Claim::Scan, Claim::Manifests, Claim::Health] {
        for (outcome, word) in [(Outcome::Pass, "PASS"), (Outcome::Fail, "FAIL")] {
            let statement = summary(claim.clone(), image(), outcome, 5);
            assert_eq!(told(&statement), format!("{claim} {word} 2026-08-01T12:05:00Z"));
        }
    }
    let statement = summary(Claim::Lint, image(), Outcome::Pass, 5);
    insta::assert_json_snapshot!(statement.predicate, @r#"
    {
      "https://bitbucket.org/stepgate/stepgate/attestation/reasons": [
        "nothing is wrong"
      ],
      "policy": {
        "digest": {
          "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        },
        "uri": "stepgate.yaml"
      },
      "resourceUri": "git+https://bitbucket.org/acme/shop",
      "timeVerified": "2026-08-01T12:05:00Z",
      "verificationResult": "PASSED",
      "verifiedLevels": [
        "STEPGATE_LINT_PASSED"
      ],
      "verifier": {
        "id": "https://bitbucket.org/stepgate/stepgate/stepgate-lint",
        "version": {
          "stepgate": "1.0.0"
        }
      }
    }
    "#);
    let statement = summary(Claim::Lint, image(), Outcome::Fail, 5);
    assert_eq!(statement.predicate["verifiedLevels"], json!([]));
}

#[test]
fn provenance_names_the_one_commit() {
    let statement = provenance(image(), &COMMIT.to_uppercase());
    assert_eq!(told(&statement), "provenance PASS 2026-08-01T12:00:00Z");
    assert_eq!(commit_of(&statement).as_deref(), Ok(COMMIT));
    insta::assert_json_snapshot!(statement.predicate, @r#"
    {
      "buildDefinition": {
        "buildType": "https://bitbucket.org/stepgate/stepgate/attestation/pipeline-build/v1",
        "externalParameters": {
          "commit": "cccccccccccccccccccccccccccccccccccccccc",
          "repository": "https://bitbucket.org/acme/shop"
        },
        "resolvedDependencies": [
          {
            "digest": {
              "gitCommit": "cccccccccccccccccccccccccccccccccccccccc"
            },
            "uri": "git+https://bitbucket.org/acme/shop@cccccccccccccccccccccccccccccccccccccccc"
          }
        ]
      },
      "runDetails": {
        "builder": {
          "id": "https://bitbucket.org/acme/shop"
        },
        "metadata": {
          "finishedOn": "2026-08-01T12:00:00Z"
        }
      }
    }
    "#);
}

#[test]
fn what_others_say_is_told_by_its_type() {
    let svr = |properties: serde_json::Value| {
        let predicate = json!({"timeCreated": "2024-03-15T14:22:00Z", "properties": properties});
        other("https://in-toto.io/attestation/svr/v0.2", predicate)
    };
    let vsa = |id: &str, result: &str| {
        let predicate =
            json!({"verifier": {"id": id}, "timeVerified": "2024-03-15T14:22:00Z", "verificationResult": result});
        other(VERIFICATION_SUMMARY, predicate)
    };
    let cases = [
        svr(json!(["SLSA_BUILD_LEVEL_3"])),
        svr(json!([])),
        svr(json!("SLSA_BUILD_LEVEL_3")),
        vsa("https://example.com/verifier", "PASSED"),
        vsa("https://bitbucket.org/stepgate/stepgate/stepgate-lint2", "PASSED"),
        vsa("stepgate-lint", "FAILED"),
        vsa("https://bitbucket.org/stepgate/stepgate/stepgate-lint", "passed"),
        other(VULNS, json!({"metadata": {"scanFinishedOn": "2024-03-15T14:22:00Z"}, "scanner": {"result": []}})),
        deployment(image(), json!({"at": minute(3).to_string()})),
        deployment(image(), json!({})),
        other("https://example.com/review/v1", json!({})),
        other("https://example.com/review/v1", serde_json::Value::Null),
        other("https://example.com/review/v1", json!({"result": "FAILED", "verificationResult": "PASSED"})),
        other("https://example.com/review/v1", json!({"result": "maybe"})),
        other("https://example.com/review/v1", json!({"result": true})),
    ];
    let told: Vec<_> = cases.iter().map(told).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    https://in-toto.io/attestation/svr/v0.2 PASS 2024-03-15T14:22:00Z
    https://in-toto.io/attestation/svr/v0.2 FAIL 2024-03-15T14:22:00Z
    its `properties` are a text, not a list
    https://slsa.dev/verification_summary/v1 PASS 2024-03-15T14:22:00Z
    https://slsa.dev/verification_summary/v1 PASS 2024-03-15T14:22:00Z
    https://slsa.dev/verification_summary/v1 FAIL 2024-03-15T14:22:00Z
    its `verificationResult` is `passed`, not PASSED or FAILED
    https://in-toto.io/attestation/vulns/v0.2 PASS 2024-03-15T14:22:00Z
    deployment PASS 2026-08-01T12:03:00Z
    it has no `at`
    https://example.com/review/v1 PASS
    https://example.com/review/v1 PASS
    https://example.com/review/v1 FAIL
    its `result` is `maybe`, not PASSED, WARNED or FAILED
    its `result` is a boolean, not a text
    ");
}

#[test]
fn what_is_missing_unknown_or_contradicts_itself_is_no_pass() {
    let source = |commit: &str| json!({"digest": {"gitCommit": commit}});
    let built =
        |sources: serde_json::Value| other(PROVENANCE, json!({"buildDefinition": {"resolvedDependencies": sources}}));
    let cases = [
        other(TEST_RESULT, json!({})),
        tests_of(image(), "passed", None),
        other(TEST_RESULT, json!({"result": "PASSED", "failedTests": ["a"]})),
        other(TEST_RESULT, json!({"result": "PASSED", "summary": {"at": "yesterday"}})),
        other(TEST_RESULT, json!({"result": "PASSED", "summary": {"at": 1}})),
        other(VERIFICATION_SUMMARY, json!({"verificationResult": "PASSED"})),
        other(VERIFICATION_SUMMARY, json!({"timeVerified": "2024-03-15T14:22:00Z"})),
        built(json!([])),
        built(json!([source("abc123")])),
        built(json!([source(COMMIT), source(&DIGEST[..40])])),
    ];
    let told: Vec<_> = cases.iter().map(told).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    it has no `result`
    its `result` is `passed`, not PASSED, WARNED or FAILED
    its `result` is PASSED, and it names `failedTests`
    its `summary.at` is `yesterday`, which is no time (2026-08-01T12:00:00Z)
    its `summary.at` is a number, not a time
    it has no `timeVerified`
    it has no `verificationResult`
    it names no commit (buildDefinition.resolvedDependencies[].digest.gitCommit)
    `abc123` is no full hash of a commit
    it names several commits that the image was built from
    ");
    let twice = built(json!([source(COMMIT), source(&COMMIT.to_uppercase()), {"digest": {"sha256": DIGEST}}]));
    assert_eq!(self::told(&twice), "provenance PASS", "the same commit twice is one commit");
}

#[test]
fn warned_tests_pass_and_may_say_no_time() {
    assert_eq!(told(&tests_of(image(), "WARNED", None)), "tests PASS");
    assert_eq!(told(&tests_of(Subject::commit(COMMIT), "FAILED", Some(2))), "tests FAIL 2026-08-01T12:02:00Z");
}

#[test]
fn a_claim_is_a_word_or_a_uri() {
    for word in ["lint", "tests", "scan", "manifests", "provenance", "health", "deployment", "https://example.com/x"] {
        assert_eq!(word.parse::<Claim>().expect(word).to_string(), word);
    }
    assert_eq!(TEST_RESULT.parse(), Ok(Claim::Tests));
    assert_eq!(PROVENANCE.parse(), Ok(Claim::Provenance));
    assert_eq!(DEPLOYMENT.parse(), Ok(Claim::Deployment));
    assert_eq!(VERIFICATION_SUMMARY.parse(), Ok(Claim::Type(VERIFICATION_SUMMARY.to_owned())));
    for wrong in ["", "test", "Lint", ":x", "1a:b", "https:", "https://exa mple.com", "https://example.com/\u{202e}"] {
        wrong.parse::<Claim>().expect_err(wrong);
    }
    insta::assert_snapshot!("test".parse::<Claim>().expect_err("no claim"), @"`test` is no claim: it is one of lint, tests, scan, manifests, provenance, health, deployment, or the URI of a predicate type (https://…)");
}
