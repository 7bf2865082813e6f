//! From a stream of bytes to tokens.

use std::io::Read;

use crate::error::{Error, ErrorKind};
use crate::source::Source;
use crate::tag::{Parsed, shorten, tag, twice};
use crate::text::LONGEST_REFERENCE;
use crate::token::{NameSpan, Span, Tag, Text, Token, TokenKind};

/// Text is handed out when there is this much of it, whether its end is in view or not.
const PIECE: usize = 64 << 10;

/// No tag is longer: what has attributes of megabytes is not a report, and would have to be held in memory.
const LONGEST_TAG: usize = 8 << 20;

/// Walks through the documents of an input, one after the other, token by token.
pub struct Scanner<R> {
    source: Source<R>,
    /// The full names of the open elements, one after the other, and where each starts.
    names: String,
    starts: Vec<usize>,
    /// Where the tag or text is that was read last.
    last: Place,
    /// Of a tag: where its name is, and its attributes.
    name: NameSpan,
    spans: Vec<Span>,
    /// Of a text: whether it is CDATA, the first piece, the last piece.
    flags: (bool, bool, bool),
    /// Where it starts in the input.
    began: u64,
    /// An empty element was opened and is to be closed.
    closing: bool,
    cdata: Run,
    text: Run,
    external_dtd: bool,
    failed: bool,
}

/// How far a text is that comes in pieces.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Run {
    Outside,
    Begun,
    Within,
}

/// A part of the source that was consumed last.
#[derive(Clone, Copy, Default)]
struct Place {
    from: usize,
    to: usize,
}

/// What was found.
enum Step {
    Token(TokenKind),
    /// Nothing for the caller.
    Skipped,
    End,
}

impl<R: Read> Scanner<R> {
    /// Reads UTF-8, UTF-16, and what else an XML declaration names; with a byte order mark or without.
    pub fn new(input: R) -> Self {
        Self {
            source: Source::new(input),
            names: String::new(),
            starts: Vec::new(),
            last: Place::default(),
            name: NameSpan::default(),
            spans: Vec::new(),
            flags: (false, false, false),
            began: 0,
            closing: false,
            cdata: Run::Outside,
            text: Run::Outside,
            external_dtd: false,
            failed: false,
        }
    }

    /// Skips a document type that only names a file of declarations, as Cobertura and JaCoCo write it. It is never
    /// fetched. One that declares something itself is refused all the same.
    #[must_use]
    pub fn external_dtd_allowed(mut self) -> Self {
        self.external_dtd = true;
        self
    }

