//! PHP_CodeSniffer `json`, 3.x and 4.x ([the report][1]).
//!
//! The report is glued together by hand, which shows in two ways that are mended here: a message that is not valid UTF-8
//! leaves a hole between two commas (the file's counts still include it), and control characters in a path go out raw.
//!
//! [1]: https://github.com/PHPCSStandards/PHP_CodeSniffer/blob/4.x/src/Reports/Json.php

mod mend;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny};

use super::json::{self, Elements, Fields, Interned, MaybeInterned, Mismatches, Number, Take};
use super::stream::Streamed;
use super::{Context, Format, Parsed, ReadError, phpcs};
use crate::model::{File, Finding, Report, Severity};

const NAME: &str = "PHP_CodeSniffer JSON report";

/// Reads one report. Of one that is cut short or broken in the middle, what was read before is kept.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut document = Document::new(context);
    let error = match json::front(text, Fields(&mut document)) {
        Ok(((), consumed)) => return Ok(json::parsed(document.whole()?, consumed)),
        Err(error) => error,
    };
    if error.is_syntax()
        && let Some(mended) = mend::mend(text)
    {
        let mut parsed = read_mended(&mended.text, context)?;
        parsed.consumed = mended.consumed;
        for report in &mut parsed.reports {
            report.problems.extend(mended.problem());
            report.notes.extend(mended.note());
        }
        return Ok(parsed);
    }
    broken(document, text, &error)
}

fn read_mended<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut document = Document::new(context);
    match json::front(text, Fields(&mut document)) {
        Ok(((), consumed)) => Ok(json::parsed(document.whole()?, consumed)),
        Err(error) => broken(document, text, &error),
    }
}

fn broken<'a>(document: Document<'_, 'a>, text: &str, error: &serde_json::Error) -> Result<Parsed<'a>, ReadError> {
    let why = json::explain(text, Fields(&mut Document::new(document.context)), NAME, error);
    json::keep_read_part(document.report, text, error, why)
}

pub(super) struct Document<'c, 'a> {
    context: &'c Context<'c, 'a>,
    report: Report<'a>,
    totals: Option<Totals>,
    has_files: bool,
    mismatches: Mismatches,
}

#[derive(Deserialize)]
struct Totals {
    errors: Number,
    warnings: Number,
}

impl<'c, 'a> Document<'c, 'a> {
    pub(super) fn new(context: &'c Context<'c, 'a>) -> Self {
        Self {
            context,
            report: json::report_of(phpcs::TOOL, Format::PhpcsJson, context),
            totals: None,
            has_files: false,
            mismatches: Mismatches::default(),
        }
    }

    /// The report of a document that was read to its end.
    fn whole(mut self) -> Result<Report<'a>, ReadError> {
        let totals = self.totals.ok_or_else(|| json::missing(NAME, "totals"))?;
        if !self.has_files {
            return Err(json::missing(NAME, "files"));
        }
        self.mismatches.tell(&mut self.report.problems);
        let said = u64::from(totals.errors.0) + u64::from(totals.warnings.0);
        let found = self.report.findings.len();
        if u64::try_from(found) != Ok(said) {
            self.report.problems.push(format!(
                "totals say {} errors and {} warnings, but the report holds {found} messages",
                totals.errors.0, totals.warnings.0
            ));
        }
        Ok(self.report)
    }
}

impl<'a> Streamed<'a> for Document<'_, 'a> {
    fn finish(self) -> Option<Report<'a>> {
        self.whole().ok()
    }
}

impl<'de> Take<'de> for Document<'_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, key: &str, value: D) -> Result<(), D::Error> {
        match key {
            "totals" if self.totals.is_some() => return Err(D::Error::duplicate_field("totals")),
            "totals" => self.totals = Some(Totals::deserialize(value)?),
            "files" => {
                self.has_files = true;
                Fields(&mut Files(self)).deserialize(value)?;
            }
            _ => drop(IgnoredAny::deserialize(value)?),
        }
        Ok(())
    }
}

/// `files`, by path. Clean files are listed too.
struct Files<'s, 'c, 'a>(&'s mut Document<'c, 'a>);

