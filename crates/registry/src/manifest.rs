//! What the digest of an answer is.

use std::fmt::Write;

use serde::Deserialize;
use sha2::{Digest, Sha256, Sha512};

/// Images and lists of them, of docker and of OCI. A registry gives a list's first image, or nothing, to who does not ask
/// for lists.
pub(crate) const MEDIA_TYPES: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// Whether it is a digest: the name of an algorithm that we know, and its hexadecimal digits in lower case.
pub(crate) fn is_digest(text: &str) -> bool {
    let length = match text.split_once(':') {
        Some(("sha256", hex)) => (hex, 64),
        Some(("sha512", hex)) => (hex, 128),
        _ => return false,
    };
    length.0.len() == length.1 && length.0.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The digest of `body` by the algorithm of the digest `like`.
pub(crate) fn digest(body: &[u8], like: &str) -> String {
    if like.starts_with("sha512:") {
        hex("sha512", &Sha512::digest(body))
    } else {
        hex("sha256", &Sha256::digest(body))
    }
}

/// Whether `body` is a manifest whose digest is that of its bytes; says what it is otherwise.
pub(crate) fn check(body: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(rename = "schemaVersion")]
        schema_version: u64,
    }
    match serde_json::from_slice::<Manifest>(body) {
        Ok(Manifest { schema_version: 2 }) => Ok(()),
        Ok(Manifest { schema_version }) => Err(format!(
            "it answers with a manifest of schema {schema_version}, which has no digest that is ours to use"
        )),
        // By its place only: how long the text is, and what is in it, is up to the server.
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(format!("what it answers is no manifest, as line {line}, column {column} shows"))
        }
    }
}

fn hex(algorithm: &str, bytes: &[u8]) -> String {
    let mut text = format!("{algorithm}:");
    for byte in bytes {
        // Writing to a String does not fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_told_from_what_only_looks_like_one() {
        let (short, long) = ("a".repeat(64), "0".repeat(128));
        assert!(is_digest(&format!("sha256:{short}")));
        assert!(is_digest(&format!("sha512:{long}")));
        for text in [
            "",
            "sha256:",
            &short,
            &format!("sha256:{long}"),
            &format!("sha256:{}", "A".repeat(64)),
            &format!("md5:{short}"),
            &format!("sha256:{short}\n"),
        ] {
            assert!(!is_digest(text), "{text:?}");
        }
    }

    #[test]
    fn the_digest_is_by_the_algorithm_that_was_used_before() {
        assert_eq!(digest(b"", ""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert!(digest(b"", "sha512:00").starts_with("sha512:cf83e1357eefb8bdf1542850d66d8007"));
        assert!(is_digest(&digest(b"x", "sha512:")) && is_digest(&digest(b"x", "")));
    }

    #[test]
    fn only_a_manifest_of_schema_2_is_one() {
        assert_eq!(check(br#"{"schemaVersion":2,"config":{}}"#), Ok(()));
        for body in [&br#"{"schemaVersion":1}"#[..], b"<html>", b"", b"[]", b"{}", br#"{"schemaVersion":"2"}"#, b"\xff"]
        {
            assert!(check(body).is_err(), "{body:?}");
        }
    }
}
