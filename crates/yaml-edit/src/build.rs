//! From the parser's events to a tree.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle, Span, StructureStyle, Tag};
use memchr::memchr2_iter;

use crate::error::Error;
use crate::node::Kind;
use crate::read::{Anchor, DEPTH, Slot, Style, Yaml};

/// The tree of a file whose events come in.
pub(crate) struct Builder<'t> {
    pub yaml: Yaml<'t>,
    /// Collections that are not closed yet.
    open: Vec<usize>,
    /// Block scalars, and where the token before each ends.
    headers: Vec<(usize, usize)>,
    /// Where the last token of a node ended.
    last: usize,
    /// The node of which an anchor may follow.
    unanchored: Option<usize>,
}

impl<'t> Builder<'t> {
    pub(crate) fn new(yaml: Yaml<'t>) -> Self {
        Self { yaml, open: Vec::new(), headers: Vec::new(), last: 0, unanchored: None }
    }

    pub(crate) fn event(&mut self, event: Event<'t>, span: &Span) -> Result<(), Error> {
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::DocumentStart(..) => self.last = range.end,
            Event::Comment(..) => self.yaml.comments.push(range),
            Event::Scalar(text, style, _, tag) => self.scalar(text, style, tag.as_deref(), span, range),
            Event::SequenceStart(style, _, tag) => self.open(Kind::Sequence, style, tag.as_deref(), span, range)?,
            Event::MappingStart(style, _, tag) => self.open(Kind::Mapping, style, tag.as_deref(), span, range)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Anchor(id, name) => self.anchor(id, name, range),
            Event::Alias(id) => {
                let target = self.yaml.anchors.binary_search_by_key(&id, |anchor| anchor.id).ok();
                self.alias(target, range);
            }
            Event::UnresolvedAlias(_) => self.alias(None, range),
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, style: Style, tag: Option<&Tag>, span: &Span, range: Range<usize>) -> usize {
        let index = self.yaml.slots.len();
        let parent = self.open.last().copied();
        if parent.is_none() {
            self.yaml.roots.push(index);
        }
        let start = span.tag_start().and_then(|mark| mark.byte_offset()).unwrap_or(range.start);
        self.yaml.slots.push(Slot {
            kind,
            style,
            parent,
            end: index + 1,
            document: self.yaml.roots.len().saturating_sub(1),
            start: start.min(range.start),
            properties: span.tag_span().and_then(|span| span.byte_range()).map_or(0, |range| range.end),
            span: range,
            text: Cow::Borrowed(""),
            tag: tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix())),
            anchor: None,
            target: None,
        });
        self.unanchored = Some(index);
        index
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, span: &Span, range: Range<usize>) {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let (end, absent) = (range.end, style == Style::Plain && range.is_empty());
        let index = self.push(Kind::Scalar, style, tag, span, range);
        if let Some(slot) = self.yaml.slots.get_mut(index).filter(|_| !absent) {
            slot.text = text;
        }
        if matches!(style, Style::Literal | Style::Folded) {
            self.headers.push((index, self.last));
        }
        self.last = self.last.max(end);
    }

    fn open(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        tag: Option<&Tag>,
        span: &Span,
        range: Range<usize>,
    ) -> Result<(), Error> {
        let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Block };
        let (start, end) = (range.start, range.end);
        if self.open.len() >= DEPTH {
            let (line, column) = self.yaml.place(start);
            return Err(Error::TooDeep { line, column, limit: DEPTH });
        }
        let dash = kind == Kind::Sequence && style == Style::Block;
        let start = if dash { dash_at(self.yaml.text, start) } else { start };
        let index = self.push(kind, style, tag, span, start..end.max(start));
        self.last = self.last.max(end);
        self.open.push(index);
        Ok(())
    }

    /// A block collection ends where its last node does: its own end event stands at the next token.
    fn close(&mut self, range: &Range<usize>) {
        let end = self.yaml.slots.len();
        let Some(index) = self.open.pop() else { return };
        if let Some(slot) = self.yaml.slots.get_mut(index) {
            slot.end = end;
            if slot.style == Style::Flow {
                slot.span.end = range.end;
                self.last = self.last.max(range.end);
            }
        }
    }

    fn anchor(&mut self, id: usize, name: Cow<'t, str>, range: Range<usize>) {
        let number = self.yaml.anchors.len();
        let Some(index) = self.unanchored.take() else { return };
        if let Some(slot) = self.yaml.slots.get_mut(index) {
            slot.anchor = Some(number);
            slot.start = slot.start.min(range.start);
            slot.properties = slot.properties.max(range.end);
        }
        self.last = self.last.max(range.end);
        self.yaml.anchors.push(Anchor { name, slot: index, id });
    }

    fn alias(&mut self, target: Option<usize>, range: Range<usize>) {
        let name = self.yaml.text.get(range.start + 1..range.end).unwrap_or_default();
        let end = range.end;
        let index = self.push(Kind::Alias, Style::Alias, None, &Span::default(), range);
        if let Some(slot) = self.yaml.slots.get_mut(index) {
            slot.text = Cow::Borrowed(name);
            slot.target = target;
            slot.start = slot.span.start;
        }
        self.last = self.last.max(end);
    }

    /// Gives block scalars their header, absent values the place behind the colon, and block collections their end.
    pub(crate) fn finish(mut self) -> Yaml<'t> {
        for (index, from) in std::mem::take(&mut self.headers) {
            self.block_scalar(index, from);
        }
        self.absent_values();
        if self.yaml.roots.is_empty() {
            let end = self.yaml.text.len();
            self.push(Kind::Scalar, Style::Plain, None, &Span::default(), end..end);
        }
        self.yaml.comments.sort_by_key(|comment| comment.start);
        for index in (0..self.yaml.slots.len()).rev() {
            let Some(slot) = self.yaml.slots.get(index) else { continue };
            let (parent, end) = (slot.parent, slot.span.end);
            if let Some(parent) = parent.and_then(|parent| self.yaml.slots.get_mut(parent))
                && parent.style == Style::Block
            {
                parent.span.end = parent.span.end.max(end);
            }
        }
        self.yaml
    }

    /// An absent value is written behind the colon of its key, or behind the key if there is no colon. The parser tells
    /// the place before the colon, or that of the next token.
    fn absent_values(&mut self) {
        // Of each open collection: where it ends, and of a mapping the end of the key of which the value comes next.
        let mut open: Vec<(usize, bool, Option<usize>)> = Vec::new();
        for (index, slot) in self.yaml.slots.iter_mut().enumerate() {
            while open.last().is_some_and(|(end, ..)| *end <= index) {
                open.pop();
            }
            let key = match open.last_mut() {
                Some((_, true, key)) => {
                    let next = if key.is_some() { None } else { Some(slot.span.end) };
                    std::mem::replace(key, next)
                }
                _ => None,
            };
            let absent = slot.kind == Kind::Scalar && slot.style == Style::Plain && slot.span.is_empty();
            if let Some(key) = key.filter(|_| absent && slot.properties == 0) {
                let told = slot.span.start;
                let between = self.yaml.text.get(key..told).unwrap_or_default();
                let at = match self.yaml.text.as_bytes().get(told) {
                    Some(b':') => told + 1,
                    _ if between.trim_matches([' ', '\t', '\r', '\n']).is_empty() => key,
                    _ => told,
                };
                slot.start = at;
                slot.span = at..at;
            }
            if matches!(slot.kind, Kind::Mapping | Kind::Sequence) {
                open.push((slot.end, slot.kind == Kind::Mapping, None));
            }
        }
    }

    fn block_scalar(&mut self, index: usize, from: usize) {
        let Some(slot) = self.yaml.slots.get(index) else { return };
        let from = from.max(slot.properties);
        let header = block_header(self.yaml.text, from, slot.span.start).unwrap_or(slot.span.start);
        let content = self.yaml.text.get(header..slot.span.end).unwrap_or_default();
        let end = header + content.trim_end_matches([' ', '\t', '\r', '\n']).len();
        let end = self.yaml.line_end(end).min(slot.span.end.max(end));
        if let Some(slot) = self.yaml.slots.get_mut(index) {
            let unmarked = slot.start == slot.span.start;
            slot.span = header..end;
            if unmarked {
                slot.start = header;
            }
        }
    }
}

/// The first dash of a block sequence. Of one in the column of its key, the parser tells the place behind the dash.
fn dash_at(text: &str, at: usize) -> usize {
    if text.as_bytes().get(at) == Some(&b'-') && text.as_bytes().get(at + 1).is_none_or(u8::is_ascii_whitespace) {
        return at;
    }
    let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t', '\r', '\n']);
    if before.ends_with('-') { before.len() - 1 } else { at }
}

/// The `|` or `>` between the token before a block scalar and its content; over indicators, blanks and comments.
fn block_header(text: &str, from: usize, until: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < until {
        match bytes.get(at)? {
            b'|' | b'>' => return Some(at),
            b'#' => at += memchr2_iter(b'\n', b'\r', bytes.get(at..)?).next()?,
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b'?' => at += 1,
            _ => return None,
        }
    }
    None
}
