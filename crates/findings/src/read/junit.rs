//! JUnit XML as PHPStan, PHP_CodeSniffer and PHP-CS-Fixer write it: a failed test case is a finding.
//!
//! Sources: phpstan-src `src/Command/ErrorFormatter/JunitErrorFormatter.php`, PHP_CodeSniffer `src/Reports/Junit.php`,
//! PHP-CS-Fixer `src/Console/Report/FixReport/JunitReporter.php`.

use std::borrow::Cow;

use super::xml::{Element, Node, Xml};
use super::{Context, Format, Parsed, ReadError, csfixer, phpcs, phpstan};
use crate::diff;
use crate::model::{Detail, Finding, Report, Severity};

/// How many unchanged lines a diff shows behind a change.
const CONTEXT_LINES: usize = 3;

/// What a `<testcase>` and its `<failure>` say.
#[derive(Default)]
struct Case {
    name: String,
    file: String,
    failure: Option<Failure>,
}

#[derive(Default)]
struct Failure {
    kind: String,
    message: String,
    text: String,
}

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let tool = tool(text).map_err(|what| ReadError { what: what.to_owned() })?;
    let mut report = Report::new(tool, Format::Junit);
    let mut xml = Xml::new(text);
    let mut case: Option<Case> = None;
    let mut in_failure = false;
    let mut counts = Counts::default();
    while let Some(node) = xml.next() {
        match node {
            Node::Open(element) => match (element.name(), &mut case) {
                ("testsuites" | "testsuite", _) => counts.open(&mut xml, &element),
                ("testcase", _) => {
                    counts.cases += 1;
                    case = Some(open_case(&mut xml, &element));
                }
                ("failure" | "error", Some(case)) => {
                    in_failure = true;
                    case.failure = Some(open_failure(&mut xml, &element));
                }
                _ => {}
            },
            Node::Text(text) if in_failure => {
                if let Some(failure) = case.as_mut().and_then(|case| case.failure.as_mut()) {
                    failure.text.push_str(&text);
                }
            }
            Node::Text(_) => {}
            Node::Close if in_failure => in_failure = false,
            Node::Close => {
                if let Some(case) = case.take() {
                    counts.failed += u64::from(case.failure.is_some());
                    push(&mut report, &case, context);
                }
            }
        }
    }
    counts.check(&mut report);
    xml.finish(report)
}

/// Who wrote it, by the name of the first element that has one; else why it is not read.
fn tool(text: &str) -> Result<&'static str, &'static str> {
    const NOBODY: &str = "this JUnit XML is not written by PHPStan, PHP_CodeSniffer or PHP-CS-Fixer; results of tests \
         are for stepgate-tests";
    const OURS: &str =
        "this JUnit XML is of stepgate itself and leaves out what does not block; its json has everything";
    let mut xml = Xml::new(text);
    for _ in 0..20 {
        let Some(node) = xml.next() else { break };
        let Node::Open(element) = node else { continue };
        let name = xml.attribute(&element, "name");
        if name.is_empty() {
            continue;
        }
        return match name.as_str() {
            _ if xml.attribute(&element, "package").starts_with("stepgate") => Err(OURS),
            "phpstan" => Ok(phpstan::TOOL),
            "PHP CS Fixer" => Ok(csfixer::TOOL),
            name if name.starts_with("PHP_CodeSniffer ") => Ok(phpcs::TOOL),
            _ => Err(NOBODY),
        };
    }
    Err(NOBODY)
}

/// The counts of the root element against what was there.
#[derive(Default)]
struct Counts {
    claimed: Option<(Option<u64>, Option<u64>)>,
    cases: u64,
    failed: u64,
}

impl Counts {
    /// Only the outermost element that counts is taken: it counts for all.
    fn open(&mut self, xml: &mut Xml<'_>, element: &Element<'_>) {
        let (mut tests, mut failures) = (None, None);
        xml.attributes(element, |key, value| match key {
            "tests" => tests = value.parse().ok(),
            "failures" => failures = value.parse().ok(),
            _ => {}
        });
        if tests.is_some() && self.claimed.is_none() {
            self.claimed = Some((tests, failures));
        }
    }

