//! Which kind of document an input is.

use std::io::Read;

use xml::{Scanner, Token};

use crate::scan::ReadError;

/// The name of the first element of a document, without a prefix. Reads no further.
///
/// # Errors
///
/// When there is none: the input is empty, or no XML.
pub fn root(input: impl Read) -> Result<String, ReadError> {
    // What is allowed here is only to be named: every reader refuses it again.
    let mut scanner = Scanner::new(input).external_dtd_allowed();
    match scanner.next() {
        Ok(Some(Token::Open(tag))) => Ok(tag.name().to_owned()),
        Ok(_) => Err(ReadError { what: "it is empty".to_owned() }),
        Err(error) => Err(ReadError { what: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn only_the_first_element_is_looked_at() {
        assert_eq!(
            root(&b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- x --><e:events xmlns:e='u'><<<"[..]).as_deref(),
            Ok("events")
        );
        assert_eq!(root(&b""[..]).unwrap_err().what, "it is empty");
        assert_eq!(root(&b" \n "[..]).unwrap_err().what, "it is empty");
        assert!(root(&b"Fatal error"[..]).unwrap_err().what.contains("text outside of any element"));
    }
}
