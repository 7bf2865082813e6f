//! References resolved on the way in; text made fit for a document on the way out.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::source::has_control;

/// `raw` with its references resolved. What is none (`&nbsp;`, a bare `&`) stays as it is. Characters that XML forbids
/// are let through: every writer deals with them.
#[must_use]
pub fn decode(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut out = String::with_capacity(raw.len());
    let (start, mut rest) = raw.split_at(first);
    out.push_str(start);
    while let Some(reference) = rest.strip_prefix('&') {
        rest = match resolve(reference) {
            Some((c, rest)) => {
                out.push(c);
                rest
            }
            None => {
                out.push('&');
                reference
            }
        };
        let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// The longest reference that means something: `&#x10FFFF;`, with some zeros to spare.
pub(crate) const LONGEST_REFERENCE: usize = 16;

/// The character that a reference stands for, and what follows it. `text` starts behind the `&`.
fn resolve(text: &str) -> Option<(char, &str)> {
    let head = &text.as_bytes()[..text.len().min(LONGEST_REFERENCE)];
    let end = memchr::memchr(b';', head)?;
    let c = match &text[..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
            // A sign would be read as part of the number.
            let code = u32::from_str_radix(digits.strip_prefix('+').map_or(digits, |_| ""), radix);
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, &text[end + 1..]))
}

/// Writes `text` so that it can stand between tags and, with `"` around it, in an attribute. Characters that XML
/// forbids become U+FFFD. In an attribute line breaks and tabs would be read back as spaces: they become references.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(text: &str, attribute: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut done = 0;
    for (at, c) in text.char_indices() {
        let replacement = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if attribute => "&quot;",
            '\n' if attribute => "&#10;",
            '\t' if attribute => "&#9;",
            '\r' => "&#13;",
            c if is_forbidden(c) => "\u{FFFD}",
            _ => continue,
        };
        out.write_all(&text.as_bytes()[done..at])?;
        out.write_all(replacement.as_bytes())?;
        done = at + c.len_utf8();
    }
    out.write_all(&text.as_bytes()[done..])
}

/// Writes what stands in one document (the text between tags, or an attribute) so that it can stand in another: as it
/// is, byte for byte, unless it holds what makes a document ill-formed.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn copy(raw: &str, attribute: bool, out: &mut dyn Write) -> io::Result<()> {
    if may_stand(raw, attribute) {
        return out.write_all(raw.as_bytes());
    }
    write(&decode(raw), attribute, out)
}

/// Writes a piece of a CDATA section, which cannot hold a reference: characters that XML forbids become U+FFFD.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn copy_cdata(raw: &str, out: &mut dyn Write) -> io::Result<()> {
    let bytes = raw.as_bytes();
    if !has_control(bytes) && (memchr::memchr(0xEF, bytes).is_none() || !raw.contains(is_forbidden)) {
        return out.write_all(bytes);
    }
    let mut done = 0;
    for (at, c) in raw.char_indices().filter(|(_, c)| is_forbidden(*c)) {
        out.write_all(&raw.as_bytes()[done..at])?;
        out.write_all("\u{FFFD}".as_bytes())?;
        done = at + c.len_utf8();
    }
    out.write_all(&raw.as_bytes()[done..])
}

/// Whether `raw` is well-formed where it would be put.
fn may_stand(raw: &str, attribute: bool) -> bool {
    let bytes = raw.as_bytes();
    let found = classes(bytes);
    // A value may have stood between single quotes.
    if found & if attribute { NOT_IN_ATTRIBUTE } else { NOT_IN_TEXT } == 0 {
        return true;
    }
    if found & (CONTROL | LESS) != 0
        || attribute && found & QUOTE != 0
        || found & RARE != 0 && raw.contains(is_forbidden)
    {
        return false;
    }
    if !attribute && found & BRACKET != 0 && ends_cdata(raw) {
        return false;
    }
    has_good_references(raw)
}

/// Whether `raw` holds `]]>`, which XML forbids in a text.
fn ends_cdata(raw: &str) -> bool {
    memchr::memchr(b']', raw.as_bytes()).is_some_and(|at| memchr::memmem::find(&raw.as_bytes()[at..], b"]]>").is_some())
}

/// Whether `raw`, the text between tags, is well-formed as it stands, as far as one can see without looking at every
/// character: those that XML forbids are seen only as references.
pub(crate) fn stands(raw: &str) -> bool {
    memchr::memchr2(b'&', b']', raw.as_bytes()).is_none() || has_good_references(raw) && !ends_cdata(raw)
}

/// Whether every `&` in `raw` starts a reference to a character that XML allows.
pub(crate) fn has_good_references(raw: &str) -> bool {
    memchr::memchr_iter(b'&', raw.as_bytes()).all(|at| resolve(&raw[at + 1..]).is_some_and(|(c, _)| !is_forbidden(c)))
}

/// Classes of bytes that may not stand everywhere as they are.
const AMPERSAND: u8 = 1;
const LESS: u8 = 2;
/// Control characters that XML forbids.
const CONTROL: u8 = 4;
/// The first byte of U+FFFE and U+FFFF, and of many others.
const RARE: u8 = 8;
const QUOTE: u8 = 16;
const BRACKET: u8 = 32;
const NOT_IN_ATTRIBUTE: u8 = AMPERSAND | LESS | CONTROL | RARE | QUOTE;
const NOT_IN_TEXT: u8 = AMPERSAND | LESS | CONTROL | RARE | BRACKET;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 0x80 {
        classes[byte] = match byte as u8 {
            b'\t' | b'\n' | b'\r' => 0,
            0..0x20 => CONTROL,
            _ => 0,
        };
        byte += 1;
    }
    classes[b'&' as usize] = AMPERSAND;
    classes[b'<' as usize] = LESS;
    classes[b'"' as usize] = QUOTE;
    classes[b']' as usize] = BRACKET;
    classes[0xEF] = RARE;
    classes
};

