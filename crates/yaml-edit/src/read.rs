//! From bytes to a tree.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, Parser, ScanError};
use memchr::{memchr, memchr2_iter, memmem};

use crate::build::Builder;
use crate::error::Error;
use crate::node::{Kind, Node};

/// How deep collections may be nested. Kubernetes' own reader stops far earlier.
pub(crate) const DEPTH: usize = 512;

/// A YAML file that was read.
#[derive(Debug)]
pub struct Yaml<'t> {
    pub(crate) text: &'t str,
    /// All nodes, a parent before its children, in the order of the text; of a mapping keys and values in turn.
    pub(crate) slots: Vec<Slot<'t>>,
    /// The root of each document.
    pub(crate) roots: Vec<usize>,
    pub(crate) anchors: Vec<Anchor<'t>>,
    /// Where comments stand, from the `#` to the end of the line, in order.
    pub(crate) comments: Vec<Range<usize>>,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
    Block,
    Flow,
    Alias,
}

/// A node in the table of all.
#[derive(Debug)]
pub(crate) struct Slot<'t> {
    pub kind: Kind,
    pub style: Style,
    pub parent: Option<usize>,
    /// The index behind the last node below this one.
    pub end: usize,
    pub document: usize,
    /// Without properties.
    pub span: Range<usize>,
    /// Where its first property begins, or it does.
    pub start: usize,
    /// Where its last property ends; 0 without any.
    pub properties: usize,
    /// Of a scalar; of an alias the name.
    pub text: Cow<'t, str>,
    pub tag: Option<String>,
    /// Index in the table of anchors.
    pub anchor: Option<usize>,
    /// Of an alias: index in the table of anchors.
    pub target: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Anchor<'t> {
    pub name: Cow<'t, str>,
    pub slot: usize,
    /// The parser's number of it; they grow.
    pub id: usize,
}

impl<'t> Yaml<'t> {
    /// Reads UTF-8, with or without a byte order mark.
    ///
    /// Aliases without an anchor are taken: the file may be a part of another.
    ///
    /// # Errors
    /// No UTF-8, a NUL byte, no YAML, a template that is no YAML, or nested deeper than 512.
    pub fn read(bytes: &'t [u8]) -> Result<Self, Error> {
        let text = utf8(bytes)?;
        let lines = line_starts(text);
        if let Some(at) = memchr(0, bytes) {
            let (line, column) = place(text, &lines, at);
            return Err(Error::Nul { line, column });
        }
        let yaml =
            Yaml { text, slots: Vec::new(), roots: Vec::new(), anchors: Vec::new(), comments: Vec::new(), lines };
        let mut builder = Builder::new(yaml);
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            max_buffered_comment_events: usize::MAX,
            flow_nesting_limit: DEPTH,
            block_nesting_limit: DEPTH,
        };
        for event in Parser::new_from_str_with_options(text, options) {
            match event {
                Ok((event, span)) => builder.event(event, &span)?,
                Err(error) => return Err(builder.yaml.refusal(&error)),
            }
        }
        Ok(builder.finish())
    }

    /// The text, as it was read.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The roots of the documents; an empty document has a null scalar as root.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        self.roots.iter().map(|&index| Node { yaml: self, index })
    }

    /// Line and column of a byte, both counted from 1, the column in characters.
    pub(crate) fn place(&self, at: usize) -> (u32, u32) {
        place(self.text, &self.lines, at)
    }

    /// Where the line of a byte begins.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|&start| start <= at);
        line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or_default()
    }

    /// Where the line of a byte ends, before its line break.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    fn refusal(&self, error: &ScanError) -> Error {
        let mark = error.marker();
        let at = mark.byte_offset().unwrap_or(self.text.len());
        let (line, column) = self.place(at);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return Error::TooDeep { line, column, limit: DEPTH };
        }
        let said = error.info();
        match self.template(at) {
            Some(line) => Error::Template { line, said: format!(": {said}") },
            None => Error::Syntax { line, column, said },
        }
    }

    /// The line of the first `{{` up to the line of a byte that stands neither in quotes nor in a comment.
    fn template(&self, until: usize) -> Option<u32> {
        let end = self.line_end(until.min(self.text.len()));
        let bare = |at: usize| {
            let before = self.text.get(self.line_start(at)..at).unwrap_or_default();
            let quotes = |quote: char| before.matches(quote).count() % 2 == 1;
            !(quotes('"') || quotes('\'') || before.trim_start().starts_with('#') || before.contains(" #"))
        };
        let text = self.text.get(..end)?;
        memmem::find_iter(text.as_bytes(), "{{").find(|&at| bare(at)).map(|at| self.place(at).0)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let said = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ": it begins as UTF-16 does",
            _ => "",
        };
        Error::NotUtf8 { line: narrow(good.iter().filter(|&&b| b == b'\n').count() + 1), said }
    })
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Line breaks are LF, CR LF and CR.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = memchr2_iter(b'\n', b'\r', bytes)
        .filter(|&at| bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
}

fn place(text: &str, lines: &[usize], at: usize) -> (u32, u32) {
    let line = lines.partition_point(|&start| start <= at).max(1);
    let start = lines.get(line - 1).copied().unwrap_or_default();
    let before = text.get(start..at.min(text.len())).unwrap_or_default().trim_start_matches('\u{feff}');
    (narrow(line), narrow(before.chars().count() + 1))
}

#[cfg(test)]
mod tests;
