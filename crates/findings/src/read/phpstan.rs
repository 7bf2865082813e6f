//! What every format of PHPStan has in common, however little of it the format carries.

use crate::model::{Finding, Report, Severity};

/// Adds a finding of PHPStan to `report`, after drawing the conclusions that its JSON spells out and others leave out:
/// `phpstan.*` (a syntax error, a crash) ends the analysis of everything else, so the report is not whole, and
/// `phpstan.*` and `ignore.*` cannot be ignored. Formats without identifiers show it in the message only.
pub(super) fn push<'a>(report: &mut Report<'a>, mut finding: Finding<'a>) {
    let id = finding.rule.id;
    let broken = id.starts_with("phpstan.")
        || (id.is_empty() && ["Syntax error, ", "Internal error: "].iter().any(|s| finding.message.starts_with(s)));
    if broken {
        finding.severity = Severity::Critical;
        report.problems.push(format!(
            "PHPStan could not analyse {} and leaves other findings out: {}",
            if finding.path().is_empty() { "the project" } else { finding.path() },
            finding.message
        ));
    }
    if broken || is_ignore(id, finding.message) {
        finding.ignorable = false;
    }
    report.findings.push(finding);
}

/// PHPStan's own complaints about its baseline (`ignore.count`, `ignore.unmatched` …).
fn is_ignore(id: &str, message: &str) -> bool {
    id.starts_with("ignore.")
        || (id.is_empty()
            && message.starts_with("Ignored error pattern ")
            && (message.ends_with(" was not matched in reported errors.")
                || message.contains(" is expected to occur ")))
}
