//! A JSON document without the document in memory: a window that moves over the input.
//!
//! Reports of 100 MB are lists of small things. What holds them is walked here; each of them is handed to serde_json as
//! a slice, which is several times faster than its own way of reading from a stream, and forgotten.

use std::io::Read;

use findings::read::json::{shorten, show};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_path_to_error::Track;

/// Bytes in memory at a time.
const WINDOW: usize = 1 << 20;

/// The largest single value: of a report that is what is told about one vulnerability, or about the image.
const LARGEST: usize = 64 << 20;

/// What one value of a document is read into; it may borrow from the window.
pub(super) trait Wire {
    /// The type while it borrows for `'w`.
    type In<'w>: Deserialize<'w>;
}

impl Wire for IgnoredAny {
    type In<'w> = Self;
}

impl Wire for serde_json::Value {
    type In<'w> = Self;
}

/// Names the type that a wire struct is while it borrows.
macro_rules! wire {
    ($($name:ident),*) => { $(
        impl crate::read::window::Wire for $name<'static> {
            type In<'w> = $name<'w>;
        }
    )* };
}
pub(super) use wire;

/// What kind of thing is wrong with a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wrong {
    /// It ends in the middle.
    Cut,
    /// It is not JSON.
    Syntax,
    /// It is JSON and does not say what it has to say.
    Data,
    /// Reading failed.
    Input,
    /// It is another kind of document; the reason is the whole story.
    Foreign,
}

/// What is wrong with a document, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// The kind.
    pub(super) wrong: Wrong,
    why: String,
    path: String,
    line: u64,
    column: u64,
}

impl Fault {
    /// Another kind of document.
    pub(super) fn foreign(why: String) -> Self {
        Self { wrong: Wrong::Foreign, why, path: String::new(), line: 0, column: 0 }
    }

    /// The same, seen from the value that holds the place.
    fn inside(mut self, outer: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{outer}{dot}{}", self.path);
        self
    }

    /// What it means to the one who has to mend it.
    pub(super) fn tell(&self, name: &str) -> String {
        let Self { wrong, why, path, line, column } = self;
        let path = shorten(path);
        let place = if path.is_empty() { String::new() } else { format!(", in {path}") };
        match wrong {
            Wrong::Cut => format!(
                "the {name} is cut short: it ends at line {line}, column {column}{place}; \
                 the scanner was stopped, or the file is not all there"
            ),
            Wrong::Syntax => format!("the {name} is not valid JSON: {why} (line {line}, column {column}{place})"),
            Wrong::Data => {
                let path = if path.is_empty() { "the document" } else { &path };
                format!("not a usable {name}: {path}: {why} (line {line}, column {column})")
            }
            Wrong::Input => format!("the {name} cannot be read on from line {line}, column {column}: {why}"),
            Wrong::Foreign => why.clone(),
        }
    }
}

/// The part of the input that is in memory.
pub(super) struct Window<'i> {
    input: &'i mut dyn Read,
    bytes: Vec<u8>,
    at: usize,
    at_end: bool,
    /// Lines that end before `bytes`.
    lines: u64,
    /// Bytes of the line that goes on at the start of `bytes`.
    columns: u64,
}

impl<'i> Window<'i> {
    pub(super) fn new(input: &'i mut dyn Read) -> Self {
        Self { input, bytes: Vec::with_capacity(WINDOW), at: 0, at_end: false, lines: 0, columns: 0 }
    }

