//! One XML document, node by node, without trusting it: no DTD, no entity of its own, and an end that is checked.

use std::borrow::Cow;

use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::{Parsed, ReadError, json};
use crate::model::Report;

/// Why a document with a DTD is not read.
pub(super) const DTD: &str = "the XML declares a document type (DTD), which can make a small file grow without limit; \
     no analyser writes one, so it is refused";

/// What a document is made of. Empty elements open and close like others.
pub(super) enum Node<'t> {
    Open(Element<'t>),
    Close,
    /// Character data, CDATA and references, in as many pieces as the parser likes.
    Text(Cow<'t, str>),
}

/// The start tag of an element.
pub(super) struct Element<'t>(BytesStart<'t>);

impl Element<'_> {
    /// Its name without a namespace prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }
}

/// Walks through the document at the start of a text, up to the end of its root element or to the first place where it
/// is not well-formed.
pub(super) struct Xml<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    /// Where the node starts that was read last.
    at: u64,
    /// The name that the root element must have.
    root: Option<&'static str>,
    depth: usize,
    opened: bool,
    strange_references: usize,
    problem: Option<String>,
}

impl<'t> Xml<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { text, reader, at: 0, root: None, depth: 0, opened: false, strange_references: 0, problem: None }
    }

    /// A document with the root `root`: with another it is not the format, whatever the caller was told.
    pub(super) fn rooted(text: &'t str, root: &'static str) -> Self {
        Self { root: Some(root), ..Self::new(text) }
    }

    /// The next node; `None` at the end of the document or of what can be read of it.
    pub(super) fn next(&mut self) -> Option<Node<'t>> {
        while self.problem.is_none() && !(self.opened && self.depth == 0) {
            self.at = self.reader.buffer_position();
            match self.reader.read_event() {
                Ok(Event::Start(element)) => {
                    let element = Element(element);
                    if let Some(root) = self.root.take().filter(|root| element.name() != *root) {
                        self.stop(&format!("the root is <{}>, not <{root}>", element.name()));
                        continue;
                    }
                    self.opened = true;
                    self.depth += 1;
                    return Some(Node::Open(element));
                }
                Ok(Event::End(_)) => {
                    self.depth -= 1;
                    return Some(Node::Close);
                }
                Ok(Event::Text(text)) if self.depth > 0 => return Some(Node::Text(text.into_inner())),
                Ok(Event::CData(text)) => return Some(Node::Text(text.into_inner())),
                Ok(Event::GeneralRef(name)) => {
                    let text = character(&name).map_or_else(|| self.strange(&name), |c| Cow::Owned(c.to_string()));
                    return Some(Node::Text(text));
                }
                Ok(Event::DocType(_)) => self.stop(DTD),
                Ok(Event::Eof) => self.stop_at(self.text.len(), "the document ends too early: it was cut short"),
                // The reader gives an empty element as a start and an end.
                Ok(Event::Empty(_) | Event::Text(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Err(error) => self.fail(&error),
            }
        }
        None
    }

    /// Hands the attributes of `element` to `take`, references resolved.
    pub(super) fn attributes<'e>(&mut self, element: &'e Element<'_>, mut take: impl FnMut(&str, Cow<'e, str>)) {
        for attribute in element.0.attributes().with_checks(false) {
            match attribute {
                Ok(attribute) => {
                    let value = match attribute.value {
                        Cow::Borrowed(value) => self.unescape(value),
                        Cow::Owned(value) => Cow::Owned(self.unescape(&value).into_owned()),
                    };
                    take(attribute.key.local_name().into_inner(), value);
                }
                Err(error) => return self.stop(&format!("<{}> is not well-formed: {error}", element.name())),
            }
        }
    }

    /// Whether the document broke off, be it in the attributes that were asked for last.
    pub(super) fn is_broken(&self) -> bool {
        self.problem.is_some()
    }

    /// The value of the attribute `name` of `element`; empty when there is none.
    pub(super) fn attribute(&mut self, element: &Element<'_>, name: &str) -> String {
        let mut found = String::new();
        self.attributes(element, |key, value| {
            if key == name {
                found = value.into_owned();
            }
        });
        found
    }

    /// The report with what was wrong with the document, and how far the document goes. An error when there was no
    /// document to begin with.
    pub(super) fn finish<'a>(self, mut report: Report<'a>) -> Result<Parsed<'a>, ReadError> {
        let consumed = if self.problem.is_some() { self.text.len() } else { offset(self.reader.buffer_position()) };
        if let Some(problem) = self.problem {
            if !self.opened {
                return Err(ReadError { what: problem });
            }
            report.problems.push(format!("{problem}; nothing behind that was read"));
        }
        if self.strange_references > 0 {
            report.notes.push(format!(
                "{} references to characters or entities that XML does not know were kept as they are",
                self.strange_references
            ));
        }
        Ok(Parsed { reports: vec![report], consumed })
    }

    /// `value` with its references resolved. What is none (`&nbsp;`, a bare `&`) stays as it is.
    fn unescape<'v>(&mut self, value: &'v str) -> Cow<'v, str> {
        let Some(first) = memchr::memchr(b'&', value.as_bytes()) else {
            return Cow::Borrowed(value);
        };
        let mut out = String::with_capacity(value.len());
        let (start, mut rest) = value.split_at(first);
        out.push_str(start);
        while let Some(reference) = rest.strip_prefix('&') {
            let known = reference.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
            rest = if let Some((c, rest)) = known {
                out.push(c);
                rest
            } else {
                self.strange_references += 1;
                out.push('&');
                reference
            };
            let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
            out.push_str(&rest[..next]);
            rest = &rest[next..];
        }
        Cow::Owned(out)
    }

    fn strange(&mut self, name: &str) -> Cow<'t, str> {
        self.strange_references += 1;
        Cow::Owned(format!("&{name};"))
    }

    fn fail(&mut self, error: &Error) {
        let at = offset(self.reader.error_position());
        match error {
            Error::Syntax(SyntaxError::InvalidBangMarkup) | Error::IllFormed(_) => {
                self.stop_at(at, &format!("the XML is not well-formed: {error}"));
            }
            Error::Syntax(_) => self.stop_at(at, &format!("the document was cut short: {error}")),
            _ => self.stop_at(at, &format!("the XML cannot be read: {error}")),
        }
    }

    fn stop(&mut self, what: &str) {
        self.stop_at(offset(self.at), what);
    }

    fn stop_at(&mut self, at: usize, what: &str) {
        self.problem = Some(format!("{}: {}", position(self.text, at), json::shorten(what)));
    }
}

/// `line 3, column 7` (in characters) for a byte of `text`.
pub(super) fn position(text: &str, at: usize) -> String {
    let before = &text[..text.floor_char_boundary(at)];
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    format!("line {line}, column {column}")
}

/// The character that `&name;` stands for. Characters that XML forbids are let through: PHP_CodeSniffer writes them,
/// and every writer of ours deals with them.
fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// The reader counts in 64 bits on every machine; its input is a slice.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
