//! PHP_CodeSniffer's `xml`.
//!
//! Source: PHP_CodeSniffer `src/Reports/Xml.php`.

use super::xml::{Element, Node, Xml};
use super::{Context, Format, Parsed, ReadError, phpcs};
use crate::model::{File, Finding, Report, Severity};

/// The file that is being read, with the counts that it claims.
struct Current<'a> {
    file: Option<&'a File<'a>>,
    claimed: usize,
    before: usize,
}

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut report = Report::new(phpcs::TOOL, Format::PhpcsXml);
    let mut xml = Xml::rooted(text, "phpcs");
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
                    let message = context.arena.text(&phpcs::line_breaks(&message));
                    report.findings.push(Finding { message, ..finding });
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
    let mut finding = Finding::new(context.arena.rule(phpcs::TOOL, ""), file, severity, "");
    xml.attributes(element, |key, value| match key {
        "line" => finding.line = value.parse().unwrap_or(0),
        "column" => finding.column = value.parse().unwrap_or(0),
        "source" => finding.rule = context.arena.rule(phpcs::TOOL, &value),
        _ => {}
    });
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn errors_and_warnings_are_counted_against_what_the_file_claims() {
        let text = r#"<phpcs version="4.0.1">
<file name="/repo/src/A.php" errors="1" warnings="1" fixable="1">
    <error line="3" column="3" source="PSR12.Operators.OperatorSpacing.NoSpaceBefore" severity="5" fixable="1">Expected 1 space before &quot;=&quot;; 0 found</error>
    <warning line="1" column="1" source="PSR1.Files.SideEffects.FoundWithSymbols" severity="5" fixable="0">A &lt;file&gt; &amp; more</warning>
</file>
<file name="/repo/src/B.php" errors="2" warnings="0" fixable="0">
    <error line="1" column="1" source="Internal.NoCodeFound" severity="5" fixable="0">x</error>
</file>
</phpcs>
Time: 1s"#;
        insta::assert_snapshot!(show(read, text), @r#"
        phpcs
          high src/A.php:3:0:3 [PSR12.Operators.OperatorSpacing.NoSpaceBefore] "Expected 1 space before \"=\"; 0 found"
          medium src/A.php:1:0:1 [PSR1.Files.SideEffects.FoundWithSymbols] "A <file> & more"
          high src/B.php:1:0:1 [Internal.NoCodeFound] "x"
          problem: src/B.php: the report counts 2 errors and warnings and holds 1
        left: "\nTime: 1s"
        "#);
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(
            read,
            "<phpcs version=\"3\"><file name=\"a\" errors=\"1\"><error line=\"1\">m&#10;</error></file></phpcs>",
        );
    }
}
