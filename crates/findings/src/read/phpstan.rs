//! What every format of PHPStan has in common, however little of it the format carries.

use super::json;
use crate::model::{Finding, Report, Severity};

/// The name of the tool in [`Rule::tool`](crate::Rule::tool).
pub(super) const TOOL: &str = "phpstan";

/// Adds a finding of PHPStan to `report`, after drawing the conclusions that its JSON spells out and others leave out:
/// `phpstan.*` (a syntax error, a crash) ends the analysis of everything else, so the report is not whole, and
/// `phpstan.*` and `ignore.*` cannot be ignored. Formats without identifiers show it in the message only.
pub(super) fn push<'a>(report: &mut Report<'a>, mut finding: Finding<'a>) {
    let id = finding.rule.id;
    let broken = id.starts_with("phpstan.")
        || (id.is_empty() && ["Syntax error, ", "Internal error: "].iter().any(|s| finding.message.starts_with(s)));
    if broken {
        report.problems.push(format!(
            "PHPStan could not analyse {} and leaves other findings out: {}",
            if finding.path().is_empty() { "the project" } else { finding.path() },
            json::shorten(finding.message)
        ));
    }
    if broken || is_ignore(id, finding.message) {
        finding.ignorable = false;
    }
    if !finding.ignorable {
        finding.severity = Severity::Critical;
    }
    report.findings.push(finding);
}

/// An error about no file: the configuration, a path that is not there, a crash.
pub(super) fn general(report: &mut Report<'_>, error: &str) {
    report.problems.push(format!("PHPStan reports an error that belongs to no file: {}", json::shorten(error)));
}

/// The class in the context that github and junit write with slashes: `class App/A` was `class App\A`.
pub(super) fn context(written: Option<&str>) -> Option<std::borrow::Cow<'_, str>> {
    written.map(|context| match context.strip_prefix("class ") {
        Some(class) if class.contains('/') => format!("class {}", class.replace('/', "\\")).into(),
        _ => context.into(),
    })
}

/// PHPStan's own complaints about its baseline (`ignore.count`, `ignore.unmatched` …).
fn is_ignore(id: &str, message: &str) -> bool {
    id.starts_with("ignore.")
        || (id.is_empty()
            && message.starts_with("Ignored error pattern ")
            && (message.ends_with(" was not matched in reported errors.")
                || message.contains(" is expected to occur ")))
}
