use super::*;

/// RFC 8410, section 10.1: <https://datatracker.ietf.org/doc/html/rfc8410#section-10.1>.
const RFC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
/// RFC 8410, section 10.3: version 1, and version 2 with attributes and the public key.
const RFC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
const RFC_PRIVATE_V2: &str = "-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
";

#[test]
fn the_keys_of_the_rfc_are_read_and_written_as_they_stand_there() {
    let private = SigningKey::from_pem(RFC_PRIVATE).expect("version 1");
    assert_eq!(private.to_pem(), RFC_PRIVATE);
    assert_eq!(private.public().to_pem(), RFC_PUBLIC);
    assert_eq!(PublicKey::from_pem(RFC_PUBLIC).expect("public"), private.public());
}

#[test]
fn version_2_is_read_and_its_public_key_has_to_be_the_right_one() {
    let private = SigningKey::from_pem(RFC_PRIVATE_V2).expect("version 2");
    assert_eq!(private.public().to_pem(), RFC_PUBLIC);
    let other = RFC_PRIVATE_V2.replace("Z9w7lshQ", "Z9w7lshR");
    SigningKey::from_pem(&other).expect_err("the two halves do not belong together");
}

#[test]
fn carriage_returns_and_text_around_the_block_do_no_harm() {
    let text = format!("Key of the gate\r\n{}\r\nbye", RFC_PRIVATE.replace('\n', "\r\n"));
    SigningKey::from_pem(&text).expect("still a key");
}

#[test]
fn the_id_is_the_digest_of_the_public_key_in_der() {
    let id = PublicKey::from_pem(RFC_PUBLIC).expect("public").id();
    insta::assert_snapshot!(id, @"a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f");
}

#[test]
fn a_signing_key_is_never_printed() {
    let key = SigningKey::from_pem(RFC_PRIVATE).expect("a key");
    assert_eq!(format!("{key:?}"), "SigningKey(***)");
}

#[test]
fn what_is_no_key_is_refused_with_what_it_is_and_what_to_do() {
    let pem = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    // AlgorithmIdentifier and key of an RSA and an EC key, shortened to what is looked at.
    let rsa = pem("PRIVATE KEY", "MBQCAQAwDQYJKoZIhvcNAQEBBQAEAA==");
    let ec = pem("PRIVATE KEY", "MBoCAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEAA==");
    let cases = [
        ("empty", " \n".to_owned()),
        ("no PEM", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI".to_owned()),
        ("cut short", RFC_PRIVATE.split_at(60).0.to_owned()),
        ("no base64", pem("PRIVATE KEY", "§§§")),
        ("half", pem("PRIVATE KEY", "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY")),
        ("public", RFC_PUBLIC.to_owned()),
        ("encrypted", pem("ENCRYPTED PRIVATE KEY", "AAAA")),
        ("openssh", pem("OPENSSH PRIVATE KEY", "AAAA")),
        ("certificate", pem("CERTIFICATE", "AAAA")),
        ("rsa", rsa),
        ("rsa of old", pem("RSA PRIVATE KEY", "AAAA")),
        ("ec", ec),
        ("ec of old", pem("EC PRIVATE KEY", "AAAA")),
        ("pgp", pem("PGP PRIVATE KEY BLOCK", "AAAA")),
        ("huge", "A".repeat(1 << 20)),
    ];
    let mut told = String::new();
    for (name, text) in cases {
        let KeyError { what, hint } = SigningKey::from_pem(&text).expect_err(name);
        told.push_str(&format!("{name}: {what}\n  {}\n", hint.unwrap_or_default()));
    }
    insta::assert_snapshot!(told, @"
    empty: it is empty
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    no PEM: it is no PEM: no line begins with -----BEGIN
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    cut short: the PEM is cut short: there is no line -----END
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    no base64: what is in the PEM is no base64
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    half: what is in the PEM is broken or cut short
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    public: it is a public key, and a private one is needed to sign
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    encrypted: it is encrypted with a passphrase, for which a pipeline has nobody to ask
      decrypt it with `openssl pkey -in encrypted.key -out gate.key`, and keep it in a secured variable
    openssh: it is a key in the format of OpenSSH, not PKCS#8
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    certificate: it is a certificate, not a key
      take the public key out of it with `openssl x509 -in cert.pem -pubkey -noout`; it has to be ed25519
    rsa: its algorithm is RSA, not ed25519
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    rsa of old: it is an RSA key, not ed25519
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    ec: its algorithm is EC (ECDSA), not ed25519
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    ec of old: it is an EC key, not ed25519
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    pgp: it is PEM of something else than a private key
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    huge: it is longer than any key
      make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`
    ");
}

#[test]
fn a_private_key_in_place_of_a_public_one_is_told_without_a_byte_of_it() {
    let error = PublicKey::from_pem(RFC_PRIVATE).expect_err("private");
    assert!(error.what.contains("private key where the public one belongs"), "{}", error.what);
    assert!(!format!("{error:?}").contains("MC4CAQ"));
}

#[test]
fn weak_keys_and_keys_in_two_forms_are_refused() {
    // The identity, a point of order 2, one of order 4; then y = p + 1, which is the identity once more.
    let mut not_canonical = [0xff; 32];
    (not_canonical[0], not_canonical[31]) = (0xee, 0x7f);
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut order_2 = [0xff; 32];
    (order_2[0], order_2[31]) = (0xec, 0x7f);
    for bytes in [identity, order_2, [0; 32], not_canonical, [2; 32]] {
        let pem = pem::encode(PUBLIC_LABEL, &[&PUBLIC_PREFIX, &bytes]);
        PublicKey::from_pem(&pem).expect_err("not to be trusted");
    }
}

proptest::proptest! {
    #[test]
    fn every_key_is_read_as_it_was_written(seed: [u8; 32]) {
        let key = SigningKey::from_seed(&seed);
        let again = SigningKey::from_pem(&key.to_pem()).expect("private");
        proptest::prop_assert_eq!(again.public(), key.public());
        proptest::prop_assert_eq!(PublicKey::from_pem(&key.public().to_pem()).expect("public"), key.public());
    }

    #[test]
    fn no_text_panics(text in "(-----BEGIN (PRIVATE|PUBLIC) KEY-----)?\\PC*(-----END (PRIVATE|PUBLIC) KEY-----)?") {
        let _refused = (SigningKey::from_pem(&text).is_ok(), PublicKey::from_pem(&text).is_ok());
    }

    #[test]
    fn no_bytes_in_pem_panic(der: Vec<u8>) {
        let (private, public) = (pem::encode(PRIVATE_LABEL, &[&der]), pem::encode(PUBLIC_LABEL, &[&der]));
        let _refused = (SigningKey::from_pem(&private).is_ok(), PublicKey::from_pem(&public).is_ok());
    }
}
