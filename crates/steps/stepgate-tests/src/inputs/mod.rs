//! From files that were named on the command line to documents of JUnit that can be read more than once.

mod codes;
mod named;

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use junit::case::Case;
use junit::convert::{Foreign, convert};
use junit::scan::{Limits, Place, Scan};
use step::files::{self, Opened};

use crate::report::Input;
use crate::write::words::duration;

pub(crate) use codes::{Codes, codes};
pub(crate) use named::{Found, Named, find, paths};

/// No report is larger; files are read piece by piece, whatever their size.
const FILE_LIMIT: u64 = 1 << 40;

/// What is piped in, or has to be converted, is held in memory.
const HELD_LIMIT: u64 = 1 << 30;

/// An input that was read, or could not be.
pub(crate) struct Document {
    /// For the report.
    pub(crate) input: Input,
    /// What is known of it; `None` when nothing of it could be read.
    pub(crate) scan: Option<Scan>,
    /// How many of its tests failed or broke, be it in an attempt that another took the place of.
    pub(crate) red: u64,
    body: Body,
}

/// Where a document can be had once more.
enum Body {
    File(PathBuf),
    Held(Vec<u8>),
}

impl Document {
    /// The document of JUnit, from its start.
    ///
    /// # Errors
    ///
    /// When the file is not there any more.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match &self.body {
            Body::File(path) => Box::new(File::open(path)?),
            Body::Held(bytes) => Box::new(Cursor::new(bytes)),
        })
    }
}

/// Reads `named` and hands each case to `each`. Whatever is wrong becomes a problem of the input.
pub(crate) fn read(named: Named, not_before: Option<SystemTime>, each: &mut dyn FnMut(&Case, Place)) -> Document {
    let input = Input { path: named.source, problems: named.problems, tool: "unknown".to_owned(), ..Input::default() };
    let mut document = Document { input, scan: None, red: 0, body: Body::Held(Vec::new()) };
    if !document.input.problems.is_empty() {
        return document;
    }
    let age = not_before.and_then(|not_before| too_old(&named.path, not_before));
    if let Err(problem) = fill(&mut document, &named.path, each) {
        document.input.problems.push(problem);
    }
    document.input.problems.extend(age);
    let stale = not_before.and_then(|not_before| stale_stamp(document.scan.as_ref()?, not_before));
    document.input.problems.extend(stale);
    document
}

fn fill(document: &mut Document, path: &Path, each: &mut dyn FnMut(&Case, Place)) -> Result<(), String> {
    if path.is_dir() {
        return Err(format!("it is a directory; name the files in it, for example {}/*.xml", document.input.path));
    }
    let is_missing = matches!(path.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound);
    if is_missing && path != Path::new("-") {
        return Err("there is no such file".to_owned());
    }
    let opened = files::open(path, FILE_LIMIT).map_err(|failure| with_hints(&failure))?;
    let body = match opened {
        Opened::File(..) => Body::File(path.to_owned()),
        Opened::Stream(bytes) if bytes.len() as u64 > HELD_LIMIT => return Err("it is larger than 1 GiB".to_owned()),
        Opened::Stream(bytes) => Body::Held(bytes),
    };
    document.body = body;
    if let Some(what) = no_report(reader(document)?) {
        return Err(what.to_owned());
    }
    let root = junit::root(reader(document)?).map_err(|error| error.to_string())?;
    if let Some(format) = Foreign::of_root(&root) {
        let mut bytes = Vec::new();
        let converted = convert(format, reader(document)?, Limits::default().text, &mut bytes);
        let converted = converted.map_err(|error| error.to_string())?;
        document.input.format = Some(format.as_str());
        document.input.problems.extend(converted.problems);
        document.input.notes.extend(converted.notes);
        document.body = Body::Held(bytes);
    }
    let scan = junit::scan(reader(document)?, Limits::default(), each).map_err(|error| error.to_string())?;
    let input = &mut document.input;
    input.tool = if input.format.is_some() && scan.tool == "junit" { format_tool(&root) } else { scan.tool }.to_owned();
    input.format = input.format.or(Some("junit"));
    input.problems.extend(scan.problems.iter().cloned());
    input.notes.extend(scan.notes.iter().cloned());
    let totals = scan.totals();
    input.holds = totals.tests;
    document.red = totals.red();
    document.scan = Some(scan);
    Ok(())
}

/// What `input` is when it is plainly no report: a parser's words would not help.
fn no_report(input: Box<dyn Read + '_>) -> Option<&'static str> {
    let mut start = Vec::new();
    // An error is told when the report is read.
    input.take(1 << 10).read_to_end(&mut start).ok()?;
    let start = String::from_utf8_lossy(&start).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if start.is_empty() {
        return Some("it is empty: the test runner did not write a report, or ended before it could");
    }
    let is_page = start.starts_with("<!doctype html") || start.starts_with("<html");
    is_page.then_some("this is an HTML page, most likely the error page of a server or proxy")
}

/// What wrote a report that is not JUnit.
fn format_tool(root: &str) -> &'static str {
    match root {
        "events" | "execution" => "open-test-reporting",
        "TestRun" => "dotnet",
        "test-run" | "test-results" => "nunit",
        _ => "xunit",
    }
}

fn reader(document: &Document) -> Result<Box<dyn Read + '_>, String> {
    document.open().map_err(|error| format!("it cannot be read: {error}"))
}

/// A failure with its hints, as one text.
pub(crate) fn with_hints(failure: &step::Failure) -> String {
    let hints = failure.hints().iter().map(|hint| format!("; {hint}"));
    std::iter::once(failure.to_string()).chain(hints).collect()
}

/// Whether the file was written before the run began.
fn too_old(path: &Path, not_before: SystemTime) -> Option<String> {
    let modified = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.modified().ok()?;
    // Some file systems keep times to two seconds only.
    let age = not_before.duration_since(modified).ok().filter(|age| age.as_secs() > 2)?;
    let age = duration(u64::try_from(age.as_nanos()).unwrap_or(u64::MAX));
    Some(format!("it was written {age} before the run began: it is the report of another run"))
}

/// Whether its own time stamps say that it is of another day. Most have no zone, so that they are up to 14 hours off.
fn stale_stamp(scan: &Scan, not_before: SystemTime) -> Option<String> {
    const ZONES: i64 = 14 * 3600;
    let stamp = scan.stamp? / 1000;
    let began = i64::try_from(not_before.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs()).ok()?;
    let stale = stamp > 0 && stamp + ZONES < began;
    stale.then(|| {
        format!(
            "its time stamps are {} before the run began: it is the report of another run",
            duration(began.abs_diff(stamp).saturating_mul(1_000_000_000))
        )
    })
}
