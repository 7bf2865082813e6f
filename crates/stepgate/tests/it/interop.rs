//! Other implementations read what we write, and we read what they write.

use std::process::Command;

use crate::attestations::DIGEST;
use crate::support::{Place, data};

/// Runs a program in the place, found through PATH.
fn other(place: &Place, program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(place.path(".")).output().expect(program);
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn statement() -> String {
    format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"digest":{{"sha256":"{DIGEST}"}}}}],
        "predicateType":"https://in-toto.io/attestation/test-result/v0.1","predicate":{{"result":"PASSED"}}}}"#
    )
}

fn verify(place: &Place, bundle: &str, key: &str) -> i32 {
    let line = format!("attest verify {bundle} --service api --digest {DIGEST} --claim tests --key {key}");
    place.run(&line).status
}

#[test]
fn openssl_reads_our_keys_and_we_read_its() {
    let place = Place::plain();
    assert_eq!(place.run("keygen --out ours").status, 0);
    assert_eq!(other(&place, "openssl", &["pkey", "-in", "ours.key", "-pubout"]), place.read("ours.pub"));
    other(&place, "openssl", &["genpkey", "-algorithm", "ed25519", "-out", "theirs.key"]);
    let public = other(&place, "openssl", &["pkey", "-in", "theirs.key", "-pubout"]);
    assert_eq!(place.run("keygen --public theirs.key").stdout, public);
}

#[test]
fn a_key_of_another_algorithm_is_told_by_its_name() {
    let place = Place::plain();
    other(&place, "openssl", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.key"]);
    other(&place, "openssl", &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "rsa.key"]);
    let run = place.run("keygen --public ec.key");
    assert!(run.status == 3 && run.to_string().contains("its algorithm is EC (ECDSA), not ed25519"), "{run}");
    let run = place.run("keygen --public rsa.key");
    assert!(run.status == 3 && run.to_string().contains("its algorithm is RSA, not ed25519"), "{run}");
}

#[test]
#[ignore = "needs securesystemslib"]
fn securesystemslib_verifies_what_we_sign_and_we_verify_what_it_signs() {
    let place = Place::plain().write("statement.json", &statement());
    assert_eq!(place.run("keygen --out ours").status, 0);
    assert_eq!(place.run("keygen --out theirs").status, 0);
    let script = data("it/interop.py").display().to_string();
    assert_eq!(place.run("attest sign statement.json --key ours.key -o ours.jsonl").status, 0);
    other(&place, "python", &[&script, "verify", "ours.jsonl", "ours.pub"]);
    other(&place, "python", &[&script, "sign", "statement.json", "theirs.key", "theirs.jsonl"]);
    assert_eq!(verify(&place, "theirs.jsonl", "theirs.pub"), 0);
    assert_eq!(verify(&place, "theirs.jsonl", "ours.pub"), 1, "it is the signature that counts");
}
