//! Readers: one per published format, and [`read`], which finds out which it is.
//!
//! A reader knows one format and nothing of policy. It reads what can be read; what shows that the report is not
//! whole goes into [`Report::problems`], what was odd but harmless into [`Report::notes`], and a [`ReadError`] means
//! that nothing in the input can be used.

mod checkstyle;
mod csfixer;
mod csfixer_json;
mod csfixer_xml;
mod decode;
mod deptrac_json;
mod detect;
mod format;
mod github;
mod gitlab;
pub mod json;
mod junit;
mod lines;
mod noise;
mod phpcs;
mod phpcs_csv;
mod phpcs_emacs;
mod phpcs_json;
mod phpcs_xml;
mod phpmd_json;
mod phpstan;
mod phpstan_json;
mod phpstan_raw;
mod proposal;
mod psalm_json;
mod rector_json;
mod sarif;
mod sniff_json;
mod stepgate;
mod stream;
mod teamcity;
mod xml;

pub use format::Format;

use std::io::{self, Read, Seek, SeekFrom};

use self::detect::Kind;
use self::format::Syntax;
use crate::arena::Arena;
use crate::model::Report;
use crate::paths::Roots;

/// What readers need besides the bytes.
pub struct Context<'c, 'a> {
    /// Where text goes.
    pub arena: &'c Arena<'a>,
    /// How paths become repo-relative.
    pub roots: &'c Roots,
    /// The tool, when the caller knows it and the format does not say.
    pub tool: Option<&'c str>,
}

/// Why nothing of an input can be used.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct ReadError {
    /// What is wrong, with line and column or path in the document, and the parser's own words.
    pub what: String,
}

/// What a reader of one format gives: it is handed text that starts at its document (byte order mark, foreign encoding
/// and leading noise are dealt with by [`read`]), reads one document, and says how much of the text that was, so that
/// [`read`] can go on behind it.
pub(crate) struct Parsed<'a> {
    /// The runs found in the document, at least one.
    pub(crate) reports: Vec<Report<'a>>,
    /// Bytes of the text that the document took.
    pub(crate) consumed: usize,
}

/// Reads an input of `format`, or of whatever format its content shows. Gives one report per tool run found in it,
/// at least one. What stands around the documents is skipped with a note, or is a problem where it shows a crash.
pub fn read<'a>(bytes: &[u8], format: Option<Format>, context: &Context<'_, 'a>) -> Result<Vec<Report<'a>>, ReadError> {
    let decode::Decoded { text, notes } = decode::decode(bytes);
    if text.trim().is_empty() {
        let what = if bytes.is_empty() { "it is empty (0 bytes)" } else { "there is nothing but white space in it" };
        let silent = format.is_some_and(|format| format.syntax() == Syntax::Lines);
        let instead = if silent { "; this format cannot say that nothing was found, so let it write json" } else { "" };
        return Err(ReadError { what: format!("{what}: the tool did not write a report, or did not run{instead}") });
    }
    let mut reports = documents(&text, format, context)?;
    if let Some(first) = reports.first_mut() {
        first.notes.splice(0..0, notes);
    }
    reports.iter_mut().for_each(phpcs::aborted);
    Ok(reports)
}

/// Reads document after document, and what stands between them.
fn documents<'a>(text: &str, format: Option<Format>, context: &Context<'_, 'a>) -> Result<Vec<Report<'a>>, ReadError> {
    let mut reports = Vec::new();
    let mut rest = text;
    while let Some(found) = detect::document(rest) {
        let (before, document) = rest.split_at(found.start);
        let start = text.len() - document.len();
        let read = expect(found.kind, format, context.tool)
            .and_then(|format| read_document(document, format, context).map_err(|error| in_input(error, text, start)));
        let mut parsed = match read {
            Ok(parsed) => parsed,
            Err(error) if reports.is_empty() => return Err(error),
            // It does not take away what was read before it.
            Err(error) => {
                problem_of_last(&mut reports, format!("what follows the report cannot be read: {error}"));
                return Ok(reports);
            }
        };
        between(&mut reports, &mut parsed.reports, before, context)?;
        reports.append(&mut parsed.reports);
        rest = document.get(parsed.consumed.max(1)..).unwrap_or_default();
    }
    if reports.is_empty() {
        let format = expect(detect::lines(text), format, context.tool)?;
        return Ok(read_document(text, format, context)?.reports);
    }
    between(&mut reports, &mut [], rest, context)?;
    Ok(reports)
}

/// What is to be done about `[]`.
const EMPTY_LIST: &str = "it is the JSON [], which tools of several formats write when they found nothing; say which \
     tool it was, with psalm=PATH, phpstan=PATH or php-cs-fixer=PATH, or which format, with --format gitlab";