    fn check(&self, report: &mut Report<'_>) {
        let Some((Some(tests), failures)) = self.claimed else {
            report
                .problems
                .push("the report does not say how many tests it holds, so nothing tells that it is whole".into());
            return;
        };
        // PHP_CodeSniffer counts a clean file, PHP-CS-Fixer each rule that failed.
        let failures = failures.filter(|_| report.tool != csfixer::TOOL);
        let Self { cases, failed, .. } = *self;
        if tests != cases || failures.is_some_and(|failures| failures != failed) {
            let failures = failures.unwrap_or(failed);
            report.problems.push(format!(
                "the report counts {tests} tests and {failures} failures, and holds {cases} and {failed}"
            ));
        }
    }
}

fn open_case(xml: &mut Xml<'_>, element: &Element<'_>) -> Case {
    let mut case = Case::default();
    xml.attributes(element, |key, value| match key {
        "name" => case.name = value.into_owned(),
        "file" => case.file = value.into_owned(),
        _ => {}
    });
    case
}

fn open_failure(xml: &mut Xml<'_>, element: &Element<'_>) -> Failure {
    let mut failure = Failure::default();
    xml.attributes(element, |key, value| match key {
        "type" => failure.kind = value.into_owned(),
        "message" => failure.message = value.into_owned(),
        _ => {}
    });
    failure
}

fn push<'a>(report: &mut Report<'a>, case: &Case, context: &Context<'_, 'a>) {
    let Some(failure) = &case.failure else { return };
    if report.tool == csfixer::TOOL {
        let (rules, diff) = applied_fixers(&failure.text);
        return csfixer::push(report, context, &case.file, &rules, &diff);
    }
    let arena = context.arena;
    let severity = Severity::from_word(&failure.kind).unwrap_or(Severity::High);
    let message = if failure.message.is_empty() { failure.text.trim() } else { &failure.message };
    let (rule, place, message) = match report.tool {
        phpcs::TOOL => {
            let (rule, place) = phpcs_name(&case.name);
            (rule, place, phpcs::line_breaks(message))
        }
        _ => ("", phpstan_name(&case.name), Cow::Borrowed(message)),
    };
    let Some((path, line, column)) = place else {
        return phpstan::general(report, &message);
    };
    let (file, written) = context.roots.resolve(path, arena);
    let trait_context: Option<Cow<'_, str>> = phpstan::context(written);
    let finding = Finding {
        line,
        column,
        detail: arena.detail(Detail { context: trait_context.as_deref(), ..Detail::default() }),
        ..Finding::new(arena.rule(report.tool, rule), file, severity, arena.text(&message))
    };
    if report.tool == phpstan::TOOL {
        phpstan::push(report, finding);
    } else {
        report.findings.push(finding);
    }
}

type Place<'c> = Option<(&'c str, u32, u32)>;

/// `Sniff.Code at path (12:5)`.
fn phpcs_name(name: &str) -> (&str, Place<'_>) {
    let (code, place) = name.split_once(" at ").unwrap_or(("", name));
    let position = place.strip_suffix(')').and_then(|place| place.rsplit_once(" ("));
    let (path, position) = position.unwrap_or((place, ""));
    let (line, column) = position.split_once(':').unwrap_or((position, ""));
    (code, Some((path, line.parse().unwrap_or(0), column.parse().unwrap_or(0))))
}

/// `path:12`, `path:` for the whole file; `None` for `General error` and `Warning`.
fn phpstan_name(name: &str) -> Place<'_> {
    let (path, line) = name.rsplit_once(':')?;
    let line = if line.is_empty() { 0 } else { line.parse().ok()? };
    Some((path, line, 0))
}

