//! The large JSON reports without the large document in memory.
//!
//! PHPStan and PHP_CodeSniffer put everything about one file into one entry of `files`. Those entries are read out of a
//! window that moves over the input, by the same readers that read the whole text. Only a document without any quirk is
//! read this way: for everything else (noise, foreign encodings, holes, a cut) [`read`] gives up, and the caller reads
//! the whole input, which tells exactly what is wrong.

use std::borrow::Cow;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess};

use super::json::{Number, Take};
use super::{Context, Format, phpcs_json, phpstan_json};
use crate::model::Report;

/// Bytes in memory at a time.
const WINDOW: usize = 2 << 20;

/// A value has to lie in this many bytes. What PHPStan says about one file is larger from some 5,000 findings on.
const VALUE: usize = WINDOW / 2;

/// What is read entry by entry.
pub(super) trait Streamed<'a>: Sized + for<'de> Take<'de> {
    /// Its report, when everything is there.
    fn finish(self) -> Option<Report<'a>>;
}

/// Reads the report that `input` is, if that is a PHPStan or PHP_CodeSniffer JSON report without quirks, of `format` if
/// given. `None`: read the whole input instead.
///
/// # Errors
///
/// When `input` cannot be read.
pub(super) fn read<'a>(
    input: &mut impl Read,
    format: Option<Format>,
    context: &Context<'_, 'a>,
) -> io::Result<Option<Report<'a>>> {
    let mut window = Window::new(input);
    window.fill()?;
    let shown = window.format();
    if format.is_some_and(|format| Some(format) != shown) {
        return Ok(None);
    }
    match shown {
        Some(Format::PhpstanJson) => document(&mut window, phpstan_json::Document::new(context)),
        Some(Format::PhpcsJson) => document(&mut window, phpcs_json::Document::new(context)),
        _ => Ok(None),
    }
}

/// Hands the document in `window` to `document`, value by value.
fn document<'a, D: Streamed<'a>>(window: &mut Window<impl Read>, mut document: D) -> io::Result<Option<Report<'a>>> {
    let whole = object(window, |window, key| match (key, window.peek()?) {
        ("files", Some(b'{')) => {
            // There may be no entry, but there is the object.
            if document.take("files", &mut serde_json::Deserializer::from_slice(b"{}")).is_err() {
                return Ok(None);
            }
            object(window, |window, path| {
                window
                    .value(|value| document.take("files", MapAccessDeserializer::new(Entry { key: Some(path), value })))
            })
        }
        _ => window.value(|value| document.take(key, value)),
    })?;
    let ends = whole.is_some() && window.peek()?.is_none();
    Ok(if ends { document.finish() } else { None })
}

/// Hands each key of the object at the window's place to `take`, which moves the window over the value. `None` when the
/// object is not well-formed, or `take` gave up.
fn object<R: Read>(
    window: &mut Window<R>,
    mut take: impl FnMut(&mut Window<R>, &str) -> io::Result<Option<()>>,
) -> io::Result<Option<()>> {
    if !window.eat(b'{')? {
        return Ok(None);
    }
    if window.eat(b'}')? {
        return Ok(Some(()));
    }
    loop {
        let Some(key) = window.key()? else { return Ok(None) };
        if !window.eat(b':')? || take(window, &key)?.is_none() {
            return Ok(None);
        }
        if window.eat(b'}')? {
            return Ok(Some(()));
        }
        if !window.eat(b',')? {
            return Ok(None);
        }
    }
}

type Value<'w> = serde_json::Deserializer<serde_json::de::SliceRead<'w>>;

/// The part of the input that is in memory.
struct Window<R> {
    input: R,
    bytes: Vec<u8>,
    at: usize,
    at_end: bool,
}

impl<R: Read> Window<R> {
    fn new(input: R) -> Self {
        Self { input, bytes: Vec::with_capacity(WINDOW), at: 0, at_end: false }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Drops what was read and reads on until the window is full.
    fn fill(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.at);
        self.at = 0;
        let wanted = WINDOW - self.bytes.len();
        let read = self.input.by_ref().take(wanted as u64).read_to_end(&mut self.bytes)?;
        self.at_end = read < wanted;
        Ok(())
    }

    /// The format that the beginning shows: both tools write their totals first, and each its own.
    fn format(&self) -> Option<Format> {
        #[derive(Deserialize)]
        struct Totals {
            file_errors: Option<Number>,
            fixable: Option<Number>,
        }
        let text = self.rest().trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"totals\"")?;
        let totals = text.trim_ascii_start().strip_prefix(b":")?;
        let totals = Totals::deserialize(&mut serde_json::Deserializer::from_slice(totals)).ok()?;
        match (totals.file_errors, totals.fixable) {
            (Some(_), None) => Some(Format::PhpstanJson),
            (None, Some(_)) => Some(Format::PhpcsJson),
            _ => None,
        }
    }

    /// The next byte that is not white space; `None` at the end of the input.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            while let Some(byte) = self.bytes.get(self.at) {
                // What JSON takes for white space, which a form feed is not.
                if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                    return Ok(Some(*byte));
                }
                self.at += 1;
            }
            if self.at_end {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn eat(&mut self, wanted: u8) -> io::Result<bool> {
        let found = self.peek()? == Some(wanted);
        self.at += usize::from(found);
        Ok(found)
    }

    fn key(&mut self) -> io::Result<Option<String>> {
        let mut key = None;
        let read = self.value(|value| {
            key = Some(Cow::<str>::deserialize(value)?.into_owned());
            Ok(())
        })?;
        Ok(read.and(key))
    }

    /// Hands the value at the window's place to `take`, and moves behind it. `None` when `take` fails, which is also
    /// what happens when the value does not end within [`VALUE`] bytes.
    fn value(&mut self, take: impl for<'w> FnOnce(&mut Value<'w>) -> serde_json::Result<()>) -> io::Result<Option<()>> {
        if self.rest().len() < VALUE && !self.at_end {
            self.fill()?;
        }
        let mut value = serde_json::Deserializer::from_slice(self.rest());
        if take(&mut value).is_err() {
            return Ok(None);
        }
        let length = value.into_iter::<IgnoredAny>().byte_offset();
        self.at += length;
        // A number at the very edge of the window may go on behind it.
        let cut = self.rest().is_empty() && !self.at_end;
        Ok((!cut).then_some(()))
    }
}

/// An object of one entry.
struct Entry<'k, 'v, 'w> {
    key: Option<&'k str>,
    value: &'v mut Value<'w>,
}

impl<'w> MapAccess<'w> for Entry<'_, '_, 'w> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'w>>(&mut self, seed: K) -> serde_json::Result<Option<K::Value>> {
        self.key.take().map(|key| seed.deserialize(StrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'w>>(&mut self, seed: V) -> serde_json::Result<V::Value> {
        seed.deserialize(&mut *self.value)
    }
}

#[cfg(test)]
mod tests;
