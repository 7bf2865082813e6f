//! GitLab code quality: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>. It has no word
//! for "muted", so that what is muted is left out.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use super::summary::shown;
use crate::fingerprint::{Fingerprint, fingerprint};
use crate::model::{Finding, Gate, Report, Rule, Severity};

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Issues { gate, seen: RefCell::default() })?;
    writeln!(out)
}

/// The issues, made one by one while they are written.
struct Issues<'g> {
    gate: &'g Gate<'g>,
    /// How often each fingerprint was written: GitLab shows only one issue of those that share one.
    seen: RefCell<FxHashMap<Fingerprint, u32>>,
}

#[derive(Serialize)]
struct Issue<'g> {
    description: Cow<'g, str>,
    check_name: &'g str,
    engine_name: &'g str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'g>,
}

#[derive(Serialize)]
struct Location<'g> {
    path: &'g str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
}

impl Serialize for Issues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reports = self.gate.reports.iter().filter(|report| !report.is_complete());
        let incomplete = reports.map(|report| self.incomplete(report));
        serializer.collect_seq(incomplete.chain(shown(self.gate).map(|finding| self.issue(finding))))
    }
}

impl<'g> Issues<'g> {
    fn issue(&self, finding: &'g Finding<'g>) -> Issue<'g> {
        let rule = finding.rule;
        Issue {
            description: finding.message.into(),
            check_name: if rule.id.is_empty() { rule.tool } else { rule.id },
            engine_name: rule.tool,
            fingerprint: self.unique(fingerprint(finding)),
            severity: severity(finding.severity),
            location: Location {
                path: finding.file.map_or(".", |file| file.path),
                lines: Lines {
                    begin: finding.line.max(1),
                    end: Some(finding.end_line).filter(|end| *end > finding.line.max(1)),
                },
            },
        }
    }

    /// What cannot be relied on is an issue of its own: without it, the report of a gate that could read nothing would
    /// be the report of code without faults.
    fn incomplete(&self, report: &'g Report<'g>) -> Issue<'g> {
        let description = format!("{} is incomplete: {}", report.source, report.problems.join("; "));
        let rule = Rule { tool: report.tool, id: "incomplete", help: None, link: None };
        let finding = Finding::new(&rule, None, Severity::Critical, &description);
        let fingerprint = self.unique(fingerprint(&finding));
        Issue {
            fingerprint,
            check_name: "incomplete",
            engine_name: report.tool,
            severity: severity(Severity::Critical),
            location: Location { path: ".", lines: Lines { begin: 1, end: None } },
            description: description.into(),
        }
    }

    fn unique(&self, fingerprint: Fingerprint) -> String {
        let mut seen = self.seen.borrow_mut();
        let times = seen.entry(fingerprint).or_default();
        *times += 1;
        if *times == 1 { fingerprint.to_string() } else { format!("{fingerprint}-{times}") }
    }
}

/// The words as PHPStan and PHP-CS-Fixer use them here: an error is `major`, a matter of style `minor`.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "major",
        Severity::Medium => "minor",
        Severity::Low | Severity::Info => "info",
    }
}
