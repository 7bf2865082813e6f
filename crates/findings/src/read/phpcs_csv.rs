//! PHP_CodeSniffer's `csv`, which escapes a quote as `\"` and nothing else, against RFC 4180: a backslash before the
//! closing quote cannot be told from an escaped quote other than by what follows.
//!
//! Source: PHP_CodeSniffer `src/Reports/Csv.php`.

use std::borrow::Cow;

use super::xml::position;
use super::{Context, Format, Parsed, ReadError};
use crate::model::{Finding, Report, Severity};

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut report = Report::new(context.arena.text(context.tool.unwrap_or("phpcs")), Format::PhpcsCsv);
    let mut rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    while !rest.trim_start().is_empty() {
        let Some((finding, behind)) = row(rest, report.tool, context) else {
            let at = position(text, text.len() - rest.len());
            let what = super::noise::quote(rest);
            report.problems.push(format!("{at}: not a row of this report, it or the rest was cut short: {what}"));
            break;
        };
        report.findings.push(finding);
        rest = behind;
    }
    Ok(Parsed { reports: vec![report], consumed: text.len() - rest.len() })
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
        ..Finding::new(rule, file, severity, context.arena.text(&message))
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
