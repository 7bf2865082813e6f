//! PHP_CodeSniffer's `xml`.
//!
//! Source: PHP_CodeSniffer `src/Reports/Xml.php`.

use super::xml::{Element, Node, Xml};
use super::{Context, Format, Parsed, ReadError};
use crate::model::{File, Finding, Report, Severity};

/// The file that is being read, with the counts that it claims.
struct Current<'a> {
    file: Option<&'a File<'a>>,
    claimed: usize,
    before: usize,
}

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut report = Report::new("phpcs", Format::PhpcsXml);
    let mut xml = Xml::new(text);
    let mut current: Option<Current<'a>> = None;
    let mut finding: Option<(Finding<'a>, String)> = None;
    while let Some(node) = xml.next() {
        match node {
            Node::Open(element) if element.name() == "file" => {
                current = Some(open_file(&mut xml, &element, report.findings.len(), context));
            }
            Node::Open(element) => {
                let file = current.as_ref().and_then(|current| current.file);
                finding = open_finding(&mut xml, &element, file, context).map(|finding| (finding, String::new()));
            }
            Node::Text(text) => {
                if let Some((_, message)) = &mut finding {
                    message.push_str(&text);
                }
            }
            Node::Close => {
                if let Some((finding, message)) = finding.take() {
                    report.findings.push(Finding { message: context.arena.text(&message), ..finding });
                } else if let Some(current) = current.take() {
                    current.check(&mut report);
                }
            }
        }
    }
    xml.finish(report)
}

impl Current<'_> {
    fn check(&self, report: &mut Report<'_>) {
        let found = report.findings.len() - self.before;
        if found != self.claimed {
            let path = self.file.map_or("", |file| file.path);
            let claimed = self.claimed;
            report.problems.push(format!("{path}: the report counts {claimed} errors and warnings and holds {found}"));
        }
    }
}

fn open_file<'a>(xml: &mut Xml<'_>, element: &Element<'_>, before: usize, context: &Context<'_, 'a>) -> Current<'a> {
    let mut current = Current { file: None, claimed: 0, before };
    xml.attributes(element, |key, value| match key {
        "name" => current.file = context.roots.resolve(&value, context.arena).0,
        "errors" | "warnings" => current.claimed += value.parse::<u32>().unwrap_or(0) as usize,
        _ => {}
    });
    current
}

fn open_finding<'a>(
    xml: &mut Xml<'_>,
    element: &Element<'_>,
    file: Option<&'a File<'a>>,
    context: &Context<'_, 'a>,
) -> Option<Finding<'a>> {
    let severity = match element.name() {
        "error" => Severity::High,
        "warning" => Severity::Medium,
        _ => return None,
    };
    let mut finding = Finding::new(context.arena.rule("phpcs", ""), file, severity, "");
    xml.attributes(element, |key, value| match key {
        "line" => finding.line = value.parse().unwrap_or(0),
        "column" => finding.column = value.parse().unwrap_or(0),
        "source" => finding.rule = context.arena.rule("phpcs", &value),
        _ => {}
    });
    Some(finding)
}
