//! What a document is made of.

use std::borrow::Cow;

use crate::text;

/// One piece of a document. It borrows the scanner's window: keep what is needed of it before asking for the next.
#[derive(Clone, Copy, Debug)]
pub enum Token<'s> {
    /// A start tag. An empty element opens and closes like others.
    Open(Tag<'s>),
    /// The end of the element that was opened last.
    Close,
    /// A piece of the text of the element that is open.
    Text(Text<'s>),
}

/// What a token is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenKind {
    /// A start tag.
    Open,
    /// The end of the element that was opened last.
    Close,
    /// A piece of text.
    Text,
}

/// A start tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'s> {
    /// The text of the tag from `<` on; the spans point into it.
    pub(crate) text: &'s str,
    pub(crate) name: NameSpan,
    pub(crate) spans: &'s [Span],
}

/// Where a name stands in the text of a tag. A tag has some megabytes at most.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameSpan {
    pub(crate) from: u32,
    /// Where it starts without its prefix.
    pub(crate) local: u32,
    pub(crate) to: u32,
}

/// Where an attribute stands in the text of its tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) name: NameSpan,
    pub(crate) value: (u32, u32),
    pub(crate) plain: bool,
}

impl NameSpan {
    pub(crate) fn local(self, text: &str) -> &str {
        slice(text, self.local, self.to)
    }

    pub(crate) fn full(self, text: &str) -> &str {
        slice(text, self.from, self.to)
    }
}

fn slice(text: &str, from: u32, to: u32) -> &str {
    text.get(from as usize..to as usize).unwrap_or_default()
}

impl<'s> Tag<'s> {
    /// The name without a namespace prefix.
    #[must_use]
    pub fn name(&self) -> &'s str {
        self.name.local(self.text)
    }

    /// The name with its prefix.
    #[must_use]
    pub fn full_name(&self) -> &'s str {
        self.name.full(self.text)
    }

    /// The attributes in the order of the tag. No two have the same full name.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'s> {
        Attributes { text: self.text, spans: self.spans.iter() }
    }

    /// The tag as it stands in the document, up to but without its `>` or `/>`.
    #[must_use]
    pub fn raw(&self) -> &'s str {
        let end = self.spans.last().map_or(self.name.to as usize, |span| span.value.1 as usize + 1);
        self.text.get(..end).unwrap_or_default()
    }

    /// The value of the attribute `name` (without a prefix), references resolved.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Cow<'s, str>> {
        self.attributes().find(|attribute| attribute.name == name).map(|attribute| attribute.value())
    }
}

/// The attributes of a tag.
#[derive(Clone, Debug)]
pub struct Attributes<'s> {
    text: &'s str,
    spans: std::slice::Iter<'s, Span>,
}

impl<'s> Iterator for Attributes<'s> {
    type Item = Attribute<'s>;

    fn next(&mut self) -> Option<Attribute<'s>> {
        let Span { name, value, plain } = *self.spans.next()?;
        Some(Attribute {
            name: name.local(self.text),
            full_name: name.full(self.text),
            raw: slice(self.text, value.0, value.1),
            plain,
        })
    }
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'s> {
    /// Its name without a namespace prefix.
    pub name: &'s str,
    /// Its name with the prefix.
    pub full_name: &'s str,
    /// Its value as it stands in the document, between the quotes.
    pub raw: &'s str,
    /// It is free of `&`, so that it is the value, and of `<`.
    pub(crate) plain: bool,
}

impl<'s> Attribute<'s> {
    /// Its value, references resolved.
    #[must_use]
    pub fn value(&self) -> Cow<'s, str> {
        if self.plain { Cow::Borrowed(self.raw) } else { text::decode(self.raw) }
    }

    /// Whether a document is well-formed with it as it stands. Characters that XML forbids are seen only as references:
    /// [`Scanner::is_exact`](crate::Scanner::is_exact) tells of the others.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.plain || memchr::memchr(b'<', self.raw.as_bytes()).is_none() && text::has_good_references(self.raw)
    }
}

/// A piece of text. Text that is longer than the scanner's window comes in several pieces; a reference is in one.
#[derive(Clone, Copy, Debug)]
pub struct Text<'s> {
    /// As it stands in the document.
    pub raw: &'s str,
    /// Whether it stands in a CDATA section, where `&` and `<` mean themselves.
    pub cdata: bool,
    /// Whether it is the first piece of its CDATA section, or of its run of text.
    pub first: bool,
    /// Whether it is the last piece of its CDATA section, or of its run of text.
    pub last: bool,
}

impl<'s> Text<'s> {
    /// What it says, references resolved.
    #[must_use]
    pub fn decode(&self) -> Cow<'s, str> {
        if self.cdata { Cow::Borrowed(self.raw) } else { text::decode(self.raw) }
    }

    /// Whether a document is well-formed with it as it stands, but for characters as with [`Attribute::stands`].
    #[must_use]
    pub fn stands(&self) -> bool {
        self.cdata || text::stands(self.raw)
    }
}