impl<'de> Take<'de> for Files<'_, '_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, path: &str, value: D) -> Result<(), D::Error> {
        let before = self.0.report.findings.len();
        let context = self.0.context;
        // The file is looked up with its first message: most files are clean.
        let mut entry = Entry { document: self.0, path, file: None, errors: None, warnings: None, has_messages: false };
        Fields(&mut entry).deserialize(value)?;
        if !entry.has_messages {
            return Err(D::Error::missing_field("messages"));
        }
        let errors = entry.errors.ok_or_else(|| D::Error::missing_field("errors"))?;
        let warnings = entry.warnings.ok_or_else(|| D::Error::missing_field("warnings"))?;
        let found = self.0.report.findings.len() - before;
        if u64::try_from(found) != Ok(u64::from(errors.0) + u64::from(warnings.0)) {
            self.0.mismatches.add(|| {
                let path = context.roots.resolve(path, context.arena).0.map_or(path, |file| file.path);
                format!(
                    "{}: the report says {} errors and {} warnings, but holds {found} messages",
                    json::shorten(path),
                    errors.0,
                    warnings.0
                )
            });
        }
        Ok(())
    }
}

/// What there is about one file.
struct Entry<'s, 'c, 'a, 'p> {
    document: &'s mut Document<'c, 'a>,
    path: &'p str,
    file: Option<Option<&'a File<'a>>>,
    errors: Option<Number>,
    warnings: Option<Number>,
    has_messages: bool,
}

impl<'de> Take<'de> for Entry<'_, '_, '_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, key: &str, value: D) -> Result<(), D::Error> {
        match key {
            "errors" => self.errors = Some(Number::deserialize(value)?),
            "warnings" => self.warnings = Some(Number::deserialize(value)?),
            "messages" => {
                self.has_messages = true;
                Elements(&mut Messages(self)).deserialize(value)?;
            }
            _ => drop(IgnoredAny::deserialize(value)?),
        }
        Ok(())
    }
}

struct Messages<'e, 's, 'c, 'a, 'p>(&'e mut Entry<'s, 'c, 'a, 'p>);

impl<'de> Take<'de> for Messages<'_, '_, '_, '_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, _: &str, value: D) -> Result<(), D::Error> {
        let context = self.0.document.context;
        let arena = context.arena;
        let mut message =
            Message { texts: Interned(arena), message: None, source: None, kind: None, line: None, column: 0 };
        Fields(&mut message).deserialize(value)?;
        let text = message.message.ok_or_else(|| D::Error::missing_field("message"))?;
        let source = message.source.ok_or_else(|| D::Error::missing_field("source"))?;
        let kind = message.kind.ok_or_else(|| D::Error::missing_field("type"))?;
        let line = message.line.ok_or_else(|| D::Error::missing_field("line"))?;
        let file = *self.0.file.get_or_insert_with(|| context.roots.resolve(self.0.path, arena).0);
        let severity = match kind {
            Kind::Error => Severity::High,
            Kind::Warning => Severity::Medium,
        };
        let text = match phpcs::line_breaks(text) {
            Cow::Borrowed(same) => same,
            Cow::Owned(new) => arena.text(&new),
        };
        self.0.document.report.findings.push(Finding {
            line: line.0,
            column: message.column,
            ..Finding::new(arena.rule(phpcs::TOOL, source), file, severity, text)
        });
        Ok(())
    }
}

struct Message<'c, 'a> {
    texts: Interned<'c, 'a>,
    message: Option<&'a str>,
    source: Option<&'a str>,
    kind: Option<Kind>,
    line: Option<Number>,
    column: u32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Error,
    Warning,
}

impl<'de> Take<'de> for Message<'_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, key: &str, value: D) -> Result<(), D::Error> {
        match key {
            "message" => self.message = Some(self.texts.deserialize(value)?),
            "source" => self.source = Some(MaybeInterned(self.texts.0).deserialize(value)?.unwrap_or_default()),
            "type" => self.kind = Some(Kind::deserialize(value)?),
            "line" => self.line = Some(Number::deserialize(value)?),
            "column" => self.column = Number::deserialize(value)?.0,
            _ => drop(IgnoredAny::deserialize(value)?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
