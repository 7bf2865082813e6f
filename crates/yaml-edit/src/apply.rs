//! From changes to splices, and from splices to a text.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::change::{Aliases, Change, Missing, Value};
use crate::error::Error;
use crate::find::{self, Walk, is_template, prefix, what};
use crate::graft::graft;
use crate::insert::insert;
use crate::node::{Kind, Node};
use crate::path::{Path, Segment};
use crate::read::{DEPTH, Style, Yaml};
use crate::scalar::{self, Place};
use crate::verify::{Expected, verify};

/// Bytes to be put in the place of others.
struct Splice<'c> {
    range: Range<usize>,
    /// How deep the node stands that it is for: of two insertions at one place, the deeper comes first.
    depth: usize,
    text: String,
    path: &'c Path,
}

/// What the changes ask for, node by node.
#[derive(Default)]
struct Plan<'c> {
    /// Scalars and aliases, and their new texts.
    set: BTreeMap<usize, (&'c str, &'c Path)>,
    /// Collections and empty values, and what is to be added.
    add: BTreeMap<usize, (Value, &'c Path)>,
}

impl Yaml<'_> {
    /// The file with all changes made; every byte outside of the values is as it was.
    ///
    /// # Errors
    /// One of the changes cannot be made, or what came out would not say exactly what was asked for.
    pub fn apply(&self, changes: &[Change]) -> Result<String, Error> {
        let mut plan = Plan::default();
        for change in changes {
            self.plan(change, &mut plan)?;
        }
        let quotes = self.quotes();
        let mut splices = Vec::new();
        let mut expected = Expected::default();
        for (&index, &(text, path)) in &plan.set {
            let node = Node { yaml: self, index };
            let parts = replacement(node, path, text, quotes)?;
            splices.extend(parts.into_iter().map(|part| splice(node, part, path)));
            expected.set.insert(index, Value::String(text.to_owned()));
        }
        for (index, (added, path)) in plan.add {
            let node = Node { yaml: self, index };
            let parts = insert(node, &added, quotes, path)?;
            splices.extend(parts.into_iter().map(|part| splice(node, part, path)));
            let empty = node.slot().is_none_or(|slot| slot.end == index + 1);
            let expected = if empty { &mut expected.set } else { &mut expected.add };
            expected.insert(index, added);
        }
        let text = self.splice(splices)?;
        verify(self, &text, &expected)?;
        Ok(text)
    }

    fn plan<'c>(&self, change: &'c Change, plan: &mut Plan<'c>) -> Result<(), Error> {
        let path = &change.path;
        let mut walk = self.walk(change.document, path)?;
        // Merge keys can refer to each other in a circle.
        for _ in 0..64 {
            let follow = change.aliases == Aliases::Follow;
            let (from, depth) = match walk {
                Walk::Found(node) if node.kind() == Kind::Alias && follow => (node, path.segments().len()),
                Walk::Found(node) if node.kind() == Kind::Alias && change.aliases == Aliases::Refuse => {
                    return Err(find::alias(node, path));
                }
                Walk::Found(node) => return found(node, change, plan),
                Walk::Missing(node, depth) if change.missing == Missing::Insert => {
                    return add(node, depth, change, plan);
                }
                Walk::Missing(node, depth) => return Err(find::missing(node, path, depth)),
                Walk::Alias(node, depth) if follow => (node, depth),
                Walk::Alias(node, depth) => return Err(find::alias(node, &prefix(path, depth))),
                Walk::Merge(value, depth) if follow => (value, depth),
                Walk::Merge(value, depth) => {
                    let last = depth + 1 == path.segments().len();
                    let owner = value.parent().filter(|_| last && change.aliases == Aliases::Replace);
                    let owner =
                        owner.and_then(|node| if node.kind() == Kind::Sequence { node.parent() } else { Some(node) });
                    let Some(owner) = owner else { return Err(find::merge(value, &prefix(path, depth + 1))) };
                    return add(owner, depth, change, plan);
                }
            };
            let target = if from.kind() == Kind::Alias { from.target() } else { Some(from) };
            let Some(target) = target else { return Err(find::alias(from, &prefix(path, depth))) };
            walk = self.walk_from(target, path, depth)?;
        }
        Err(cannot(Node { yaml: self, index: 0 }, path, "its merge keys refer to each other"))
    }

    /// The quotes of most values of the file.
    fn quotes(&self) -> Style {
        let count = |style| self.slots.iter().filter(|slot| slot.style == style).count();
        if count(Style::Single) > count(Style::Double) { Style::Single } else { Style::Double }
    }

    fn splice(&self, mut splices: Vec<Splice<'_>>) -> Result<String, Error> {
        splices.sort_by_key(|splice| (splice.range.start, splice.range.end, Reverse(splice.depth)));
        let mut out = String::with_capacity(self.text.len() + splices.iter().map(|s| s.text.len()).sum::<usize>());
        let mut at = 0;
        let mut last: Option<&Splice<'_>> = None;
        for splice in &splices {
            if let Some(last) = last.filter(|last| splice.range.start < last.range.end) {
                return Err(self.overlap(splice.range.start, last.path, splice.path));
            }
            out.push_str(self.text.get(at..splice.range.start).unwrap_or_default());
            out.push_str(&splice.text);
            at = splice.range.end;
            last = Some(splice);
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        Ok(out)
    }

    fn overlap(&self, at: usize, first: &Path, second: &Path) -> Error {
        Error::Overlap { line: self.place(at).0, first: first.clone(), second: second.clone() }
    }
}

