//! Who wrote a Checkstyle XML? Its first elements tell.

use super::super::xml::{Node, Xml};
use super::super::{csfixer, phpcs, phpstan};

/// How many errors are looked at.
const SAMPLE: usize = 20;

/// What differs between those who write the format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    /// No version, `column="1"` wherever there is a line; the source is an identifier since 1.11, before that there is
    /// none.
    Phpstan,
    /// Sources of four parts, or its own that start with `Internal`.
    Phpcs,
    /// The version is a sentence; each source starts with the name of the tool.
    CsFixer,
    /// No version, no source: the type stands before the message.
    Psalm,
    /// Any other tool, or nothing to tell it by.
    Unknown,
}

impl Dialect {
    /// The dialect of the document at the start of `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut xml = Xml::new(text);
        let mut sample = Sample::default();
        while sample.errors < SAMPLE
            && let Some(node) = xml.next()
        {
            if let Node::Open(element) = node {
                match element.name() {
                    "checkstyle" => sample.version = xml.attribute(&element, "version"),
                    "error" => sample.add(|take| xml.attributes(&element, |key, value| take(key, &value))),
                    _ => {}
                }
            }
        }
        sample.dialect()
    }

    /// The name of the tool, when it is known.
    pub(super) const fn tool(self) -> Option<&'static str> {
        match self {
            Self::Phpstan => Some(phpstan::TOOL),
            Self::Phpcs => Some(phpcs::TOOL),
            Self::CsFixer => Some(csfixer::TOOL),
            Self::Psalm => Some("psalm"),
            Self::Unknown => None,
        }
    }
}

#[derive(Default)]
struct Sample {
    version: String,
    errors: usize,
    sniffs: usize,
    fixers: usize,
    sourceless: usize,
    typed: usize,
    placed: usize,
    first_column: usize,
}

impl Sample {
    fn add(&mut self, read: impl FnOnce(&mut dyn FnMut(&str, &str))) {
        self.errors += 1;
        let mut has_source = false;
        read(&mut |key, value| match key {
            "source" if !value.is_empty() => {
                has_source = true;
                self.sniffs += usize::from(phpcs::is_sniff(value) || value.starts_with("Internal."));
                self.fixers += usize::from(value.starts_with("PHP-CS-Fixer."));
            }
            "message" => self.typed += usize::from(starts_with_type(value)),
            "line" => self.placed += 1,
            "column" => self.first_column += usize::from(value == "1"),
            _ => {}
        });
        self.sourceless += usize::from(!has_source);
    }

    fn dialect(&self) -> Dialect {
        let all = |count: usize| count == self.errors && self.errors > 0;
        if self.version.starts_with("PHP CS Fixer ") || all(self.fixers) {
            Dialect::CsFixer
        } else if self.version.is_empty() && all(self.sourceless) && all(self.typed) {
            Dialect::Psalm
        } else if all(self.sniffs) {
            Dialect::Phpcs
        } else if self.version.is_empty() && self.errors > 0 && self.first_column == self.placed {
            Dialect::Phpstan
        } else {
            Dialect::Unknown
        }
    }
}

/// `UndefinedClass: …`.
fn starts_with_type(message: &str) -> bool {
    message.split_once(": ").is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
