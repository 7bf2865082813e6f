//! What stands around a document: progress, warnings of PHP, the last words of a crash.

use crate::model::Report;

/// Words that a tool or PHP itself leaves behind when it dies.
const LAST_WORDS: [&str; 8] = [
    "Fatal error:",
    "Allowed memory size of",
    "Parse error:",
    "Uncaught ",
    "Out of memory",
    "Segmentation fault",
    "An error occurred during processing",
    "No files found to analyse",
];

/// The line in which `text` says that the tool crashed or did nothing.
pub(super) fn crash(text: &str) -> Option<&str> {
    let at = LAST_WORDS.iter().filter_map(|words| memchr::memmem::find(text.as_bytes(), words.as_bytes())).min()?;
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..].lines().next().map(str::trim)
}

/// Says in `report` that `noise` was skipped `where_it_is` ("before the document"). A crash is a problem.
pub(super) fn skipped(report: &mut Report<'_>, noise: &str, where_it_is: &str) {
    if let Some(crash) = crash(noise) {
        report.problems.push(format!("the output {where_it_is} shows a crash: {}", quote(crash)));
        return;
    }
    let lines = noise.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > 0 {
        let plural = if lines == 1 { "" } else { "s" };
        report.notes.push(format!("skipped {lines} line{plural} {where_it_is}: {}", quote(noise)));
    }
}

/// The first line of `text` that is not blank, quoted and cut.
pub(super) fn quote(text: &str) -> String {
    const MAX: usize = 100;
    let line = text.trim_start().lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(MAX) {
        Some((end, _)) => format!("{:?}…", &line[..end]),
        None => format!("{line:?}"),
    }
}
