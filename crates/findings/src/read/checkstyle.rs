//! Checkstyle XML, the format that everybody writes and nobody specified.
//!
//! Sources: checkstyle `XMLLogger.java`; phpstan-src `CheckstyleErrorFormatter.php`; PHP_CodeSniffer
//! `src/Reports/Checkstyle.php`; PHP-CS-Fixer `CheckstyleReporter.php`; psalm `CheckstyleReport.php`.

mod dialect;

use std::borrow::Cow;

use self::dialect::Dialect;
use super::xml::{Element, Node, Xml};
use super::{Context, Format, Parsed, ReadError, json, noise, phpcs, phpstan};
use crate::model::{Detail, File, Finding, Report, Rule, Severity};

pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let dialect = Dialect::of(text);
    let tool = dialect.tool().or(context.tool).unwrap_or("checkstyle");
    let mut reader = Checkstyle {
        context,
        dialect,
        report: Report::new(context.arena.text(tool), Format::Checkstyle),
        file: None,
        detail: None,
        rule: context.arena.rule(tool, ""),
        strange_numbers: 0,
        unknown_elements: 0,
    };
    let mut xml = Xml::rooted(text, "checkstyle");
    let mut exception: Option<String> = None;
    while let Some(node) = xml.next() {
        match node {
            Node::Open(element) => match element.name() {
                "error" => reader.error(&mut xml, &element),
                "file" => reader.open_file(&mut xml, &element),
                "exception" => exception = Some(String::new()),
                "checkstyle" => {}
                other => reader.unknown(other),
            },
            Node::Text(text) => {
                if let Some(exception) = &mut exception {
                    exception.push_str(&text);
                }
            }
            Node::Close => {
                if let Some(exception) = exception.take() {
                    reader.exception(&exception);
                }
            }
        }
    }
    reader.finish(xml)
}

struct Checkstyle<'c, 'a> {
    context: &'c Context<'c, 'a>,
    dialect: Dialect,
    report: Report<'a>,
    file: Option<&'a File<'a>>,
    detail: Option<&'a Detail<'a>>,
    /// The rule of the last finding, which is often that of the next.
    rule: &'a Rule<'a>,
    strange_numbers: usize,
    unknown_elements: usize,
}

impl<'a> Checkstyle<'_, 'a> {
    fn open_file(&mut self, xml: &mut Xml<'_>, element: &Element<'_>) {
        (self.file, self.detail) = (None, None);
        xml.attributes(element, |key, value| {
            if key == "name" {
                let (file, trait_context) = self.context.roots.resolve(&value, self.context.arena);
                self.file = file;
                self.detail = self.context.arena.detail(Detail { context: trait_context, ..Detail::default() });
            }
        });
    }

    fn error(&mut self, xml: &mut Xml<'_>, element: &Element<'_>) {
        let (mut message, mut source) = (Cow::Borrowed(""), Cow::Borrowed(""));
        let (mut line, mut column, mut severity) = (0, 0, Severity::High);
        xml.attributes(element, |key, value| match key {
            "message" => message = value,
            "source" => source = value,
            "line" => line = self.number(&value),
            "column" => column = self.number(&value),
            "severity" => severity = severity_of(&value),
            _ => {}
        });
        if xml.is_broken() {
            return;
        }
        let text = if self.dialect == Dialect::Phpcs { phpcs::line_breaks(&message) } else { Cow::Borrowed(&*message) };
        let (mut message, mut rule) = (&*text, &*source);
        match self.dialect {
            Dialect::Phpstan => column = 0,
            Dialect::Psalm => (rule, message) = message.split_once(": ").unwrap_or(("", message)),
            Dialect::CsFixer => rule = rule.strip_prefix("PHP-CS-Fixer.").unwrap_or(rule),
            Dialect::Phpcs | Dialect::Unknown => {}
        }
        if self.file.is_none() {
            return self.no_file(message);
        }
        let arena = self.context.arena;
        if self.rule.id != rule {
            self.rule = arena.rule(self.report.tool, rule);
        }
        let finding = Finding {
            line,
            column,
            detail: self.detail,
            ..Finding::new(self.rule, self.file, severity, arena.text(message))
        };
        if self.report.tool == phpstan::TOOL {
            phpstan::push(&mut self.report, finding);
        } else {
            self.report.findings.push(finding);
        }
    }

    /// PHPStan puts what is wrong with the whole run into a file without a name; with others it is a broken report.
    fn no_file(&mut self, message: &str) {
        if self.report.tool == phpstan::TOOL {
            phpstan::general(&mut self.report, message);
        } else {
            let message = json::shorten(message);
            self.report.problems.push(format!("the report holds an error that belongs to no file: {message}"));
        }
    }

    /// What another format says with another element may be a finding.
    fn unknown(&mut self, element: &str) {
        self.unknown_elements += 1;
        if self.unknown_elements == 1 {
            let element = json::shorten(element);
            self.report.problems.push(format!("there is a <{element}>, which Checkstyle XML does not have"));
        }
    }

    fn exception(&mut self, text: &str) {
        let path = self.file.map_or("a file", |file| file.path);
        let text = noise::quote(text);
        self.report.problems.push(format!("{} failed on {path}: {text}", self.report.tool));
    }

    /// A line or column; empty, `-1` and what is none say nothing about the place.
    fn number(&mut self, value: &str) -> u32 {
        value.parse().unwrap_or_else(|_| {
            self.strange_numbers += usize::from(!value.is_empty());
            0
        })
    }

    fn finish(mut self, xml: Xml<'_>) -> Result<Parsed<'a>, ReadError> {
        if self.strange_numbers > 0 {
            self.report.notes.push(format!("{} lines or columns are no numbers: read as 0", self.strange_numbers));
        }
        xml.finish(self.report)
    }
}

/// A severity that is missing or that nobody knows is an error: too loud is safer than too quiet.
fn severity_of(word: &str) -> Severity {
    match word {
        "error" => Severity::High,
        "warning" => Severity::Medium,
        word => Severity::from_word(word).unwrap_or(Severity::High),
    }
}

#[cfg(test)]
mod tests;
