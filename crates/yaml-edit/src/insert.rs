//! Keys and items that are not there yet, in the style of their neighbours.

use std::ops::Range;

use crate::apply::cannot;
use crate::change::Value;
use crate::error::Error;
use crate::house::{House, column, house};
use crate::node::{Kind, Node};
use crate::path::Path;
use crate::read::{Style, Yaml};

/// YAML reads no key that is longer, unless it is marked with `?`.
const KEY: usize = 1000;

/// The splices that put `added` into a mapping, a sequence or an empty value.
pub(crate) fn insert(
    node: Node<'_>,
    added: &Value,
    quotes: Style,
    path: &Path,
) -> Result<Vec<(Range<usize>, String)>, Error> {
    let house = house(node, quotes);
    if !keys_fit(added, &house) {
        return Err(cannot(node, path, format!("a key is longer than {KEY} characters")));
    }
    let empty = node.kind() == Kind::Scalar || node.slot().is_some_and(|slot| slot.end == node.index + 1);
    match node.slot().map(|slot| slot.style) {
        _ if empty => into_nothing(node, added, &house, path),
        Some(Style::Flow) => into_flow(node, added, &house, path),
        _ => into_block(node, added, &house, path),
    }
}

fn keys_fit(value: &Value, house: &House<'_>) -> bool {
    match value {
        Value::String(_) => true,
        Value::Mapping(entries) => {
            entries.iter().all(|(key, value)| house.key(key).chars().count() <= KEY && keys_fit(value, house))
        }
        Value::Sequence(items) => items.iter().all(|item| keys_fit(item, house)),
    }
}

/// Behind the last entry or item of a block collection, on lines of their own.
fn into_block(
    node: Node<'_>,
    added: &Value,
    house: &House<'_>,
    path: &Path,
) -> Result<Vec<(Range<usize>, String)>, Error> {
    let yaml = node.yaml;
    let start = match node.kind() {
        Kind::Sequence => node.span().start,
        _ => yaml.slots.get(node.index + 1).map_or(node.span().start, |key| key.start),
    };
    let is_text = |key: Node<'_>| key.kind() == Kind::Scalar && !key.span().is_empty();
    let is_flow = |key: Node<'_>| key.slot().is_some_and(|slot| slot.style == Style::Flow);
    let (first, last) = (node.entries().next(), node.entries().last());
    if !first.into_iter().chain(last).all(|(key, _)| is_text(key) || is_flow(key) || key.kind() == Kind::Alias) {
        return Err(cannot(node, path, "one of its keys is no text"));
    }
    let line = yaml.line_start(start);
    let before = yaml.text.get(line..start).unwrap_or_default().trim_start_matches('\u{feff}');
    let explicit = before.trim_end().strip_suffix('?').filter(|_| node.kind() == Kind::Mapping);
    let indent = explicit.unwrap_or(before).len();
    if !before.bytes().all(|b| b" -?:".contains(&b)) {
        return Err(cannot(node, path, "what is there begins behind other text in its line"));
    }
    let mut out = String::new();
    match added {
        Value::Mapping(entries) => house.entries(&mut out, entries, indent, false),
        Value::Sequence(items) => house.items(&mut out, items, indent, false),
        Value::String(_) => return Err(cannot(node, path, "a text cannot be added to it")),
    }
    // A dash in the column of the keys around it: a comment in that column is about those.
    let zero = node.kind() == Kind::Sequence
        && node.parent().is_some_and(|parent| parent.kind() == Kind::Mapping && column(parent) == indent);
    let at = end_of_block(node, if zero { indent + 1 } else { indent });
    Ok(vec![(at..at, out)])
}

/// The end of the last line that belongs to a block collection: with the comments as deep as it directly below.
fn end_of_block(node: Node<'_>, indent: usize) -> usize {
    let yaml = node.yaml;
    let at = yaml.line_end(node.span().end);
    let last = node.slot().and_then(|slot| yaml.slots.get(slot.end - 1));
    let keeps = last.is_some_and(|slot| {
        let header = slot.span.start..yaml.line_end(slot.span.start);
        let header = yaml.text.get(header).unwrap_or_default();
        matches!(slot.style, Style::Literal | Style::Folded)
            && header.split([' ', '\t']).next().is_some_and(|header| header.contains('+'))
    });
    behind_comments(yaml, at, indent, keeps)
}

/// From the end of a line over the comments of at least that depth below it, and over empty lines if told to.
fn behind_comments(yaml: &Yaml<'_>, from: usize, indent: usize, empty: bool) -> usize {
    let mut at = from;
    while let Some(next) = next_line(yaml.text, at) {
        let end = yaml.line_end(next);
        let line = yaml.text.get(next..end).unwrap_or_default();
        let depth = line.len() - line.trim_start_matches(' ').len();
        let comment = line.trim_start_matches(' ').starts_with('#') && depth >= indent;
        // Empty lines at the end of such a block are part of its text.
        if !(comment || empty && line.trim_start_matches(' ').is_empty() && next < yaml.text.len()) {
            break;
        }
        at = end;
    }
    at
}

/// Where the line behind the one that ends here begins.
fn next_line(text: &str, end: usize) -> Option<usize> {
    match text.as_bytes().get(end..)? {
        [b'\r', b'\n', ..] => Some(end + 2),
        [b'\r' | b'\n', ..] => Some(end + 1),
        _ => None,
    }
}

