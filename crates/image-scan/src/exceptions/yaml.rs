//! A file of exceptions.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, MessageFormatter as _, UserMessageFormatter};

use super::Exception;

/// Reads a file of exceptions: a list of them, or a mapping with that list as `exceptions`. An empty file has none.
///
/// # Errors
///
/// When it is no such file, with line and column. A key that no exception has is an error: `expires_at` would else be an
/// exception without an end.
pub fn from_yaml(bytes: &[u8]) -> Result<Vec<Exception>, String> {
    parse(bytes).map(|file: Option<File>| file.unwrap_or_default().0)
}

/// Reads one YAML document in the strictest way there is.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is no UTF-8 text: {error}"))?;
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        strict_indentation: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        emit_comments: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| words(&error))
}

fn words(error: &serde_saphyr::Error) -> String {
    let error = error.without_snippet();
    let what = UserMessageFormatter.format_message(error).into_owned();
    match error.location().filter(|location| *location != Location::UNKNOWN) {
        Some(place) => format!("line {}, column {}: {what}", place.line(), place.column()),
        None => what,
    }
}

/// Both shapes of a file.
#[derive(Default)]
struct File(Vec<Exception>);

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FileVisitor)
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = File;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of exceptions, or `exceptions:` with that list")
    }

    fn visit_unit<E>(self) -> Result<File, E> {
        Ok(File::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<File, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element()? {
            entries.push(entry);
        }
        Ok(File(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<File, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key != "exceptions" {
                return Err(A::Error::unknown_field(&key, &["exceptions"]));
            }
            entries = map.next_value::<Option<Vec<Exception>>>()?.unwrap_or_default();
        }
        Ok(File(entries))
    }
}
