//! Readers: one per format, and [`read`], which finds out which it is.
//!
//! A reader knows one format and nothing of thresholds. It reads what can be read; what shows that the report is not
//! whole goes into [`Parsed::problems`], what was odd but harmless into [`Parsed::notes`], and a [`ReadError`] means
//! that nothing in the input can be used.
//!
//! What a report states about its own lines is compared with what it lists. Fewer lines than stated are a problem,
//! since something was lost on the way, unless the tool is known to leave lines out: then they count as lines that did
//! not run, with a note. More lines than stated, or another number of covered ones, is a note: the lines are what is
//! judged.

mod clover;
mod cobertura;
mod draft;
mod format;
mod jacoco;
mod lcov;
pub mod phpunit_xml;
#[cfg(test)]
mod tests;

pub use format::Format;

use std::io::{self, Read};

use xml::{Scanner, Token};

use self::draft::Draft;
use crate::model::Coverage;

/// What was read from one input.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// By path as printed. See [`crate::paths::resolve`].
    pub coverage: Coverage,
    /// What it was.
    pub format: Format,
    /// The directories from which the paths go, as printed: Cobertura's `source`. Empty: the report names none.
    pub sources: Vec<String>,
    /// What shows that the report is not whole or contradicts itself. It cannot be relied on.
    pub problems: Vec<String>,
    /// What was odd and harmless.
    pub notes: Vec<String>,
}

/// Why nothing of an input can be used.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct ReadError {
    /// What is wrong, with the place in the document and the parser's own words.
    pub what: String,
}

impl ReadError {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

impl From<xml::Error> for ReadError {
    fn from(error: xml::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Reads an input of `format`, or of whatever format its content shows.
///
/// # Errors
///
/// When it is empty, cut short, no coverage report, or not of `format`.
pub fn read(format: Option<Format>, mut input: impl Read) -> Result<Parsed, ReadError> {
    read_from(format, &mut input)
}

/// Not generic, so that it is compiled in this crate, which is optimised for speed, and not in the program's.
fn read_from(format: Option<Format>, input: &mut dyn Read) -> Result<Parsed, ReadError> {
    let mut start = Vec::new();
    let cannot = |error: io::Error| ReadError::new(format!("it could not be read: {error}"));
    Read::take(&mut *input, START).read_to_end(&mut start).map_err(cannot)?;
    if start.iter().all(|byte| byte.is_ascii_whitespace()) {
        let what = if start.is_empty() { "it is empty (0 bytes)" } else { "there is nothing but white space in it" };
        return Err(ReadError::new(format!("{what}: the tool did not write a report, or did not run")));
    }
    let looks_like_xml = is_xml(&start);
    let input = start.as_slice().chain(input);
    let parsed = if looks_like_xml { read_xml(format, input)? } else { read_lines(format, &start, input)? };
    Ok(checked(parsed))
}

/// How much of an input is looked at to tell XML from lines.
const START: u64 = 4096;

/// Whether the first thing in it is a `<`, in any encoding that has a byte order mark or is ASCII below.
fn is_xml(start: &[u8]) -> bool {
    let first = start.iter().find(|&&byte| byte > b' ' && !matches!(byte, 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    first == Some(&b'<')
}

fn read_lines(asked: Option<Format>, start: &[u8], input: impl Read) -> Result<Parsed, ReadError> {
    if let Some(asked) = asked.filter(|&asked| asked != Format::Lcov) {
        return Err(ReadError::new(format!("it is not XML, so not {asked} as was said")));
    }
    if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
        return Err(ReadError::new("it is UTF-16; LCOV is read as UTF-8 (PowerShell's `>` writes UTF-16)"));
    }
    let mut draft = Draft::default();
    lcov::read(input, &mut draft)?;
    Ok(draft.finish(Format::Lcov))
}

fn read_xml(asked: Option<Format>, input: impl Read) -> Result<Parsed, ReadError> {
    let mut scanner = Scanner::new(input).external_dtd_allowed();
    let format = root_format(&mut scanner)?;
    if let Some(asked) = asked.filter(|&asked| asked != format.format()) {
        return Err(ReadError::new(format!("it looks like {}, not like {asked} as was said", format.format())));
    }
    let mut draft = Draft::default();
    match &format {
        Root::Clover { phpunit } => clover::read(&mut scanner, *phpunit, &mut draft)?,
        Root::Cobertura(stated) => cobertura::read(&mut scanner, *stated, &mut draft)?,
        Root::Jacoco => jacoco::read(&mut scanner, &mut draft)?,
        Root::PhpunitXml => phpunit_xml::read(&mut scanner, &mut draft)?,
    }
    // The readers stop behind their root element. What follows may be the other half of a bad concatenation.
    while let Some(token) = scanner.next()? {
        if let Token::Open(_) = token {
            draft.problem(|| {
                "there is a second document behind the first; hand over each report as its own file".into()
            });
            break;
        }
    }
    for note in scanner.notes() {
        draft.note(|| note.clone());
    }
    Ok(draft.finish(format.format()))
}

/// The root element of a coverage report, with what is needed of its attributes.
enum Root {
    Clover { phpunit: bool },
    Cobertura(cobertura::Stated),
    Jacoco,
    PhpunitXml,
}

impl Root {
    const fn format(&self) -> Format {
        match self {
            Self::Clover { .. } => Format::Clover,
            Self::Cobertura(_) => Format::Cobertura,
            Self::Jacoco => Format::Jacoco,
            Self::PhpunitXml => Format::PhpunitXml,
        }
    }
}

/// Reads the first start tag.
fn root_format<R: Read>(scanner: &mut Scanner<R>) -> Result<Root, ReadError> {
    loop {
        let Some(token) = scanner.next()? else {
            return Err(ReadError::new("there is no element in it"));
        };
        let Token::Open(tag) = token else { continue };
        let has = |name: &str| tag.attributes().any(|attribute| attribute.name == name);
        return match tag.name() {
            "coverage" if has("line-rate") || has("lines-valid") || has("branch-rate") => {
                Ok(Root::Cobertura(cobertura::Stated::of(tag)))
            }
            // Only PHPUnit's own dialect names no version of Clover.
            "coverage" => Ok(Root::Clover { phpunit: !has("clover") }),
            "report" if has("name") => Ok(Root::Jacoco),
            "phpunit" if !has("bootstrap") && !has("noNamespaceSchemaLocation") => Ok(Root::PhpunitXml),
            "phpunit" => Err(ReadError::new("it is PHPUnit's configuration, not a coverage report")),
            "testsuites" | "testsuite" => Err(ReadError::new("it is JUnit XML: results of tests, not coverage")),
            name => Err(ReadError::new(format!(
                "its root element is <{}>, which no coverage report has",
                draft::shown(name)
            ))),
        };
    }
}

const NO_LINE: &str = "there is no executable line in it: was a coverage driver (PCOV, Xdebug) loaded?";

/// A report that says nothing is not one in which everything is covered.
fn checked(mut parsed: Parsed) -> Parsed {
    if parsed.coverage.files.is_empty() {
        parsed.problems.push("it names no file: was the tool told which files to watch?".to_owned());
    } else if parsed.format != Format::PhpunitXml && parsed.coverage.totals().lines.total == 0 {
        parsed
            .problems
            .push("there is no executable line in it: was a coverage driver (PCOV, Xdebug) loaded?".to_owned());
    }
    parsed
}
