//! From bytes in whatever encoding to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::xml::position;

/// The text of an input and what was odd about its bytes.
pub(super) struct Decoded<'b> {
    /// Borrowed when the input is UTF-8.
    pub(super) text: Cow<'b, str>,
    /// For [`Report::notes`](crate::Report::notes).
    pub(super) notes: Vec<String>,
}

/// Decodes `bytes`. What they are decides before what they say they are: a byte order mark, then the zero bytes of
/// UTF-16, then valid UTF-8, then the encoding that an XML declaration names. What is left is UTF-8 with broken bytes.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let mark = Encoding::for_bom(bytes);
    let bytes = &bytes[mark.map_or(0, |(_, length)| length)..];
    if let Some(encoding) = mark.map(|(encoding, _)| encoding).filter(|&encoding| encoding != UTF_8) {
        return foreign(bytes, encoding);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return foreign(bytes, encoding);
    }
    let declared = declared_encoding(bytes);
    match (std::str::from_utf8(bytes), declared) {
        (Ok(text), Some(encoding)) if encoding != UTF_8 && !text.is_ascii() => Decoded {
            text: Cow::Borrowed(text),
            notes: vec![format!("the XML declares {}, but the bytes are UTF-8: read as UTF-8", encoding.name())],
        },
        (Ok(text), _) => Decoded { text: Cow::Borrowed(text), notes: Vec::new() },
        (Err(_), Some(encoding)) if encoding != UTF_8 && encoding.is_ascii_compatible() => foreign(bytes, encoding),
        (Err(error), _) => broken_utf8(bytes, error.valid_up_to()),
    }
}

fn foreign<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Decoded<'b> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    let mut notes = vec![format!("read as {}", encoding.name())];
    if broken {
        notes.push(format!("some bytes are not valid {} and were replaced by U+FFFD", encoding.name()));
    }
    Decoded { text, notes }
}

fn broken_utf8(bytes: &[u8], first: usize) -> Decoded<'_> {
    let text = String::from_utf8_lossy(bytes);
    let note = format!("from {} on, bytes that are not UTF-8 were replaced by U+FFFD", position(&text, first));
    Decoded { text, notes: vec![note] }
}

/// The first two characters of every report are ASCII: in UTF-16 each of them has a zero byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes.first_chunk()?.map(|byte| byte == 0) {
        [false, true, false, true] => Some(UTF_16LE),
        [true, false, true, false] => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding that an XML declaration names; noise may stand before the declaration.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = memchr::memmem::find(&bytes[..bytes.len().min(4096)], b"<?xml")?;
    let rest = &bytes[start..];
    let declaration = &rest[..memchr::memchr(b'>', &rest[..rest.len().min(256)])?];
    let name = &declaration[memchr::memmem::find(declaration, b"encoding")?..];
    let mut quoted = name.split(|byte| matches!(byte, b'"' | b'\''));
    Encoding::for_label(quoted.nth(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn whatever_the_encoding_the_text_is_the_same() {
        let text = "<?xml version='1.0' encoding='UTF-8'?><checkstyle>é…</checkstyle>";
        let with_mark = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            with_mark.as_bytes().to_vec(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
            utf16(&with_mark, u16::to_le_bytes),
            utf16(&with_mark, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).text, text);
        }
        assert!(matches!(decode(with_mark.as_bytes()).text, Cow::Borrowed(_)));
    }

    #[test]
    fn a_declared_encoding_counts_only_when_the_bytes_are_not_utf8() {
        let latin1 = b"noise\n<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b=\"caf\xe9\"/>";
        let decoded = decode(latin1);
        assert!(decoded.text.ends_with("\"café\"/>"));
        assert_eq!(decoded.notes, ["read as windows-1252"]);

        let lying = decode("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b=\"café\"/>".as_bytes());
        assert!(lying.text.ends_with("\"café\"/>"));
        assert_eq!(lying.notes, ["the XML declares windows-1252, but the bytes are UTF-8: read as UTF-8"]);
    }

    #[test]
    fn broken_bytes_are_replaced_and_the_first_is_named() {
        let decoded = decode(b"{\n \"caf\xe9\"}");
        assert_eq!(decoded.text, "{\n \"caf\u{fffd}\"}");
        assert_eq!(decoded.notes, ["from line 2, column 6 on, bytes that are not UTF-8 were replaced by U+FFFD"]);
    }

    proptest! {
        #[test]
        fn valid_utf8_is_borrowed_and_nothing_panics(text in "[^\u{0}\u{feff}]*", bytes in any::<Vec<u8>>()) {
            prop_assert!(matches!(decode(text.as_bytes()).text, Cow::Borrowed(same) if same == text));
            let _text = decode(&bytes).text;
        }
    }
}
