//! What lies beside a report and may contradict it: the tool's exit code and its standard error.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use findings::{Report, escape};
use step::files;

use super::Input;
use crate::config::Tool;
use crate::exit_codes;

/// `report.json.exit` holds the exit code of the tool that wrote `report.json`.
pub(super) const EXIT: &str = "exit";

/// `report.json.stderr` holds what that tool said on its standard error.
pub(super) const STDERR: &str = "stderr";

/// What a person still reads of a standard error, in characters.
const QUOTED: usize = 240;

/// How PHP and Symfony's console start a trace of calls.
const TRACES: &[&str] = &["Exception trace:", "Stack trace:"];

/// What tools say on standard error, and nowhere else, when their report is not whole.
const ADMISSIONS: &[(&str, &str)] = &[
    ("Result is incomplete because of", "PHPStan says that its result is incomplete because of severe errors"),
    ("Files that were not fixed due to errors", "PHP-CS-Fixer could not check some files"),
];

/// What is beside `path` with `suffix`, when there is something: also what turns out not to be readable.
pub(super) fn beside(path: &Path, suffix: &str) -> Option<PathBuf> {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(suffix);
    Some(PathBuf::from(name)).filter(|path| path.symlink_metadata().is_ok())
}

/// What exit code or standard error has to say against `reports`.
pub(super) fn problem(input: &Input, reports: &[Report<'_>], tools: &BTreeMap<String, Tool>) -> Option<String> {
    let reported = reports.first().map(|report| report.tool);
    let names = [input.tool.as_deref(), reported].into_iter().flatten();
    let configured = names.filter_map(|name| tools.get(name)).map(|tool| &tool.exit_codes).next();
    let code = input.exit_code.and_then(|code| exit_codes::contradiction(reports, code, configured));
    let admitted = || {
        let stderr = stderr(input);
        let found = ADMISSIONS.iter().find(|(words, _)| stderr.contains(words));
        found.map(|(_, what)| (*what).to_owned())
    };
    code.or_else(admitted)
}

/// The end of the standard error, on one line, to follow a problem. A trace of calls helps nobody here.
pub(super) fn quote(input: &Input) -> Option<String> {
    let stderr = stderr(input);
    let said = TRACES.iter().filter_map(|start| stderr.find(start)).min().map_or(&*stderr, |end| &stderr[..end]);
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = escape::terminal(&words);
    let length = words.chars().count();
    let end = match length.checked_sub(QUOTED) {
        Some(skip @ 1..) => format!("…{}", words.chars().skip(skip).collect::<String>()),
        _ => words.into_owned(),
    };
    (!end.is_empty()).then(|| format!("; its standard error ends with: {end}"))
}

fn stderr(input: &Input) -> String {
    // Without it the other evidence stands; a standard error of gigabytes is no evidence worth reading.
    let bytes = input.stderr.as_deref().and_then(|path| files::read(path, 64 << 20).ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
