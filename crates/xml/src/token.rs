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
    /// How long the name is.
    pub(crate) name: usize,
    pub(crate) spans: &'s [Span],
}

/// Where an attribute stands in the text of its tag. A tag has some megabytes at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) name: (u32, u32),
    pub(crate) value: (u32, u32),
    pub(crate) plain: bool,
}

impl<'s> Tag<'s> {
    /// The name without a namespace prefix.
    #[must_use]
    pub fn name(&self) -> &'s str {
        local(self.text.get(1..=self.name).unwrap_or_default())
    }

    /// The attributes in the order of the tag. No two have the same full name.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'s> {
        Attributes { text: self.text, spans: self.spans.iter() }
    }

    /// The tag as it stands in the document, up to but without its `>` or `/>`.
    #[must_use]
    pub fn raw(&self) -> &'s str {
        let end = self.spans.last().map_or(self.name + 1, |span| span.value.1 as usize + 1);
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
        let full_name = &self.text[name.0 as usize..name.1 as usize];
        Some(Attribute {
            name: local(full_name),
            full_name,
            raw: &self.text[value.0 as usize..value.1 as usize],
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
    /// Whether `raw` is the value, and can stand between `"` in any document.
    pub plain: bool,
}

impl<'s> Attribute<'s> {
    /// Its value, references resolved.
    #[must_use]
    pub fn value(&self) -> Cow<'s, str> {
        if self.plain { Cow::Borrowed(self.raw) } else { text::decode(self.raw) }
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
}

/// `name` without a namespace prefix.
fn local(name: &str) -> &str {
    memchr::memchr(b':', name.as_bytes()).map_or(name, |at| &name[at + 1..])
}
