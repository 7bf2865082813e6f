//! Start tags: a name and its attributes, and what can be wrong with them.

use std::collections::HashSet;

use crate::names::{is_name, is_name_start};
use crate::text;
use crate::token::{NameSpan, Span};

/// A start tag that is whole.
pub(crate) struct Parsed {
    /// Up to and with `>`.
    pub(crate) length: usize,
    pub(crate) name: NameSpan,
    pub(crate) empty: bool,
}

/// Where a tag is wrong, and what is wrong with it.
pub(crate) type Wrong = (usize, String);

/// Reads the start tag at the start of `view`; `None` when its end is not in view.
pub(crate) fn tag(view: &str, spans: &mut Vec<Span>) -> Result<Option<Parsed>, Wrong> {
    let bytes = view.as_bytes();
    let Some((name, plain)) = name(bytes, 1) else { return Ok(None) };
    if !plain && !is_name(name.full(view)) {
        let name = name.full(view);
        return Err((
            0,
            if name.starts_with(is_name_start) {
                format!("<{}> is no name of an element", shorten(name))
            } else {
                "`<` starts no tag; in text it is written &lt;".to_owned()
            },
        ));
    }
    let mut at = name.to as usize;
    loop {
        let from = skip_space(bytes, at);
        match bytes.get(from) {
            None => return Ok(None),
            Some(b'>') => return Ok(Some(Parsed { length: from + 1, name, empty: false })),
            Some(b'/') => match bytes.get(from + 1) {
                None => return Ok(None),
                Some(b'>') => return Ok(Some(Parsed { length: from + 2, name, empty: true })),
                Some(_) => return Err((from, "there is a stray `/` in a tag".to_owned())),
            },
            Some(_) if from == at => return Err((from, "there is no space before an attribute".to_owned())),
            Some(_) => match attribute(view, from)? {
                None => return Ok(None),
                Some((span, next)) => {
                    spans.push(span);
                    at = next;
                }
            },
        }
    }
}

/// Reads the attribute at `from`; gives it and where it ends. `None` when its end is not in view.
fn attribute(view: &str, from: usize) -> Result<Option<(Span, usize)>, Wrong> {
    let bytes = view.as_bytes();
    let Some((name, plain)) = name(bytes, from) else { return Ok(None) };
    if !plain && !is_name(name.full(view)) {
        return Err((from, format!("`{}` is no name of an attribute", shorten(name.full(view)))));
    }
    let equals = skip_space(bytes, name.to as usize);
    match bytes.get(equals) {
        None => return Ok(None),
        Some(b'=') => {}
        Some(_) => return Err((from, format!("the attribute {} has no value", shorten(name.full(view))))),
    }
    let open = skip_space(bytes, equals + 1);
    let quote = match bytes.get(open) {
        None => return Ok(None),
        Some(&quote @ (b'"' | b'\'')) => quote,
        Some(_) => {
            return Err((from, format!("the value of the attribute {} has no quotes", shorten(name.full(view)))));
        }
    };
    let Some((length, plain)) = text::quoted(&bytes[open + 1..], quote) else { return Ok(None) };
    let close = open + 1 + length;
    Ok(Some((Span { name, value: (offset(open + 1), offset(close)), plain }, close + 1)))
}

/// The name at `from`, and whether it is one that nobody has to look up; `None` when its end is not in view.
fn name(bytes: &[u8], from: usize) -> Option<(NameSpan, bool)> {
    let first = *bytes.get(from)?;
    let mut found = if first.is_ascii_alphabetic() { 0 } else { RARE };
    let length = bytes[from..].iter().position(|byte| {
        let class = NAME[*byte as usize];
        found |= class & !ENDS;
        class & ENDS != 0
    })?;
    let prefix = match found & COLON {
        0 => 0,
        _ => memchr::memchr(b':', &bytes[from..from + length]).map_or(0, |at| at + 1),
    };
    let span = NameSpan { from: offset(from), local: offset(from + prefix), to: offset(from + length) };
    Some((span, found & RARE == 0))
}

/// A tag has some megabytes at most.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What a name ends with.
const ENDS: u8 = 1;
/// What stands behind a prefix.
const COLON: u8 = 2;
/// What is not in the names of every day.
const RARE: u8 = 4;

const NAME: [u8; 256] = {
    let mut classes = [RARE; 256];
    let mut byte = 0;
    while byte < 0x80 {
        classes[byte] = match byte as u8 {
            b'\t' | b'\n' | b'\r' | b' ' | b'=' | b'>' | b'/' => ENDS,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => 0,
            b':' => COLON,
            _ => RARE,
        };
        byte += 1;
    }
    classes
};

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let space = bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r'));
    from + space.count()
}

/// The name that two attributes of a tag have.
pub(crate) fn twice<'v>(view: &'v str, spans: &[Span]) -> Option<&'v str> {
    let name = |span: &Span| &view.as_bytes()[span.name.from as usize..span.name.to as usize];
    let found = if spans.len() > 16 {
        let mut seen = HashSet::with_capacity(spans.len());
        spans.iter().find(|span| !seen.insert(name(span)))
    } else {
        // A bit for the length and the ends of a name: as long as all differ, so do the names.
        let mut bits = 0_u64;
        spans.iter().enumerate().find_map(|(number, span)| {
            let bit = 1 << (hash(name(span)) % 64);
            let is_new = bits & bit == 0;
            bits |= bit;
            (!is_new && spans[..number].iter().any(|other| name(other) == name(span))).then_some(span)
        })
    };
    found.map(|span| span.name.full(view))
}

fn hash(name: &[u8]) -> usize {
    match name {
        [first, .., last] => usize::from(*first) * 7 + usize::from(*last) + name.len() * 13,
        _ => name.len(),
    }
}

/// A name as an error shows it.
pub(crate) fn shorten(name: &str) -> String {
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut short: String = name.chars().take(60).map(visible).collect();
    if name.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
