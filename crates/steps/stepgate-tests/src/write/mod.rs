//! Writers: one function per output format over the same [`Gate`].
//!
//! A writer decides what to show and how; it changes nothing, and what it must know of the world it is told in
//! [`Options`]. The merged reports (JUnit, Cobertura, Clover, LCOV) are made from the inputs, not from here: see
//! `crate::merged`.

mod ctrf;
#[cfg(test)]
pub(crate) mod fixture;
mod html;
mod json;
mod markdown;
mod terminal;
mod test_result;
pub(crate) mod words;

use std::io;

use crate::report::Gate;

pub(crate) use json::SCHEMA;
pub(crate) use markdown::body as markdown_body;
pub(crate) use test_result::test_result;

/// The formats we write.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Output {
    /// For a person in front of a terminal or a log.
    Terminal,
    /// `stepgate.report/v1`.
    Json,
    /// The merged JUnit XML, everything that was in the inputs.
    Junit,
    /// For a pull-request comment or a step summary.
    Markdown,
    /// One self-contained page.
    Html,
    /// Common Test Report Format, <https://ctrf.io>: what there is to say of, not every test.
    Ctrf,
    /// An in-toto Statement of what came of the tests, ready to be signed.
    TestResult,
    /// The merged coverage as Cobertura XML.
    Cobertura,
    /// The merged coverage as Clover XML.
    Clover,
    /// The merged coverage as LCOV.
    Lcov,
}

impl Output {
    /// Every format.
    pub(crate) const ALL: [Self; 10] = [
        Self::Terminal,
        Self::Json,
        Self::Junit,
        Self::Markdown,
        Self::Html,
        Self::Ctrf,
        Self::TestResult,
        Self::Cobertura,
        Self::Clover,
        Self::Lcov,
    ];

    /// The name used on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Ctrf => "ctrf",
            Self::TestResult => "test-result",
            Self::Cobertura => "cobertura",
            Self::Clover => "clover",
            Self::Lcov => "lcov",
        }
    }

    /// The format of that name.
    ///
    /// # Errors
    ///
    /// What there is, for a name that there is not.
    pub(crate) fn from_name(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|output| output.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("`{name}` is not an output format; one of {known}")
        })
    }
}

/// What a writer is told about the world.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options<'o> {
    /// Columns of the terminal; `None`: as wide as it takes.
    pub(crate) width: Option<usize>,
    /// Colour in the terminal output.
    pub(crate) colour: bool,
    /// How many characters Markdown may have; `None`: as many as Bitbucket takes as a comment.
    pub(crate) max_chars: Option<usize>,
    /// The other reports of this run and where they are: format and path.
    pub(crate) reports: &'o [(&'o str, &'o str)],
    /// What was judged, in words: repository, branch, commit.
    pub(crate) subject: Option<&'o str>,
    /// The commit that was tested.
    pub(crate) commit: Option<&'o str>,
    /// When that was judged.
    pub(crate) at: Option<jiff::Timestamp>,
    /// The page of this run of the pipeline.
    pub(crate) run: Option<&'o str>,
    /// Where the files of the commit can be looked at; see [`findings::write::source_link`].
    pub(crate) source: Option<&'o str>,
}

/// Writes `gate` to `out` as one of the formats that are made from it.
///
/// # Errors
///
/// Only when `out` cannot be written to.
pub(crate) fn write(output: Output, gate: &Gate, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    match output {
        Output::Terminal => terminal::write(gate, options, &mut out),
        Output::Json => json::write(gate, &mut out),
        Output::Markdown => markdown::write(gate, options, &mut out),
        Output::Html => html::write(gate, options, &mut out),
        Output::Ctrf => ctrf::write(gate, &mut out),
        Output::TestResult => test_result::write(gate, options, &mut out),
        // Made from the inputs.
        Output::Junit | Output::Cobertura | Output::Clover | Output::Lcov => Ok(()),
    }?;
    io::Write::flush(&mut out)
}
