//! PHP-CS-Fixer `json` ([the reporter][1]). Which rules apply is there with `-v` only, the diff with `--diff` only;
//! lines are nowhere but in the diff.
//!
//! [1]: https://github.com/PHP-CS-Fixer/PHP-CS-Fixer/blob/master/src/Console/Report/FixReport/JsonReporter.php

use serde::Deserialize;

use super::json::{self, Text};
use super::{Context, Format, Parsed, ReadError, csfixer};

/// Reads one report.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (document, consumed) = json::document::<Document<'_>>(text, "PHP-CS-Fixer JSON report")?;
    let mut report = json::report_of(csfixer::TOOL, Format::CsFixerJson, context);
    for entry in &document.files {
        let rules: Vec<&str> = entry.applied_fixers.iter().flatten().map(|fixer| &**fixer).collect();
        csfixer::push(&mut report, context, &entry.name, &rules, entry.diff.as_deref().unwrap_or_default());
    }
    Ok(json::parsed(report, consumed))
}

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    files: Vec<Entry<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'t> {
    #[serde(borrow)]
    name: Text<'t>,
    #[serde(borrow)]
    applied_fixers: Option<Vec<Text<'t>>>,
    #[serde(borrow)]
    diff: Option<Text<'t>>,
}

#[cfg(test)]
mod tests {
    use crate::read::json::testing::{show, survives_damage};

    const DIFF: &str = r"--- \/repo\/src\/A.php\n+++ \/repo\/src\/A.php\n@@ -1,5 +1,5 @@\n <?php\n-$a=1;\n-$b=2;\n+$a = 1;\n+$b = 2;\n \n \n@@ -20,2 +20,3 @@\n last();\n+\n more();\n";

    fn report(entry: &str) -> String {
        format!(
            r#"{{"about":"PHP CS Fixer 3.95.3","files":[{}],"time":{{"total":0.009}},"memory":19.5}}"#,
            entry.replace("DIFF", DIFF)
        )
    }

    #[test]
    fn lines_come_from_the_hunks_of_the_diff() {
        let text = report(r#"{"name":"src\/A.php","appliedFixers":["binary_operator_spaces"],"diff":"DIFF"}"#);
        insta::assert_snapshot!(show(super::read, &text), @r#"
        php-cs-fixer
          medium src/A.php:2:3:0 [binary_operator_spaces] "Found violation(s) of type: binary_operator_spaces"
            diff: "@@ -1,5 +1,5 @@\n <?php\n-$a=1;\n-$b=2;\n+$a = 1;\n+$b = 2;\n \n \n@@ -20,2 +20,3 @@\n last();\n+\n more();\n"
        "#);
    }

    #[test]
    fn each_of_several_rules_may_have_made_each_change() {
        let text = report(r#"{"name":"src\/A.php","appliedFixers":["a","b"],"diff":"DIFF"}"#);
        insta::assert_snapshot!(show(super::read, &text).replace(r"\n-$a=1;\n-$b=2;\n+$a = 1;\n+$b = 2;\n \n \n", "…"), @r#"
        php-cs-fixer
          medium src/A.php:2:3:0 [a] "Found violation(s) of type: a"
            help: "each change in the diff is made by one or more of a, b"
            diff: "@@ -1,5 +1,5 @@\n <?php…@@ -20,2 +20,3 @@\n last();\n+\n more();\n"
          medium src/A.php:2:3:0 [b] "Found violation(s) of type: b"
            help: "each change in the diff is made by one or more of a, b"
            diff: "@@ -1,5 +1,5 @@\n <?php…@@ -20,2 +20,3 @@\n last();\n+\n more();\n"
        "#);
    }

    #[test]
    fn without_fixers_and_diff_the_file_is_the_finding() {
        insta::assert_snapshot!(show(super::read, &report(r#"{"name":"src\/A.php"}"#)), @r#"
        php-cs-fixer
          medium src/A.php:0:0:0 [] "PHP-CS-Fixer would change this; -v shows by which rules"
        "#);
    }

    #[test]
    fn a_diff_that_cannot_be_read_costs_the_lines_and_not_the_finding() {
        let text = report(r#"{"name":"src\/A.php","appliedFixers":["a"],"diff":"@@ -1,5 +1"}"#);
        insta::assert_snapshot!(show(super::read, &text), @r#"
        php-cs-fixer
          medium src/A.php:0:0:0 [a] "Found violation(s) of type: a"
          note: the diff of src/A.php cannot be read, so its findings have no lines: line 3 of the diff: cannot read this hunk header
        "#);
        insta::assert_snapshot!(show(super::read, &text.replace("@@ -1,5 +1", "no diff")), @r#"
        php-cs-fixer
          medium src/A.php:0:0:0 [a] "Found violation(s) of type: a"
          note: the diff of src/A.php cannot be read, so its findings have no lines: line 1 of the diff: there is no hunk in it
        "#);
    }

    #[test]
    fn no_files_is_a_clean_report() {
        assert_eq!(show(super::read, &report("")), "php-cs-fixer\n");
    }

    #[test]
    fn what_is_not_a_php_cs_fixer_report_is_refused_with_the_place() {
        for (wrong, right) in [
            ("{}", "the document: missing field `files`"),
            (r#"{"files":[{"diff":""}]}"#, "files[0]: missing field `name`"),
            (r#"{"files":[{"name":"a","appliedFixers":[1]}]}"#, "files[0].appliedFixers[0]: invalid type"),
        ] {
            let shown = show(super::read, wrong);
            assert!(shown.starts_with("error: ") && shown.contains(right), "{shown}");
        }
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(super::read, &report(r#"{"name":"src\/A.php","appliedFixers":["a","b"],"diff":"DIFF"}"#));
    }
}
