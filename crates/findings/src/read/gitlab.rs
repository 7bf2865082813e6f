//! GitLab code quality, which is Code Climate's format less what GitLab ignores ([GitLab][1], [Code Climate][2]): a list
//! of issues. The tool is nowhere in it; a few tools can be told by their hand.
//!
//! [1]: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
//! [2]: https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::json::{self, Number, Text};
use super::{Context, Format, Parsed, ReadError, phpstan};
use crate::model::{Detail, Finding, Report, Severity};

/// What PHP-CS-Fixer puts before its rules here, and nowhere else.
const CS_FIXER: &str = "PHP-CS-Fixer.";

/// Reads one report.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (issues, consumed) = json::document::<Vec<Issue<'_>>>(text, "GitLab code quality report")?;
    let tool = context.tool.map_or_else(|| tool(&issues), str::to_owned);
    let mut report = json::report_of(&tool, Format::Gitlab, context);
    for issue in &issues {
        issue.push(&mut report, context);
    }
    Ok(json::parsed(report, consumed))
}

/// The tool by its hand: Code Climate's `engine_name`, PHP-CS-Fixer's prefix, and PHPStan alone has no `check_name` and
/// a SHA-256 as fingerprint.
fn tool(issues: &[Issue<'_>]) -> String {
    let Some(first) = issues.first() else { return "unknown".to_owned() };
    let every = |is: &dyn Fn(&Issue<'_>) -> bool| issues.iter().all(is);
    if let Some(engine) = &first.engine_name
        && every(&|issue| issue.engine_name.as_ref() == Some(engine))
    {
        return engine.to_ascii_lowercase();
    }
    if every(&|issue| issue.check_name.as_ref().is_some_and(|name| name.starts_with(CS_FIXER))) {
        return "php-cs-fixer".to_owned();
    }
    let sha256 = |print: &Text<'_>| print.len() == 64 && print.bytes().all(|byte| byte.is_ascii_hexdigit());
    if every(&|issue| issue.check_name.is_none() && issue.fingerprint.as_ref().is_some_and(sha256)) {
        return "phpstan".to_owned();
    }
    "unknown".to_owned()
}

#[derive(serde::Deserialize)]
struct Issue<'t> {
    #[serde(borrow)]
    description: Text<'t>,
    #[serde(borrow)]
    check_name: Option<Text<'t>>,
    #[serde(borrow)]
    fingerprint: Option<Text<'t>>,
    #[serde(default)]
    severity: Level,
    #[serde(borrow)]
    location: Location<'t>,
    #[serde(borrow)]
    engine_name: Option<Text<'t>>,
}

impl Issue<'_> {
    fn push<'a>(&self, report: &mut Report<'a>, context: &Context<'_, 'a>) {
        let (file, trait_of) = context.roots.resolve(&self.location.path, context.arena);
        let check = self.check_name.as_deref().unwrap_or_default();
        let rule = context.arena.rule(report.tool, check.strip_prefix(CS_FIXER).unwrap_or(check));
        let message = context.arena.text(&self.description);
        let finding = Finding {
            line: self.location.line.0,
            end_line: self.location.end_line.0,
            column: self.location.column.0,
            detail: context.arena.detail(Detail { context: trait_of, ..Detail::default() }),
            ..Finding::new(rule, file, self.severity.0, message)
        };
        if report.tool != "phpstan" {
            report.findings.push(finding);
        } else if file.is_none() {
            report.problems.push(format!("PHPStan reports an error of the run itself: {}", json::shorten(message)));
        } else {
            phpstan::push(report, Finding { ignorable: finding.severity < Severity::Critical, ..finding });
        }
    }
}

/// `info`, `minor`, `major`, `critical`, `blocker`; Code Climate's older `normal`; Phan's 0, 5 and 10.
struct Level(Severity);

impl Default for Level {
    fn default() -> Self {
        Self(Severity::Medium)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LevelVisitor;
        impl Visitor<'_> for LevelVisitor {
            type Value = Level;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a severity")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Level, E> {
                match word {
                    "normal" => Ok(Level(Severity::Medium)),
                    word => Severity::from_word(word)
                        .map(Level)
                        .ok_or_else(|| E::invalid_value(Unexpected::Str(word), &self)),
                }
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Level, E> {
                Ok(Level(match number {
                    0..=4 => Severity::Low,
                    5..=9 => Severity::Medium,
                    10.. => Severity::High,
                }))
            }

            fn visit_unit<E: Error>(self) -> Result<Level, E> {
                Ok(Level::default())
            }
        }
        deserializer.deserialize_any(LevelVisitor)
    }
}

/// Where: by `lines`, or by `positions`, which have columns.
#[derive(serde::Deserialize)]
#[serde(try_from = "RawLocation<'t>")]
struct Location<'t> {
    #[serde(borrow)]
    path: Text<'t>,
    line: Number,
    end_line: Number,
    column: Number,
}

#[derive(serde::Deserialize)]
struct RawLocation<'t> {
    #[serde(borrow)]
    path: Text<'t>,
    lines: Option<Lines>,
    positions: Option<Positions>,
}

#[derive(serde::Deserialize)]
struct Lines {
    begin: Number,
    #[serde(default)]
    end: Number,
}

#[derive(serde::Deserialize)]
struct Positions {
    begin: Position,
    end: Option<Position>,
}

#[derive(Clone, Copy, Default, serde::Deserialize)]
struct Position {
    line: Number,
    #[serde(default)]
    column: Number,
}

impl<'t> TryFrom<RawLocation<'t>> for Location<'t> {
    type Error = &'static str;

    fn try_from(raw: RawLocation<'t>) -> Result<Self, Self::Error> {
        let (begin, end) = match (raw.lines, raw.positions) {
            (Some(Lines { begin, end }), _) => {
                (Position { line: begin, ..Position::default() }, Position { line: end, ..Position::default() })
            }
            (None, Some(Positions { begin, end })) => (begin, end.unwrap_or_default()),
            (None, None) => return Err("neither `lines` nor `positions`"),
        };
        Ok(Self { path: raw.path, line: begin.line, end_line: end.line, column: begin.column })
    }
}

#[cfg(test)]
mod tests;
