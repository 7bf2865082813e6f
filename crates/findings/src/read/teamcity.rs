//! TeamCity service messages of type `inspection`, as PHPStan's `teamcity` writes them.
//!
//! Source: phpstan-src `src/Command/ErrorFormatter/TeamcityErrorFormatter.php`; TeamCity, "Service Messages".

use std::borrow::Cow;

use super::{Context, Format, Parsed, ReadError, lines, phpstan};
use crate::model::{Detail, Finding, Report, Severity};

const INSPECTION: &str = "##teamcity[inspection ";

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let first = text.lines().find_map(|line| message(line).next().filter(|(key, _)| *key == "typeId"));
    let tool = first.map_or_else(|| Cow::Borrowed(context.tool.unwrap_or("teamcity")), |(_, value)| value);
    let report = Report::new(context.arena.text(&tool), Format::Teamcity);
    Ok(lines::read(text, report, |line| line.starts_with("##teamcity["), |report, entry| push(report, entry, context)))
}

fn push<'a>(report: &mut Report<'a>, entry: &str, context: &Context<'_, 'a>) {
    if !entry.starts_with(INSPECTION) {
        return;
    }
    if !entry.ends_with(']') {
        return report.problems.push(format!("a message was cut short: {}", super::noise::quote(entry)));
    }
    let arena = context.arena;
    let (mut text, mut path, mut tip) = (Cow::Borrowed(""), Cow::Borrowed(""), Cow::Borrowed(""));
    let (mut line, mut ignorable, mut severity) = (None, true, Severity::High);
    for (key, value) in message(entry) {
        match key {
            "message" => text = value,
            "file" => path = value,
            "tip" => tip = value,
            "line" => line = Some(value.parse().unwrap_or(0)),
            "ignorable" => ignorable = value == "1",
            "SEVERITY" => severity = Severity::from_word(&value).unwrap_or(severity),
            _ => {}
        }
    }
    // An error about no file comes without a line, on the configuration file.
    let Some(line) = line else { return phpstan::general(report, &text) };
    let (text, id) = identifier(&text);
    let (file, trait_context) = context.roots.resolve(&path, arena);
    let help = Some(&*tip).filter(|tip| !tip.is_empty());
    phpstan::push(
        report,
        Finding {
            line,
            ignorable,
            detail: arena.detail(Detail { help, context: trait_context, ..Detail::default() }),
            ..Finding::new(arena.rule(report.tool, id), file, severity, arena.text(text))
        },
    );
}

/// `message (🪪 id)` in two.
fn identifier(message: &str) -> (&str, &str) {
    let split = message.strip_suffix(')').and_then(|message| message.rsplit_once(" (🪪"));
    split.map_or((message, ""), |(message, id)| (message, id.trim_start()))
}

/// The attributes of an inspection, unescaped.
fn message(line: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut rest = line.strip_prefix(INSPECTION).unwrap_or_default();
    std::iter::from_fn(move || {
        let (key, value) = rest.split_once("='")?;
        let mut escaped = false;
        let end = value.find(|c| {
            let ends = c == '\'' && !escaped;
            escaped = c == '|' && !escaped;
            ends
        })?;
        rest = &value[end + 1..];
        Some((key.trim(), unescape(&value[..end])))
    })
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('|') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '|' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('x') => out.push('\u{85}'),
            Some('l') => out.push('\u{2028}'),
            Some('p') => out.push('\u{2029}'),
            Some('0') if chars.as_str().starts_with('x') => {
                let rest = chars.as_str();
                let code = rest.get(1..5).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
                out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                chars = rest.get(5..).unwrap_or_default().chars();
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::testing::{show, survives_damage};

    #[test]
    fn messages_are_unescaped_and_the_identifier_is_cut_off() {
        let text = "##teamcity[inspectionType id='phpstan' name='phpstan' category='phpstan' description='x']\n\
            ##teamcity[inspection typeId='phpstan' message='array{|'a|'||b|n|0x00E9|[|]} (🪪 argument.type)' file='src/A.php' line='7' SEVERITY='ERROR' ignorable='1' tip='Try |'x|'.']\n\
            ##teamcity[inspection typeId='phpstan' message='Ignored error pattern' file='src/B.php' line='' SEVERITY='ERROR' ignorable='' tip='']\n\
            ##teamcity[inspection typeId='phpstan' message='Path nowhere does not exist' file='phpstan.neon' SEVERITY='ERROR']\n\
            ##teamcity[inspection typeId='phpstan' message='cut";
        insta::assert_snapshot!(show(read, text), @r###"
        phpstan
          high src/A.php:7:0:0 [argument.type] "array{'a'|b\né[]}"
            help: "Try 'x'."
          critical src/B.php:0:0:0 [] "Ignored error pattern" not-ignorable
          problem: PHPStan reports an error that belongs to no file: Path nowhere does not exist
          problem: a message was cut short: "##teamcity[inspection typeId='phpstan' message='cut"
        "###);
    }

    #[test]
    fn damaged_reports_never_panic() {
        survives_damage(
            read,
            "##teamcity[inspection typeId='phpstan' message='é|0x00E9||' file='a' line='7' ignorable='1']",
        );
    }
}
