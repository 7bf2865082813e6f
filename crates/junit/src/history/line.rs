//! A line of the file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Outcome, Run, key};

/// The version of the file that is written, and the only one that is read.
const VERSION: u64 = 1;

/// Why a history cannot be used.
#[derive(Debug, thiserror::Error, Eq, PartialEq)]
#[error("line {line}: {what}")]
pub struct HistoryError {
    /// From 1.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

/// Unknown keys are left alone: within a version there may be more of them.
#[derive(Deserialize, Serialize)]
struct Line<'l> {
    v: u64,
    run: Cow<'l, str>,
    commit: Cow<'l, str>,
    branch: Cow<'l, str>,
    at: Cow<'l, str>,
    tests: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    unlisted: u64,
    failed: Vec<Cow<'l, str>>,
    flaky: Vec<Cow<'l, str>>,
    passed: Vec<Cow<'l, str>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The runs of a file in its order, and notes.
pub(super) fn parse(text: &[u8]) -> Result<(Vec<Run>, Vec<String>), HistoryError> {
    let mut notes = Vec::new();
    if text.is_empty() {
        notes.push("the file is empty".to_owned());
    }
    let mut runs = Vec::new();
    let mut rest = text;
    let mut number = 0;
    while !rest.is_empty() {
        number += 1;
        let (line, is_whole) = next_line(&mut rest);
        if line.trim_ascii().is_empty() {
            continue;
        }
        match run(line) {
            Ok(run) => runs.push(run),
            Err(Unreadable::CutShort(_)) if !is_whole => {
                notes.push(format!(
                    "line {number}, the last, is cut short by a write that was interrupted; it is left out"
                ));
            }
            Err(Unreadable::CutShort(what) | Unreadable::Wrong(what)) => {
                return Err(HistoryError { line: number, what });
            }
        }
    }
    Ok((runs, notes))
}

/// Takes the next line off `rest`, and says whether it has its line break.
fn next_line<'t>(rest: &mut &'t [u8]) -> (&'t [u8], bool) {
    let (line, after, is_whole) = match memchr::memchr(b'\n', rest) {
        Some(end) => (&rest[..end], &rest[end + 1..], true),
        None => (*rest, &[][..], false),
    };
    *rest = after;
    (line, is_whole)
}

enum Unreadable {
    CutShort(String),
    Wrong(String),
}

fn run(json: &[u8]) -> Result<Run, Unreadable> {
    let line: Line<'_> = serde_json::from_slice(json).map_err(|error| {
        if error.is_eof() {
            return Unreadable::CutShort(in_column(&error));
        }
        Unreadable::Wrong(version(json).map_or_else(|| in_column(&error), unknown))
    })?;
    if line.v != VERSION {
        return Err(Unreadable::Wrong(unknown(line.v)));
    }
    let at = line.at.parse().map_err(|error| Unreadable::Wrong(format!("`at` is no time stamp: {error}")))?;
    let Line { run, commit, branch, tests, unlisted, failed, flaky, passed, .. } = line;
    let (run, commit, branch) = (run.into_owned(), commit.into_owned(), branch.into_owned());
    let mut run = Run { run, commit, branch, at, tests, unlisted, ..Run::default() };
    for (ids, outcome) in [(failed, Outcome::Failed), (flaky, Outcome::Flaky), (passed, Outcome::Passed)] {
        for id in ids {
            run.record_key(key(&id), outcome);
        }
    }
    Ok(run)
}

/// The version of a line that is not as ours are, when it has another one.
fn version(json: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Version {
        v: u64,
    }
    let Version { v } = serde_json::from_slice(json).ok()?;
    (v != VERSION).then_some(v)
}

fn unknown(version: u64) -> String {
    format!(
        "version {version} of the history is not known, only {VERSION}; a newer stepgate wrote it, or remove the file"
    )
}

/// The error with the column alone: to `serde_json` every line is line 1.
fn in_column(error: &serde_json::Error) -> String {
    let (column, text) = (error.column(), error.to_string());
    let what = text.strip_suffix(&format!(" at line 1 column {column}")).unwrap_or(&text);
    format!("column {column}: {what}")
}

/// The line of `run`, with its line break.
pub(super) fn line(run: &Run) -> String {
    let of = |outcome: Outcome| -> Vec<Cow<'_, str>> {
        run.outcomes().filter(|(_, its)| *its == outcome).map(|(id, _)| Cow::Borrowed(id)).collect()
    };
    let line = Line {
        v: VERSION,
        run: Cow::Borrowed(&run.run),
        commit: Cow::Borrowed(&run.commit),
        branch: Cow::Borrowed(&run.branch),
        at: Cow::Owned(run.at.to_string()),
        tests: run.tests,
        unlisted: run.unlisted,
        failed: of(Outcome::Failed),
        flaky: of(Outcome::Flaky),
        passed: of(Outcome::Passed),
    };
    let mut json = serde_json::to_string(&line).unwrap_or_default(); // strings and numbers: nothing can fail
    json.push('\n');
    json
}
