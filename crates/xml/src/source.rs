//! The window: bytes in any encoding, decoded as they come.

use std::io::{self, Read};
use std::mem;

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much is read at a time. What fits into the second cache of a processor is looked at again for nothing.
const CHUNK: usize = 128 << 10;

/// How much is read first: many reports are small.
const FIRST: usize = 4 << 10;

/// A window over decoded text that moves forward.
pub(crate) struct Source<R> {
    input: R,
    /// The text in view; what comes before `at` is done with, and stays until more is asked for.
    text: String,
    at: usize,
    /// Bytes at the end of what was read that are the start of a character.
    rest: Vec<u8>,
    encoding: State,
    ended: bool,
    /// Where `text` starts in the document.
    line: u64,
    column: u64,
    offset: u64,
    /// What was odd, once each.
    pub(crate) notes: Vec<String>,
    forbidden: bool,
    replaced: bool,
}

/// What is known of the encoding.
enum State {
    /// Nothing was read yet.
    Unknown,
    /// UTF-8; when the document declares another encoding and no character beyond ASCII was seen, that one is held in
    /// reserve: what bytes are decides before what they are said to be.
    Utf8(Option<&'static Encoding>),
    /// Something else.
    Foreign(Decoder),
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            text: String::new(),
            at: 0,
            rest: Vec::new(),
            encoding: State::Unknown,
            ended: false,
            line: 1,
            column: 1,
            offset: 0,
            notes: Vec::new(),
            forbidden: false,
            replaced: false,
        }
    }

    /// What is in view and not done with.
    pub(crate) fn view(&self) -> &str {
        &self.text[self.at..]
    }

    /// What [`Source::consume`] has passed since more was asked for last, and all behind it.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &str {
        &self.text[from..to]
    }

    /// Where the view starts, for [`Source::slice`].
    pub(crate) fn start(&self) -> usize {
        self.at
    }

    /// Is done with the next `bytes` bytes.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Line and column of the byte `ahead` of the start of the view.
    pub(crate) fn position(&self, ahead: usize) -> (u64, u64) {
        let end = self.text.floor_char_boundary((self.at + ahead).min(self.text.len()));
        advanced((self.line, self.column), &self.text[..end])
    }

    /// How many bytes of the input come before the view, as long as [`Source::is_exact`].
    pub(crate) fn offset(&self) -> u64 {
        self.offset + self.at as u64
    }

    /// Whether all that was read is UTF-8 and text that XML allows, so that the bytes are the text. What is not, is noted.
    pub(crate) fn is_exact(&self) -> bool {
        self.notes.is_empty()
    }

    /// Brings more text into view; false when there is no more.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let mut bytes = self.shifted();
        let known = bytes.len();
        match &mut self.encoding {
            State::Foreign(_) => {
                self.text = String::from_utf8(bytes).unwrap_or_default(); // it was a string a moment ago
                self.foreign()?;
            }
            State::Unknown => {
                self.read(&mut bytes, FIRST)?;
                self.begin(bytes);
            }
            State::Utf8(_) => {
                // A window that had to grow grows twofold, so that a long tag costs its length.
                self.read(&mut bytes, CHUNK.max(known))?;
                self.decode(bytes);
            }
        }
        self.look_for_forbidden(known);
        Ok(true)
    }

    /// The bytes of what is in view, the rest dropped.
    fn shifted(&mut self) -> Vec<u8> {
        (self.line, self.column) = advanced((self.line, self.column), &self.text[..self.at]);
        self.offset += self.at as u64;
        let mut bytes = mem::take(&mut self.text).into_bytes();
        bytes.drain(..self.at);
        self.at = 0;
        bytes
    }

    /// Appends what is left of a character, and up to `most` bytes of the input.
    fn read(&mut self, bytes: &mut Vec<u8>, most: usize) -> io::Result<()> {
        bytes.append(&mut self.rest);
        let known = bytes.len();
        bytes.resize(known + most, 0);
        let mut end = known;
        while end < bytes.len() {
            match self.input.read(&mut bytes[end..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(end);
        Ok(())
    }

    /// Looks at the first bytes: a byte order mark, the zero bytes of UTF-16, what the XML declaration names.
    fn begin(&mut self, mut bytes: Vec<u8>) {
        let mark = Encoding::for_bom(&bytes);
        let marked = mark.map_or(0, |(_, length)| length);
        bytes.drain(..marked);
        self.offset = marked as u64;
        let foreign = mark.map(|(encoding, _)| encoding).filter(|&encoding| encoding != UTF_8);
        if let Some(encoding) = foreign.or_else(|| utf16_without_mark(&bytes)) {
            return self.go_foreign(encoding, &bytes);
        }
        let declared =
            declared_encoding(&bytes).filter(|encoding| *encoding != UTF_8 && encoding.is_ascii_compatible());
        self.encoding = State::Utf8(declared);
        self.decode(bytes);
    }

    /// Makes `bytes` the text: UTF-8 until they prove not to be.
    fn decode(&mut self, bytes: Vec<u8>) {
        let error = match String::from_utf8(bytes) {
            Ok(text) => {
                self.text = text;
                self.settle();
                return;
            }
            Err(error) => error,
        };
        let (valid, broken) = (error.utf8_error().valid_up_to(), error.utf8_error().error_len());
        let mut bytes = error.into_bytes();
        let tail = bytes.split_off(valid);
        self.text = String::from_utf8(bytes).unwrap_or_default(); // up to there it is valid
        self.settle();
        match self.encoding {
            State::Utf8(Some(declared)) => self.go_foreign(declared, &tail),
            // A character that the next read will complete.
            _ if broken.is_none() && !self.ended => self.rest = tail,
            _ => self.replace_broken(&tail),
        }
    }

    /// Characters beyond ASCII that are valid UTF-8 settle that it is UTF-8, whatever was declared.
    fn settle(&mut self) {
        if let State::Utf8(declared @ Some(_)) = &mut self.encoding
            && !self.text.is_ascii()
        {
            let name = declared.take().map_or("", Encoding::name);
            self.notes.push(format!("the XML declares {name}, but the bytes are UTF-8: read as UTF-8"));
        }
    }

    fn replace_broken(&mut self, mut bytes: &[u8]) {
        if !mem::replace(&mut self.replaced, true) {
            let (line, column) = self.position(self.text.len());
            self.notes.push(format!(
                "from line {line}, column {column} on, bytes that are not UTF-8 were replaced by U+FFFD"
            ));
        }
        while let Err(error) = std::str::from_utf8(bytes) {
            let (valid, invalid) = bytes.split_at(error.valid_up_to());
            self.text.push_str(&String::from_utf8_lossy(valid));
            match error.error_len() {
                None if !self.ended => {
                    self.rest = invalid.to_vec();
                    return;
                }
                length => {
                    self.text.push(char::REPLACEMENT_CHARACTER);
                    bytes = &invalid[length.unwrap_or(invalid.len())..];
                }
            }
        }
        self.text.push_str(&String::from_utf8_lossy(bytes));
    }

    fn go_foreign(&mut self, encoding: &'static Encoding, bytes: &[u8]) {
        self.notes.push(format!("read as {}", encoding.name()));
        let mut decoder = encoding.new_decoder_without_bom_handling();
        self.push_foreign(&mut decoder, bytes);
        self.encoding = State::Foreign(decoder);
    }

    fn foreign(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.read(&mut bytes, CHUNK.max(self.text.len()))?;
        if let State::Foreign(mut decoder) = mem::replace(&mut self.encoding, State::Unknown) {
            self.push_foreign(&mut decoder, &bytes);
            self.encoding = State::Foreign(decoder);
        }
        Ok(())
    }

    fn push_foreign(&mut self, decoder: &mut Decoder, bytes: &[u8]) {
        self.text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16));
        let (_, _, broken) = decoder.decode_to_string(bytes, &mut self.text, self.ended);
        if broken && !mem::replace(&mut self.replaced, true) {
            let name = decoder.encoding().name();
            self.notes.push(format!("some bytes are not valid {name} and were replaced by U+FFFD"));
        }
    }

    fn look_for_forbidden(&mut self, from: usize) {
        let new = self.text.as_bytes().get(from..).unwrap_or_default();
        if !self.forbidden && (new.chunks(1 << 10).any(has_control) || has_noncharacter(new)) {
            self.forbidden = true;
            self.notes.push("characters that XML forbids were read, and are written as U+FFFD".to_owned());
        }
    }
}

