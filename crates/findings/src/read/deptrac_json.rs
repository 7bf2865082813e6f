//! Deptrac `json` ([the formatter][1]). It has no rule names, and of its errors and warnings only the number.
//!
//! [1]: https://github.com/deptrac/deptrac/blob/main/src/Supportive/OutputFormatter/JsonOutputFormatter.php

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer};

use super::json::{self, Fields, Mismatches, Number, Take, Text};
use super::{Context, Format, Parsed, ReadError};
use crate::model::{Detail, Finding, Report, Severity};

/// Reads one report.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (document, consumed) = json::document::<Document<'_>>(text, "Deptrac JSON report")?;
    let mut report = json::report_of("deptrac", Format::DeptracJson, context);
    let mut mismatches = Mismatches::default();
    for (path, entry) in &document.files {
        let file = context.roots.resolve(path, context.arena).0;
        report.findings.extend(entry.messages.iter().map(|message| {
            let (severity, suppressed) = match message.kind {
                Kind::Error => (Severity::High, None),
                Kind::Warning => (Severity::Medium, message.skipped()),
            };
            Finding {
                line: message.line.0,
                detail: context.arena.detail(Detail { suppressed, ..Detail::default() }),
                ..Finding::new(context.arena.rule("deptrac", ""), file, severity, context.arena.text(&message.message))
            }
        }));
        let found = entry.messages.len();
        if u32::try_from(found) != Ok(entry.violations.0) {
            let path = json::shorten(file.map_or(path, |file| file.path));
            mismatches.add(|| format!("{path}: the report says {} violations, but holds {found}", entry.violations.0));
        }
    }
    mismatches.tell(&mut report.problems);
    document.report.check(&mut report);
    Ok(json::parsed(report, consumed))
}

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(rename = "Report")]
    report: Counts,
    #[serde(borrow, deserialize_with = "files")]
    files: Vec<(String, Entry<'t>)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Counts {
    violations: Number,
    #[serde(default)]
    warnings: Number,
    #[serde(default)]
    errors: Number,
}

impl Counts {
    fn check(&self, report: &mut Report<'_>) {
        let found = report.findings.iter().filter(|finding| finding.severity == Severity::High).count();
        if u32::try_from(found) != Ok(self.violations.0) {
            let said = self.violations.0;
            report.problems.push(format!("Report.Violations says {said}, but the report holds {found}"));
        }
        if self.errors.0 > 0 {
            report.problems.push(format!(
                "Deptrac could not do its work (errors: {}) and its JSON does not say why; run it with --formatter=table to see",
                self.errors.0
            ));
        }
        if self.warnings.0 > 0 {
            report.notes.push(format!(
                "Deptrac has warnings ({}) that its JSON does not hold; run it with --formatter=table to see them",
                self.warnings.0
            ));
        }
    }
}

#[derive(Deserialize)]
struct Entry<'t> {
    #[serde(borrow)]
    messages: Vec<Message<'t>>,
    violations: Number,
}

#[derive(Deserialize)]
struct Message<'t> {
    #[serde(borrow)]
    message: Text<'t>,
    line: Number,
    #[serde(rename = "type")]
    kind: Kind,
}

impl Message<'_> {
    /// What `--report-skipped` adds: violations that the team's own configuration lets pass. `--report-uncovered`
    /// adds warnings too, which nobody decided about.
    fn skipped(&self) -> Option<&'static str> {
        self.message.contains(" should not depend on ").then_some("listed in Deptrac's skip_violations")
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Error,
    Warning,
}

fn files<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Entry<'de>)>, D::Error> {
    struct Files<'de>(Vec<(String, Entry<'de>)>);
    impl<'de> Take<'de> for Files<'de> {
        fn take<D: Deserializer<'de>>(&mut self, path: &str, value: D) -> Result<(), D::Error> {
            self.0.push((path.to_owned(), Entry::deserialize(value)?));
            Ok(())
        }
    }
    let mut files = Files(Vec::new());
    Fields(&mut files).deserialize(deserializer)?;
    Ok(files.0)
}

#[cfg(test)]
mod tests {
    use crate::read::json::testing::{show, survives_damage};

    const REPORT: &str = r#"{"Report":{"Violations":1,"Skipped violations":1,"Uncovered":1,"Allowed":7,"Warnings":0,"Errors":0},
        "files":{"\/repo\/src\/Controller\/A.php":{"messages":[
            {"message":"App\\Controller\\A should not depend on App\\Entity\\B (Controller on Entity)","line":7,"type":"warning"},
            {"message":"App\\Controller\\A has uncovered dependency on X (Controller)","line":8,"type":"warning"},
            {"message":"App\\Controller\\A must not depend on App\\Repository\\C (Controller on Repository)","line":9,"type":"error"}
        ],"violations":3}}}"#;

    #[test]
    fn violations_block_and_those_that_are_skipped_on_purpose_are_suppressed() {
        insta::assert_snapshot!(show(super::read, REPORT), @r#"
        deptrac
          medium src/Controller/A.php:7:0:0 [] "App\\Controller\\A should not depend on App\\Entity\\B (Controller on Entity)"
            suppressed: "listed in Deptrac's skip_violations"
          medium src/Controller/A.php:8:0:0 [] "App\\Controller\\A has uncovered dependency on X (Controller)"
          high src/Controller/A.php:9:0:0 [] "App\\Controller\\A must not depend on App\\Repository\\C (Controller on Repository)"
        "#);
    }

    #[test]
    fn no_files_is_a_clean_report_in_both_spellings() {
        for files in ["[]", "{}"] {
            let text = format!(r#"{{"Report":{{"Violations":0,"Warnings":0,"Errors":0}},"files":{files}}}"#);
            assert_eq!(show(super::read, &text), "deptrac\n");
        }
    }

    #[test]
    fn errors_whose_text_is_missing_make_the_report_incomplete_and_warnings_do_not() {
        let text = r#"{"Report":{"Violations":0,"Warnings":2,"Errors":1},"files":[]}"#;
        insta::assert_snapshot!(show(super::read, text), @"
        deptrac
          problem: Deptrac could not do its work (errors: 1) and its JSON does not say why; run it with --formatter=table to see
          note: Deptrac has warnings (2) that its JSON does not hold; run it with --formatter=table to see them
        ");
    }

    #[test]
    fn counts_that_do_not_match_are_problems() {
        let text =
            REPORT.replace(r#""Violations":1"#, r#""Violations":2"#).replace(r#""violations":3"#, r#""violations":4"#);
        let shown = show(super::read, &text);
        insta::assert_snapshot!(shown.split_once("  problem").expect("a problem").1, @"
        : src/Controller/A.php: the report says 4 violations, but holds 3
          problem: Report.Violations says 2, but the report holds 1
        ");
    }

    #[test]
    fn what_is_not_a_deptrac_report_is_refused_with_the_place() {
        for (wrong, right) in [
            (r#"{"files":[]}"#, "the document: missing field `Report`"),
            (r#"{"Report":{"Violations":0}}"#, "the document: missing field `files`"),
            (r#"{"Report":{"Violations":0},"files":[1]}"#, "files: invalid type: sequence, expected an object"),
            (
                r#"{"Report":{"Violations":0},"files":{"a.php":{"messages":[{"message":"m","line":1}],"violations":1}}}"#,
                r#"files."a.php".messages[0]: missing field `type`"#,
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
