//! What the JSON readers share: one document off the front of a text, errors that say where, and the few lenient types
//! that tools in the wild need.

#[cfg(test)]
#[expect(clippy::use_debug, reason = "snapshots show text with its escapes")]
pub(super) mod testing;

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_path_to_error::{Path, Segment, Track};

use super::{Context, Format, Parsed, ReadError};
use crate::arena::Arena;
use crate::model::Report;

/// Reads one `T` off the front of `text`, and says how many bytes it took.
pub(super) fn document<'de, T: Deserialize<'de>>(text: &'de str, name: &str) -> Result<(T, usize), ReadError> {
    front(text, std::marker::PhantomData).map_err(|error| explain(text, std::marker::PhantomData::<T>, name, &error))
}

/// Feeds one document off the front of `text` to `seed`, and says how many bytes it took.
pub(super) fn front<'de, S: DeserializeSeed<'de>>(
    text: &'de str,
    seed: S,
) -> Result<(S::Value, usize), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer)?;
    Ok((value, deserializer.into_iter::<IgnoredAny>().byte_offset()))
}

/// What `error`, met while feeding `text` to a seed like `seed`, means to the one who has to mend it. Reads again to
/// learn where in the document it was: only what is broken pays for that.
pub(super) fn explain<'de, S: DeserializeSeed<'de>>(
    text: &'de str,
    seed: S,
    name: &str,
    error: &serde_json::Error,
) -> ReadError {
    let mut track = Track::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let failed = seed.deserialize(serde_path_to_error::Deserializer::new(&mut deserializer, &mut track)).is_err();
    let path = if failed { show(&track.path()) } else { String::new() };
    let (line, column) = (error.line(), error.column());
    let whole = error.to_string();
    let why = shorten(whole.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&whole));
    let place = if path.is_empty() { String::new() } else { format!(", in {path}") };
    let what = if error.is_eof() {
        format!(
            "the {name} is cut short: it ends at line {line}, column {column}{place}; \
             the tool was stopped, or the file is not all there"
        )
    } else if error.is_data() {
        let path = if path.is_empty() { "the document" } else { &path };
        format!("not a usable {name}: {path}: {why} (line {line}, column {column})")
    } else {
        format!("the {name} is not valid JSON: {why} (line {line}, column {column}{place})")
    };
    ReadError { what }
}

/// A path in a document as `files."src/a.php".messages[3].line`.
#[must_use]
pub fn show(path: &Path) -> String {
    let mut shown = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => shown.push_str(&format!("[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                if !shown.is_empty() {
                    shown.push('.');
                }
                let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                if plain { shown.push_str(key) } else { shown.push_str(&format!("\"{}\"", shorten(key))) }
            }
            // A value that never came to be: the error is about the thing that holds it.
            Segment::Unknown => {}
        }
    }
    shown
}

/// At most 300 characters: errors quote the document, and a document may hold anything.
#[must_use]
pub fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(300) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// What to do about an `error` in the middle of a document of which `report` was read: a report that is cut short or
/// broken is still worth showing, as incomplete; one that is not of its format is not.
pub(super) fn keep_read_part<'a>(
    mut report: Report<'a>,
    text: &str,
    error: &serde_json::Error,
    why: ReadError,
) -> Result<Parsed<'a>, ReadError> {
    if error.is_data() || report.findings.is_empty() {
        return Err(why);
    }
    report.problems.push(format!("{}; only what stands before that was read", why.what));
    Ok(parsed(report, text.len()))
}

/// A key that every document of the format has is not there.
pub(super) fn missing(name: &str, field: &str) -> ReadError {
    ReadError { what: format!("not a usable {name}: the document: missing field `{field}`") }
}