fn splice<'c>(node: Node<'_>, (range, text): (Range<usize>, String), path: &'c Path) -> Splice<'c> {
    let depth = std::iter::successors(Some(node), |node| node.parent()).count();
    Splice { range, depth, text, path }
}

pub(crate) fn cannot(node: Node<'_>, path: &Path, why: impl Into<String>) -> Error {
    Error::CannotWrite { path: path.clone(), line: node.line(), column: node.column(), why: why.into() }
}

/// Something is there already.
fn found<'c>(node: Node<'_>, change: &'c Change, plan: &mut Plan<'c>) -> Result<(), Error> {
    let path = &change.path;
    // A document that holds nothing gets a line of its own.
    let nothing = node.slot().is_some_and(|slot| slot.parent.is_none() && slot.span.is_empty() && slot.properties == 0);
    let text = match &change.to {
        Value::String(text) if !nothing => Some(text),
        _ => None,
    };
    let Some(text) = text else {
        let empty = node.is_null()
            || node.slot().is_some_and(|slot| slot.end == node.index + 1)
                && match change.to {
                    Value::Sequence(_) => node.kind() == Kind::Sequence,
                    _ => node.kind() == Kind::Mapping,
                };
        if !empty {
            return Err(cannot(node, path, format!("{} is there already", what(node))));
        }
        return match plan.add.insert(node.index, (change.to.clone(), path)) {
            Some((value, other)) if value != change.to => Err(node.yaml.overlap(node.span().start, other, path)),
            _ => Ok(()),
        };
    };
    if !matches!(node.kind(), Kind::Scalar | Kind::Alias) {
        let (line, column) = (node.line(), node.column());
        return Err(Error::NotAScalar { path: path.clone(), line, column, there: what(node) });
    }
    if let Some((_, other)) = plan.add.get(&node.index) {
        return Err(node.yaml.overlap(node.span().start, other, path));
    }
    match plan.set.insert(node.index, (text, path)) {
        Some((value, other)) if value != text => Err(node.yaml.overlap(node.span().start, other, path)),
        _ => Ok(()),
    }
}

/// Nothing is there: the segments from that number on are to be made in `node`.
fn add<'c>(node: Node<'_>, depth: usize, change: &'c Change, plan: &mut Plan<'c>) -> Result<(), Error> {
    let path = &change.path;
    let segments = path.segments().get(depth..).unwrap_or_default();
    if is_template(node) {
        let path = prefix(path, depth);
        return Err(Error::NotAScalar { path, line: node.line(), column: node.column(), there: what(node) });
    }
    if path.segments().len() > DEPTH {
        return Err(Error::TooDeep { line: node.line(), column: node.column(), limit: DEPTH });
    }
    let mapping = matches!(segments.first(), Some(Segment::Key(_)));
    let fits = match node.kind() {
        Kind::Mapping => mapping,
        Kind::Sequence => !mapping,
        _ => node.is_null(),
    };
    if !fits {
        return Err(find::missing(node, path, depth));
    }
    if let Some((_, other)) = plan.set.get(&node.index) {
        return Err(node.yaml.overlap(node.span().start, other, path));
    }
    let nothing = if mapping { Value::Mapping(Vec::new()) } else { Value::Sequence(Vec::new()) };
    let (added, _) = plan.add.entry(node.index).or_insert((nothing, path));
    graft(added, node.items().count(), segments, &change.to).map_err(|why| cannot(node, path, why))
}

