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
    let mut xml = Xml::rooted(text, "report");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    const DIFF: &str = "--- /repo/src/A.php\n+++ /repo/src/A.php\n@@ -1,3 +1,3 @@\n <?php\n-$a=1;\n+$a = 1;\n \n";

    #[test]
    fn rules_and_lines_come_from_what_the_run_was_asked_to_show() {
        let text = format!(
            r#"<report><about value="PHP CS Fixer 3.95.3"/><files>
            <file id="1" name="src/A.php"><applied_fixers><applied_fixer name="spaces"/></applied_fixers>
            <diff><![CDATA[{DIFF}]]></diff></file>
            <file id="2" name="src/B.php"/>
            </files><time unit="s"><total value="0.009"/></time></report>"#
        );
        insta::assert_snapshot!(show(read, &text), @r#"
        php-cs-fixer
          medium src/A.php:2:2:0 [spaces] "Found violation(s) of type: spaces"
            diff: "@@ -1,3 +1,3 @@\n <?php\n-$a=1;\n+$a = 1;\n \n"
          medium src/B.php:0:0:0 [] "PHP-CS-Fixer would change this; -v shows by which rules"
        "#);
    }

    #[test]
    fn a_clean_run_lists_no_files_and_a_report_without_a_list_is_not_whole() {
        assert_eq!(show(read, "<report><about value=\"PHP CS Fixer\"/><files/></report>"), "php-cs-fixer\n");
        insta::assert_snapshot!(show(read, "<report><about value=\"PHP CS Fixer\"/></report>"), @"
        php-cs-fixer
          problem: there is no <files>, so nothing tells that the run came to its end
        ");
        insta::assert_snapshot!(show(read, "<report><files><file id=\"1\"/></files>"), @"
        php-cs-fixer
          problem: a <file> has no name
          problem: line 1, column 38: the document ends too early: it was cut short; nothing behind that was read
        ");
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(
            read,
            "<report><files><file name=\"a\"><diff><![CDATA[@@ -1 +1 @@]]></diff></file></files></report>",
        );
    }
}
