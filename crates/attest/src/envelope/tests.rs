use proptest::prelude::*;

use super::*;
use crate::testing::{image, key, tests_of};

#[test]
fn the_pre_authentication_encoding_is_that_of_the_protocol() {
    // <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#test-vectors>
    let signed = pae("http://example.com/HelloWorld", b"hello world");
    assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    // Lengths are of bytes.
    assert_eq!(pae("ä", "ö".as_bytes()), "DSSEv1 2 ä 2 ö".as_bytes());
}

#[test]
fn an_envelope_is_one_line_of_json() {
    let statement = Statement::new(vec![image()], "https://example.com/x/v1", json!({"line": "one\ntwo"}));
    insta::assert_snapshot!(Envelope::sign(&statement, &[&key(1)]).to_json(), @r#"{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJwcmVkaWNhdGUiOnsibGluZSI6Im9uZVxudHdvIn0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2V4YW1wbGUuY29tL3gvdjEiLCJzdWJqZWN0IjpbeyJhbm5vdGF0aW9ucyI6eyJzZXJ2aWNlIjoiYXBpIn0sImRpZ2VzdCI6eyJzaGEyNTYiOiJhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhIn0sIm5hbWUiOiJyZWdpc3RyeS5leGFtcGxlL3Nob3AvYXBpIn1dfQ==","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"fd110d301d2f077de1414b8f99f441b1403fab207b2052fbd2c065e4ee8e7dc2","sig":"2Bkd+pv0l5h94zkOBY36srL8yPv9EV5kcfIJjPIIq8zvG2Nxjajr2gTCArKdTVc3O6hS72aeLcSSqd6fjW9JAw=="}]}"#);
}

#[test]
fn both_alphabets_of_base64_are_read_with_padding_and_without() {
    let payload = vec![0xfb, 0xff, 0xfe, 0xfb];
    for text in ["+//++w==", "-__--w==", "+//++w", "-__--w"] {
        let json = format!(r#"{{"payloadType":"t","payload":"{text}","signatures":[{{"sig":"{text}"}}]}}"#);
        let envelope = Envelope::parse(json.as_bytes()).expect(text);
        assert_eq!((&envelope.payload, &envelope.signatures[0].sig), (&payload, &payload));
    }
}

#[test]
fn what_is_no_envelope_is_refused_with_the_reason() {
    let many = format!(
        r#"{{"payloadType":"t","payload":"","signatures":[{}]}}"#,
        vec![r#"{"sig":""}"#; MOST_SIGNATURES + 1].join(",")
    );
    let cases = [
        "",
        "{",
        "[]",
        r#"["t","","[]"]"#,
        r#"{"payload":"","signatures":[]}"#,
        r#"{"payloadType":1,"payload":"","signatures":[]}"#,
        r#"{"payloadType":"t","payload":"%","signatures":[{"sig":""}]}"#,
        r#"{"payloadType":"t","payload":"","signatures":[]}"#,
        r#"{"payloadType":"t","payload":"","signatures":{}}"#,
        r#"{"payloadType":"t","payload":"","signatures":["AAAA"]}"#,
        r#"{"payloadType":"t","payload":"","signatures":[{"keyid":"a"}]}"#,
        r#"{"payloadType":"t","payload":"","signatures":[{"keyid":1,"sig":""}]}"#,
        r#"{"payloadType":"t","payload":"","payload":"AAAA","signatures":[{"sig":""}]}"#,
        r#"{"payloadType":"t","payload":"","signatures":[{"sig":"","sig":"AAAA"}]}"#,
        r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#,
        &many,
    ];
    let told: Vec<_> = cases.iter().map(|json| Envelope::parse(json.as_bytes()).expect_err(json).to_string()).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    it is no DSSE envelope: EOF while parsing a value at line 1 column 0
    it is no DSSE envelope: EOF while parsing an object at line 1 column 1
    it is no DSSE envelope: it is no JSON object
    it is no DSSE envelope: it is no JSON object
    it is no DSSE envelope: it has no `payloadType`
    it is no DSSE envelope: `payloadType` is a number, not a text
    it is no DSSE envelope: `payload` is no base64
    it is no DSSE envelope: nobody has signed it
    it is no DSSE envelope: `signatures` is an object, not a list
    it is no DSSE envelope: a signature is a text, not an object
    it is no DSSE envelope: it has no `sig`
    it is no DSSE envelope: a `keyid` is a number, not a text
    it is no DSSE envelope: the key `payload` is there twice at line 1 column 48
    it is no DSSE envelope: the key `sig` is there twice at line 1 column 69
    it is no DSSE envelope: it has no `payloadType`
    it is no DSSE envelope: it has 101 signatures; 100 are the most
    ");
    let huge = Envelope::parse(&vec![b' '; LONGEST + 1]).expect_err("too long");
    assert_eq!(huge.to_string(), "it is longer than 16 MiB");
}

#[test]
fn a_name_of_a_key_decides_nothing() {
    let statement = tests_of(image(), "PASSED", Some(0));
    let mut envelope = Envelope::sign(&statement, &[&key(1)]);
    for keyid in ["", &key(2).public().id()] {
        keyid.clone_into(&mut envelope.signatures[0].keyid);
        assert!(envelope.is_signed_by(&key(1).public()));
        assert!(!envelope.is_signed_by(&key(2).public()));
    }
}

#[test]
fn a_signature_does_not_hold_for_another_type_of_payload() {
    let mut envelope = Envelope::sign(&tests_of(image(), "PASSED", Some(0)), &[&key(1)]);
    "application/json".clone_into(&mut envelope.payload_type);
    assert!(!envelope.is_signed_by(&key(1).public()));
}

fn envelopes() -> impl Strategy<Value = Envelope> {
    let signature = (".*", any::<Vec<u8>>()).prop_map(|(keyid, sig)| Signature { keyid, sig });
    (".*", any::<Vec<u8>>(), prop::collection::vec(signature, 1..4))
        .prop_map(|(payload_type, payload, signatures)| Envelope { payload_type, payload, signatures })
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(envelope in envelopes()) {
        let json = envelope.to_json();
        prop_assert!(!json.contains('\n'));
        prop_assert_eq!(Envelope::parse(json.as_bytes()), Ok(envelope));
    }

    #[test]
    fn a_bit_that_flips_anywhere_breaks_the_signature(at: prop::sample::Index, bit in 0..8_u8, part in 0..3_u8) {
        let mut envelope = Envelope::sign(&tests_of(image(), "PASSED", Some(0)), &[&key(1)]);
        let mut payload_type = envelope.payload_type.clone().into_bytes();
        let bytes = match part {
            0 => &mut envelope.payload,
            1 => &mut envelope.signatures[0].sig,
            _ => &mut payload_type,
        };
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(text) = String::from_utf8(payload_type) {
            envelope.payload_type = text;
            prop_assert!(!envelope.is_signed_by(&key(1).public()));
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _refused = Envelope::parse(&bytes);
    }
}
