use std::os::unix::fs::PermissionsExt as _;

use attest::{PublicKey, SigningKey};

use crate::support::Place;

/// A run of which what is drawn by lot is taken out.
fn scrubbed(place: &Place, text: &str, name: &str) -> String {
    let key = PublicKey::from_pem(&place.read(&format!("{name}.pub"))).expect("a public key");
    let line = key.to_pem().lines().nth(1).expect("base64").to_owned();
    text.replace(&key.id(), "[ID]").replace(&line, "[KEY]")
}

#[test]
fn a_pair_of_keys_is_made_and_where_each_belongs_is_said() {
    let place = Place::plain();
    let run = place.run("keygen --out gate").to_string();
    insta::assert_snapshot!(scrubbed(&place, &run, "gate"), @"
    wrote gate.key, which signs: keep it secret, and out of git
    wrote gate.pub, which verifies: for everybody
    key id [ID]

    in promotion.yaml, on the protected branch of the GitOps repository:

    keys:
      gate:
        may-sign: [lint, tests, scan] # only what this pipeline judges
        public-key: |
          -----BEGIN PUBLIC KEY-----
          [KEY]
          -----END PUBLIC KEY-----

    in Bitbucket, as the secured variable STEPGATE_SIGNING_KEY (one line): base64 -w0 gate.key
    [exit status: 0]
    ");
    assert_eq!(place.files(), ["gate.key", "gate.pub"]);
    let private = SigningKey::from_pem(&place.read("gate.key")).expect("a private key");
    assert_eq!(private.public().to_pem(), place.read("gate.pub"));
    let mode = std::fs::metadata(place.path("gate.key")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_keys_are_never_the_same() {
    let place = Place::plain();
    assert_eq!((place.run("keygen --out a").status, place.run("keygen --out b").status), (0, 0));
    assert_ne!(place.read("a.key"), place.read("b.key"));
}

#[test]
fn a_key_that_is_there_is_never_replaced() {
    let place = Place::plain().write("gate.key", "precious");
    insta::assert_snapshot!(place.run("keygen --out gate"), @"
    ------- stderr -------
    error: cannot write [DIR]/gate.key: File exists (os error 17)
    hint: a key that is lost cannot be made again: choose another name with --out
    [exit status: 3]
    ");
    assert_eq!((place.files(), place.read("gate.key")), (vec!["gate.key".to_owned()], "precious".to_owned()));
    let place = Place::plain().write("gate.pub", "precious");
    assert_eq!(place.run("keygen --out gate").status, 3);
    assert_eq!(place.files(), ["gate.pub"], "no half of a pair is left");
}

#[test]
fn the_public_key_is_had_from_the_private_one() {
    let place = Place::plain();
    assert_eq!(place.run("keygen").status, 0);
    assert_eq!(place.run("keygen --public stepgate.key").stdout, place.read("stepgate.pub"));
    insta::assert_snapshot!(place.run("keygen --public stepgate.pub"), @"
    ------- stderr -------
    error: cannot use the key in [DIR]/stepgate.pub: it is a public key, and a private one is needed to sign
    hint: make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    [exit status: 3]
    ");
    insta::assert_snapshot!(place.run("keygen --public none.key"), @"
    ------- stderr -------
    error: cannot read [DIR]/none.key: No such file or directory (os error 2)
    [exit status: 3]
    ");
}
