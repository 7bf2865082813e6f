//! Readers: one per published format, and [`read`], which finds out which it is.
//!
//! A reader knows one format and nothing of policy. It reads what can be read; what shows that the report is not
//! whole goes into [`Report::problems`], what was odd but harmless into [`Report::notes`], and a [`ReadError`] means
//! that nothing in the input can be used.

use crate::arena::Arena;
use crate::model::Report;
use crate::paths::Roots;

/// The formats we read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// PHPStan `json` and `prettyJson`.
    PhpstanJson,
    /// PHPStan `raw`, with and without `-v`; also any `path:line:message`.
    PhpstanRaw,
    /// PHP_CodeSniffer `json`.
    PhpcsJson,
    /// PHP_CodeSniffer `xml`.
    PhpcsXml,
    /// PHP_CodeSniffer `emacs`.
    PhpcsEmacs,
    /// PHP_CodeSniffer `csv`.
    PhpcsCsv,
    /// PHP-CS-Fixer `json`.
    CsFixerJson,
    /// PHP-CS-Fixer `xml`.
    CsFixerXml,
    /// Psalm `json`.
    PsalmJson,
    /// Rector `json`.
    RectorJson,
    /// Deptrac `json`.
    DeptracJson,
    /// PHPMD `json`.
    PhpmdJson,
    /// Checkstyle XML of any tool.
    Checkstyle,
    /// JUnit XML as static analysers write it.
    Junit,
    /// GitLab code quality (Code Climate) JSON.
    Gitlab,
    /// GitHub workflow commands (`::error file=…`).
    Github,
    /// TeamCity service messages.
    Teamcity,
    /// SARIF 2.1.0.
    Sarif,
    /// Our own JSON, `stepgate.report/v1`.
    Stepgate,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 19] = [
        Self::PhpstanJson,
        Self::PhpstanRaw,
        Self::PhpcsJson,
        Self::PhpcsXml,
        Self::PhpcsEmacs,
        Self::PhpcsCsv,
        Self::CsFixerJson,
        Self::CsFixerXml,
        Self::PsalmJson,
        Self::RectorJson,
        Self::DeptracJson,
        Self::PhpmdJson,
        Self::Checkstyle,
        Self::Junit,
        Self::Gitlab,
        Self::Github,
        Self::Teamcity,
        Self::Sarif,
        Self::Stepgate,
    ];

    /// The name used on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhpstanJson => "phpstan-json",
            Self::PhpstanRaw => "phpstan-raw",
            Self::PhpcsJson => "phpcs-json",
            Self::PhpcsXml => "phpcs-xml",
            Self::PhpcsEmacs => "phpcs-emacs",
            Self::PhpcsCsv => "phpcs-csv",
            Self::CsFixerJson => "php-cs-fixer-json",
            Self::CsFixerXml => "php-cs-fixer-xml",
            Self::PsalmJson => "psalm-json",
            Self::RectorJson => "rector-json",
            Self::DeptracJson => "deptrac-json",
            Self::PhpmdJson => "phpmd-json",
            Self::Checkstyle => "checkstyle",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::Github => "github",
            Self::Teamcity => "teamcity",
            Self::Sarif => "sarif",
            Self::Stepgate => "stepgate",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

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
    todo!()
}
