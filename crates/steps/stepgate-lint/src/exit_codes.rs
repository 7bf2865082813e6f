//! What a tool's exit code says about its report.
//!
//! A report that holds nothing while the tool said "I found something", or the other way round, is not the report of
//! that run: it was cut short, overwritten, or the tool died. Either way the gate cannot rely on it.

use findings::{Report, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use step::process::TIMED_OUT;

use step::words::count;

/// What a tool that ended with some exit code means to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Meaning {
    /// It ran and found nothing that counts.
    Clean,
    /// It ran and found something.
    Findings,
    /// It ran; the code does not tell whether it found something.
    Either,
    /// It did not do its work, or not all of it.
    Broken(&'static str),
}

/// The exit codes of a tool that is not among those we know, or that is run in an unusual way.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ExitCodes {
    /// The tool ran and found nothing. Default: what is known about the tool, else 0.
    pub clean: Vec<i32>,
    /// The tool ran and found something. Default: what is known about the tool, else 1.
    pub findings: Vec<i32>,
}

impl ExitCodes {
    fn is_empty(&self) -> bool {
        self.clean.is_empty() && self.findings.is_empty()
    }

    fn meaning(&self, code: i32) -> Meaning {
        match (self.clean.contains(&code), self.findings.contains(&code)) {
            (true, true) => Meaning::Either,
            (true, false) => Meaning::Clean,
            (false, true) => Meaning::Findings,
            (false, false) => Meaning::Broken("it is not among the exit codes configured for it"),
        }
    }
}

/// How `code` contradicts `reports`, the reports of one run of one tool; `None` when they go together.
/// `configured` is what the config says about this tool's codes.
pub fn contradiction(reports: &[Report<'_>], code: i32, configured: Option<&ExitCodes>) -> Option<String> {
    let tool = tool(reports);
    let meaning = match configured.filter(|codes| !codes.is_empty()) {
        Some(codes) => codes.meaning(code),
        None => known(tool, code),
    };
    let findings: u64 = reports.iter().map(|report| counting(report, tool)).sum();
    match (meaning, findings) {
        (Meaning::Broken(why), _) => Some(format!("{tool} ended with exit code {code}: {why}")),
        (Meaning::Clean, 1..) => Some(format!(
            "{tool} ended with exit code {code}, which says that it found nothing, but its report holds {}; if it is \
             made to end so, say it in `lint.tools.{tool}.exit-codes`",
            count(findings, "finding")
        )),
        (Meaning::Findings, 0) if reports.iter().all(|report| report.findings.is_empty()) => Some(format!(
            "{tool} ended with exit code {code}, which says that it found something, but its report holds nothing"
        )),
        _ => None,
    }
}

/// What a report says when it does not name its tool.
const UNKNOWN: &str = "unknown";

/// The one tool of `reports`, or words for it.
fn tool<'a>(reports: &[Report<'a>]) -> &'a str {
    match reports {
        [] => "the tool",
        [only] if only.tool == UNKNOWN => "the tool",
        [first, rest @ ..] if rest.iter().all(|report| report.tool == first.tool) => first.tool,
        _ => "one of the tools",
    }
}

/// How many findings of `report` make its tool end with something else than 0.
fn counting(report: &Report<'_>, tool: &str) -> u64 {
    let least = match tool {
        // `ignore_warnings_on_exit` is common, and Psalm does not fail for what it calls info.
        "phpcs" | "psalm" => Severity::High,
        "phpstan" | "php-cs-fixer" | "rector" | "phpmd" => Severity::Info,
        "deptrac" => Severity::High,
        // Many tools print warnings and end with 0.
        _ => return 0,
    };
    let suppressed = |detail: Option<&findings::model::Detail<'_>>| detail.is_some_and(|it| it.suppressed.is_some());
    let counts = report.findings.iter().filter(|it| it.severity >= least && !suppressed(it.detail));
    counts.map(|it| u64::from(it.count)).sum()
}

/// What the known tools mean, from their documentation and sources.
fn known(tool: &str, code: i32) -> Meaning {
    match (code, tool) {
        (TIMED_OUT, _) => Meaning::Broken("it was stopped because it took too long"),
        (126 | 127, _) => Meaning::Broken("it could not be started"),
        (137, _) => Meaning::Broken("it was killed, most likely for want of memory"),
        (128..=254, _) => Meaning::Broken("it was killed by a signal"),
        (255, _) => Meaning::Broken("PHP stopped it with a fatal error"),
        (..0, _) => Meaning::Broken("it was killed by a signal"),
        (0, _) => Meaning::Clean,
        (1, "phpstan") => Meaning::Findings,
        (2, "phpstan") => Meaning::Either, // --fail-without-result-cache
        (code, "phpcs") => phpcs(code),
        (code, "php-cs-fixer") => php_cs_fixer(code),
        (1, "psalm") => Meaning::Broken("Psalm itself failed"),
        (2, "psalm") => Meaning::Findings,
        (1, "rector") => Meaning::Broken("Rector itself failed, or could not process some files"),
        (2, "rector") => Meaning::Findings,
        (1, "deptrac") => Meaning::Findings,
        (1, "phpmd") => Meaning::Broken("PHPMD itself failed"),
        (2, "phpmd") => Meaning::Findings,
        (3, "phpmd") => Meaning::Broken("PHPMD could not process some files"),
        (_, "phpstan" | "psalm" | "rector" | "deptrac" | "phpmd") => Meaning::Broken("it does not use this code"),
        _ => Meaning::Findings,
    }
}

