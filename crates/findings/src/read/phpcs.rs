//! What every format of PHP_CodeSniffer has in common.

use std::borrow::Cow;

use super::json;
use crate::model::{Finding, Report};

/// The name of the tool in [`Rule::tool`](crate::Rule::tool).
pub(super) const TOOL: &str = "phpcs";

/// Whether `code` has the four parts of the code of a sniff: `PSR12.Files.FileHeader.SpacingAfterBlock`.
pub(super) fn is_sniff(code: &str) -> bool {
    code.split('.').filter(|part| part.starts_with(|c: char| c.is_ascii_uppercase())).count() == 4
        && code.bytes().filter(|&byte| byte == b'.').count() == 3
}

/// A sniff that crashed is reported as an error on line 1 of the file whose check it ended: the report is not whole.
pub(super) fn aborted(report: &mut Report<'_>) {
    let aborted = |finding: &&Finding<'_>| finding.rule.id == "Internal.Exception" && finding.rule.tool == TOOL;
    let told = |finding: &Finding<'_>| {
        format!("{} was not checked to its end: {}", finding.path(), json::shorten(finding.message))
    };
    let problems: Vec<_> = report.findings.iter().filter(aborted).map(told).collect();
    report.problems.extend(problems);
}

/// PHP_CodeSniffer writes a line break in a message as a backslash and an `n`. So do sniffs that talk about line breaks
/// (`expected "\n"`), and a namespace may begin with that letter (`App\name`): only where neither can be meant is it a
/// line break again.
pub(super) fn line_breaks(message: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', message.as_bytes()).is_none() {
        return Cow::Borrowed(message);
    }
    let mut result = String::new();
    let mut done = 0;
    for (at, _) in message.match_indices("\\n") {
        let before = message.get(..at).and_then(|before| before.chars().next_back());
        let after = message.get(at + 2..).and_then(|after| after.chars().next());
        let quoted = before.is_none_or(|before| matches!(before, '\\' | '"' | '\'' | '`'));
        let word = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
        // Behind a word only a space can tell, and "\r\n " is still the name of a line ending.
        let apart = after.is_some_and(char::is_whitespace) && before != Some('r');
        if quoted || (word && !apart) {
            continue;
        }
        result.push_str(message.get(done..at).unwrap_or_default());
        result.push('\n');
        done = at + 2;
    }
    if done == 0 {
        return Cow::Borrowed(message);
    }
    result.push_str(message.get(done..).unwrap_or_default());
    Cow::Owned(result)
}