    /// The next token; `None` when the input is at its end and every element was closed.
    ///
    /// # Errors
    ///
    /// When the document cannot be relied on from here. Every further call gives `None`.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it gives")]
    pub fn next(&mut self) -> Result<Option<Token<'_>>, Error> {
        Ok(self.advance()?.map(|kind| match kind {
            TokenKind::Open => Token::Open(self.tag()),
            TokenKind::Close => Token::Close,
            TokenKind::Text => Token::Text(self.text()),
        }))
    }

    /// The same without borrowing: what the token is. [`Scanner::tag`] and [`Scanner::text`] have the rest of it.
    ///
    /// # Errors
    ///
    /// As [`Scanner::next`].
    pub fn advance(&mut self) -> Result<Option<TokenKind>, Error> {
        if self.failed {
            return Ok(None);
        }
        loop {
            match self.step() {
                Ok(Step::Skipped) => {}
                Ok(Step::Token(kind)) => return Ok(Some(kind)),
                Ok(Step::End) => return Ok(None),
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
    }

    /// The start tag, when that was the last token.
    #[must_use]
    pub fn tag(&self) -> Tag<'_> {
        let Place { from, to } = self.last;
        Tag { text: self.source.slice(from, to), name: self.name, spans: &self.spans }
    }

    /// The text, when that was the last token.
    #[must_use]
    pub fn text(&self) -> Text<'_> {
        let Place { from, to } = self.last;
        let (cdata, first, last) = self.flags;
        Text { raw: self.source.slice(from, to), cdata, first, last }
    }

    /// How many elements are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.starts.len() + usize::from(self.closing)
    }

    /// Where the last token stands in the input, in bytes; what was skipped before it, like a comment, is no part of it.
    /// Of use only as long as [`Scanner::is_exact`].
    #[must_use]
    pub fn span(&self) -> (u64, u64) {
        (self.began, self.source.offset())
    }

    /// Whether all that was read so far is UTF-8, with no character that XML forbids.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.source.is_exact()
    }

    /// Where the scanner is: line and column, from 1.
    #[must_use]
    pub fn position(&self) -> (u64, u64) {
        self.source.position(0)
    }

    /// What was odd about the bytes and mended. Never a reason not to rely on what was read.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.source.notes
    }

    fn step(&mut self) -> Result<Step, Error> {
        if self.closing {
            self.closing = false;
            self.began = self.source.offset();
            return Ok(Step::Token(TokenKind::Close));
        }
        if self.cdata != Run::Begun {
            self.began = self.source.offset();
        }
        if self.cdata != Run::Outside {
            return self.in_cdata();
        }
        if self.source.view().is_empty() && !self.fill()? {
            return self.end();
        }
        if !self.source.view().starts_with('<') {
            return self.in_text();
        }
        self.text = Run::Outside;
        self.see(2)?;
        match self.source.view().as_bytes().get(1) {
            Some(b'/') => self.end_tag(),
            Some(b'?') => self.skip("<?", "?>", "a processing instruction"),
            Some(b'!') => self.declaration(),
            Some(_) => self.start_tag(),
            None => Err(self.truncated("a tag")),
        }
    }

    fn in_text(&mut self) -> Result<Step, Error> {
        let mut searched = 0;
        loop {
            let view = self.source.view();
            let found = memchr::memchr(b'<', &view.as_bytes()[searched..]).map(|at| searched + at);
            let length = match found {
                Some(at) => at,
                None if view.len() >= PIECE => before_reference(view),
                None => {
                    searched = view.len();
                    if self.fill()? {
                        continue;
                    }
                    searched
                }
            };
            return self.text_piece(length, found.is_some());
        }
    }

    fn text_piece(&mut self, length: usize, last: bool) -> Result<Step, Error> {
        if self.starts.is_empty() {
            let text = &self.source.view()[..length];
            if let Some(at) = text.find(|c: char| !c.is_whitespace() && c != '\u{FEFF}') {
                return Err(
                    self.malformed(at, "there is text outside of any element; the file holds more than a report")
                );
            }
            self.source.consume(length);
            return Ok(Step::Skipped);
        }
        let first = self.text == Run::Outside;
        self.text = if last { Run::Outside } else { Run::Within };
        self.flags = (false, first, last);
        self.take(length, length);
        Ok(Step::Token(TokenKind::Text))
    }

    fn in_cdata(&mut self) -> Result<Step, Error> {
        let mut searched = 0_usize;
        loop {
            let view = self.source.view();
            // The end may have begun in what was searched already.
            let start = view.floor_char_boundary(searched.saturating_sub(2));
            let found = memchr::memmem::find(&view.as_bytes()[start..], b"]]>").map(|at| start + at);
            let length = match found {
                Some(at) => at,
                None if view.len() >= PIECE => view.floor_char_boundary(view.len() - 2),
                None => {
                    searched = view.len();
                    if self.fill()? {
                        continue;
                    }
                    if searched == 0 {
                        return Err(self.truncated("a CDATA section"));
                    }
                    searched // what is there of it is told before it is told that there is no more
                }
            };
            let (first, last) = (self.cdata == Run::Begun, found.is_some());
            self.cdata = if last { Run::Outside } else { Run::Within };
            self.flags = (true, first, last);
            self.take(length, length + if last { "]]>".len() } else { 0 });
            return Ok(Step::Token(TokenKind::Text));
        }
    }

    fn declaration(&mut self) -> Result<Step, Error> {
        const CDATA: &str = "<![CDATA[";
        self.see(CDATA.len())?;
        let view = self.source.view();
        if view.starts_with("<!--") {
            return self.skip("<!--", "-->", "a comment");
        }
        if view.starts_with(CDATA) {
            if self.starts.is_empty() {
                return Err(self.malformed(0, "there is a CDATA section outside of any element"));
            }
            self.source.consume(CDATA.len());
            self.cdata = Run::Begun;
            return Ok(Step::Skipped);
        }
        if view.starts_with("<!DOCTYPE") {
            return self.document_type();
        }
        if CDATA.starts_with(view) || "<!DOCTYPE".starts_with(view) {
            return Err(self.truncated("a declaration"));
        }
        Err(self.malformed(0, "`<!` starts neither a comment nor a CDATA section"))
    }

    fn document_type(&mut self) -> Result<Step, Error> {
        let refused = "the XML declares a document type (DTD), which can make a small file grow without limit or read \
                       other files, so it is refused";
        if !self.external_dtd || !self.starts.is_empty() {
            return Err(self.error(ErrorKind::Refused, 0, refused));
        }
        let mut quote = None;
        let mut searched = 0;
        loop {
            for (at, byte) in self.source.view().bytes().enumerate().skip(searched) {
                match (quote, byte) {
                    (None, b'"' | b'\'') => quote = Some(byte),
                    (Some(open), byte) if open == byte => quote = None,
                    (None, b'[') => return Err(self.error(ErrorKind::Refused, 0, refused)),
                    (None, b'>') => {
                        self.source.consume(at + 1);
                        return Ok(Step::Skipped);
                    }
                    _ => {}
                }
            }
            searched = self.source.view().len();
            self.longer(searched, "a document type")?;
        }
    }

    /// Skips from `open` to `close`, in however many pieces.
    fn skip(&mut self, open: &str, close: &str, what: &str) -> Result<Step, Error> {
        let mut from = open.len();
        loop {
            let view = self.source.view();
            let rest = view.as_bytes().get(from..).unwrap_or_default();
            if let Some(at) = memchr::memmem::find(rest, close.as_bytes()) {
                self.source.consume(from + at + close.len());
                return Ok(Step::Skipped);
            }
            // What cannot hold the start of the end is done with.
            let done = view.floor_char_boundary(view.len().saturating_sub(close.len()));
            if done > open.len() {
                self.source.consume(done);
                from = 0;
            }
            if !self.fill()? {
                return Err(self.truncated(what));
            }
        }
    }

    fn end_tag(&mut self) -> Result<Step, Error> {
        let end = self.find(b'>', "an end tag")?;
        let name = self.source.view()[2..end].trim_ascii_end();
        match self.starts.last() {
            Some(&start) if self.names[start..] == *name => {
                self.source.consume(end + 1);
                self.pop();
                Ok(Step::Token(TokenKind::Close))
            }
            Some(&start) => {
                let open = &self.names[start..];
                let what = format!("</{}> closes <{}>, which is another element", shorten(name), shorten(open));
                Err(self.malformed(0, &what))
            }
            None => Err(self.malformed(0, &format!("</{}> closes an element that is not open", shorten(name)))),
        }
    }

    fn start_tag(&mut self) -> Result<Step, Error> {
        loop {
            self.spans.clear();
            match tag(self.source.view(), &mut self.spans) {
                Ok(Some(Parsed { length, name, empty })) => {
                    let view = self.source.view();
                    if let Some(twice) = twice(view, &self.spans) {
                        return Err(self.malformed(0, &format!("the attribute {} is given twice", shorten(twice))));
                    }
                    if !empty {
                        self.starts.push(self.names.len());
                        self.names.push_str(name.full(view));
                    }
                    self.take(length, length);
                    (self.name, self.closing) = (name, empty);
                    return Ok(Step::Token(TokenKind::Open));
                }
                Ok(None) => self.longer(self.source.view().len(), "a tag")?,
                Err((at, what)) => return Err(self.malformed(at, &what)),
            }
        }
    }

    /// Where `byte` is in the view, which grows as far as it must.
    fn find(&mut self, byte: u8, what: &str) -> Result<usize, Error> {
        let mut searched = 0;
        loop {
            let view = self.source.view().as_bytes();
            if let Some(at) = memchr::memchr(byte, &view[searched..]) {
                return Ok(searched + at);
            }
            searched = view.len();
            self.longer(searched, what)?;
        }
    }

    /// Brings more of `what` into view, of which `length` bytes are there already.
    fn longer(&mut self, length: usize, what: &str) -> Result<(), Error> {
        if length > LONGEST_TAG {
            return Err(self.error(ErrorKind::Refused, 0, &format!("{what} is longer than 8 MiB, so it is refused")));
        }
        if self.fill()? { Ok(()) } else { Err(self.truncated(what)) }
    }

    /// Has at least `bytes` bytes in view, or all there are.
    fn see(&mut self, bytes: usize) -> Result<(), Error> {
        while self.source.view().len() < bytes && self.fill()? {}
        Ok(())
    }

    fn fill(&mut self) -> Result<bool, Error> {
        self.source.fill().map_err(|error| Error::io(&error))
    }

    /// Is done with the next `consumed` bytes, of which the first `length` are the token.
    fn take(&mut self, length: usize, consumed: usize) {
        let from = self.source.start();
        self.last = Place { from, to: from + length };
        self.source.consume(consumed);
    }

    fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.names.truncate(start);
        }
    }

    fn end(&self) -> Result<Step, Error> {
        match self.starts.last() {
            None => Ok(Step::End),
            Some(&start) => {
                let open = shorten(&self.names[start..]);
                let what = format!("the document was cut short: it ends before </{open}>");
                Err(self.error(ErrorKind::Truncated, 0, &what))
            }
        }
    }

    fn truncated(&self, what: &str) -> Error {
        let end = self.source.view().len();
        self.error(ErrorKind::Truncated, end, &format!("the document was cut short: it ends within {what}"))
    }

    fn malformed(&self, ahead: usize, what: &str) -> Error {
        self.error(ErrorKind::Malformed, ahead, &format!("the XML is not well-formed: {what}"))
    }

    fn error(&self, kind: ErrorKind, ahead: usize, what: &str) -> Error {
        let (line, column) = self.source.position(ahead);
        Error { kind, line, column, what: what.to_owned() }
    }
}

/// How much of `view` can be handed out without cutting a reference in two, or what may become `]]>`.
fn before_reference(view: &str) -> usize {
    let tail = view.floor_char_boundary(view.len() - LONGEST_REFERENCE);
    match memchr::memrchr(b'&', &view.as_bytes()[tail..]) {
        Some(at) if !view[tail + at..].contains(';') => tail + at,
        _ => view.len() - view.bytes().rev().take(2).take_while(|byte| *byte == b']').count(),
    }
}

#[cfg(test)]
mod tests;
