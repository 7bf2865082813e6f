//! From what was named on the command line, or left behind by a tool that was run, to reports.

mod evidence;
mod named;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use findings::read::{Context, Format, read_from};
use findings::{Arena, Report};
use step::Failure;
use step::files::{self, Opened};

use crate::config::Tool;

pub(crate) use named::gather;

/// More than any tool prints; less than what brings a 4 GB step down.
const LIMIT: u64 = 1 << 30;

/// One input, not read yet.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// What it is called in every output: the path as it was named, `-`, or the command that was run.
    pub(crate) source: String,
    /// Where its bytes are; `None` when it is known that there are none.
    pub(crate) report: Option<PathBuf>,
    /// The tool, when the caller knows.
    pub(crate) tool: Option<String>,
    /// The format, when the caller knows.
    pub(crate) format: Option<Format>,
    /// The exit code of the tool.
    pub(crate) exit_code: Option<i32>,
    /// Where the standard error of the tool is.
    pub(crate) stderr: Option<PathBuf>,
    /// What is already known to be wrong.
    pub(crate) problems: Vec<String>,
}

/// What reading needs besides the inputs.
pub(crate) struct Reading<'r, 'a> {
    pub(crate) arena: &'r Arena<'a>,
    pub(crate) roots: &'r findings::paths::Roots,
    /// The tools as configured, for the meaning of their exit codes.
    pub(crate) tools: &'r BTreeMap<String, Tool>,
}

/// Reads every input: at least one report for each, unusable ones included.
pub(crate) fn read<'a>(inputs: &[Input], reading: &Reading<'_, 'a>) -> Vec<Report<'a>> {
    if inputs.is_empty() {
        let problem = "no report was named, so nothing is known about the code";
        return vec![Report::unusable("(no input)".to_owned(), problem.to_owned())];
    }
    inputs.iter().flat_map(|input| read_one(input, reading)).collect()
}

fn read_one<'a>(input: &Input, reading: &Reading<'_, 'a>) -> Vec<Report<'a>> {
    let mut reports = parse(input, reading);
    for report in &mut reports {
        report.source.clone_from(&input.source);
    }
    let mut problems = input.problems.clone();
    problems.extend(evidence::problem(input, &reports, reading.tools));
    if let Some(first) = reports.first_mut() {
        first.problems.extend(problems);
        if let Some(last) = first.problems.last_mut() {
            last.extend(evidence::quote(input));
        }
    }
    reports
}

fn parse<'a>(input: &Input, reading: &Reading<'_, 'a>) -> Vec<Report<'a>> {
    let context = Context { arena: reading.arena, roots: reading.roots, tool: input.tool.as_deref() };
    let read = match &input.report {
        None => Ok(Vec::new()),
        Some(path) => files::open(path, LIMIT)
            .map_err(|failure| unreadable(path, &failure))
            .and_then(|opened| reports(opened, input.format, &context)),
    };
    match read {
        Ok(reports) if !reports.is_empty() => reports,
        result => vec![Report {
            tool: input.tool.as_deref().map_or("unknown", |tool| reading.arena.text(tool)),
            problems: result.err().into_iter().collect(),
            ..Report::unusable(input.source.clone(), String::new())
        }],
    }
}

/// The reports in a file or stream. Its bytes go as soon as they are read: the arena holds the text that is needed.
fn reports<'a>(opened: Opened, format: Option<Format>, context: &Context<'_, 'a>) -> Result<Vec<Report<'a>>, String> {
    let read = match opened {
        Opened::File(file, _) => {
            read_from(file, format, context).map_err(|error| format!("it cannot be read: {error}"))?
        }
        Opened::Stream(bytes) => findings::read::read(&bytes, format, context),
    };
    read.map_err(|error| error.to_string())
}

/// Why a file cannot be read, without its name, which stands beside it already.
fn unreadable(path: &Path, failure: &Failure) -> String {
    let text = with_hints(failure);
    let why = text.strip_prefix(&format!("cannot read {}: ", path.display())).unwrap_or(&text);
    format!("it cannot be read: {why}")
}

/// A failure in a line, with what to try next.
fn with_hints(failure: &Failure) -> String {
    [failure.to_string()].into_iter().chain(failure.hints().iter().cloned()).collect::<Vec<_>>().join("; ")
}
