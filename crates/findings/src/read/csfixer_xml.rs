//! PHP-CS-Fixer's `xml`.
//!
//! Source: PHP-CS-Fixer `src/Console/Report/FixReport/XmlReporter.php` and its `doc/schemas/fix/xml.xsd`.

use super::xml::{Node, Xml};
use super::{Context, Format, Parsed, ReadError, csfixer};
use crate::model::Report;

#[derive(Default)]
struct FixedFile {
    path: String,
    rules: Vec<String>,
    diff: String,
}

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut report = Report::new(csfixer::TOOL, Format::CsFixerXml);
    let mut xml = Xml::new(text);
    let mut file: Option<FixedFile> = None;
    let mut in_diff = false;
    let mut has_files = false;
    while let Some(node) = xml.next() {
        match node {
            Node::Open(element) => match (element.name(), &mut file) {
                ("files", _) => has_files = true,
                ("file", _) => {
                    flush(&mut report, file.take(), context);
                    file = Some(FixedFile { path: xml.attribute(&element, "name"), ..FixedFile::default() });
                }
                ("applied_fixer", Some(file)) => file.rules.push(xml.attribute(&element, "name")),
                ("diff", Some(_)) => in_diff = true,
                _ => {}
            },
            Node::Text(text) if in_diff => {
                if let Some(file) = &mut file {
                    file.diff.push_str(&text);
                }
            }
            Node::Text(_) => {}
            Node::Close => in_diff = false,
        }
    }
    flush(&mut report, file, context);
    if !has_files {
        report.problems.push("there is no <files>, so nothing tells that the run came to its end".to_owned());
    }
    xml.finish(report)
}

fn flush<'a>(report: &mut Report<'a>, file: Option<FixedFile>, context: &Context<'_, 'a>) {
    let Some(FixedFile { path, rules, diff }) = file else { return };
    if path.is_empty() {
        return report.problems.push("a <file> has no name".to_owned());
    }
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    csfixer::push(report, context, &path, &rules, &diff);
}
