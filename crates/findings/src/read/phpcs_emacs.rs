//! PHP_CodeSniffer's `emacs`: `path:line:column: error - message`, and ` (Sniff.Code)` at the end with `-s`.
//!
//! Source: PHP_CodeSniffer `src/Reports/Emacs.php`.

use super::lines::{self, Place};
use super::{Context, Format, Parsed, ReadError, phpcs};
use crate::model::{Finding, Report, Severity};

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let report = Report::new(context.arena.text(context.tool.unwrap_or(phpcs::TOOL)), Format::PhpcsEmacs);
    Ok(lines::read(
        text,
        report,
        |line| parse_line(line).is_some(),
        |report, entry| {
            if let Some((severity, place)) = parse_line(entry) {
                let (message, code) = split_code(place.rest);
                let rule = context.arena.rule(report.tool, code);
                let (file, _) = context.roots.resolve(place.path, context.arena);
                report.findings.push(Finding {
                    line: place.line,
                    column: place.column,
                    ..Finding::new(rule, file, severity, context.arena.text(&phpcs::line_breaks(message)))
                });
            }
        },
    ))
}

/// The severity, the place and the message (as [`Place::rest`]) of a line.
pub(super) fn parse_line(line: &str) -> Option<(Severity, Place<'_>)> {
    let place = lines::place(line)?;
    let kinds = [(" error - ", Severity::High), (" warning - ", Severity::Medium)];
    kinds
        .into_iter()
        .find_map(|(kind, severity)| Some((severity, Place { rest: place.rest.strip_prefix(kind)?, ..place })))
}

/// `message (PSR12.Files.FileHeader.Spacing)` in two. A sniff code has four parts.
fn split_code(message: &str) -> (&str, &str) {
    let split = message.strip_suffix(')').and_then(|message| message.rsplit_once(" ("));
    split.filter(|(_, code)| phpcs::is_sniff(code)).unwrap_or((message, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn severity_and_sniff_are_told_from_the_message() {
        let text = "/repo/src/A.php:5:12: error - Expected \"a - b\" (see (c)) (PSR12.Files.FileHeader.Spacing)\n\
            /repo/src/A.php:6:1: warning - Line exceeds 120 characters (really)\n\nTime: 1s\n";
        insta::assert_snapshot!(show(read, text), @r#"
        phpcs
          high src/A.php:5:0:12 [PSR12.Files.FileHeader.Spacing] "Expected \"a - b\" (see (c))"
          medium src/A.php:6:0:1 [] "Line exceeds 120 characters (really)"
          note: skipped 1 line around the findings: "Time: 1s"
        "#);
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(read, "a.php:1:2: error - m (A.B.C.D)\nb.php:1:2: warning - é");
    }
}
