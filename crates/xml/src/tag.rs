//! Start tags: a name and its attributes, and what can be wrong with them.

use crate::names::{is_name, is_name_start};
use crate::text;
use crate::token::Span;

/// A start tag that is whole.
pub(crate) struct Parsed {
    /// Up to and with `>`.
    pub(crate) length: usize,
    /// How long the name is.
    pub(crate) name: usize,
    pub(crate) empty: bool,
}

/// Where a tag is wrong, and what is wrong with it.
pub(crate) type Wrong = (usize, String);

/// Reads the start tag at the start of `view`; `None` when its end is not in view.
pub(crate) fn tag(view: &str, spans: &mut Vec<Span>) -> Result<Option<Parsed>, Wrong> {
    let bytes = view.as_bytes();
    let Some(end) = name_end(bytes, 1) else { return Ok(None) };
    let name = &view[1..end];
    if !is_plain_name(name) && !is_name(name) {
        return Err((
            0,
            if name.starts_with(is_name_start) {
                format!("<{}> is no name of an element", shorten(name))
            } else {
                "`<` starts no tag; in text it is written &lt;".to_owned()
            },
        ));
    }
    let mut at = end;
    loop {
        let spaced = skip_space(bytes, at);
        let from = spaced;
        match bytes.get(from) {
            None => return Ok(None),
            Some(b'>') => return Ok(Some(Parsed { length: from + 1, name: end - 1, empty: false })),
            Some(b'/') => match bytes.get(from + 1) {
                None => return Ok(None),
                Some(b'>') => return Ok(Some(Parsed { length: from + 2, name: end - 1, empty: true })),
                Some(_) => return Err((from, "there is a stray `/` in a tag".to_owned())),
            },
            Some(_) if spaced == at => return Err((from, "there is no space before an attribute".to_owned())),
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
    let Some(end) = name_end(bytes, from) else { return Ok(None) };
    let name = &view[from..end];
    if !is_plain_name(name) && !is_name(name) {
        return Err((from, format!("`{}` is no name of an attribute", shorten(name))));
    }
    let equals = skip_space(bytes, end);
    match bytes.get(equals) {
        None => return Ok(None),
        Some(b'=') => {}
        Some(_) => return Err((from, format!("the attribute {} has no value", shorten(name)))),
    }
    let open = skip_space(bytes, equals + 1);
    let quote = match bytes.get(open) {
        None => return Ok(None),
        Some(&quote @ (b'"' | b'\'')) => quote,
        Some(_) => return Err((from, format!("the value of the attribute {} has no quotes", shorten(name)))),
    };
    let Some((length, plain)) = text::quoted(&bytes[open + 1..], quote) else { return Ok(None) };
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX); // a tag has some megabytes at most
    let close = open + 1 + length;
    let span = Span { name: (offset(from), offset(end)), value: (offset(open + 1), offset(close)), plain };
    Ok(Some((span, close + 1)))
}

/// Where the name ends that starts at `from`; `None` when its end is not in view.
fn name_end(bytes: &[u8], from: usize) -> Option<usize> {
    bytes[from..].iter().position(|byte| text::class(*byte) & text::ENDS_NAME != 0).map(|length| from + length)
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let space = bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r'));
    from + space.count()
}

/// Whether `name` is a name that nobody has to look up.
fn is_plain_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().all(|byte| text::class(*byte) & text::PLAIN_NAME != 0)
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