/// The splices that give a scalar or an alias another text.
fn replacement(node: Node<'_>, path: &Path, text: &str, quotes: Style) -> Result<Vec<(Range<usize>, String)>, Error> {
    let Some(slot) = node.slot() else { return Ok(Vec::new()) };
    let custom = slot.tag.as_deref().is_some_and(|tag| !tag.starts_with("tag:yaml.org,2002:"));
    if node.scalar() == Some(text) && (node.is_string() || custom) {
        return Ok(Vec::new());
    }
    if let Some(tag) = slot.tag.as_deref().filter(|_| !custom && !node.is_string()) {
        let short = tag.rsplit(':').next().unwrap_or(tag);
        return Err(cannot(node, path, format!("its tag says that it is !!{short}, not a string")));
    }
    let place = place(node, quotes);
    if matches!(slot.style, Style::Literal | Style::Folded) {
        return block_scalar(node, path, text, place);
    }
    let style = if slot.style == Style::Alias { Style::Plain } else { slot.style };
    let mut written = scalar::write(text, style, place);
    let before = node.yaml.text.get(..slot.span.start).unwrap_or_default();
    if slot.span.is_empty() && node.is_value() && slot.tag.is_none() && slot.anchor.is_none() {
        let key = node.key().map_or(0, |key| key.span().end);
        if key == slot.span.start && place.flow {
            written.insert_str(0, ": ");
        } else if !before.ends_with(':') {
            return Err(cannot(node, path, "its key has no colon"));
        }
    }
    let apart = before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '\u{feff}', '[', ',']);
    if slot.span.is_empty() && !apart && !written.starts_with(": ") {
        written.insert(0, ' ');
    }
    Ok(vec![(slot.span.clone(), written)])
}

/// A block of one line keeps its form if that can say the new text; else the text goes where its header is.
fn block_scalar(node: Node<'_>, path: &Path, text: &str, place: Place) -> Result<Vec<(Range<usize>, String)>, Error> {
    let yaml = node.yaml;
    let span = node.span();
    let old = node.scalar().unwrap_or_default();
    let line = old.trim_end_matches('\n');
    let header = yaml.line_end(span.start);
    let content = yaml.text.get(header..span.end).unwrap_or_default().trim_start_matches(['\r', '\n', ' ']);
    if line.is_empty() || line.contains('\n') || content != line {
        return Err(cannot(node, path, "it is a block of text (| or >), and not of one line"));
    }
    let tail = old.get(line.len()..).unwrap_or_default();
    let body = text.strip_suffix(tail).unwrap_or_default();
    let plain = !body.is_empty() && !body.starts_with([' ', '\t']) && !body.ends_with([' ', '\t']);
    if plain && scalar::is_printable(body) {
        return Ok(vec![(span.end - content.len()..span.end, body.to_owned())]);
    }
    let sign = yaml.text.get(span.start..header).unwrap_or_default();
    let sign = sign.find([' ', '\t']).map_or(header, |end| span.start + end);
    let written = scalar::write(text, Style::Plain, place);
    Ok(vec![(span.start..sign, written), (header..span.end, String::new())])
}

/// The rules of the place where a node stands.
pub(crate) fn place(node: Node<'_>, quotes: Style) -> Place {
    let tagged = node.slot().is_some_and(|slot| slot.tag.as_deref() == Some("tag:yaml.org,2002:str"));
    let mut place = Place { flow: false, tagged, json: false, quotes };
    for parent in std::iter::successors(node.parent(), |node| node.parent()) {
        let flow = parent.slot().is_some_and(|slot| slot.style == Style::Flow);
        let double = |key: Node<'_>| key.slot().is_some_and(|slot| slot.style == Style::Double);
        place.flow |= flow;
        place.json |= flow && parent.entries().next().is_some_and(|(key, _)| double(key));
    }
    place
}

#[cfg(test)]
mod tests;
