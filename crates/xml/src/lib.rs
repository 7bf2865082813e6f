//! XML piece by piece, in bounded memory, without trusting it.
//!
//! Reports of tests hold gigabytes of output in one CDATA section, escape sequences where XML forbids them, and now and
//! then an attack. What reads them here keeps one window of the input and the names of the open elements, takes what is
//! merely odd with a note, and stops with a place in the document at what cannot be relied on: a document that is cut
//! short or not well-formed, and one that declares a document type, which can make a small file grow without limit.
//!
//! # Layout
//!
//! - [`Scanner`]: from a stream of bytes to [`Token`]s. `source` is the window: bytes in any encoding, decoded; `tag`
//!   takes start tags apart.
//! - [`Token`], [`Tag`], [`Text`]: what a document is made of. `names`: which names XML allows.
//! - [`text`]: references resolved on the way in; text made fit for a document on the way out.
//! - [`Error`]: why a document could not be read on, and where.

mod error;
mod names;
mod scanner;
mod source;
mod tag;
pub mod text;
mod token;

pub use error::{Error, ErrorKind};
pub use names::is_name;
pub use scanner::Scanner;
pub use token::{Attribute, Attributes, Tag, Text, Token, TokenKind};
