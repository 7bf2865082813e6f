//! Readers: one per published format, and [`read`], which finds out which it is.
//!
//! A reader knows one format and nothing of policy. It reads what can be read; what shows that the report is not
//! whole goes into [`Report::problems`], what was odd but harmless into [`Report::notes`], and a [`ReadError`] means
//! that nothing in the input can be used.

mod checkstyle;
mod csfixer_json;
mod csfixer_xml;
mod deptrac_json;
mod format;
mod github;
mod gitlab;
mod json;
mod junit;
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
mod stepgate;
mod teamcity;

pub use format::Format;

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
/// at least one.
pub fn read<'a>(bytes: &[u8], format: Option<Format>, context: &Context<'_, 'a>) -> Result<Vec<Report<'a>>, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let format = format.ok_or_else(|| ReadError { what: "name the format with --format".to_owned() })?;
    Ok(read_document(&text, format, context)?.reports)
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
