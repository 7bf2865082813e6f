//! GitHub workflow commands, `::error file=…,line=…,col=…::message`, as PHPStan's `github` writes them, which encodes
//! line breaks in the message and nothing else, and as other tools do.
//!
//! Source: phpstan-src `src/Command/ErrorFormatter/GithubErrorFormatter.php`; GitHub, "Workflow commands".

use std::borrow::Cow;

use super::{Context, Format, Parsed, ReadError, detect, lines, phpstan};
use crate::model::{Detail, Finding, Report, Severity};

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    // PHPStan knows no columns and says 0 where others leave the key out.
    let is_phpstan = text.lines().any(|line| line.contains(",col=0::"));
    let tool = if is_phpstan { phpstan::TOOL } else { context.tool.unwrap_or("github") };
    let report = Report::new(context.arena.text(tool), Format::Github);
    let starts = |line: &str| detect::report_line(line) == Some(Format::Github);
    Ok(lines::read(text, report, starts, |report, entry| push(report, entry, context)))
}

fn push<'a>(report: &mut Report<'a>, entry: &str, context: &Context<'_, 'a>) {
    let Some((level, rest)) = entry.strip_prefix("::").and_then(|rest| rest.split_once([' ', ':'])) else { return };
    let Some((properties, message)) = rest.split_once("::").or_else(|| Some(("", rest.strip_prefix(':')?))) else {
        return;
    };
    let message = decode(message);
    let path = decode(property(properties, "file"));
    if path.is_empty() && report.tool == phpstan::TOOL {
        return phpstan::general(report, &message);
    }
    let number = |key| property(properties, key).parse().unwrap_or(0);
    let (file, written) = context.roots.resolve(&path, context.arena);
    let rule = context.arena.rule(report.tool, &decode(property(properties, "title")));
    let trait_context = phpstan::context(written);
    let finding = Finding {
        line: number("line"),
        end_line: number("endLine"),
        column: number("col"),
        detail: context.arena.detail(Detail { context: trait_context.as_deref(), ..Detail::default() }),
        ..Finding::new(rule, file, Severity::from_word(level).unwrap_or(Severity::High), context.arena.text(&message))
    };
    if report.tool == phpstan::TOOL {
        phpstan::push(report, finding);
    } else {
        report.findings.push(finding);
    }
}

/// The value of `key`. A comma in a value need not be encoded: a value ends where another key begins.
fn property<'p>(properties: &'p str, key: &str) -> &'p str {
    const KEYS: [&str; 6] = ["file", "line", "endLine", "col", "endColumn", "title"];
    let find = |text: &'p str, key: &str| {
        text.match_indices(key).find_map(|(at, _)| {
            let starts = text[..at].is_empty() || text[..at].trim_end_matches(' ').ends_with(',');
            (starts && text[at + key.len()..].starts_with('=')).then_some((at, at + key.len() + 1))
        })
    };
    let Some((_, value)) = find(properties, key) else { return "" };
    let value = &properties[value..];
    let end = KEYS.iter().filter_map(|key| Some(find(value, key)?.0)).filter(|&at| at > 0).min();
    end.map_or(value, |end| value[..end].trim_end_matches([' ', ',']))
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let plain = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    Cow::Owned(plain.iter().fold(text.to_owned(), |text, (code, plain)| text.replace(code, plain)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn phpstan_encodes_line_breaks_only_and_turns_the_slashes_of_a_context() {
        let text = "::error file=src/A.php,line=3,col=0::Two%0Alines, 100%25\n\
            ::error file=src/T, x (in context of class App/A).php,line=4,col=0::odd path\n\
            ::error file=src/T.php (in context of class App/A),line=,col=0::In a trait.\n\
            ::error ::Path nowhere does not exist\n";
        insta::assert_snapshot!(show(read, text), @r#"
        phpstan
          high src/A.php:3:0:0 [] "Two\nlines, 100%"
          high src/T, x (in context of class App/A).php:4:0:0 [] "odd path"
          high src/T.php:0:0:0 [] "In a trait."
            context: "class App\\A"
          problem: PHPStan reports an error that belongs to no file: Path nowhere does not exist
        "#);
    }

    #[test]
    fn other_tools_encode_more_and_have_titles() {
        let text = "::group::x\n::warning file=a%2Cb.php,line=1,endLine=2,col=5,title=rule x::m\n::notice::hello\n";
        insta::assert_snapshot!(show(read, text), @r#"
        github
          medium a,b.php:1:2:5 [rule x] "m"
          low :0:0:0 [] "hello"
          note: skipped 1 line around the findings: "::group::x"
        "#);
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(read, "::error file=é,line=3,col=0::a%0Ab\n::warning title=x::m");
    }
}
