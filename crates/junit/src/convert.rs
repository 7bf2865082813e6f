//! Reports of other formats, made JUnit.
//!
//! What is not JUnit is written as a JUnit document, so that everything else has to read only one format. Nothing red
//! gets lost on the way: what failed outside of a test (a fixture, a clean-up, a run that was killed) becomes a case of
//! its own, and what makes a report untrustworthy becomes a problem.
//!
//! # Layout
//!
//! - [`convert`] drives a reader with the tokens of the document: `otr`, `trx`, `nunit`, `xunit`.
//! - `draft`: what a reader fills: the problems, the notes and the tree of suites and cases. `document` is that tree, and
//!   writes it. `text`: texts cut at a limit, names, durations.

use std::io::{self, Read, Write};

use xml::{Scanner, Tag, Token};

use self::draft::Draft;
use self::text::Kept;

mod document;
mod draft;
mod nunit;
mod otr;
mod text;
mod trx;
mod xunit;

/// Formats other than JUnit.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Foreign {
    /// Open Test Reporting, events or hierarchy: PHPUnit's `--log-otr`, JUnit 5.
    /// <https://github.com/ota4j-team/open-test-reporting>
    Otr,
    /// Visual Studio's test results, `dotnet test --logger trx`.
    Trx,
    /// NUnit 2.
    Nunit2,
    /// NUnit 3 and 4.
    Nunit3,
    /// xUnit.net, versions 1 to 3. <https://xunit.net/docs/format-xml-v2>
    Xunit,
}

impl Foreign {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Otr, Self::Trx, Self::Nunit2, Self::Nunit3, Self::Xunit];

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Otr => "otr",
            Self::Trx => "trx",
            Self::Nunit2 => "nunit2",
            Self::Nunit3 => "nunit3",
            Self::Xunit => "xunit",
        }
    }

    /// The format whose documents start with the element `root` (without a namespace prefix).
    #[must_use]
    pub fn of_root(root: &str) -> Option<Self> {
        match root {
            // PHPUnit can report an issue before it has opened the document.
            "events" | "execution" | "reported" => Some(Self::Otr),
            "TestRun" => Some(Self::Trx),
            "test-results" => Some(Self::Nunit2),
            "test-run" => Some(Self::Nunit3),
            "assemblies" | "assembly" => Some(Self::Xunit),
            _ => None,
        }
    }
}

/// What there is to say of a report that was converted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Converted {
    /// Why the report cannot be relied on to be whole. With one of them it is never a pass.
    pub problems: Vec<String>,
    /// What was odd, what was mended, what the runner remarked.
    pub notes: Vec<String>,
}

