//! PHPStan `json` and `prettyJson` ([the formatter][1]).
//!
//! One object per file, keyed by its absolute path, to which the class in whose context a trait was analysed may be
//! appended. `errors` holds what is about no file: the run itself went wrong.
//!
//! [1]: https://github.com/phpstan/phpstan-src/blob/2.1.x/src/Command/ErrorFormatter/JsonErrorFormatter.php

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny};

use super::json::{self, Elements, Fields, Interned, MaybeInterned, Mismatches, Number, Take, Text};
use super::stream::Streamed;
use super::{Context, Format, Parsed, ReadError, phpstan};
use crate::model::{Detail, File, Finding, Report, Severity};

const NAME: &str = "PHPStan JSON report";

/// Reads one report. Of one that is cut short or broken in the middle, what was read before is kept.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let mut document = Document::new(context);
    match json::front(text, Fields(&mut document)) {
        Ok(((), consumed)) => Ok(json::parsed(document.whole()?, consumed)),
        Err(error) => {
            let why = json::explain(text, Fields(&mut Document::new(context)), NAME, &error);
            json::keep_read_part(document.report, text, &error, why)
        }
    }
}

pub(super) struct Document<'c, 'a> {
    context: &'c Context<'c, 'a>,
    report: Report<'a>,
    totals: Option<Totals>,
    has_files: bool,
    general: Option<u32>,
    mismatches: Mismatches,
}

#[derive(Deserialize)]
struct Totals {
    errors: Number,
    file_errors: Number,
}

impl<'c, 'a> Document<'c, 'a> {
    pub(super) fn new(context: &'c Context<'c, 'a>) -> Self {
        Self {
            context,
            report: json::report_of("phpstan", Format::PhpstanJson, context),
            totals: None,
            has_files: false,
            general: None,
            mismatches: Mismatches::default(),
        }
    }

    /// The report of a document that was read to its end.
    fn whole(mut self) -> Result<Report<'a>, ReadError> {
        let totals = self.totals.ok_or_else(|| json::missing(NAME, "totals"))?;
        let general = self.general.ok_or_else(|| json::missing(NAME, "errors"))?;
        if !self.has_files {
            return Err(json::missing(NAME, "files"));
        }
        let problems = &mut self.report.problems;
        self.mismatches.tell(problems);
        let found = self.report.findings.len();
        if u32::try_from(found) != Ok(totals.file_errors.0) {
            problems.push(format!("totals.file_errors says {}, but the report holds {found}", totals.file_errors.0));
        }
        if general != totals.errors.0 {
            problems.push(format!("totals.errors says {}, but the report holds {general}", totals.errors.0));
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
            "errors" => {
                self.general = Some(0);
                Elements(&mut General(self)).deserialize(value)?;
            }
            _ => drop(IgnoredAny::deserialize(value)?),
        }
        Ok(())
    }
}

/// `errors`: what is about no file.
struct General<'s, 'c, 'a>(&'s mut Document<'c, 'a>);

impl<'de> Take<'de> for General<'_, '_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, _: &str, value: D) -> Result<(), D::Error> {
        let text = Text::deserialize(value)?;
        *self.0.general.get_or_insert(0) += 1;
        self.0.report.problems.push(format!("PHPStan reports an error of the run itself: {}", json::shorten(&text)));
        Ok(())
    }
}

/// `files`, by path.
struct Files<'s, 'c, 'a>(&'s mut Document<'c, 'a>);

impl<'de> Take<'de> for Files<'_, '_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, path: &str, value: D) -> Result<(), D::Error> {
        let context = self.0.context;
        let (file, trait_of) = context.roots.resolve(path, context.arena);
        let before = self.0.report.findings.len();
        let mut entry = Entry { document: self.0, file, trait_of, errors: None, has_messages: false };
        Fields(&mut entry).deserialize(value)?;
        if !entry.has_messages {
            return Err(D::Error::missing_field("messages"));
        }
        let errors = entry.errors;
        let found = self.0.report.findings.len() - before;
        if let Some(errors) = errors.filter(|errors| u32::try_from(found) != Ok(errors.0)) {
            let path = json::shorten(file.map_or(path, |file| file.path));
            self.0.mismatches.add(|| format!("{path}: the report says {} errors, but holds {found}", errors.0));
        }
        Ok(())
    }
}

/// What there is about one file.
struct Entry<'s, 'c, 'a, 'p> {
    document: &'s mut Document<'c, 'a>,
    file: Option<&'a File<'a>>,
    trait_of: Option<&'p str>,
    errors: Option<Number>,
    has_messages: bool,
}

impl<'de> Take<'de> for Entry<'_, '_, '_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, key: &str, value: D) -> Result<(), D::Error> {
        match key {
            "errors" => self.errors = Some(Number::deserialize(value)?),
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
        let arena = self.0.document.context.arena;
        let mut message =
            Message { texts: Interned(arena), message: None, line: None, ignorable: true, tip: None, identifier: "" };
        Fields(&mut message).deserialize(value)?;
        let text = message.message.ok_or_else(|| D::Error::missing_field("message"))?;
        let line = message.line.ok_or_else(|| D::Error::missing_field("line"))?;
        let rule = arena.rule("phpstan", message.identifier);
        let severity = if message.ignorable { Severity::High } else { Severity::Critical };
        let finding = Finding {
            line: line.0,
            ignorable: message.ignorable,
            detail: arena.detail(Detail { help: message.tip, context: self.0.trait_of, ..Detail::default() }),
            ..Finding::new(rule, self.0.file, severity, text)
        };
        phpstan::push(&mut self.0.document.report, finding);
        Ok(())
    }
}

struct Message<'c, 'a> {
    texts: Interned<'c, 'a>,
    message: Option<&'a str>,
    line: Option<Number>,
    ignorable: bool,
    tip: Option<&'a str>,
    identifier: &'a str,
}

impl<'de> Take<'de> for Message<'_, '_> {
    fn take<D: Deserializer<'de>>(&mut self, key: &str, value: D) -> Result<(), D::Error> {
        match key {
            "message" => self.message = Some(self.texts.deserialize(value)?),
            "line" => self.line = Some(Number::deserialize(value)?),
            "ignorable" => self.ignorable = bool::deserialize(value)?,
            "tip" => self.tip = MaybeInterned(self.texts.0).deserialize(value)?,
            "identifier" => self.identifier = MaybeInterned(self.texts.0).deserialize(value)?.unwrap_or_default(),
            _ => drop(IgnoredAny::deserialize(value)?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
