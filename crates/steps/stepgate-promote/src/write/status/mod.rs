//! What is where, why, since when, and what is missing.

mod html;
mod json;
mod markdown;
mod terminal;
mod timeline;

use std::io::{self, Write};

use promotion::Board;

use super::{Context, Options};

pub use json::SCHEMA;

/// The formats we write.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Output {
    /// For a person in front of a terminal or a log.
    Terminal,
    /// `stepgate.promote-status/v1`.
    Json,
    /// For a comment or a step summary.
    Markdown,
    /// One self-contained page.
    Html,
}

impl Output {
    /// The format of that name on the command line.
    ///
    /// # Errors
    ///
    /// What there is, for a name that there is not.
    pub(crate) fn from_name(name: &str) -> Result<Self, String> {
        match name {
            "terminal" => Ok(Self::Terminal),
            "json" => Ok(Self::Json),
            "markdown" => Ok(Self::Markdown),
            "html" => Ok(Self::Html),
            _ => Err(format!("`{name}` is no format of the status; there are html, json, markdown and terminal")),
        }
    }
}

/// Writes `board` to `out` as `output`.
///
/// # Errors
///
/// Only when `out` cannot be written to.
pub(crate) fn write(
    output: Output,
    board: &Board,
    context: &Context,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    match output {
        Output::Terminal => terminal::write(board, context, options, &mut out),
        Output::Json => json::write(board, context, &mut out),
        Output::Markdown => markdown::write(board, context, options, &mut out),
        Output::Html => html::write(board, context, options, &mut out),
    }?;
    out.flush()
}
