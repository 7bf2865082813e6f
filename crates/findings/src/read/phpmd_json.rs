//! PHPMD `json` ([the renderer][1]).
//!
//! [1]: https://github.com/phpmd/phpmd/blob/master/src/main/php/PHPMD/Renderer/JSONRenderer.php

use serde::Deserialize;

use super::json::{self, Number, Text};
use super::{Context, Format, Parsed, ReadError};
use crate::model::{Finding, Severity};

/// Reads one report.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (document, consumed) = json::document::<Document<'_>>(text, "PHPMD JSON report")?;
    let mut report = json::report_of("phpmd", Format::PhpmdJson, context);
    for entry in &document.files {
        let file = context.roots.resolve(&entry.file, context.arena).0;
        report.findings.extend(entry.violations.iter().map(|violation| {
            let rule = context.arena.rule_with("phpmd", &violation.rule, None, violation.external_info_url.as_deref());
            Finding {
                line: violation.begin_line.0,
                end_line: violation.end_line.0,
                ..Finding::new(rule, file, severity(violation.priority.0), context.arena.text(&violation.description))
            }
        }));
    }
    for error in document.errors.iter().flatten() {
        let path = context.roots.resolve(&error.file_name, context.arena).0.map_or("some file", |file| file.path);
        report.problems.push(format!("PHPMD could not read {path}: {}", json::shorten(&error.message)));
    }
    Ok(json::parsed(report, consumed))
}

/// PHPMD's priorities run from 1, the worst, to 5. What is none of them is taken for the middle.
fn severity(priority: u32) -> Severity {
    let at = priority.checked_sub(1).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| Severity::WORST_FIRST.get(at)).copied().unwrap_or(Severity::Medium)
}

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    files: Vec<Entry<'t>>,
    #[serde(borrow)]
    errors: Option<Vec<ProcessingError<'t>>>,
}

#[derive(Deserialize)]
struct Entry<'t> {
    #[serde(borrow, alias = "name")]
    file: Text<'t>,
    #[serde(borrow)]
    violations: Vec<Violation<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Violation<'t> {
    #[serde(alias = "beginline")]
    begin_line: Number,
    #[serde(default, alias = "endline")]
    end_line: Number,
    #[serde(borrow, alias = "message")]
    description: Text<'t>,
    #[serde(borrow)]
    rule: Text<'t>,
    #[serde(borrow)]
    external_info_url: Option<Text<'t>>,
    #[serde(default)]
    priority: Number,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProcessingError<'t> {
    #[serde(borrow)]
    file_name: Text<'t>,
    #[serde(borrow)]
    message: Text<'t>,
}

#[cfg(test)]
mod tests {
    use crate::read::json::testing::{show, survives_damage};

    const REPORT: &str = r#"{"version":"2.15.0","package":"phpmd","timestamp":"2026-01-01T00:00:00+00:00","files":[
        {"file":"\/repo\/src\/A.php","violations":[
            {"beginLine":28,"endLine":30,"package":null,"function":null,"class":"A","method":null,
             "description":"Avoid long names.","rule":"LongVariable","ruleSet":"Naming Rules",
             "externalInfoUrl":"https:\/\/phpmd.org\/rules\/naming.html#longvariable","priority":3},
            {"beginLine":31,"endLine":31,"description":"Worst.","rule":"R","priority":1},
            {"beginLine":32,"endLine":32,"description":"Least.","rule":"R","priority":5},
            {"beginLine":33,"endLine":33,"description":"Unknown.","rule":"R","priority":0}]}],
        "errors":[{"fileName":"\/repo\/src\/B.php","message":"Unexpected end of token stream"}]}"#;

    #[test]
    fn priorities_become_severities_and_files_that_cannot_be_read_are_problems() {
        insta::assert_snapshot!(show(super::read, REPORT), @r#"
        phpmd
          medium src/A.php:28:30:0 [LongVariable] "Avoid long names."
            link: "https://phpmd.org/rules/naming.html#longvariable"
          critical src/A.php:31:31:0 [R] "Worst."
          info src/A.php:32:32:0 [R] "Least."
          medium src/A.php:33:33:0 [R] "Unknown."
          problem: PHPMD could not read src/B.php: Unexpected end of token stream
        "#);
    }

    #[test]
    fn no_files_is_a_clean_report() {
        assert_eq!(show(super::read, r#"{"version":"2.15.0","files":[]}"#), "phpmd\n");
    }

    #[test]
    fn what_is_not_a_phpmd_report_is_refused_with_the_place() {
        for (wrong, right) in [
            (r#"{"version":"2.15.0"}"#, "the document: missing field `files`"),
            (r#"{"files":[{"violations":[]}]}"#, "files[0]: missing field `file`"),
            (r#"{"files":[{"file":"a.php"}]}"#, "files[0]: missing field `violations`"),
            (
                r#"{"files":[{"file":"a.php","violations":[{"beginLine":1,"rule":"R"}]}]}"#,
                "files[0].violations[0]: missing field `description`",
            ),
        ] {
            let shown = show(super::read, wrong);
            assert!(shown.starts_with("error: ") && shown.contains(right), "{shown}");
        }
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(super::read, REPORT);
    }
}
