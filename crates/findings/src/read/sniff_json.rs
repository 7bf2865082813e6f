//! Which format is a JSON document in? Its keys tell, in whatever order they come.

use super::Format;
use super::detect::Kind;
use super::format::Syntax;

/// How far to look for a key that tells. One message can be hundreds of kilobytes long.
const LOOK_AHEAD: usize = 1 << 20;

/// No format nests so deep before it can be told.
const DEEPEST: usize = 64;

/// How many keys an error lists.
const LISTED: usize = 8;

/// What the JSON document at the start of `text` is; `None` when the text does not go on like one.
pub(super) fn kind(text: &str) -> Option<Kind> {
    let inner = text.get(1..)?.trim_start();
    match (text.as_bytes().first()?, inner.as_bytes().first()) {
        (b'{', Some(b'"')) | (b'[', Some(b'{')) => {}
        // Code has those in the middle; a report that is empty is alone.
        (b'{', Some(b'}')) if inner[1..].trim_start().is_empty() => return Some(unclear("the JSON {}")),
        (b'[', Some(b']')) if inner[1..].trim_start().is_empty() => return Some(Kind::EmptyList),
        _ => return None,
    }
    let mut top = Vec::new();
    let mut found = None;
    walk(&text[..text.floor_char_boundary(LOOK_AHEAD)], |parents, key, value| {
        if parents.len() <= 2 && top.len() < LISTED && !parents.iter().any(|parent| !parent.is_empty()) {
            top.push(key.to_owned());
        }
        found = told_by(parents, key, value);
        found.is_none()
    });
    Some(found.map_or_else(|| unclear(&format!("JSON with the keys [{}]", top.join(", "))), Kind::Known))
}

fn unclear(what: &str) -> Kind {
    Kind::Unclear(Syntax::Json, what.to_owned())
}

/// The format that has `key` below `parents` (`""` for an array and for the document itself).
fn told_by(parents: &[&str], key: &str, value: &str) -> Option<Format> {
    Some(match (parents, key) {
        ([""], "runs") => Format::Sarif,
        ([""], "schema") if value.starts_with("\"stepgate.report/") => Format::Stepgate,
        ([""], "Report") => Format::DeptracJson,
        ([""], "file_diffs" | "changed_files" | "unused_skips") | (["", "totals"], "changed_files") => {
            Format::RectorJson
        }
        ([""], "about" | "time" | "memory") | (["", "files", ""], "appliedFixers" | "diff") => Format::CsFixerJson,
        ([""], "package") if value.starts_with("\"phpmd\"") => Format::PhpmdJson,
        ([""], "pmdVersion") | (["", "files", ""], "violations") => Format::PhpmdJson,
        (["", "totals"], "file_errors") => Format::PhpstanJson,
        (["", "totals"], "warnings" | "fixable") => Format::PhpcsJson,
        (["", "files", _, "messages", ""], "ignorable" | "identifier" | "tip") => Format::PhpstanJson,
        (["", "files", _, "messages", ""], "source" | "fixable" | "severity") => Format::PhpcsJson,
        (["", ""], "check_name" | "fingerprint" | "location" | "categories") => Format::Gitlab,
        (["", ""], "line_from" | "file_name" | "file_path" | "shortcode" | "snippet") => Format::PsalmJson,
        _ => return None,
    })
}

/// Hands each key to `see`, with the keys of the values it is in and the text of its value on, until `see` says stop,
/// or the document or the text ends. Forgiving: whether the document is valid is for its reader to say.
fn walk<'t>(text: &'t str, mut see: impl FnMut(&[&'t str], &'t str, &'t str) -> bool) {
    let bytes = text.as_bytes();
    let mut parents: Vec<&str> = Vec::new();
    let mut key = "";
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')) {
        at += next + 1;
        match bytes[at - 1] {
            b'{' | b'[' if parents.len() == DEEPEST => return,
            b'{' | b'[' => parents.push(std::mem::take(&mut key)),
            b'"' => {
                let Some(length) = string_length(&bytes[at..]) else { return };
                let string = &text[at..at + length];
                at += length + 1;
                if let Some(value) = text[at..].trim_start().strip_prefix(':') {
                    if !see(&parents, string, value.trim_start()) {
                        return;
                    }
                    key = string;
                }
            }
            _ => {
                key = "";
                parents.pop();
                if parents.is_empty() {
                    return;
                }
            }
        }
    }
}

/// The bytes of a string before its closing quote.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
        if at > bytes.len() {
            return None;
        }
    }
}
