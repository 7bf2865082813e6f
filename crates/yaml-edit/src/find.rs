//! From a path to a node.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::node::{Kind, Node};
use crate::path::{Path, Segment};
use crate::read::Yaml;

/// How far a path leads.
pub(crate) enum Walk<'y> {
    /// To its end.
    Found(Node<'y>),
    /// To this node; the segment of that number is not in it.
    Missing(Node<'y>, usize),
    /// To this alias, with segments left from that number on.
    Alias(Node<'y>, usize),
    /// To the value of this merge key, which has or may have the key of the segment of that number.
    Merge(Node<'y>, usize),
}

impl Yaml<'_> {
    /// The node at `path` of a document, counted from 0. When a key is there twice, the last one is meant.
    ///
    /// # Errors
    /// There is no such document or node, several items fit, or the path leads through an alias or a merge key: those
    /// are not followed, and the error names the anchor. An alias at the very end is found as what it is.
    pub fn find(&self, document: usize, path: &Path) -> Result<Node<'_>, Error> {
        match self.walk(document, path)? {
            Walk::Found(node) => Ok(node),
            Walk::Missing(node, depth) => Err(missing(node, path, depth)),
            Walk::Alias(node, depth) => Err(alias(node, &prefix(path, depth))),
            Walk::Merge(value, depth) => Err(merge(value, &prefix(path, depth + 1))),
        }
    }

    pub(crate) fn walk<'y>(&'y self, document: usize, path: &Path) -> Result<Walk<'y>, Error> {
        let Some(&index) = self.roots.get(document) else {
            return Err(Error::NoDocument { document, count: self.roots.len() });
        };
        self.walk_from(Node { yaml: self, index }, path, 0)
    }

    pub(crate) fn walk_from<'y>(&'y self, from: Node<'y>, path: &Path, depth: usize) -> Result<Walk<'y>, Error> {
        let mut node = from;
        for (depth, segment) in path.segments().iter().enumerate().skip(depth) {
            if node.kind() == Kind::Alias {
                return Ok(Walk::Alias(node, depth));
            }
            let next = match segment {
                Segment::Key(key) => node.get(key),
                Segment::Index(index) => node.items().nth(*index),
                Segment::Item { key, value } => item(node, key, value, &prefix(path, depth + 1))?,
            };
            match (next, segment) {
                (Some(next), _) => node = next,
                (None, Segment::Key(key)) => {
                    return Ok(merged(node, key).map_or(Walk::Missing(node, depth), |value| Walk::Merge(value, depth)));
                }
                (None, _) => return Ok(Walk::Missing(node, depth)),
            }
        }
        Ok(Walk::Found(node))
    }
}

/// The first segments of a path.
pub(crate) fn prefix(path: &Path, length: usize) -> Path {
    path.segments().get(..length).unwrap_or(path.segments()).to_vec().into()
}

fn item<'y>(node: Node<'y>, key: &str, value: &str, path: &Path) -> Result<Option<Node<'y>>, Error> {
    let fits = |item: &Node<'y>| item.get(key).and_then(Node::scalar) == Some(value);
    let found: Vec<Node<'y>> = node.items().filter(fits).collect();
    match found.as_slice() {
        [first, others @ ..] if !others.is_empty() => Err(Error::Ambiguous {
            path: path.clone(),
            line: first.line(),
            column: first.column(),
            count: found.len(),
            others: others.iter().take(10).map(|item| item.line().to_string()).collect::<Vec<_>>().join(", "),
        }),
        found => Ok(found.first().copied()),
    }
}

/// The value of the merge key that has the key, or that may have it as its anchor is not in the file.
///
/// What is merged may merge again, and anchors may refer to each other: each mapping is looked at once.
fn merged<'y>(node: Node<'y>, key: &str) -> Option<Node<'y>> {
    let mut seen = BTreeSet::new();
    merges(node).find(|&value| {
        let mut todo = vec![value];
        while let Some(node) = todo.pop() {
            let mapping = if node.kind() == Kind::Alias { node.target() } else { Some(node) };
            match mapping {
                None => return true,
                Some(mapping) if !seen.insert(mapping.index) => {}
                Some(mapping) if mapping.get(key).is_some() => return true,
                Some(mapping) => todo.extend(merges(mapping)),
            }
        }
        false
    })
}

