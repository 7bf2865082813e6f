//! `holds.yaml` as text.

use std::fmt::Write as _;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use yaml_edit::Path;

use super::{Hold, Holds, digits};
use crate::policy::PolicyError;
use crate::policy::read::{self, Fault};

const HEAD: &str = "\
# Emergency stops: what does not change, and why. `stepgate promote hold` and `stepgate promote release` write this file.
";

pub(super) fn read(text: &str) -> Result<Holds, PolicyError> {
    let holds: Holds = read::read(text)?;
    let never = holds.holds.iter().position(|hold| hold.until.is_some_and(|until| until <= hold.since));
    match never {
        None => Ok(holds),
        Some(at) => {
            let path = Path::root().key("holds").index(at).key("until");
            let fault = Fault::new(path, "it is not after `since`, so that the hold never stops anything");
            Err(fault.hint("leave it out to stop until it is released").found_in(text))
        }
    }
}

pub(super) fn write(holds: &Holds) -> String {
    let mut out = HEAD.to_owned();
    if holds.holds.is_empty() {
        out.push_str("holds: []\n");
        return out;
    }
    out.push_str("holds:\n");
    holds.holds.iter().for_each(|hold| one(hold, &mut out));
    out
}

fn one(hold: &Hold, out: &mut String) {
    let Hold { service, environment, digest, reason, by, since, until } = hold;
    let until = until.map(|until| until.to_string());
    let lines = [
        ("service", service.as_deref()),
        ("environment", environment.as_deref()),
        ("digest", digest.as_deref()),
        ("reason", Some(reason)),
        ("by", by.as_deref()),
        ("since", Some(&since.to_string())),
        ("until", until.as_deref()),
    ];
    let written = lines.into_iter().filter_map(|(key, value)| value.map(|value| (key, value)));
    for (at, (key, value)) in written.enumerate() {
        out.push_str(if at == 0 { "  - " } else { "    " });
        out.push_str(key);
        out.push_str(": ");
        quote(value, out);
        out.push('\n');
    }
}

/// A double-quoted scalar on one line: <https://yaml.org/spec/1.2.2/#double-quoted-style>. Whatever is not shown as what it
/// is, is escaped.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if is_plain(c) => out.push(c),
            c => escape(c, out),
        }
    }
    out.push('"');
}

fn escape(c: char, out: &mut String) {
    let code = u32::from(c);
    let written = if code <= 0xffff { write!(out, "\\u{code:04X}") } else { write!(out, "\\U{code:08X}") };
    debug_assert!(written.is_ok(), "a String takes everything");
}

/// Whether a character may stand in a line as it is: letters, digits, signs that are seen; no control characters, line
/// separators, bidi marks, characters without width or without a meaning.
fn is_plain(c: char) -> bool {
    let is_hidden = c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{10FFFF}')
        || u32::from(c) & 0xfffe == 0xfffe;
    !is_hidden
}

/// A name that something can have.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        Some(name) if name.trim().is_empty() => {
            Err(D::Error::custom("nothing has an empty name; leave the key out to stop all of them"))
        }
        // `service: ` with nothing behind it may be an unfinished line, and must not stop more or less than was meant.
        None => Err(D::Error::custom("a name is missing here; leave the key out to stop all of them")),
        name => Ok(name),
    }
}

/// A digest that an image can have.
pub(super) fn digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        Some(digest) if is_sha256(&digits(&digest)) => Ok(Some(digest)),
        _ => {
            Err(D::Error::custom("expected `sha256:` and 64 hexadecimal digits; leave the key out to stop every image"))
        }
    }
}

/// Whoever is stopped must be able to read why.
pub(super) fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let reason = String::deserialize(deserializer)?;
    if reason.trim().is_empty() { Err(D::Error::custom("say why, for those whom it stops")) } else { Ok(reason) }
}

fn is_sha256(digits: &str) -> bool {
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
