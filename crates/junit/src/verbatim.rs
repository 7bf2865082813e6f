//! Documents that stand in the merged report byte for byte, but for the start tags of their suites and for their roots:
//! most do, and copying bytes costs next to nothing. Which they are is found out while their cases are counted.
//! All others are taken apart again and written anew, by [`merge`](crate::merge); a property holds both ways equal.

use std::io::{self, BufRead, BufReader, Read, Write};

use xml::{Attribute, Scanner, Tag, Token};

use crate::merge::CopyError;
use crate::walk::Step;

/// How much is read at a time.
const CHUNK: usize = 128 << 10;

/// What of a document is not copied as it stands, in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verbatim {
    cuts: Vec<Cut>,
    /// How many bytes the document has.
    length: u64,
}

/// Bytes of a document: left out, or the start tag of a suite.
#[derive(Clone, Copy, Debug)]
struct Cut {
    from: u64,
    to: u64,
    is_suite: bool,
}

impl Verbatim {
    /// Copies the document, read once more from its start. `suite` is handed the start tag of each suite, and whether it
    /// is empty, and writes it.
    pub(crate) fn copy<W: Write + ?Sized>(
        &self,
        document: impl Read,
        out: &mut W,
        suite: &mut dyn FnMut(&Tag<'_>, bool, &mut W) -> io::Result<()>,
    ) -> Result<(), CopyError> {
        let mut input = BufReader::with_capacity(CHUNK, document);
        let mut at = 0;
        let mut tag = Vec::new();
        for cut in &self.cuts {
            pass(&mut input, cut.from - at, out)?;
            at = cut.to;
            if !cut.is_suite {
                pass(&mut input, cut.to - cut.from, &mut io::sink())?;
                continue;
            }
            tag.clear();
            pass(&mut input, cut.to - cut.from, &mut tag)?;
            match Scanner::new(&tag[..]).next() {
                Ok(Some(Token::Open(read))) if read.full_name() == "testsuite" => {
                    suite(&read, tag.ends_with(b"/>"), out).map_err(CopyError::Io)?;
                }
                _ => return Err(CopyError::Changed),
            }
        }
        pass(&mut input, self.length - at, out)?;
        let is_at_end = input.fill_buf().map_err(CopyError::Read)?.is_empty();
        if is_at_end { Ok(()) } else { Err(CopyError::Changed) }
    }
}

/// Writes the next `count` bytes to `out`.
fn pass<W: Write + ?Sized>(input: &mut impl BufRead, mut count: u64, out: &mut W) -> Result<(), CopyError> {
    while count > 0 {
        let bytes = match input.fill_buf() {
            Ok([]) => return Err(CopyError::Changed),
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Read(error)),
        };
        let most = usize::try_from(count).map_or(bytes.len(), |count| count.min(bytes.len()));
        out.write_all(&bytes[..most]).map_err(CopyError::Io)?;
        input.consume(most);
        count -= most as u64;
    }
    Ok(())
}

/// Finds out whether a document is one of those, step by step.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    verbatim: Verbatim,
    /// Where the last step ends, and how many elements are open.
    at: u64,
    depth: usize,
    failed: bool,
}

impl Watch {
    /// Looks at a step, which stands at `span` in the document. What the walker made up has no bytes to copy.
    pub(crate) fn take(&mut self, step: &Step<'_>, (from, to): (u64, u64)) {
        if self.failed {
            return;
        }
        // What the scanner passes over, like comments, does not get into the report.
        let stands = (from == self.at || self.depth == 0)
            && match step {
                Step::Suite(None) | Step::Case(None) => false,
                Step::Root(_) | Step::RootEnd | Step::SuiteEnd | Step::CaseEnd | Step::Close => true,
                Step::Suite(Some(tag)) => is_unbound(tag),
                // Of its attributes the builder of the case tells.
                Step::Case(Some(tag)) => is_unbound(tag),
                Step::Open(_, tag) => stands(tag),
                Step::Text(text) => text.stands(),
            };
        if !stands {
            return self.fail();
        }
        if self.depth == 0 {
            self.cut(self.at, from, false);
        }
        match step {
            Step::Root(_) | Step::RootEnd => self.cut(from, to, false),
            Step::Suite(_) => self.cut(from, to, true),
            _ => {}
        }
        self.at = to;
        match step {
            Step::Root(_) | Step::Suite(_) | Step::Case(_) | Step::Open(..) => self.depth += 1,
            Step::RootEnd | Step::SuiteEnd | Step::CaseEnd | Step::Close => self.depth = self.depth.saturating_sub(1),
            Step::Text(_) => {}
        }
    }

    /// The document has to be taken apart to be copied.
    pub(crate) fn fail(&mut self) {
        self.failed = true;
        self.verbatim.cuts = Vec::new();
    }

    /// What was found out, at the end of the document, which has `length` bytes.
    pub(crate) fn finish(mut self, length: u64) -> Option<Verbatim> {
        self.cut(self.at, length, false);
        self.verbatim.length = length;
        (!self.failed).then_some(self.verbatim)
    }

    fn cut(&mut self, from: u64, to: u64, is_suite: bool) {
        if from < to {
            self.verbatim.cuts.push(Cut { from, to, is_suite });
        }
    }
}

/// Whether nothing about the tag belongs to a namespace, which would have to be declared around it.
fn is_unbound(tag: &Tag<'_>) -> bool {
    tag.full_name().len() == tag.name().len()
}

/// Whether a tag is well-formed anywhere, as it stands.
fn stands(tag: &Tag<'_>) -> bool {
    is_unbound(tag) && tag.attributes().all(|attribute| is_free(&attribute) && attribute.stands())
}

/// Whether an attribute has nothing to do with namespaces.
pub(crate) fn is_free(attribute: &Attribute<'_>) -> bool {
    attribute.full_name.len() == attribute.name.len() && attribute.name != "xmlns"
}

/// Whether a time is a number that every reader can read.
pub(crate) fn is_plain_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