/// Behind the last entry or item of `{…}` or `[…]`.
fn into_flow(
    node: Node<'_>,
    added: &Value,
    house: &House<'_>,
    path: &Path,
) -> Result<Vec<(Range<usize>, String)>, Error> {
    let yaml = node.yaml;
    let bytes = yaml.text.as_bytes();
    let span = node.span();
    if !matches!(bytes.get(span.start), Some(b'{' | b'[')) {
        return Err(cannot(node, path, "it is an entry without braces"));
    }
    let close = span.end - 1;
    let last = node.entries().last().map(|(key, value)| (key, value.span().end.max(key.span().end)));
    let last = last.or_else(|| node.items().last().map(|item| (item, item.span().end)));
    let Some((first, end)) = last else { return Err(cannot(node, path, "it is empty")) };
    let comma = comma(bytes, end, close);
    let start = yaml.line_start(first.span().start);
    let indent = yaml.text.get(start..first.slot().map_or(start, |slot| slot.start)).unwrap_or_default();
    let lines = start > span.start && indent.trim().is_empty();
    let between = if lines { format!(",{}{indent}", house.eol) } else { house.comma().to_owned() };
    let new = match added {
        Value::Mapping(entries) => house.flow_entries(entries, &between),
        Value::Sequence(items) => house.flow_items(items, &between),
        Value::String(_) => return Err(cannot(node, path, "a text cannot be added to it")),
    };
    let lead = between.trim_start_matches(',');
    // `{a:, b: 1}` has the key `a:,` for some readers.
    let apart = if bytes.get(end - 1) == Some(&b':') { " " } else { "" };
    let at = comma.map_or(end, |comma| comma + 1);
    let line_end = yaml.line_end(at);
    Ok(match comma {
        // A comment behind the last entry stays with it.
        Some(_) if lines && line_end < close => vec![(line_end..line_end, format!("{lead}{new},"))],
        None if lines && line_end < close => {
            vec![(end..end, format!("{apart},")), (line_end..line_end, format!("{lead}{new}"))]
        }
        Some(_) => vec![(at..at, format!("{lead}{new},"))],
        None => vec![(end..end, format!("{apart}{between}{new}"))],
    })
}

/// A comma behind the last entry, over blanks and comments.
fn comma(bytes: &[u8], from: usize, until: usize) -> Option<usize> {
    let mut comment = false;
    for (at, b) in bytes.iter().enumerate().take(until).skip(from) {
        match b {
            b'\r' | b'\n' => comment = false,
            b'#' => comment = true,
            b',' if !comment => return Some(at),
            _ => {}
        }
    }
    None
}

/// In the place of `{}`, `[]`, `~`, `null` or nothing at all.
fn into_nothing(
    node: Node<'_>,
    added: &Value,
    house: &House<'_>,
    path: &Path,
) -> Result<Vec<(Range<usize>, String)>, Error> {
    let yaml = node.yaml;
    let span = node.span();
    let text = yaml.text;
    if node.slot().is_some_and(|slot| slot.tag.is_some()) {
        return Err(cannot(node, path, "its tag says what it is"));
    }
    let before = text.get(..span.start).unwrap_or_default();
    let glued =
        span.is_empty() && !(before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '[', '{', ',', '\u{feff}']));
    let key = node.key();
    let bare = key.is_some_and(|key| span.is_empty() && key.span().end == span.start);
    let space = match (bare, glued) {
        (true, _) if house.place.flow => ": ",
        (true, _) => return Err(cannot(node, path, "its key has no colon")),
        (false, true) => " ",
        (false, false) => "",
    };
    let flow = node.kind() != Kind::Scalar && (key.is_none() || house.place.flow);
    if flow || house.place.flow {
        return Ok(vec![(span, format!("{space}{}", house.flow(added)))]);
    }
    let mut out = String::new();
    let Some(key) = key else {
        return match node.parent() {
            Some(_) => {
                let line = yaml.line_start(span.start);
                let column = text.get(line..span.start).unwrap_or_default().trim_start_matches('\u{feff}');
                house.inline(&mut out, added, column.chars().count() + space.len());
                Ok(vec![(span, format!("{space}{out}"))])
            }
            None => Ok(into_root(node, added, house)),
        };
    };
    // The value is taken away with the blanks before it; the lines stand below, behind a comment if there is one.
    let indent = yaml.line_start(key.span().start);
    let indent = text.get(indent..key.slot().map_or(0, |slot| slot.start)).unwrap_or_default();
    let explicit = indent.contains('?');
    let indent = indent.trim_start_matches('\u{feff}').len();
    if explicit {
        return Err(cannot(node, path, "its key is marked with ?"));
    }
    house.below(&mut out, added, indent);
    let end = yaml.line_end(span.end);
    if span.is_empty() {
        return Ok(vec![(end..end, out)]);
    }
    let start = before.trim_end_matches([' ', '\t']).len();
    if out.starts_with(house.eol) {
        Ok(vec![(start..span.end, String::new()), (end..end, out)])
    } else {
        Ok(vec![(start..span.end, out)])
    }
}

/// Into a document that holds nothing.
fn into_root(node: Node<'_>, added: &Value, house: &House<'_>) -> Vec<(Range<usize>, String)> {
    let yaml = node.yaml;
    let span = node.span();
    let mut out = String::new();
    house.inline(&mut out, added, 0);
    let before = yaml.text.get(..span.start).unwrap_or_default();
    let line = yaml.text.get(yaml.line_start(span.start)..span.start).unwrap_or_default();
    if line.trim_start_matches('\u{feff}').is_empty() {
        let eol = if span.end == yaml.text.len() { house.eol } else { "" };
        return vec![(span, format!("{out}{eol}"))];
    }
    let end = behind_comments(yaml, yaml.line_end(span.end), 0, false);
    let start = before.trim_end_matches([' ', '\t']).len();
    let eol = house.eol;
    let last = if end == yaml.text.len() { eol } else { "" };
    if span.is_empty() {
        return vec![(end..end, format!("{eol}{out}{last}"))];
    }
    vec![(start..span.end, String::new()), (end..end, format!("{eol}{out}{last}"))]
}
