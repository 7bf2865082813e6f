//! Checkstyle XML, as most dashboards read it. It has no word for "muted", so that what is muted is left out.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::summary::{by_file, shown};
use crate::escape;
use crate::model::{Finding, Gate, Report, Severity};

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(BytesStart::new("checkstyle").with_attributes([("version", "8.0")])))?;
    for report in gate.reports.iter().filter(|report| !report.is_complete()) {
        incomplete(report, &mut xml)?;
    }
    for (path, findings) in by_file(shown(gate).collect()) {
        let file = BytesStart::new("file").with_attributes([("name", escape::xml(path).as_ref())]);
        xml.write_event(Event::Start(file))?;
        for finding in findings {
            xml.write_event(Event::Empty(error(finding)))?;
        }
        xml.write_event(Event::End(BytesEnd::new("file")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("checkstyle")))?;
    writeln!(out)
}

/// What cannot be relied on is an exception, as of a file that Checkstyle could not work on: without it, the report of
/// a gate that could read nothing would be the report of code without faults.
fn incomplete(report: &Report<'_>, xml: &mut Writer<impl Write>) -> io::Result<()> {
    let file = BytesStart::new("file").with_attributes([("name", escape::xml(&report.source).as_ref())]);
    let problems = report.problems.join("; ");
    xml.write_event(Event::Start(file))?;
    xml.create_element("exception").write_text_content(BytesText::new(&escape::xml(&escape::terminal(&problems))))?;
    xml.write_event(Event::End(BytesEnd::new("file")))
}

fn error(finding: &Finding<'_>) -> BytesStart<'static> {
    let mut error = BytesStart::new("error");
    error.push_attribute(("line", finding.line.to_string().as_str()));
    if finding.column > 0 {
        error.push_attribute(("column", finding.column.to_string().as_str()));
    }
    error.push_attribute(("severity", severity(finding.severity)));
    error.push_attribute(("message", escape::xml(finding.message).as_ref()));
    let rule = finding.rule;
    let source = if rule.id.is_empty() { rule.tool.to_owned() } else { format!("{}.{}", rule.tool, rule.id) };
    error.push_attribute(("source", escape::xml(&source).as_ref()));
    error
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "info",
    }
}
