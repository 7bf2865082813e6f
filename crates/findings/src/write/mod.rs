//! Writers: one function per output format over the same [`Gate`](crate::Gate).
//!
//! A writer decides what to show and how; it changes nothing, and what it must know of the world (is this a terminal,
//! where are the other reports) it is told in [`Options`].
//!
//! What other programs need to write in the same style, about something else than findings: [`page`] for HTML,
//! [`markdown`] for comments, [`terminal`] for people in front of a screen.

mod checkstyle;
#[cfg(test)]
mod fixture;
mod gitlab;
mod html;
mod json;
mod junit;
pub mod markdown;
pub mod page;
mod sarif;
mod summary;
pub mod terminal;

pub use json::{LineEach, SCHEMA as REPORT_SCHEMA};
pub use summary::{headline, source_link, web_link};

use std::io;

use crate::model::Gate;

/// The formats we write.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Output {
    /// For a person in front of a terminal or a log.
    Terminal,
    /// `stepgate.report/v1`, everything, one finding a line.
    Json,
    /// SARIF 2.1.0, everything.
    Sarif,
    /// JUnit XML for a Tests tab: what blocks fails, what is reported is skipped.
    Junit,
    /// Checkstyle XML, without what is muted.
    Checkstyle,
    /// GitLab code quality (Code Climate) JSON, without what is muted.
    Gitlab,
    /// For a pull-request comment or a step summary.
    Markdown,
    /// One self-contained page.
    Html,
}

impl Output {
    /// Every format.
    pub const ALL: [Self; 8] = [
        Self::Terminal,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Checkstyle,
        Self::Gitlab,
        Self::Markdown,
        Self::Html,
    ];

    /// The name used on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|output| output.as_str() == name)
    }
}

/// What a writer is told about the world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// Columns of the terminal; `None`: as wide as it takes.
    pub width: Option<usize>,
    /// Colour in the terminal output.
    pub colour: bool,
    /// How many findings the formats for people show at most. `None`: 50 in the terminal, 25 in Markdown, 2,000 in HTML.
    pub max_findings: Option<usize>,
    /// How many characters Markdown may have. `None`: 32,768, which is what Bitbucket takes as a comment.
    pub max_chars: Option<usize>,
    /// The other reports of this run and where they are, to be pointed at.
    pub reports: &'o [(Output, &'o str)],
    /// Where findings are that there is no room for, when no report has them, in words: `in the annotations`.
    pub rest: Option<&'o str>,
    /// What was judged, in words: repository, branch, commit.
    pub subject: Option<&'o str>,
    /// Where the files of the commit can be looked at: `https://bitbucket.org/WORKSPACE/REPO/src/COMMIT`, to which
    /// `/PATH#lines-LINE` is added.
    pub source: Option<&'o str>,
}

/// Writes `gate` to `out` as `output`.
///
/// # Errors
///
/// Only when `out` cannot be written to.
pub fn write(output: Output, gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    // Most formats are written in small pieces.
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    match output {
        Output::Terminal => terminal::write(gate, options, &mut out),
        Output::Json => json::write(gate, &mut out),
        Output::Sarif => sarif::write(gate, &mut out),
        Output::Junit => junit::write(gate, &mut out),
        Output::Checkstyle => checkstyle::write(gate, &mut out),
        Output::Gitlab => gitlab::write(gate, &mut out),
        Output::Markdown => markdown::write(gate, options, &mut out),
        Output::Html => html::write(gate, options, &mut out),
    }?;
    io::Write::flush(&mut out)
}

#[cfg(test)]
mod tests;
