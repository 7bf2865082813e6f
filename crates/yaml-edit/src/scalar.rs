//! How a text is written in each style.

use crate::kind;
use crate::read::Style;

/// Where a scalar is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Inside of `[…]` or `{…}`.
    pub flow: bool,
    /// Behind the tag `!!str`: what looks like a number is none.
    pub tagged: bool,
    /// Beside double-quoted keys, as in JSON: only double quotes will do.
    pub json: bool,
    /// The quotes to take when plain text will not do.
    pub quotes: Style,
}

/// A text in the style wanted, or in the next one that can say it.
pub(crate) fn write(text: &str, style: Style, place: Place) -> String {
    let style = match style {
        _ if place.json => Style::Double,
        Style::Plain if !plain(text, place) => place.quotes,
        style => style,
    };
    match style {
        Style::Plain => text.to_owned(),
        Style::Single if is_printable(text) => format!("'{}'", text.replace('\'', "''")),
        _ => double(text),
    }
}

/// Whether the text needs no escapes and is one line.
pub(crate) fn is_printable(text: &str) -> bool {
    text.chars().all(printable)
}

/// Whether the text may stand plain, and is then read as this very string by everybody. More is refused than must be.
fn plain(text: &str, place: Place) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let inside = |c: char| printable(c) && c != '\t' && !(place.flow && ",[]{}".contains(c));
    !"-?:,[]{}#&*!|>'\"%@` ".contains(first)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains("{{")
        && !text.starts_with("...")
        && text.chars().all(inside)
        && (place.tagged || kind::is_plain_string(text))
}

/// What may stand in quotes as it is, in one line: <https://yaml.org/spec/1.2.2/#51-character-set>, without what is a
/// line break in YAML 1.1 and without the byte order mark.
fn printable(c: char) -> bool {
    matches!(c, '\t' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The escapes are those that JSON has too.
fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if printable(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
