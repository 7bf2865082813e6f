//! What the tests of this crate share.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::claim::{Claim, DEPLOYMENT, Outcome, PROVENANCE, Provenance, Summary, TEST_RESULT, VERIFICATION_SUMMARY};
use crate::examine::{Evidence, Question, examine};
use crate::trust::{Trust, TrustedKey};
use crate::{Envelope, SigningKey, Statement, Subject};

pub(crate) const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const OTHER_DIGEST: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
pub(crate) const COMMIT: &str = "cccccccccccccccccccccccccccccccccccccccc";

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// Minutes after noon; now is minute 60.
pub(crate) fn minute(minutes: i64) -> Timestamp {
    let noon: Timestamp = "2026-08-01T12:00:00Z".parse().expect("a time");
    noon + minutes.minutes()
}

pub(crate) fn question() -> Question<'static> {
    Question { service: "api", digest: DIGEST, now: minute(60) }
}

/// A key that may say everything.
pub(crate) fn trusted(name: &str, key: &SigningKey) -> TrustedKey {
    TrustedKey {
        name: name.to_owned(),
        key: key.public(),
        may_sign: vec![
            Claim::Lint,
            Claim::Tests,
            Claim::Scan,
            Claim::Manifests,
            Claim::Provenance,
            Claim::Health,
            Claim::Deployment,
            Claim::Type("https://example.com/review/v1".to_owned()),
        ],
        services: None,
        environments: None,
        valid_from: None,
        valid_until: None,
        revoked: None,
    }
}

/// Trusts `ci` (key 1) and `gate` (key 2) with everything.
pub(crate) fn trust() -> Trust {
    Trust { keys: vec![trusted("ci", &key(1)), trusted("gate", &key(2))] }
}

pub(crate) fn image() -> Subject {
    Subject::image("registry.example/shop/api", DIGEST).of_service("api")
}

pub(crate) fn commit() -> Subject {
    Subject::commit(COMMIT).of_service("api")
}

/// Tests that came out so at that minute.
pub(crate) fn tests_of(subject: Subject, result: &str, at: Option<i64>) -> Statement {
    let mut predicate = json!({"result": result, "configuration": []});
    if let Some(at) = at {
        predicate["summary"] = json!({"at": minute(at).to_string()});
    }
    Statement::new(vec![subject], TEST_RESULT, predicate)
}

pub(crate) fn summary(claim: Claim, subject: Subject, outcome: Outcome, at: i64) -> Statement {
    let predicate = Summary {
        claim,
        version: "1.0.0",
        resource: "git+https://bitbucket.org/acme/shop",
        at: minute(at),
        outcome,
        policy: ("stepgate.yaml", Some(DIGEST)),
        reasons: &["nothing is wrong".to_owned()],
    };
    Statement::new(vec![subject], VERIFICATION_SUMMARY, predicate.predicate())
}

pub(crate) fn provenance(subject: Subject, commit: &str) -> Statement {
    let repository = Some("https://bitbucket.org/acme/shop");
    let provenance =
        Provenance { repository, commit, builder: "https://bitbucket.org/acme/shop", run: None, at: minute(0) };
    Statement::new(vec![subject], PROVENANCE, provenance.predicate())
}

pub(crate) fn deployment(subject: Subject, predicate: Value) -> Statement {
    Statement::new(vec![subject], DEPLOYMENT, predicate)
}

/// One line, signed by these keys.
pub(crate) fn signed(statement: &Statement, keys: &[u8]) -> String {
    let keys: Vec<SigningKey> = keys.iter().map(|number| key(*number)).collect();
    Envelope::sign(statement, &keys.iter().collect::<Vec<_>>()).to_json()
}

pub(crate) fn bundle(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What the lines prove under [`trust`] of [`question`].
pub(crate) fn examined(lines: &[String]) -> Evidence {
    examine(bundle(lines).as_bytes(), &trust(), &question())
}

/// Line, claim, outcome and keys of what counts, and line and reason of what does not.
pub(crate) fn told(evidence: &Evidence) -> String {
    let accepted = evidence.accepted.iter().map(|one| {
        let outcome = match one.outcome {
            Outcome::Pass => "PASS",
            Outcome::Fail => "FAIL",
        };
        format!("{}: {} {outcome} by {}\n", one.line, one.claim, one.keys.join(", "))
    });
    let rejected = evidence.rejected.iter().map(|one| format!("{}: rejected: {}\n", one.line, one.reason));
    accepted.chain(rejected).collect()
}