/// `PHP_CodeSniffer` 3.x: 1 errors, 2 fixable errors, 3 processing error (which leaves no readable report). 4.x: bits
/// 1 fixable, 2 not fixable, 4 failed to fix; 16 processing error, 64 requirements not met.
fn phpcs(code: i32) -> Meaning {
    match code {
        0 => Meaning::Clean,
        1..=7 => Meaning::Findings,
        16 => Meaning::Broken("PHP_CodeSniffer could not process its input"),
        64 => Meaning::Broken("the requirements of PHP_CodeSniffer are not met"),
        _ => Meaning::Broken("it does not use this code"),
    }
}

/// PHP-CS-Fixer: bits 4 files with invalid syntax, 8 files to fix, 16 and 32 configuration, 64 exception; 1 alone is a
/// general error.
fn php_cs_fixer(code: i32) -> Meaning {
    match code {
        0 => Meaning::Clean,
        8 => Meaning::Findings,
        code if code & 64 != 0 => Meaning::Broken("PHP-CS-Fixer itself failed"),
        code if code & (16 | 32) != 0 => Meaning::Broken("its configuration is not valid"),
        code if code & 4 != 0 => Meaning::Broken("some files could not be parsed, so they were not checked"),
        _ => Meaning::Broken("PHP-CS-Fixer itself failed"),
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;
    use findings::read::Format;
    use findings::{Arena, Finding};

    use super::*;

    /// What is said of `tool` when it ends with `code` and its report holds one finding of `severity`, or none.
    fn said(tool: &str, code: i32, severity: Option<Severity>, configured: Option<&ExitCodes>) -> String {
        let bump = Bump::new();
        let arena = Arena::new(&bump);
        let mut report = Report::new(arena.text(tool), Format::Checkstyle);
        report.findings.extend(severity.map(|it| Finding::new(arena.rule(tool, "rule"), None, it, "message")));
        contradiction(&[report], code, configured).unwrap_or_default()
    }

    #[test]
    fn what_goes_together_is_not_spoken_of() {
        let found = Some(Severity::High);
        for (tool, code, severity) in [
            ("phpstan", 0, None),
            ("phpstan", 1, found),
            ("phpstan", 2, None),
            ("phpcs", 0, Some(Severity::Medium)), // ignore_warnings_on_exit
            ("phpcs", 1, Some(Severity::Medium)),
            ("phpcs", 3, found),
            ("php-cs-fixer", 8, found),
            ("psalm", 0, Some(Severity::Info)),
            ("psalm", 2, found),
            ("rector", 2, found),
            ("deptrac", 0, Some(Severity::Medium)),
            ("deptrac", 1, found),
            ("phpmd", 2, found),
            ("eslint", 0, Some(Severity::Medium)),
            ("eslint", 1, found),
        ] {
            assert_eq!(said(tool, code, severity, None), "", "{tool} {code} {severity:?}");
        }
    }

    #[test]
    fn a_report_that_cannot_be_of_this_run_is_a_problem() {
        let found = Some(Severity::High);
        for (tool, code, severity, expected) in [
            ("phpstan", 0, found, "found nothing, but its report holds 1 finding"),
            ("phpstan", 1, None, "found something, but its report holds nothing"),
            ("phpcs", 2, None, "found something"),
            ("php-cs-fixer", 0, found, "found nothing"),
            ("eslint", 1, None, "found something"),
        ] {
            let said = said(tool, code, severity, None);
            assert!(said.contains(expected), "{tool} {code}: {said}");
        }
    }

    #[test]
    fn a_tool_that_broke_is_a_problem_whatever_it_reported() {
        for (tool, code, expected) in [
            ("phpstan", 255, "fatal error"),
            ("phpstan", 137, "memory"),
            ("phpstan", 127, "could not be started"),
            ("phpcs", 16, "could not process"),
            ("php-cs-fixer", 4, "could not be parsed"),
            ("php-cs-fixer", 12, "could not be parsed"),
            ("php-cs-fixer", 16, "configuration"),
            ("php-cs-fixer", 64, "itself failed"),
            ("psalm", 1, "itself failed"),
            ("rector", 1, "itself failed"),
            ("phpmd", 3, "could not process"),
            ("deptrac", 3, "does not use this code"),
            ("eslint", 139, "killed by a signal"),
        ] {
            for severity in [None, Some(Severity::High)] {
                let said = said(tool, code, severity, None);
                assert!(said.contains(expected) && said.contains(&code.to_string()), "{tool} {code}: {said}");
            }
        }
    }

    #[test]
    fn the_config_has_the_last_word() {
        let codes = ExitCodes { clean: vec![0], findings: vec![0, 7] };
        assert_eq!(said("phpmd", 0, Some(Severity::High), Some(&codes)), "");
        assert_eq!(said("phpmd", 7, Some(Severity::High), Some(&codes)), "");
        assert!(said("phpmd", 2, Some(Severity::High), Some(&codes)).contains("not among the exit codes"));
        assert!(!said("phpstan", 0, Some(Severity::High), Some(&ExitCodes::default())).is_empty());
    }
}
