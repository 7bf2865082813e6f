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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn each_line_is_a_finding_wherever_its_path_ends() {
        let text = "Note: Using configuration file phpstan.neon.\n\
            /repo/src/A.php:3:Call to an undefined method App\\A::nope(). [identifier=method.notFound]\n\
            /repo/src/T.php (in context of class App\\A):4:In a trait.\n\
            /repo/src/T.php (in context of class@anonymous/src/B.php:4):5:In a trait.\n\
            C:\\work\\B.php:0:Ignored error pattern #x# was not matched in reported errors.\n\
            src/Two words.php:7:First line\n  and the second\n\n\
            src/C.php:12:5: warning: of another tool\n\
            src/D.php:1:Syntax error, unexpected EOF on line 1\n\
            ?:?:Path nowhere does not exist\n";
        insta::assert_snapshot!(show(read, text), @r#"
        phpstan
          high src/A.php:3:0:0 [method.notFound] "Call to an undefined method App\\A::nope()."
          high src/T.php:4:0:0 [] "In a trait."
            context: "class App\\A"
          high src/T.php:5:0:0 [] "In a trait."
            context: "class@anonymous/src/B.php:4"
          critical C:\work\B.php:0:0:0 [] "Ignored error pattern #x# was not matched in reported errors." not-ignorable
          high src/Two words.php:7:0:0 [] "First line\n  and the second"
          medium src/C.php:12:0:5 [] "of another tool"
          critical src/D.php:1:0:0 [] "Syntax error, unexpected EOF on line 1" not-ignorable
          problem: PHPStan could not analyse src/D.php and leaves other findings out: Syntax error, unexpected EOF on line 1
          problem: PHPStan reports an error that belongs to no file: Path nowhere does not exist
          note: skipped 1 line around the findings: "Note: Using configuration file phpstan.neon."
        "#);
    }

    #[test]
    fn a_crash_between_the_findings_is_a_problem() {
        let text = "a.php:1:m\nPHP Fatal error:  Allowed memory size of 1 bytes exhausted\n";
        insta::assert_snapshot!(show(read, text), @r#"
        phpstan
          high a.php:1:0:0 [] "m"
          problem: the output around the findings shows a crash: "PHP Fatal error:  Allowed memory size of 1 bytes exhausted"
        "#);
    }

    #[test]
    fn prose_is_no_finding() {
        for prose in ["see https://x.org:80: no", "at 12:30:01: no", "PHP 8:2: no", "a b:3:no", " 3:4:no", ":1:no"] {
            assert!(parse_line(prose).is_none(), "{prose}");
        }
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(read, "C:\\a.php:1:é\n?:?:x\na (in context of class B):2:m [identifier=a.b]");
    }
}