/// The values of the merge keys of a mapping.
fn merges<'y>(mapping: Node<'y>) -> impl Iterator<Item = Node<'y>> {
    let values = mapping.entries().filter(|(name, _)| name.scalar() == Some("<<") && !name.is_quoted());
    values.flat_map(|(_, value)| {
        let list = (value.kind() != Kind::Sequence).then_some(value);
        list.into_iter().chain(value.items())
    })
}

fn defined(target: Option<Node<'_>>) -> String {
    match target {
        Some(target) => format!(", defined in line {}", target.line()),
        None => ", which this file does not define".to_owned(),
    }
}

pub(crate) fn alias(node: Node<'_>, path: &Path) -> Error {
    Error::Alias {
        path: path.clone(),
        anchor: node.alias().unwrap_or_default().to_owned(),
        line: node.line(),
        column: node.column(),
        defined: defined(node.target()),
    }
}

pub(crate) fn merge(value: Node<'_>, path: &Path) -> Error {
    let anchor = value.alias();
    Error::Merge {
        path: path.clone(),
        anchor: anchor.unwrap_or_default().to_owned(),
        line: value.line(),
        column: value.column(),
        defined: if anchor.is_some() { defined(value.target()) } else { String::new() },
    }
}

pub(crate) fn missing(node: Node<'_>, path: &Path, depth: usize) -> Error {
    let there = what(node);
    let (why, hint) = match (path.segments().get(depth), node.kind()) {
        (Some(Segment::Key(key)), Kind::Mapping) => (format!("no key {key:?}"), near(node, key)),
        (Some(Segment::Key(key)), Kind::Sequence) => {
            let index = key.parse::<usize>().map_or_else(|_| "0".to_owned(), |index| index.to_string());
            (format!("a key, but here is {there}"), Some(format!("an item is written [{index}] or [name=…]")))
        }
        (Some(Segment::Index(_)), Kind::Sequence) => {
            (format!("the sequence has {} items", node.items().count()), Some("items count from 0".to_owned()))
        }
        (Some(Segment::Item { key, value }), Kind::Sequence) => {
            (format!("no item has {key}: {value}"), Some(format!("the items have: {}", values(node, key))))
        }
        (Some(Segment::Key(_)), _) => (format!("a key, but here is {there}"), None),
        _ => (format!("an item, but here is {there}"), None),
    };
    Error::NotFound {
        path: path.clone(),
        nearest: prefix(path, depth),
        line: node.line(),
        column: node.column(),
        why,
        hint,
    }
}

/// What a node is, for people.
pub(crate) fn what(node: Node<'_>) -> &'static str {
    match node.kind() {
        _ if is_template(node) => "a template ({{ … }})",
        Kind::Scalar if node.is_null() => "an empty value",
        Kind::Scalar => "one value",
        Kind::Sequence => "a sequence",
        Kind::Mapping => "a mapping",
        Kind::Alias => "an alias",
    }
}

/// `{{ .Values.tag }}` reads as a mapping in a mapping.
pub(crate) fn is_template(node: Node<'_>) -> bool {
    node.kind() == Kind::Mapping && node.yaml.text.get(node.span()).is_some_and(|text| text.starts_with("{{"))
}

fn near(node: Node<'_>, key: &str) -> Option<String> {
    let keys: Vec<&str> = node.entries().filter_map(|(name, _)| name.scalar()).collect();
    if let Some(name) = keys.iter().find(|name| name.eq_ignore_ascii_case(key)) {
        return Some(format!("there is {name:?}"));
    }
    let whole = key.contains('.').then(|| keys.iter().find(|name| **name == key)).flatten();
    let shown = keys.iter().take(12).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let more = if keys.len() > 12 { ", …" } else { "" };
    whole.map(|name| format!("write it in quotes: {name:?}")).or(Some(format!("the keys there: {shown}{more}")))
}

fn values(node: Node<'_>, key: &str) -> String {
    let values: Vec<&str> = node.items().filter_map(|item| item.get(key)?.scalar()).take(12).collect();
    if values.is_empty() { format!("no {key} at all") } else { values.join(", ") }
}