/// The rules in the text of a failure of PHP-CS-Fixer, and the diff, whose last lines, blank ones, are cut off.
fn applied_fixers(text: &str) -> (Vec<&str>, String) {
    let (head, diff) = text.split_once("Diff:\n").unwrap_or((text, ""));
    let rules = head.lines().filter_map(|line| line.strip_prefix("* ")).map(str::trim).collect();
    let Some(start) = diff.find("--- ") else { return (rules, String::new()) };
    let mut diff = format!("{}\n", &diff[start..]);
    let whole = diff.len();
    for _ in 0..CONTEXT_LINES {
        if diff::parse(diff.as_bytes()).is_ok() {
            return (rules, diff);
        }
        diff.push_str(" \n");
    }
    diff.truncate(if diff::parse(diff.as_bytes()).is_ok() { diff.len() } else { whole });
    (rules, diff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn a_failure_of_phpstan_is_a_finding_where_its_name_says() {
        let text = r#"<testsuite failures="4" name="phpstan" tests="4"><testcase name="src/A.php:3"><failure type="ERROR" message="Call to &lt;x&gt;." /></testcase><testcase name="src/T.php (in context of class App/A):4"><failure type="ERROR" message="In a trait." /></testcase><testcase name="src/B.php:"><failure type="ERROR" message="Ignored error pattern #never# was not matched in reported errors." /></testcase><testcase name="General error"><failure type="ERROR" message="It crashed." /></testcase></testsuite>"#;
        insta::assert_snapshot!(show(read, text), @r#"
        phpstan
          high src/A.php:3:0:0 [] "Call to <x>."
          high src/T.php:4:0:0 [] "In a trait."
            context: "class App\\A"
          critical src/B.php:0:0:0 [] "Ignored error pattern #never# was not matched in reported errors." not-ignorable
          problem: PHPStan reports an error that belongs to no file: It crashed.
        "#);
    }

    #[test]
    fn a_clean_run_has_a_test_that_passed() {
        let text =
            r#"<testsuite failures="0" name="phpstan" tests="1"><testcase name="phpstan"></testcase></testsuite>"#;
        assert_eq!(show(read, text), "phpstan\n");
    }

    #[test]
    fn phpcs_names_sniff_and_place_and_counts_what_it_lists() {
        let text = r#"<testsuites name="PHP_CodeSniffer 4.0.1" errors="0" tests="3" failures="2">
<testsuite name="/repo/src/A at B.php" errors="0" tests="1" failures="1">
 <testcase name="Generic.Files.LineLength.TooLong at /repo/src/A at B.php (54:13)">
  <failure type="warning" message="Line exceeds 120 characters"/>
 </testcase>
</testsuite>
<testsuite name="/repo/src/Clean.php" errors="0" tests="1" failures="0"><testcase name="/repo/src/Clean.php"/></testsuite>
</testsuites>"#;
        insta::assert_snapshot!(show(read, text), @r#"
        phpcs
          medium src/A at B.php:54:0:13 [Generic.Files.LineLength.TooLong] "Line exceeds 120 characters"
          problem: the report counts 3 tests and 2 failures, and holds 2 and 1
        "#);
    }

    #[test]
    fn php_cs_fixer_cuts_the_blank_lines_off_its_diff() {
        let text = r#"<testsuites><testsuite name="PHP CS Fixer" tests="1" assertions="1" failures="1" errors="0">
    <testcase name="src/A" file="src/A.php" assertions="1"><failure type="code_style"><![CDATA[applied fixers:
---------------
* spaces

Diff:
---------------

--- /repo/src/A.php
+++ /repo/src/A.php
@@ -1,3 +1,3 @@
 <?php
-$a=1;
+$a = 1;]]></failure></testcase></testsuite></testsuites>"#;
        insta::assert_snapshot!(show(read, text), @r#"
        php-cs-fixer
          medium src/A.php:2:2:0 [spaces] "Found violation(s) of type: spaces"
            diff: "@@ -1,3 +1,3 @@\n <?php\n-$a=1;\n+$a = 1;\n \n"
        "#);
    }

    #[test]
    fn results_of_tests_are_sent_to_where_they_belong() {
        let text = r#"<testsuites><testsuite name="Unit" tests="1"><testcase name="testIt"/></testsuite></testsuites>"#;
        insta::assert_snapshot!(show(read, text), @"
        error: this JUnit XML is not written by PHPStan, PHP_CodeSniffer or PHP-CS-Fixer; results of tests are for stepgate-tests
        ");
    }

    #[test]
    fn our_own_is_not_read_because_it_leaves_out_what_does_not_block() {
        let text = r#"<testsuites><testsuite package="stepgate-lint" name="phpstan" tests="1" failures="0"><testcase name="a"><skipped/></testcase></testsuite></testsuites>"#;
        insta::assert_snapshot!(show(read, text), @"error: this JUnit XML is of stepgate itself and leaves out what does not block; its json has everything");
    }

    #[test]
    fn a_report_without_counts_is_not_known_to_be_whole() {
        insta::assert_snapshot!(show(read, r#"<testsuite name="phpstan"></testsuite>"#), @"
        phpstan
          problem: the report does not say how many tests it holds, so nothing tells that it is whole
        ");
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(
            read,
            r#"<testsuite name="phpstan" tests="1"><testcase name="a.php:3"><failure message="m">t</failure></testcase></testsuite>"#,
        );
    }
}