/// One complete document that held one report.
pub(super) fn parsed(report: Report<'_>, consumed: usize) -> Parsed<'_> {
    Parsed { reports: vec![report], consumed }
}

/// An empty report of `tool`, a name that need not live as long as the report.
pub(super) fn report_of<'a>(tool: &str, format: Format, context: &Context<'_, 'a>) -> Report<'a> {
    Report::new(context.arena.text(tool), format)
}

/// Problems of one kind, one per file, of which only the first few are worth their lines.
#[derive(Default)]
pub(super) struct Mismatches {
    shown: Vec<String>,
    more: usize,
}

impl Mismatches {
    const SHOWN: usize = 5;

    /// Notes one more.
    pub(super) fn add(&mut self, problem: impl FnOnce() -> String) {
        if self.shown.len() < Self::SHOWN {
            self.shown.push(problem());
        } else {
            self.more += 1;
        }
    }

    /// Moves them to `problems`.
    pub(super) fn tell(self, problems: &mut Vec<String>) {
        problems.extend(self.shown);
        if self.more > 0 {
            problems.push(format!("… and the same of {} more files", self.more));
        }
    }
}

/// A string, borrowed from the document where it has no escapes. (serde borrows a bare `Cow` only, not one in an
/// `Option` or a `Vec`.)
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Text<'t>(pub Cow<'t, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de: 't, 't> Deserialize<'de> for Text<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// A string that goes straight into the arena, so that one with escapes costs no allocation of its own.
#[derive(Clone, Copy)]
pub(super) struct Interned<'c, 'a>(pub(super) &'c Arena<'a>);

impl<'de, 'a> DeserializeSeed<'de> for Interned<'_, 'a> {
    type Value = &'a str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'a str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Interned<'_, 'a> {
    type Value = &'a str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<&'a str, E> {
        Ok(self.0.text(text))
    }
}

/// Like [`Interned`], where null stands for nothing.
#[derive(Clone, Copy)]
pub(super) struct MaybeInterned<'c, 'a>(pub(super) &'c Arena<'a>);

impl<'de, 'a> DeserializeSeed<'de> for MaybeInterned<'_, 'a> {
    type Value = Option<&'a str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, 'a> Visitor<'de> for MaybeInterned<'_, 'a> {
    type Value = Option<&'a str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Interned(self.0).deserialize(deserializer).map(Some)
    }
}

/// A line, a column or a count: a whole number, also as a string of digits; null, negative and anything too large to be
/// a line become 0, "not known".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Number(pub u32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(u32::try_from(number).unwrap_or(0)))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(u32::try_from(number).unwrap_or(0)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                match text.trim().parse::<i64>() {
                    Ok(number) => self.visit_i64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_unit<E: Error>(self) -> Result<Number, E> {
                Ok(Number(0))
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

/// Whatever takes a JSON object field by field, or a list element by element, while it is being read.
pub(super) trait Take<'de> {
    /// Takes the `value` of `key`; `key` is empty in a list.
    fn take<D: Deserializer<'de>>(&mut self, key: &str, value: D) -> Result<(), D::Error>;
}

/// A JSON object, handed on field by field. PHP writes `[]` for an object with nothing in it, so that is one too.
pub(super) struct Fields<'s, T>(pub(super) &'s mut T);

/// A JSON list, handed on element by element.
pub(super) struct Elements<'s, T>(pub(super) &'s mut T);

impl<'de, T: Take<'de>> DeserializeSeed<'de> for Fields<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Take<'de>> Visitor<'de> for Fields<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            map.next_value_seed(Value { taker: &mut *self.0, key: &key })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }
}

impl<'de, T: Take<'de>> DeserializeSeed<'de> for Elements<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Take<'de>> Visitor<'de> for Elements<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Value { taker: &mut *self.0, key: "" })?.is_some() {}
        Ok(())
    }
}

struct Value<'s, 'k, T> {
    taker: &'s mut T,
    key: &'k str,
}

impl<'de, T: Take<'de>> DeserializeSeed<'de> for Value<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.taker.take(self.key, deserializer)
    }
}
