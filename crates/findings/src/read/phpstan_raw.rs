//! PHPStan's `raw`: `path:line:message`, with ` [identifier=…]` at the end since `-v`; and the many tools that write
//! `path:line:message` or `path:line:column:message`.
//!
//! Source: phpstan-src `src/Command/ErrorFormatter/RawErrorFormatter.php`.

use super::lines::{self, Place};
use super::{Context, Format, Parsed, ReadError, phpstan};
use crate::model::{Detail, Finding, Report, Severity};

/// What PHPStan writes in place of a file and a line.
const GENERAL: &str = "?:?:";

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let report = Report::new(context.arena.text(context.tool.unwrap_or("phpstan")), Format::PhpstanRaw);
    Ok(lines::read(
        text,
        report,
        |line| parse_line(line).is_some(),
        |report, entry| match entry.strip_prefix(GENERAL) {
            Some(error) => phpstan::general(report, error),
            None => push(report, entry, context),
        },
    ))
}

/// The place at the start of a line of this format.
pub(super) fn parse_line(line: &str) -> Option<Place<'_>> {
    let general = line.strip_prefix(GENERAL).map(|rest| Place { path: "", line: 0, column: 0, rest });
    general.or_else(|| lines::place(line))
}

fn push<'a>(report: &mut Report<'a>, entry: &str, context: &Context<'_, 'a>) {
    let Some(place) = parse_line(entry) else { return };
    let arena = context.arena;
    let (message, id) = identifier(place.rest.trim_start());
    let (severity, message) = severity(message);
    let (file, trait_context) = context.roots.resolve(place.path, arena);
    let finding = Finding {
        line: place.line,
        column: place.column,
        detail: arena.detail(Detail { context: trait_context, ..Detail::default() }),
        ..Finding::new(arena.rule(report.tool, id), file, severity, arena.text(message))
    };
    if report.tool == phpstan::TOOL {
        phpstan::push(report, finding);
    } else {
        report.findings.push(finding);
    }
}

/// `message` without ` [identifier=x]`, and the `x`.
fn identifier(message: &str) -> (&str, &str) {
    let split = message.strip_suffix(']').and_then(|message| message.rsplit_once(" [identifier="));
    split.unwrap_or((message, ""))
}

/// `error - message` and `warning: message` as other tools write it.
fn severity(message: &str) -> (Severity, &str) {
    [" - ", ": "]
        .iter()
        .find_map(|joint| {
            let (word, message) = message.split_once(joint)?;
            Some((Severity::from_word(word)?, message))
        })
        .unwrap_or((Severity::High, message))
}
