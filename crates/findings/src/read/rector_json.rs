//! Rector `json` ([the factory of it][1]). Keys with nothing in them are left out; lines are nowhere but in the diffs.
//!
//! [1]: https://github.com/rectorphp/rector-src/blob/main/src/ChangesReporting/Output/Factory/JsonOutputFactory.php

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::json::{self, Number, Text};
use super::{Context, Format, Parsed, ReadError, proposal};
use crate::model::Rule;

/// Reads one report.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (document, consumed) = json::document::<Document<'_>>(text, "Rector JSON report")?;
    let mut report = json::report_of("rector", Format::RectorJson, context);
    for change in &document.file_diffs {
        let file = context.roots.resolve(&change.file, context.arena).0;
        let rules: Vec<_> = change.applied_rectors.iter().map(|rector| rule(rector, context)).collect();
        let rules = if rules.is_empty() { vec![rule("", context)] } else { rules };
        proposal::push(&mut report, context, file, &rules, change.diff.as_deref().unwrap_or_default());
    }
    // With --no-diffs there are only names.
    let with_diff: FxHashSet<&str> = document.file_diffs.iter().map(|change| &*change.file).collect();
    for path in document.changed_files.iter().filter(|path| !with_diff.contains(&***path)) {
        let file = context.roots.resolve(path, context.arena).0;
        proposal::push(&mut report, context, file, &[rule("", context)], "");
    }
    let changed = document.file_diffs.len().max(document.changed_files.len());
    if u32::try_from(changed) != Ok(document.totals.changed_files.0) {
        let said = document.totals.changed_files.0;
        report.problems.push(format!("totals.changed_files says {said}, but the report holds {changed}"));
    }
    if u32::try_from(document.errors.len()) != Ok(document.totals.errors.0) {
        let (said, held) = (document.totals.errors.0, document.errors.len());
        report.problems.push(format!("totals.errors says {said}, but the report holds {held}"));
    }
    report.problems.extend(document.errors.iter().map(|error| error.to_string(context)));
    Ok(json::parsed(report, consumed))
}

/// The rule of a Rector class, and what there is to say about it.
fn rule<'a>(rector: &str, context: &Context<'_, 'a>) -> (&'a Rule<'a>, &'a str) {
    let message = match rector.rsplit('\\').next() {
        None | Some("") => "Rector would change this".to_owned(),
        Some(name) => format!("Rector would apply {name}"),
    };
    (context.arena.rule("rector", rector), context.arena.text(&message))
}

#[derive(Deserialize)]
struct Document<'t> {
    totals: Totals,
    #[serde(borrow, default)]
    file_diffs: Vec<FileDiff<'t>>,
    #[serde(borrow, default)]
    changed_files: Vec<Text<'t>>,
    #[serde(borrow, default)]
    errors: Vec<RunError<'t>>,
}

#[derive(Deserialize)]
struct Totals {
    changed_files: Number,
    errors: Number,
}

#[derive(Deserialize)]
struct FileDiff<'t> {
    #[serde(borrow)]
    file: Text<'t>,
    #[serde(borrow)]
    diff: Option<Text<'t>>,
    #[serde(borrow, default)]
    applied_rectors: Vec<Text<'t>>,
}

/// A file that Rector could not process.
#[derive(Deserialize)]
struct RunError<'t> {
    #[serde(borrow)]
    message: Text<'t>,
    #[serde(borrow)]
    file: Option<Text<'t>>,
    #[serde(default)]
    line: Number,
}

impl RunError<'_> {
    fn to_string(&self, context: &Context<'_, '_>) -> String {
        let file = self.file.as_deref().and_then(|path| context.roots.resolve(path, context.arena).0);
        let place = match (file, self.line.0) {
            (None, _) => "the run".to_owned(),
            (Some(file), 0) => file.path.to_owned(),
            (Some(file), line) => format!("{}:{line}", file.path),
        };
        format!("Rector failed on {place}: {}", json::shorten(&self.message))
    }
}

#[cfg(test)]
mod tests {
    use crate::read::json::testing::{show, survives_damage};

    const REPORT: &str = r#"{"totals":{"changed_files":1,"errors":1},
        "file_diffs":[{"file":"src/A.php","diff":"--- Original\n+++ New\n@@ -7,3 +7,3 @@\n {\n-    function a()\n+    function a(): void\n     {\n",
            "applied_rectors":["Rector\\TypeDeclaration\\Rector\\ClassMethod\\AddVoidReturnTypeRector"]}],
        "changed_files":["src/A.php"],
        "errors":[{"message":"System error: \"x\"","file":"/repo/src/B.php","line":12}]}"#;

    #[test]
    fn changes_have_the_lines_of_the_diff_and_errors_make_the_report_incomplete() {
        insta::assert_snapshot!(show(super::read, REPORT), @r#"
        rector
          medium src/A.php:8:8:0 [Rector\TypeDeclaration\Rector\ClassMethod\AddVoidReturnTypeRector] "Rector would apply AddVoidReturnTypeRector"
            diff: "@@ -7,3 +7,3 @@\n {\n-    function a()\n+    function a(): void\n     {\n"
          problem: Rector failed on src/B.php:12: System error: "x"
        "#);
    }

    #[test]
    fn nothing_to_change_is_a_clean_report() {
        assert_eq!(show(super::read, r#"{"totals":{"changed_files":0,"errors":0}}"#), "rector\n");
    }

    #[test]
    fn without_diffs_the_changed_files_are_the_findings() {
        let text = r#"{"totals":{"changed_files":2,"errors":0},"changed_files":["src/A.php","src/B.php"]}"#;
        insta::assert_snapshot!(show(super::read, text), @r#"
        rector
          medium src/A.php:0:0:0 [] "Rector would change this"
          medium src/B.php:0:0:0 [] "Rector would change this"
        "#);
    }

    #[test]
    fn counts_that_do_not_match_are_problems() {
        let text = r#"{"totals":{"changed_files":2,"errors":1},"file_diffs":[]}"#;
        insta::assert_snapshot!(show(super::read, text), @"
        rector
          problem: totals.changed_files says 2, but the report holds 0
          problem: totals.errors says 1, but the report holds 0
        ");
    }

    #[test]
    fn what_is_not_a_rector_report_is_refused_with_the_place() {
        for (wrong, right) in [
            ("{}", "the document: missing field `totals`"),
            (r#"{"totals":{"changed_files":1}}"#, "totals: missing field `errors`"),
            (
                r#"{"totals":{"changed_files":1,"errors":0},"file_diffs":[{"diff":""}]}"#,
                "file_diffs[0]: missing field `file`",
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