    /// What is in memory and not read yet.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Moves over `count` bytes that are in memory.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = self.bytes.len().min(self.at + count);
    }

    /// Drops what was read and reads on, until at least as much again is in memory as there was.
    pub(super) fn fill(&mut self) -> Result<(), Fault> {
        let kept = self.bytes.len() - self.at;
        if kept > LARGEST {
            return Err(self.fault(Wrong::Data, format!("one value is larger than {} MiB", LARGEST >> 20)));
        }
        (self.lines, self.columns) = self.place(self.at);
        self.bytes.drain(..self.at);
        self.at = 0;
        let wanted = WINDOW.max(2 * kept) - kept;
        match self.input.take(wanted as u64).read_to_end(&mut self.bytes) {
            Ok(read) => self.at_end = read < wanted,
            Err(error) => return Err(self.fault(Wrong::Input, error.to_string())),
        }
        Ok(())
    }

    /// The next byte that is not white space; `None` at the end of the input.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            while let Some(byte) = self.bytes.get(self.at) {
                if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
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

    /// What `make` makes of the value at the window's place, which moves behind it. `make` is called once, and only for
    /// a value that is all there.
    pub(super) fn value<W: Wire, T>(
        &mut self,
        mut make: impl FnMut(W::In<'_>) -> Result<T, String>,
    ) -> Result<T, Fault> {
        self.peek()?;
        loop {
            if let Some((made, length)) = self.attempt::<W, T>(&mut make)? {
                self.at += length;
                return Ok(made);
            }
            self.fill()?;
        }
    }

    /// Moves over a value that nobody needs; it has to be JSON nevertheless.
    pub(super) fn ignore(&mut self) -> Result<(), Fault> {
        self.value::<IgnoredAny, _>(|_| Ok(()))
    }

    /// Hands each key of the object at the window's place to `each`, which moves the window over the value. Keys of
    /// `once` may be there once only: of two lists of vulnerabilities, nobody knows which one counts. An object of null
    /// has no key.
    pub(super) fn object(
        &mut self,
        once: &[&str],
        mut each: impl FnMut(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if !self.open(b'{', "an object")? || self.eat(b'}')? {
            return Ok(());
        }
        let mut seen = vec![false; once.len()];
        loop {
            if self.peek()?.is_some_and(|byte| byte != b'"') {
                return Err(self.fault(Wrong::Syntax, "expected a key in quotes".to_owned()));
            }
            let key = self.value::<KeyWire, _>(|key| Ok(key.0.into_owned()))?;
            if let Some(seen) = once.iter().position(|known| *known == key).and_then(|place| seen.get_mut(place))
                && std::mem::replace(seen, true)
            {
                return Err(self.fault(Wrong::Data, format!("`{key}` is there twice")));
            }
            self.wanted(b':', "`:`")?;
            each(self, &key).map_err(|fault| fault.inside(&shown(&key)))?;
            if self.eat(b'}')? {
                return Ok(());
            }
            self.wanted(b',', "`,` or `}`")?;
        }
    }

    /// Lets `each` move the window over each element of the list at the window's place. A list of null has none.
    pub(super) fn list(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<u64, Fault> {
        if !self.open(b'[', "a list")? || self.eat(b']')? {
            return Ok(0);
        }
        let mut count = 0;
        loop {
            if self.peek()? == Some(b']') {
                return Err(self.fault(Wrong::Syntax, "expected a value after `,`".to_owned()));
            }
            each(self).map_err(|fault| fault.inside(&format!("[{count}]")))?;
            count += 1;
            if self.eat(b']')? {
                return Ok(count);
            }
            self.wanted(b',', "`,` or `]`")?;
        }
    }

    /// The same from what is in memory, and how long it is. `None`: it is not all there.
    fn attempt<W: Wire, T>(
        &self,
        make: &mut impl FnMut(W::In<'_>) -> Result<T, String>,
    ) -> Result<Option<(T, usize)>, Fault> {
        let mut json = serde_json::Deserializer::from_slice(self.rest());
        let wire = match W::In::deserialize(&mut json) {
            Ok(wire) => wire,
            Err(error) if error.is_eof() && !self.at_end => return Ok(None),
            Err(error) => return Err(self.explain::<W>(&error)),
        };
        let length = json.into_iter::<IgnoredAny>().byte_offset();
        // A number at the very edge of the window may go on behind it.
        if self.at + length == self.bytes.len() && !self.at_end {
            return Ok(None);
        }
        let made = make(wire).map_err(|why| self.fault(Wrong::Data, why))?;
        Ok(Some((made, length)))
    }

    /// Something that is wrong at the window's place, or at its end where the input is cut.
    pub(super) fn fault(&self, wrong: Wrong, why: String) -> Fault {
        let (lines, columns) = self.place(if wrong == Wrong::Cut { self.bytes.len() } else { self.at });
        Fault { wrong, why, path: String::new(), line: lines + 1, column: columns + 1 }
    }

    /// Whether an object or a list starts here. `false`: it is null.
    fn open(&mut self, bracket: u8, name: &str) -> Result<bool, Fault> {
        match self.peek()? {
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(b'n') => self.ignore().map(|()| false),
            None => Err(self.fault(Wrong::Cut, String::new())),
            Some(_) => {
                let start = self.fault(Wrong::Data, format!("expected {name}"));
                // What is no JSON at all is not merely of the wrong type.
                self.ignore()?;
                Err(start)
            }
        }
    }

    fn eat(&mut self, wanted: u8) -> Result<bool, Fault> {
        let found = self.peek()? == Some(wanted);
        self.at += usize::from(found);
        Ok(found)
    }

    fn wanted(&mut self, wanted: u8, name: &str) -> Result<(), Fault> {
        if self.eat(wanted)? {
            return Ok(());
        }
        let wrong = if self.peek()?.is_none() { Wrong::Cut } else { Wrong::Syntax };
        Err(self.fault(wrong, format!("expected {name}")))
    }

    /// Full lines before the byte `end` of the window, and bytes of its line before it.
    fn place(&self, end: usize) -> (u64, u64) {
        let before = self.bytes.get(..end).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', before).count() as u64;
        match memchr::memrchr(b'\n', before) {
            Some(last) => (self.lines + lines, (end - last - 1) as u64),
            None => (self.lines, self.columns + end as u64),
        }
    }

    /// What `error`, met in the value at the window's place, means. Reads the value again to learn where it was.
    fn explain<W: Wire>(&self, error: &serde_json::Error) -> Fault {
        let mut track = Track::new();
        let mut json = serde_json::Deserializer::from_slice(self.rest());
        let failed = W::In::deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track)).is_err();
        let wrong = match error.classify() {
            serde_json::error::Category::Data => Wrong::Data,
            serde_json::error::Category::Eof => Wrong::Cut,
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => Wrong::Syntax,
        };
        let (line, column) = (error.line(), error.column());
        let whole = error.to_string();
        let why = whole.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&whole);
        let mut fault = self.fault(wrong, shorten(why).into_owned());
        if failed {
            fault.path = show(&track.path());
        }
        if wrong != Wrong::Cut && line > 0 {
            fault.column = if line == 1 { fault.column - 1 + column as u64 } else { column as u64 };
            fault.line += line as u64 - 1;
        }
        fault
    }
}

/// A key as it stands in a path.
fn shown(key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { shorten(key).into_owned() } else { format!("\"{}\"", shorten(key)) }
}

struct KeyWire;

impl Wire for KeyWire {
    type In<'w> = findings::read::json::Text<'w>;
}
