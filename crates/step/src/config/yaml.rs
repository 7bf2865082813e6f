//! One section out of a YAML document, and what is wrong with it in words.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, MessageFormatter as _, Options, UserMessageFormatter};

use super::SECTIONS;
use crate::failure::Failure;

/// The section, when the document has it, and the paths of all keys in it.
pub(super) fn section<T: DeserializeOwned>(text: &str, name: &str) -> Result<(Option<T>, BTreeSet<String>), Fault> {
    let typed = parse::<T>(text, name)?;
    let mut keys = BTreeSet::new();
    if typed.is_some() {
        collect(&parse::<Value>(text, name)?.unwrap_or_default(), "", &mut keys);
    }
    Ok((typed, keys))
}

/// What is wrong with a document.
#[derive(Debug)]
pub(super) struct Fault(Box<Error>);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl Fault {
    /// `cannot use stepgate.yaml:4:3: there is no key `blok` here`, the line with a caret, and a hint.
    pub(super) fn into_failure(self, name: &str, text: &str) -> Failure {
        let error = self.0.without_snippet();
        let what = words(error);
        let mut failure = match place(error) {
            None => Failure::input(format!("cannot use {name}: {what}")),
            Some((line, column)) => {
                let failure = Failure::input(format!("cannot use {name}:{line}:{column}: {what}"));
                excerpt(failure, text, line, column)
            }
        };
        if let Some(hint) = hint(error, text) {
            failure = failure.hint(hint);
        }
        failure
    }
}

fn parse<T: DeserializeOwned>(text: &str, name: &str) -> Result<Option<T>, Error> {
    serde_saphyr::with_deserializer_from_str_with_options(text, options(), |deserializer| {
        deserializer.deserialize_any(Document { section: name, value: PhantomData })
    })
}

/// The strictest reading there is: what could be meant in two ways is refused.
fn options() -> Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        strict_indentation: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        // Comments that are kept may be only so many in a row.
        emit_comments: false,
    }
}

/// The whole file: a mapping of sections, of which one is read.
struct Document<'n, T> {
    section: &'n str,
    value: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Document<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a mapping with a section per step (`{}:`)", SECTIONS.join(":`, `"))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.section {
                value = map.next_value()?;
            } else if SECTIONS.contains(&key.as_str()) {
                map.next_value::<IgnoredAny>()?;
            } else {
                return Err(A::Error::unknown_field(&key, SECTIONS));
            }
        }
        Ok(value)
    }
}

/// The paths of all keys: `policy`, `policy.block`.
fn collect(value: &Value, prefix: &str, keys: &mut BTreeSet<String>) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        collect(value, &path, keys);
        keys.insert(path);
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::SerdeUnknownField { field, .. } => format!("there is no key `{field}` here"),
        Error::SerdeUnknownVariant { variant, .. } => format!("`{variant}` is not a value that this key can have"),
        Error::SerdeMissingField { field, .. } => format!("the key `{field}` is missing here"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` is here twice"),
        Error::SerdeInvalidType { unexpected, expected, .. } => format!("expected {expected}, found {unexpected}"),
        Error::InvalidBooleanStrict { .. } => "expected true or false".to_owned(),
        Error::MultipleDocuments { .. } => "there is more than one document (`---`) in the file".to_owned(),
        Error::InvalidScalar { ty, .. } => format!("expected {}", kind(ty)),
        Error::Unexpected { expected: "mapping start", .. } => "expected a mapping (`key: value`)".to_owned(),
        Error::Unexpected { expected: "sequence start", .. } => "expected a list (`- item`)".to_owned(),
        other => UserMessageFormatter.format_message(other).into_owned(),
    }
}

/// A type of Rust in words.
fn kind(ty: &str) -> &str {
    match ty.as_bytes().first() {
        Some(b'u') => "a whole number, 0 or more",
        Some(b'i') => "a whole number",
        Some(b'f') => "a number",
        _ => ty,
    }
}

fn hint(error: &Error, text: &str) -> Option<String> {
    if text.lines().any(|line| line.starts_with("<<<<<<< ")) {
        return Some("the file holds a merge conflict; resolve it".to_owned());
    }
    if words(error).starts_with("tabs") {
        return Some("indent with spaces".to_owned());
    }
    let (word, expected) = match error {
        Error::SerdeUnknownField { field, expected, .. } => (field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => (variant, expected),
        Error::InvalidBooleanStrict { .. } => {
            return Some("write true or false; yes, no, on and off are text".to_owned());
        }
        _ => return None,
    };
    let nearest = expected.iter().max_by(|a, b| similarity(word, a).total_cmp(&similarity(word, b)))?;
    if similarity(word, nearest) > 0.7 {
        Some(format!("did you mean `{nearest}`?"))
    } else {
        Some(format!("it can be `{}`", expected.join("`, `")))
    }
}

fn similarity(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(&a.to_lowercase(), b)
}

/// Line and column, both from 1.
fn place(error: &Error) -> Option<(usize, usize)> {
    let location = error.location().filter(|location| *location != Location::UNKNOWN)?;
    Some((usize::try_from(location.line()).ok()?, usize::try_from(location.column()).ok()?))
}

/// Shows the line with a caret below the column.
fn excerpt(failure: Failure, text: &str, line: usize, column: usize) -> Failure {
    let Some(found) = text.lines().nth(line.saturating_sub(1)) else { return failure };
    // A caret cannot stand below a tab, nor at the end of a screen-filling line.
    let shown: String = found.chars().map(|c| if c == '\t' { ' ' } else { c }).take(SHOWN).collect();
    let failure = failure.excerpt(format!("{line} | {shown}"));
    if column > SHOWN {
        return failure;
    }
    let indent = " ".repeat(line.to_string().len());
    failure.excerpt(format!("{indent} | {}^", " ".repeat(column.saturating_sub(1))))
}

/// How many characters of a line are shown.
const SHOWN: usize = 160;
