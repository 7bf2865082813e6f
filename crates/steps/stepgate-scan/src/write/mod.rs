//! Writers: one function per output format over the same [`Gate`].
//!
//! A writer decides what to show and how; it changes nothing, and what it must know of the world it is told in
//! [`Options`]. JSON and SARIF are those of every program: see [`of_findings`].
//!
//! The environment of an image, which reports copy out of its configuration, is in no output: the model has no place
//! for it.

#[cfg(test)]
pub(crate) mod fixture;
mod gitlab;
mod html;
mod junit;
mod markdown;
pub(crate) mod of_findings;
pub(crate) mod packages;
mod terminal;
mod vulns;
pub(crate) mod words;

use std::io;

use bumpalo::Bump;
use image_scan::model::Gate;

use crate::lockfile::Places;

pub(crate) use vulns::{found, in_registries, problem as statement_problem};

pub(crate) use markdown::body as markdown_body;

/// The formats we write.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Output {
    /// For a person in front of a terminal or a log.
    Terminal,
    /// `stepgate.report/v1`, everything, one finding a line.
    Json,
    /// SARIF 2.1.0, everything.
    Sarif,
    /// JUnit XML for a Tests tab: what blocks fails, what is reported is skipped, what is clean passes.
    Junit,
    /// For a pull-request comment or a step summary.
    Markdown,
    /// One self-contained page.
    Html,
    /// GitLab's report of container scanning.
    Gitlab,
    /// An in-toto Statement of what a scanner found, ready to be signed.
    Vulns,
}

impl Output {
    /// Every format.
    pub(crate) const ALL: [Self; 8] =
        [Self::Terminal, Self::Json, Self::Sarif, Self::Junit, Self::Markdown, Self::Html, Self::Gitlab, Self::Vulns];

    /// The name used on the command line.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Gitlab => "gitlab",
            Self::Vulns => "vulns",
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
    /// Where findings are that there is no room for, when no report has them, in words: `in the annotations`.
    pub(crate) rest: Option<&'o str>,
    /// What was judged, in words: repository, branch, commit.
    pub(crate) subject: Option<&'o str>,
    /// Where the files of the commit can be looked at; see [`findings::write::source_link`].
    pub(crate) source: Option<&'o str>,
    /// Where packages stand in the repository; `None` when nobody looked.
    pub(crate) places: Option<&'o Places<'o>>,
}

/// Writes `gate` to `out` as `output`.
///
/// # Errors
///
/// Only when `out` cannot be written to.
pub(crate) fn write(output: Output, gate: &Gate<'_>, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    match output {
        Output::Terminal => terminal::write(gate, options, &mut out),
        Output::Json => as_findings(findings::write::Output::Json, gate, options, &mut out),
        Output::Sarif => as_findings(findings::write::Output::Sarif, gate, options, &mut out),
        Output::Junit => junit::write(gate, &mut out),
        Output::Markdown => markdown::write(gate, options, &mut out),
        Output::Html => html::write(gate, options, &mut out),
        Output::Gitlab => gitlab::write(gate, options, &mut out),
        Output::Vulns => vulns::write(gate, &mut out),
    }?;
    io::Write::flush(&mut out)
}

fn as_findings(
    output: findings::write::Output,
    gate: &Gate<'_>,
    options: &Options<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let bump = Bump::new();
    let gate = of_findings::findings_gate(gate, options.places, &bump);
    findings::write::write(output, &gate, &findings::write::Options::default(), out)
}

#[cfg(test)]
mod tests;
