//! Text of a report is hostile: control characters, bidi marks, ANSI, Markdown, HTML, huge lengths.
//! One function per target.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One line for a terminal or log: no control characters, no escape sequences, no bidi overrides, no invisible
/// characters; line breaks become spaces.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    replace(text, is_hostile, |out, c| {
        out.push(if is_break(c) { ' ' } else { char::REPLACEMENT_CHARACTER });
    })
}

/// Text inside an HTML element or a double-quoted attribute. Invisible and bidi characters are shown as `U+202E`.
/// Line feeds and tabs stay.
#[must_use]
pub fn html(text: &str) -> Cow<'_, str> {
    let special = |c| matches!(c, '<' | '>' | '"' | '\'' | '&') || (is_hostile(c) && !matches!(c, '\n' | '\t'));
    replace(text, special, |out, c| match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        '&' => out.push_str("&amp;"),
        c => push_code_point(out, c),
    })
}

/// Text inside a Markdown paragraph or table cell: no markup, mention, link, HTML or table separator survives.
///
/// Only backslashes before characters that every Markdown dialect lets one escape, and entities for the others:
/// Bitbucket shows a backslash that it does not know.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = terminal(text);
    let text = text.trim();
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let marker = list_marker(text);
    for (at, c) in text.char_indices() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' => {
                out.push('\\');
                out.push(c);
            }
            '+' | '-' | '.' | ')' if marker == Some(at) => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '@' => out.push_str("&#64;"),
            '~' => out.push_str("&#126;"),
            '=' if at == 0 => out.push_str("&#61;"),
            ':' if text[at..].starts_with("://") => out.push_str("&#58;"),
            '.' if ends_with_www(&text[..at]) => out.push_str("&#46;"),
            c => out.push(c),
        }
    }
    out
}

/// A Markdown code span, also inside a table cell; plain escaped text where a code span could be broken out of.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    let text = terminal(text);
    let text = text.trim();
    if text.is_empty() || text.contains(['`', '|']) { markdown(text) } else { format!("`{text}`") }
}

/// Text for XML 1.0: characters that XML forbids become U+FFFD. Entities are left to the XML writer.
#[must_use]
pub fn xml(text: &str) -> Cow<'_, str> {
    // https://www.w3.org/TR/xml/#charsets
    let forbidden = |c| matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
    replace(text, forbidden, |out, _| {
        out.push(char::REPLACEMENT_CHARACTER);
    })
}

/// `text` cut to at most `max` characters (Unicode scalar values), ending in `…` when something was cut; never
/// inside a character, nor between a base character and its combining marks where that can be told cheaply.
#[must_use]
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max || text.chars().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let Some(keep) = max.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut end = text.char_indices().nth(keep).map_or(text.len(), |(at, _)| at);
    // A base character with more marks than this is nobody's name: cut it anywhere.
    for _ in 0..8 {
        let (Some(base), true) = (text[..end].chars().next_back(), text[end..].starts_with(is_mark)) else {
            break;
        };
        end -= base.len_utf8();
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

/// `text` with every `special` character replaced by what `push` writes; borrowed when there is none.
fn replace(text: &str, special: impl Fn(char) -> bool, push: impl Fn(&mut String, char)) -> Cow<'_, str> {
    let Some(first) = text.find(&special) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut next = Some(first);
    while let Some(at) = next {
        let (clean, from) = rest.split_at(at);
        out.push_str(clean);
        let mut chars = from.chars();
        if let Some(c) = chars.next() {
            push(&mut out, c);
        }
        rest = chars.as_str();
        next = rest.find(&special);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn push_code_point(out: &mut String, c: char) {
    write!(out, "U+{:04X}", u32::from(c)).unwrap_or_default(); // a String takes everything
}

/// Whether nobody can see `c`, or it changes what is seen around it.
fn is_hostile(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => true,
        // Soft hyphen, joiners, fillers: seen as nothing.
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' => true,
        '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' => true,
        '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' => true,
        // Direction.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        // Line and paragraph separator.
        '\u{2028}' | '\u{2029}' => true,
        // Private use, non-characters and tags: every font shows something else, or nothing.
        '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'.. => true,
        _ => false,
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether `c` belongs to the character before it. The common blocks only.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{200D}'
            | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{1F3FB}'..='\u{1F3FF}'
    )
}

/// Where the character is that would make `text` a list item: `- `, `1. `, `1) `.
fn list_marker(text: &str) -> Option<usize> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let marks: &[char] = if digits == 0 { &['+', '-'] } else { &['.', ')'] };
    text[digits..].starts_with(marks).then_some(digits)
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests;
