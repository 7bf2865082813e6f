//! Bundles of attestations: nothing that is not signed counts, and no bytes panic.
#![no_main]

use attest::{Envelope, PublicKey, Question, SigningKey, Statement, Trust, TrustedKey, examine};
use libfuzzer_sys::fuzz_target;

const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_seed(&[1; 32]);
    let trusted = TrustedKey {
        name: "ci".to_owned(),
        key: key.public(),
        may_sign: vec![attest::Claim::Tests, attest::Claim::Provenance],
        services: None,
        environments: None,
        valid_from: None,
        valid_until: None,
        revoked: None,
    };
    let trust = Trust { keys: vec![trusted] };
    let now = "2026-08-01T12:00:00Z".parse().expect("a time");
    let question = Question { service: "api", digest: DIGEST, now };
    let evidence = examine(bytes, &trust, &question);
    assert!(evidence.accepted.is_empty(), "nobody has this key");

    // What can be read is written and read again; signed, it is judged like anything else.
    if let Ok(envelope) = Envelope::parse(bytes) {
        assert_eq!(Envelope::parse(envelope.to_json().as_bytes()), Ok(envelope));
    }
    if let Ok(statement) = Statement::parse(bytes) {
        // Numbers with a fraction may come back with another last digit.
        let again = Statement::parse(&statement.to_json()).expect("what was written");
        assert_eq!((&again.subject, &again.predicate_type), (&statement.subject, &statement.predicate_type));
        let line = Envelope::sign(&statement, &[&key]).to_json();
        let evidence = examine(line.as_bytes(), &trust, &question);
        assert_eq!(evidence.accepted.len() + evidence.rejected.len(), 1);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _refused = (SigningKey::from_pem(text).is_ok(), PublicKey::from_pem(text).is_ok());
    }
});
