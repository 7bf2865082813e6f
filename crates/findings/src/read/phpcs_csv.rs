//! PHP_CodeSniffer's `csv`, which escapes a quote as `\"` and nothing else, against RFC 4180: a backslash before the
//! closing quote cannot be told from an escaped quote other than by what follows.
//!
//! Source: PHP_CodeSniffer `src/Reports/Csv.php`.

use std::borrow::Cow;

use super::xml::position;
use super::{Context, Format, Parsed, ReadError, noise, phpcs};
use crate::model::{Finding, Report, Severity};

/// How the first line starts.
pub(super) const HEADER: &str = "File,Line,Column,Type,Message";

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut report = Report::new(context.arena.text(context.tool.unwrap_or(phpcs::TOOL)), Format::PhpcsCsv);
    let Some(start) = text.find(HEADER) else {
        return Err(ReadError {
            what: format!("no line of it starts with {HEADER}, as the header of this report does"),
        });
    };
    let (before, table) = text.split_at(start);
    noise::skipped(&mut report, before, "before the table");
    let mut rest = table.split_once('\n').map_or("", |(_, rest)| rest);
    while rest.starts_with('"') {
        let Some((finding, behind)) = row(rest, report.tool, context) else {
            let at = position(text, text.len() - rest.len());
            let what = noise::quote(rest);
            report.problems.push(format!("{at}: not a row of this report, it or the rest was cut short: {what}"));
            return Ok(Parsed { reports: vec![report], consumed: text.len() });
        };
        report.findings.push(finding);
        rest = behind;
    }
    noise::skipped(&mut report, rest, "behind the table");
    Ok(Parsed { reports: vec![report], consumed: text.len() })
}

/// The row at the start of `text`, and what follows it.
fn row<'a, 't>(text: &'t str, tool: &str, context: &Context<'_, 'a>) -> Option<(Finding<'a>, &'t str)> {
    let (path, rest) = quoted(text)?;
    let (line, rest) = rest.split_once(',')?;
    let (column, rest) = rest.split_once(',')?;
    let (kind, rest) = rest.split_once(',')?;
    let (message, rest) = quoted(rest)?;
    let (source, rest) = rest.split_once(',')?;
    let (_severity, rest) = rest.split_once(',')?;
    let (fixable, rest) = rest.split_once('\n')?;
    if !matches!(fixable.trim_end(), "0" | "1") {
        return None;
    }
    let (file, _) = context.roots.resolve(&path, context.arena);
    let (rule, severity) = (context.arena.rule(tool, source), Severity::from_word(kind)?);
    let finding = Finding {
        line: line.parse().ok()?,
        column: column.parse().ok()?,
        ..Finding::new(rule, file, severity, context.arena.text(&phpcs::line_breaks(&message)))
    };
    Some((finding, rest))
}

/// The quoted field at the start of `text` and what follows its comma. The closing quote is the first that a comma
/// and a word or number follow and that no backslash precedes.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let field = text.strip_prefix('"')?;
    let end = field.match_indices("\",").map(|(at, _)| at).find(|&at| !field[..at].ends_with('\\'))?;
    let value = &field[..end];
    let value = if value.contains("\\\"") { Cow::Owned(value.replace("\\\"", "\"")) } else { Cow::Borrowed(value) };
    Some((value, &field[end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn quotes_are_escaped_in_its_own_way() {
        let text = format!(
            "{HEADER},Source,Severity,Fixable\n\"/repo/src/A.php\",3,5,error,\"Expected \\\"a\\\",\\\"b\\\"; x\",PSR12.A.B.C,5,1\r\n\
             \"/repo/src/Line\nbreak.php\",1,1,warning,\"Of it\",PSR1.A.B.C,5,0\n"
        );
        insta::assert_snapshot!(show(read, &text), @r#"
        phpcs
          high src/A.php:3:0:5 [PSR12.A.B.C] "Expected \"a\",\"b\"; x"
          medium src/Line
        break.php:1:0:1 [PSR1.A.B.C] "Of it"
        "#);
    }

    #[test]
    fn the_header_alone_is_a_clean_report_and_a_cut_row_is_a_problem() {
        let clean = format!("WE 2 / 2 (100%)\n\n{HEADER}\n\nTime: 1s");
        insta::assert_snapshot!(show(read, &clean), @r#"
        phpcs
          note: skipped 1 line before the table: "WE 2 / 2 (100%)"
          note: skipped 1 line behind the table: "Time: 1s"
        "#);
        let cut = format!("{HEADER},Source,Severity,Fixable\n\"/repo/src/A.php\",3,5,error,\"Expec");
        insta::assert_snapshot!(show(read, &cut), @r#"
        phpcs
          problem: line 2, column 1: not a row of this report, it or the rest was cut short: "\"/repo/src/A.php\",3,5,error,\"Expec"
        "#);
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(read, &format!("{HEADER},Source,Severity,Fixable\n\"é\",3,5,error,\"a\\\"b\",A.B.C.D,5,1\n"));
    }
}
