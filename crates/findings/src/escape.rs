//! Text of a report is hostile: control characters, bidi marks, ANSI, Markdown, HTML, huge lengths.
//! One function per target.

use std::borrow::Cow;

/// One line for a terminal or log: no control characters, no escape sequences, no bidi overrides, no invisible
/// characters; line breaks become spaces.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    todo!()
}

/// Text inside an HTML element or a double-quoted attribute. Invisible and bidi characters are shown as `U+202E`.
#[must_use]
pub fn html(text: &str) -> Cow<'_, str> {
    todo!()
}

/// Text inside a Markdown paragraph or table cell: no markup, mention, link, HTML or table separator survives.
#[must_use]
pub fn markdown(text: &str) -> String {
    todo!()
}

/// Text for XML 1.0: characters that XML forbids become U+FFFD. Entities are left to the XML writer.
#[must_use]
pub fn xml(text: &str) -> Cow<'_, str> {
    todo!()
}

/// `text` cut to at most `max` characters (Unicode scalar values), ending in `…` when something was cut; never
/// inside a character, nor between a base character and its combining marks where that can be told cheaply.
#[must_use]
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    todo!()
}