/// The format to read a document as: the one it looks like, which must be the one that was asked for, if any was.
fn expect(kind: Kind, asked: Option<Format>, tool: Option<&str>) -> Result<Format, ReadError> {
    let what = match (kind, asked) {
        (Kind::Known(format), None) => return Ok(format),
        (Kind::Known(format), Some(asked)) if format == asked => return Ok(format),
        (Kind::Known(format), Some(asked)) => format!("it looks like {format}, not like {asked} as --format says"),
        (Kind::Unclear(syntax, _), Some(asked)) if asked.syntax() == syntax => return Ok(asked),
        (Kind::EmptyList, Some(asked)) if asked.syntax() == Syntax::Json => return Ok(asked),
        (Kind::EmptyList, Some(asked)) => format!("it is the JSON [], not {asked} as --format says"),
        // Of the JSON of these tools only one is a list.
        (Kind::EmptyList, None) => match tool {
            Some("psalm") => return Ok(Format::PsalmJson),
            Some("phpstan" | "php-cs-fixer") => return Ok(Format::Gitlab),
            _ => EMPTY_LIST.to_owned(),
        },
        (Kind::Unclear(_, what), Some(asked)) => format!("it is {what}, not {asked} as --format says"),
        (Kind::Unclear(_, what), None) => {
            let names = Format::ALL.map(Format::as_str).join(", ");
            format!(
                "it is {what}, which looks like none of the formats that are read ({names}); \
                 if it is one of them, name it with --format"
            )
        }
        (Kind::Refused(why), _) => why,
    };
    Err(ReadError { what })
}

/// Readers count lines from the start of their document.
fn in_input(error: ReadError, text: &str, start: usize) -> ReadError {
    let what = match memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count() {
        0 => return error,
        lines => format!("{} (counted from line {} of the input)", error.what, lines + 1),
    };
    ReadError { what }
}

/// Deals with `text` that stands between the documents of two reports: it may be a report of its own, of lines; else
/// it is noise of the tool that wrote what stands before it, or at the start of the input, behind it.
fn between<'a>(
    before: &mut Vec<Report<'a>>,
    behind: &mut [Report<'a>],
    text: &str,
    context: &Context<'_, 'a>,
) -> Result<(), ReadError> {
    if let Kind::Known(format) = detect::lines(text) {
        before.append(&mut read_document(text, format, context)?.reports);
    } else if let Some(report) = before.last_mut() {
        noise::skipped(report, text, "behind the document");
    } else if let Some(report) = behind.first_mut() {
        noise::skipped(report, text, "before the document");
    }
    Ok(())
}

fn problem_of_last(reports: &mut [Report<'_>], problem: String) {
    if let Some(last) = reports.last_mut() {
        last.problems.push(problem);
    }
}

/// Reads an input that can be read twice, as [`read`] does. Of the large JSON reports of PHPStan and PHP_CodeSniffer no
/// more than a window is in memory at a time.
///
/// # Errors
///
/// The outer one when `input` cannot be read, the inner one as with [`read`].
pub fn read_from<'a>(
    mut input: impl Read + Seek,
    format: Option<Format>,
    context: &Context<'_, 'a>,
) -> io::Result<Result<Vec<Report<'a>>, ReadError>> {
    if let Some(mut report) = stream::read(&mut input, format, context)? {
        phpcs::aborted(&mut report);
        return Ok(Ok(vec![report]));
    }
    let size = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    input.read_to_end(&mut bytes)?;
    Ok(read(&bytes, format, context))
}

/// Reads the one document of `format` at the start of `text`.
fn read_document<'a>(text: &str, format: Format, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let reader = match format {
        Format::PhpstanJson => phpstan_json::read,
        Format::PhpstanRaw => phpstan_raw::read,
        Format::PhpcsJson => phpcs_json::read,
        Format::PhpcsXml => phpcs_xml::read,
        Format::PhpcsEmacs => phpcs_emacs::read,
        Format::PhpcsCsv => phpcs_csv::read,
        Format::CsFixerJson => csfixer_json::read,
        Format::CsFixerXml => csfixer_xml::read,
        Format::PsalmJson => psalm_json::read,
        Format::RectorJson => rector_json::read,
        Format::DeptracJson => deptrac_json::read,
        Format::PhpmdJson => phpmd_json::read,
        Format::Checkstyle => checkstyle::read,
        Format::Junit => junit::read,
        Format::Gitlab => gitlab::read,
        Format::Github => github::read,
        Format::Teamcity => teamcity::read,
        Format::Sarif => sarif::read,
        Format::Stepgate => stepgate::read,
    };
    reader(text, context)
}

#[cfg(test)]
mod tests;
