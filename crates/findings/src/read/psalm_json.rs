//! Psalm `json` ([the report][1]): a flat list of issues.
//!
//! [1]: https://github.com/vimeo/psalm/blob/6.x/src/Psalm/Report/JsonReport.php

use serde::Deserialize;

use super::json::{self, Number, Text};
use super::{Context, Format, Parsed, ReadError};
use crate::model::{File, Finding, Severity};

/// Reads one report.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (issues, consumed) = json::document::<Vec<Issue<'_>>>(text, "Psalm JSON report")?;
    let mut report = json::report_of("psalm", Format::PsalmJson, context);
    report.findings = issues.iter().map(|issue| issue.finding(context)).collect();
    Ok(json::parsed(report, consumed))
}

#[derive(Deserialize)]
#[serde(try_from = "RawIssue<'t>")]
struct Issue<'t>(#[serde(borrow)] RawIssue<'t>);

#[derive(Deserialize)]
struct RawIssue<'t> {
    #[serde(borrow)]
    severity: Text<'t>,
    #[serde(borrow, rename = "type")]
    kind: Text<'t>,
    #[serde(borrow)]
    message: Text<'t>,
    line_from: Number,
    #[serde(default)]
    line_to: Number,
    #[serde(default)]
    column_from: Number,
    /// Relative to where Psalm ran.
    #[serde(borrow)]
    file_name: Option<Text<'t>>,
    /// Absolute.
    #[serde(borrow)]
    file_path: Option<Text<'t>>,
    #[serde(borrow)]
    link: Option<Text<'t>>,
}

impl<'t> TryFrom<RawIssue<'t>> for Issue<'t> {
    type Error = &'static str;

    fn try_from(raw: RawIssue<'t>) -> Result<Self, Self::Error> {
        if raw.file_name.is_none() && raw.file_path.is_none() {
            return Err("neither `file_path` nor `file_name`");
        }
        Ok(Self(raw))
    }
}

impl Issue<'_> {
    fn finding<'a>(&self, context: &Context<'_, 'a>) -> Finding<'a> {
        let Self(raw) = self;
        let severity = match &*raw.severity {
            "info" => Severity::Info,
            word => Severity::from_word(word).unwrap_or(Severity::High),
        };
        let rule = context.arena.rule_with("psalm", &raw.kind, None, raw.link.as_deref());
        Finding {
            line: raw.line_from.0,
            end_line: raw.line_to.0,
            column: raw.column_from.0,
            ..Finding::new(rule, self.file(context), severity, context.arena.text(&raw.message))
        }
    }

    /// The absolute path knows best, unless it is from a container whose root nobody named.
    fn file<'a>(&self, context: &Context<'_, 'a>) -> Option<&'a File<'a>> {
        let resolve = |path: &Option<Text<'_>>| context.roots.resolve(path.as_deref()?, context.arena).0;
        let absolute = resolve(&self.0.file_path);
        if absolute.is_some_and(|file| file.inside) {
            return absolute;
        }
        resolve(&self.0.file_name).or(absolute)
    }
}

#[cfg(test)]
mod tests {
    use crate::read::json::testing::{show, survives_damage};

    const REPORT: &str = r#"[
        {"severity":"error","line_from":67,"line_to":68,"type":"MissingReturnType","message":"Method App\\A::b has none",
         "file_name":"src\/A.php","file_path":"\/repo\/src\/A.php","snippet":"…","column_from":15,"column_to":20,
         "shortcode":50,"error_level":2,"link":"https:\/\/psalm.dev\/050","taint_trace":null,"other_references":null},
        {"severity":"info","line_from":1,"line_to":1,"type":"MixedAssignment","message":"m","file_name":"src/B.php",
         "file_path":"/somewhere/else/src/B.php","column_from":1}]"#;

    #[test]
    fn issues_are_read_with_lines_column_type_and_link() {
        insta::assert_snapshot!(show(super::read, REPORT), @r#"
        psalm
          high src/A.php:67:68:15 [MissingReturnType] "Method App\\A::b has none"
            link: "https://psalm.dev/050"
          info src/B.php:1:1:1 [MixedAssignment] "m"
        "#);
    }

    #[test]
    fn an_empty_list_is_a_clean_report() {
        assert_eq!(show(super::read, "[]"), "psalm\n");
    }

    #[test]
    fn what_is_not_a_psalm_report_is_refused_with_the_place() {
        for (cut, right) in [
            (r#""line_from":1,"#, "error: not a usable Psalm JSON report: [1]: missing field `line_from` (line "),
            (r#""message":"m","#, "[1]: missing field `message`"),
            (r#""type":"MixedAssignment","#, "[1]: missing field `type`"),
        ] {
            let shown = show(super::read, &REPORT.replace(cut, ""));
            assert!(shown.contains(right), "{shown}");
        }
        let without_file = r#"[{"severity":"error","line_from":1,"type":"T","message":"m"}]"#;
        insta::assert_snapshot!(show(super::read, without_file), @"error: not a usable Psalm JSON report: [0]: neither `file_path` nor `file_name` (line 1, column 61)");
        insta::assert_snapshot!(show(super::read, &REPORT[..90]), @"error: the Psalm JSON report is cut short: it ends at line 2, column 88, in [0]; the tool was stopped, or the file is not all there");
        insta::assert_snapshot!(show(super::read, r#"{"issues":[]}"#), @"error: not a usable Psalm JSON report: the document: invalid type: map, expected a sequence (line 1, column 0)");
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(super::read, REPORT);
    }
}