/// Why a report could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// Not even its first element could be read.
    #[error(transparent)]
    Xml(#[from] xml::Error),
    /// What came of it could not be written.
    #[error("the converted report could not be written: {0}")]
    Io(#[from] io::Error),
}

/// Reads a report and writes it to `out` as a JUnit document. Texts are cut at `text_limit` bytes. A report that is cut
/// short is converted as far as it goes, and has a problem.
///
/// # Errors
///
/// When nothing of the report can be read, or `out` cannot be written to.
pub fn convert<R: Read>(
    format: Foreign,
    mut input: R,
    text_limit: usize,
    out: &mut dyn Write,
) -> Result<Converted, ConvertError> {
    convert_from(format, &mut input, text_limit, out)
}

/// Not generic, so that it is compiled in this crate, which is optimised for speed, and not in the program's.
fn convert_from(
    format: Foreign,
    input: &mut dyn Read,
    text_limit: usize,
    out: &mut dyn Write,
) -> Result<Converted, ConvertError> {
    let mut scanner = Scanner::new(input);
    let mut draft = Draft::new(text_limit);
    let mut reader = Reader::new(format);
    let mut path = Path::default();
    let broken = read(&mut scanner, format, &mut reader, &mut draft, &mut path).err();
    match broken {
        Some(error) if !path.begun => return Err(error.into()),
        None if !path.begun => draft.problems.push("the report is empty".to_owned()),
        // First what the reader makes of it: which test was running when the document broke off.
        broken => {
            reader.finish(&mut draft);
            broken.into_iter().for_each(|error| draft.problems.push(error.to_string()));
        }
    }
    draft.document.write(out)?;
    let mut notes = scanner.notes().to_vec();
    notes.extend(draft.notes.finish());
    Ok(Converted { problems: draft.problems.finish(), notes })
}

fn read<R: Read>(
    scanner: &mut Scanner<R>,
    format: Foreign,
    reader: &mut Reader,
    draft: &mut Draft,
    path: &mut Path,
) -> Result<(), xml::Error> {
    // The text of an element that the reader asked for, and how deep that element is.
    let mut wanted: Option<(usize, Kept)> = None;
    while let Some(token) = scanner.next()? {
        match token {
            Token::Open(tag) => {
                path.push(tag.name());
                if path.depth() == 1 && Foreign::of_root(tag.name()) != Some(format) {
                    let name = text::shown(tag.name());
                    draft
                        .problems
                        .push(format!("the report holds <{name}>, which is not of the format {}", format.as_str()));
                }
                if reader.open(draft, path, &tag) && wanted.is_none() {
                    wanted = Some((path.depth(), Kept::default()));
                }
            }
            Token::Text(piece) => {
                if let Some((_, kept)) = &mut wanted {
                    kept.push(&piece.decode(), draft.limit);
                }
            }
            Token::Close => {
                let text = wanted.take_if(|(depth, _)| *depth == path.depth()).map(|(_, kept)| kept);
                reader.close(draft, path, text.unwrap_or_default());
                path.pop();
            }
        }
    }
    Ok(())
}

/// The reader of one format, with what it knows so far.
enum Reader {
    Otr(Box<otr::Reader>),
    Trx(Box<trx::Reader>),
    Nunit(Box<nunit::Reader>),
    Xunit(Box<xunit::Reader>),
}

impl Reader {
    fn new(format: Foreign) -> Self {
        match format {
            Foreign::Otr => Self::Otr(Box::default()),
            Foreign::Trx => Self::Trx(Box::default()),
            Foreign::Nunit2 | Foreign::Nunit3 => Self::Nunit(Box::default()),
            Foreign::Xunit => Self::Xunit(Box::default()),
        }
    }

    /// An element starts. Whether its text is wanted when it ends.
    fn open(&mut self, draft: &mut Draft, path: &Path, tag: &Tag<'_>) -> bool {
        match self {
            Self::Otr(reader) => reader.open(draft, path, tag),
            Self::Trx(reader) => reader.open(draft, path, tag),
            Self::Nunit(reader) => reader.open(draft, path, tag),
            Self::Xunit(reader) => reader.open(draft, path, tag),
        }
    }

    /// An element ends.
    fn close(&mut self, draft: &mut Draft, path: &Path, text: Kept) {
        match self {
            Self::Otr(reader) => reader.close(draft, path, text),
            Self::Trx(reader) => reader.close(draft, path, text),
            Self::Nunit(reader) => reader.close(draft, path, text),
            Self::Xunit(reader) => reader.close(draft, path, text),
        }
    }

    /// The document is at its end, or cannot be read on: what is still open is done with.
    fn finish(self, draft: &mut Draft) {
        match self {
            Self::Otr(reader) => reader.finish(draft),
            Self::Trx(reader) => reader.finish(draft),
            Self::Nunit(reader) => reader.finish(draft),
            Self::Xunit(reader) => reader.finish(draft),
        }
    }
}

/// The local names of the open elements.
#[derive(Default)]
struct Path {
    names: String,
    starts: Vec<usize>,
    /// Whether any element was opened.
    begun: bool,
}

impl Path {
    fn push(&mut self, name: &str) {
        self.starts.push(self.names.len());
        self.names.push_str(name);
        self.begun = true;
    }

    fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.names.truncate(start);
        }
    }

    fn depth(&self) -> usize {
        self.starts.len()
    }

    /// The name of the element, of the one around it, or of the one around that.
    fn up(&self, levels: usize) -> &str {
        let Some(at) = self.starts.len().checked_sub(levels + 1) else { return "" };
        let end = self.starts.get(at + 1).copied().unwrap_or(self.names.len());
        &self.names[self.starts[at]..end]
    }
}

#[cfg(test)]
mod tests;