/// The class of `byte`; 0 for one that may stand anywhere.
fn class(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

/// How long the value is at the start of `bytes`, up to `quote`, and whether it is free of `&` and `<`; `None` when its
/// end is not in view. Eight bytes at a time: most of a report are attributes.
pub(crate) fn quoted(bytes: &[u8], quote: u8) -> Option<(usize, bool)> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    // A high bit for each byte that is 0; above the first one perhaps for others too.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let any = |word: u64, byte: u8| zeros(word ^ (ONES * u64::from(byte)));
    let mut marks = 0;
    let (words, rest) = bytes.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let ends = any(word, quote);
        let found = any(word, b'&') | any(word, b'<');
        if ends != 0 {
            let length = ends.trailing_zeros() / 8;
            let before = (1_u64 << (length * 8)) - 1;
            return Some((number * 8 + length as usize, marks | (found & before) == 0));
        }
        marks |= found;
    }
    let length = rest.iter().position(|byte| *byte == quote)?;
    let is_plain = marks == 0 && !rest[..length].iter().any(|byte| matches!(byte, b'&' | b'<'));
    Some((words.len() * 8 + length, is_plain))
}

/// The classes of all of `bytes`. Four at a time: a long text is looked at as fast as it is read.
fn classes(bytes: &[u8]) -> u8 {
    let mut quads = bytes.chunks_exact(4);
    let mut found = [0; 4];
    for quad in &mut quads {
        for (found, byte) in found.iter_mut().zip(quad) {
            *found |= class(*byte);
        }
    }
    let rest = quads.remainder().iter().fold(0, |found, byte| found | class(*byte));
    found.iter().fold(rest, |all, found| all | found)
}

/// Whether XML 1.0 forbids `c`: <https://www.w3.org/TR/xml/#charsets>.
#[must_use]
pub fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str, attribute: bool) -> String {
        let mut out = Vec::new();
        write(text, attribute, &mut out).expect("a Vec takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    fn copied(raw: &str, attribute: bool) -> String {
        let mut out = Vec::new();
        copy(raw, attribute, &mut out).expect("a Vec takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn references_are_resolved_and_what_is_none_stays() {
        assert_eq!(decode("a &lt;b&gt; &amp;amp; &#27;[0m &#x1F389; &quot;&apos;"), "a <b> &amp; \u{1b}[0m 🎉 \"'");
        for none in
            ["&", "&nbsp;", "a & b", "&;", "&#;", "&#xD800;", "&#99999999;", "&lt", "&#X41;", "&#+65;", "&#x+41;"]
        {
            assert_eq!(decode(none), none);
        }
        assert!(matches!(decode("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn what_is_well_formed_is_copied_byte_for_byte() {
        for raw in ["a &lt; &#10; &quot; é 漢 ]] >", "plain", "", "]]", "\u{FFFD}\u{FFFC}"] {
            assert_eq!(copied(raw, false), raw);
        }
    }

    #[test]
    fn what_is_not_is_mended() {
        assert_eq!(
            copied("a & b &nbsp; \u{1b}[0m &#27; \u{FFFE}", false),
            "a &amp; b &amp;nbsp; \u{FFFD}[0m \u{FFFD} \u{FFFD}"
        );
        assert_eq!(copied("x ]]> y", false), "x ]]&gt; y");
        assert_eq!(copied("a \"b\" <c>\n", true), "a &quot;b&quot; &lt;c&gt;&#10;");
        assert_eq!(copied("it's", true), "it's");
    }

    #[test]
    fn cdata_keeps_everything_but_what_xml_forbids() {
        let mut out = Vec::new();
        copy_cdata("a & <b> \u{1b}[0m é", &mut out).expect("a Vec takes everything");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "a & <b> \u{FFFD}[0m é");
    }

    proptest! {
        #[test]
        fn the_end_of_a_value_and_whether_it_is_plain_are_found(text in "[a-zé\u{FFFE}&<>\"'\n]{0,30}", single in any::<bool>()) {
            let quote = if single { b'\'' } else { b'"' };
            let expected = text.bytes().position(|byte| byte == quote).map(|length| {
                (length, !text[..length].contains(['&', '<']))
            });
            prop_assert_eq!(quoted(text.as_bytes(), quote), expected);
        }

        #[test]
        fn what_is_written_is_read_back(text in "\\PC*|[&<>\"'#;x0-9a-z\\n\\t\\r]*", attribute in any::<bool>()) {
            let written = written(&text, attribute);
            prop_assert_eq!(&*decode(&written), &text);
            prop_assert_eq!(copied(&written, attribute), written);
        }

        #[test]
        fn a_copy_says_the_same_but_for_what_xml_forbids(raw in "([&<>\"'#;lt0-9\\n\\]\u{1b}]|&#[0-9]{1,2};)*", attribute in any::<bool>()) {
            let copy = copied(&raw, attribute);
            prop_assert_eq!(&*decode(&copy), decode(&raw).replace(is_forbidden, "\u{FFFD}"));
            prop_assert_eq!(copied(&copy, attribute), copy);
        }
    }
}
