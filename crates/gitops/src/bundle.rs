//! The attestations of an image in the GitOps repository: JSON Lines, one envelope a line, never one less.

use std::collections::HashSet;

use serde::de::IgnoredAny;

use crate::reference::Digest;

/// Why attestations cannot be kept.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BundleError {
    /// What is in the repository is no JSON Lines.
    #[error("line {line} of the bundle that is there is no JSON object: {said}")]
    There {
        /// From 1.
        line: usize,
        /// The parser's words.
        said: String,
    },
    /// What is to be added is neither JSON nor JSON Lines.
    #[error("the attestation is neither a JSON object nor one on each line: line {line}: {said}")]
    New {
        /// Which of the files, from 0.
        file: usize,
        /// From 1.
        line: usize,
        /// The parser's words.
        said: String,
    },
}

/// `attestations/<service>/sha256-<digits>.intoto.jsonl`.
///
/// What cannot be in a file's name on every system is written as `%` and two hexadecimal digits, `:` of the digest as
/// `-`, so that no service leads out of its folder and no two share one.
#[must_use]
pub fn bundle_path(service: &str, digest: &Digest) -> String {
    let mut folder = String::with_capacity(service.len());
    for (at, byte) in service.bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || (byte == b'.' && at > 0);
        if is_plain { folder.push(char::from(byte)) } else { folder.extend(format!("%{byte:02X}").chars()) }
    }
    if folder.is_empty() {
        folder.push('%');
    }
    format!("attestations/{folder}/{}-{}.intoto.jsonl", digest.algorithm(), digest.hex())
}

/// What is there, byte for byte, and behind it each line of `new` that is not there yet.
///
/// A file of `new` is JSON Lines or one JSON object over several lines, which is put on one.
///
/// # Errors
///
/// A line that is no JSON object, in what is there too: nothing is added to what cannot be read.
pub fn merge_bundle(there: Option<&[u8]>, new: &[&[u8]]) -> Result<Vec<u8>, BundleError> {
    let there = there.unwrap_or_default();
    let known = lines(there).map_err(|(line, said)| BundleError::There { line, said })?;
    let mut seen: HashSet<Vec<u8>> = known.into_iter().map(<[u8]>::to_vec).collect();
    let mut out = there.to_vec();
    for (file, bytes) in new.iter().enumerate() {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let found = match object(bytes) {
            Ok(()) => vec![compact(bytes)],
            Err(_) => lines(bytes)
                .map_err(|(line, said)| BundleError::New { file, line, said })?
                .into_iter()
                .map(<[u8]>::to_vec)
                .collect(),
        };
        for line in found {
            if !seen.contains(&line) {
                if out.last().is_some_and(|last| *last != b'\n') {
                    out.push(b'\n');
                }
                out.extend_from_slice(&line);
                out.push(b'\n');
                seen.insert(line);
            }
        }
    }
    Ok(out)
}

/// The lines that hold something, each a JSON object.
fn lines(bytes: &[u8]) -> Result<Vec<&[u8]>, (usize, String)> {
    let mut found = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if !line.is_empty() {
            object(line).map_err(|said| (at + 1, said))?;
            found.push(line);
        }
    }
    Ok(found)
}

fn object(bytes: &[u8]) -> Result<(), String> {
    match bytes.trim_ascii_start().first() {
        Some(b'{') => serde_json::from_slice::<IgnoredAny>(bytes).map(|_| ()).map_err(|error| error.to_string()),
        Some(_) => Err("it does not begin with `{`".to_owned()),
        None => Err("it is empty".to_owned()),
    }
}

/// JSON without the white space between its tokens.
fn compact(json: &[u8]) -> Vec<u8> {
    let json = json.trim_ascii();
    // On one line already: as it is.
    if !json.contains(&b'\n') && !json.contains(&b'\r') {
        return json.to_vec();
    }
    let (mut inside, mut escaped) = (false, false);
    let mut out = Vec::with_capacity(json.len());
    for byte in json {
        if inside {
            inside = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            inside = *byte == b'"';
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BundleError, bundle_path, merge_bundle};

    fn merged(there: &str, new: &[&str]) -> String {
        let new: Vec<_> = new.iter().map(|text| text.as_bytes()).collect();
        String::from_utf8(merge_bundle(Some(there.as_bytes()), &new).unwrap()).unwrap()
    }

    #[test]
    fn what_is_there_stays_first_and_nothing_comes_twice() {
        assert_eq!(merged("{\"a\":1}\n", &["{\"b\":2}\n{\"a\":1}\n", "{\"b\":2}"]), "{\"a\":1}\n{\"b\":2}\n");
        assert_eq!(merged("{\"a\":1}", &["{\"b\":2}"]), "{\"a\":1}\n{\"b\":2}\n");
        assert_eq!(merged("{\"a\":1}", &["{\"a\":1}\r\n"]), "{\"a\":1}", "not even a line feed is added");
        assert_eq!(merge_bundle(None, &[]).unwrap(), b"");
    }

    #[test]
    fn an_object_over_several_lines_is_put_on_one() {
        assert_eq!(merged("", &["{\n  \"a b\\\" c\": [1,\r\n 2]\n}\n"]), "{\"a b\\\" c\":[1,2]}\n");
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        let there = merge_bundle(Some(b"{}\n<<<<<<< HEAD\n"), &[]).unwrap_err();
        assert!(matches!(there, BundleError::There { line: 2, .. }), "{there}");
        let new = merge_bundle(None, &[b"{}", b"{}\n[]"]).unwrap_err();
        assert!(matches!(new, BundleError::New { file: 1, line: 2, .. }), "{new}");
    }

    #[test]
    fn no_service_leads_out_of_its_folder() {
        let digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let folder = |service: &str| bundle_path(service, &digest).split('/').nth(1).unwrap().to_owned();
        assert_eq!(bundle_path("api", &digest), format!("attestations/api/sha256-{}.intoto.jsonl", "a".repeat(64)));
        assert_eq!(folder(".."), "%2E.");
        assert_eq!(folder("../a"), "%2E.%2Fa");
        assert_eq!(folder(".git"), "%2Egit");
        assert_eq!(folder(""), "%");
        assert_eq!(folder("a%2F\n"), "a%252F%0A");
    }

    fn jsonl() -> impl Strategy<Value = String> {
        prop::collection::vec("\\{\"[a-c ]{0,2}\":\"[ab\\\\\\\\]{0,1}x\"\\}(\n|\r\n| \n|\n\n)", 0..5)
            .prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn what_is_there_is_kept_and_twice_is_once(there in jsonl(), a in jsonl(), b in jsonl()) {
            let new = [a.as_bytes(), b.as_bytes()];
            if let Ok(once) = merge_bundle(Some(there.as_bytes()), &new) {
                prop_assert!(once.starts_with(there.as_bytes()));
                prop_assert_eq!(merge_bundle(Some(&once), &new).unwrap(), once);
            }
        }

        #[test]
        fn no_bytes_make_it_fail(there in ".{0,40}", new in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ignored = merge_bundle(Some(there.as_bytes()), &[&new]);
        }
    }
}