/// Whether `bytes` hold a control character that XML forbids. Without an early end, so that it runs on many at once.
pub(crate) fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, &byte| found | (byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r'))
}

/// Whether `bytes`, which are UTF-8, hold U+FFFE or U+FFFF.
fn has_noncharacter(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0xEF, bytes).any(|at| matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])))
}

/// Where one is behind `text`.
fn advanced((line, column): (u64, u64), text: &str) -> (u64, u64) {
    match memchr::memrchr(b'\n', text.as_bytes()) {
        None => (line, column + text.chars().count() as u64),
        Some(last) => {
            let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
            (line + lines, text[last + 1..].chars().count() as u64 + 1)
        }
    }
}

/// The first two characters of every document are ASCII: in UTF-16 each of them has a zero byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.first_chunk()?.map(|byte| byte == 0) {
        [false, true, false, true] => Some(UTF_16LE),
        [true, false, true, false] => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding that an XML declaration at the start names.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = bytes.trim_ascii_start();
    let rest = bytes.strip_prefix(b"<?xml")?;
    let declaration = &rest[..memchr::memchr(b'>', &rest[..rest.len().min(256)])?];
    let name = &declaration[memchr::memmem::find(declaration, b"encoding")?..];
    Encoding::for_label(name.split(|byte| matches!(byte, b'"' | b'\'')).nth(1)?)
}
