//! Exit codes of test runners, which are part of the evidence: a report that is green while its runner ended red is not
//! the whole truth. PHPUnit 11 to 13 write such reports when a data provider or `setUpBeforeClass` breaks, and when a
//! deprecation or a risky test fails the run.

use std::ffi::OsString;
use std::path::Path;

use step::files;

use super::named::paths;
use super::{Document, Named};
use crate::report::Code;

/// The codes that were found, and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    /// Each with the number of its document where it belongs to one.
    pub(crate) codes: Vec<(Code, Option<usize>)>,
    /// Why a code is not known: never a pass.
    pub(crate) problems: Vec<String>,
}

/// What lies beside a report with the exit code of its runner: `junit.xml.exit`.
const BESIDE: &str = "exit";

/// The codes that `files` name, and those that lie beside `reports`.
pub(crate) fn codes(files: &[String], reports: &[Named], dir: &Path) -> Codes {
    let mut found = Codes::default();
    for (number, report) in reports.iter().enumerate() {
        let mut beside = OsString::from(&report.path);
        beside.push(".");
        beside.push(BESIDE);
        let beside = Path::new(&beside);
        if beside.symlink_metadata().is_ok() {
            found.read(beside, Some(number), dir);
        }
    }
    for pattern in files {
        match paths(pattern, dir) {
            Ok(paths) => paths.iter().for_each(|path| found.read(path, None, dir)),
            Err(problem) => found.problems.push(format!("the exit code in {pattern} is not known: {problem}")),
        }
    }
    found
}

impl Codes {
    fn read(&mut self, path: &Path, document: Option<usize>, dir: &Path) {
        let source = files::shown(path, dir).to_string();
        let read = files::read(path, 1 << 16).map_err(|failure| failure.to_string());
        match read.and_then(|bytes| parse(&String::from_utf8_lossy(&bytes))) {
            Ok(codes) => {
                self.codes.extend(codes.into_iter().map(|code| (Code { source: source.clone(), code }, document)));
            }
            Err(problem) => self.problems.push(format!("the exit code in {source} is not known: {problem}")),
        }
    }

    /// What each code has to say against the reports: why the run is not whole, and why it failed after all.
    pub(crate) fn judge(&self, documents: &[Document]) -> Judged {
        let mut judged = Judged { incomplete: self.problems.clone(), failed: Vec::new() };
        for (Code { source, code }, document) in &self.codes {
            if let Some(why) = broken(*code) {
                judged.incomplete.push(format!("the test runner ended with exit code {code} ({source}): {why}"));
            } else if *code != 0 {
                let meant = || {
                    let numbered = documents.iter().enumerate();
                    numbered.filter(|(number, _)| document.is_none_or(|own| own == *number)).map(|(_, meant)| meant)
                };
                // What cannot be read whole may hold the reason, and is never a pass.
                let is_known = meant().next().is_some()
                    && meant().all(|document| document.scan.is_some() && document.input.problems.is_empty());
                if is_known && meant().all(|document| document.red == 0) {
                    let report = match document.and_then(|own| documents.get(own)) {
                        Some(document) => format!("its report {} is green", document.input.path),
                        None => "every report is green".to_owned(),
                    };
                    judged.failed.push(format!(
                        "the test runner ended with exit code {code} ({source}), which says that something is wrong, but {report}"
                    ));
                }
            }
        }
        judged
    }
}

/// What the codes have to say against the reports.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Why the run is not whole.
    pub(crate) incomplete: Vec<String>,
    /// Why it failed although the reports are green.
    pub(crate) failed: Vec<String>,
}

/// Codes, one a line, perhaps each behind a name (`shard-1=2`, `shard-1 2`).
fn parse(text: &str) -> Result<Vec<i32>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let codes = lines.map(|line| {
        let last = line.rsplit(['=', ' ', '\t', ':']).next().unwrap_or_default();
        last.parse().map_err(|_not_a_number| format!("`{}` is no exit code", findings::escape::cut(line, 60)))
    });
    let codes: Vec<i32> = codes.collect::<Result<_, String>>()?;
    if codes.is_empty() { Err("the file is empty".to_owned()) } else { Ok(codes) }
}

/// Why a run that ended with `code` did not get to its end, whatever its report says.
fn broken(code: i32) -> Option<&'static str> {
    match code {
        124 => Some("it was stopped because it took too long"),
        126 | 127 => Some("it could not be started"),
        137 => Some("it was killed, most likely for want of memory"),
        255 => Some("PHP stopped it with a fatal error"),
        ..0 | 128.. => Some("it was killed by a signal"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_alone_or_behind_a_name() {
        assert_eq!(parse("1\n"), Ok(vec![1]));
        assert_eq!(parse("shard-1=0\nshard-2 2\n# the end\n"), Ok(vec![0, 2]));
        assert!(parse("").is_err() && parse("\n").is_err() && parse("one").is_err() && parse("1.5").is_err());
    }

    #[test]
    fn a_run_that_was_stopped_is_no_result() {
        for code in [124, 126, 127, 137, 139, 255, -9] {
            assert!(broken(code).is_some(), "{code}");
        }
        for code in [0, 1, 2, 3, 8] {
            assert!(broken(code).is_none(), "{code}");
        }
    }
}
