//! What comes out says what it should, and nothing else.

use std::collections::BTreeMap;

use crate::change::Value;
use crate::error::Error;
use crate::node::{Kind, Node};
use crate::read::{Slot, Yaml};

/// Where the new file is to differ from the old one, by the nodes of the old one.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Nodes that have become these values.
    pub set: BTreeMap<usize, Value>,
    /// Collections that have got these entries or items at their end.
    pub add: BTreeMap<usize, Value>,
}

/// Reads the new text and compares it, node by node, with the old file as it should have become.
pub(crate) fn verify(old: &Yaml<'_>, text: &str, expected: &Expected) -> Result<(), Error> {
    let new = Yaml::read(text.as_bytes()).map_err(|error| match error {
        Error::TooDeep { .. } => error,
        error => Error::Unproved { line: error.line().unwrap_or(1), why: error.to_string() },
    })?;
    let (mut i, mut j) = (0, 0);
    // Collections that are not at their end: that in the old file, its node, that in the new file.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    loop {
        let node = Node { yaml: &new, index: j };
        if let Some(&(end, index, new_end)) = open.last().filter(|(end, ..)| *end == i) {
            let added = expected.add.get(&index).map_or(Some(j), |added| behind(node, added));
            if added != Some(new_end) {
                return Err(unproved(node, "what was added reads as something else"));
            }
            open.pop();
            (i, j) = (end, new_end);
            continue;
        }
        let (Some(before), Some(after)) = (old.slots.get(i), new.slots.get(j)) else { break };
        if let Some(value) = expected.set.get(&i) {
            if !became(old, before, node, value) {
                return Err(unproved(node, "the new value reads as something else"));
            }
            (i, j) = (before.end, after.end);
        } else if same(old, before, &new, after) {
            if matches!(before.kind, Kind::Mapping | Kind::Sequence) {
                open.push((before.end, i, after.end));
            }
            (i, j) = (i + 1, j + 1);
        } else {
            return Err(unproved(node, "another value changed too"));
        }
    }
    if i < old.slots.len() || j < new.slots.len() || old.roots.len() != new.roots.len() {
        return Err(Error::Unproved { line: 1, why: "another value came or went".to_owned() });
    }
    if !comments(old).eq(comments(&new)) {
        return Err(Error::Unproved { line: 1, why: "a comment changed".to_owned() });
    }
    Ok(())
}

fn comments<'y>(yaml: &'y Yaml<'_>) -> impl Iterator<Item = &'y str> {
    yaml.comments.iter().filter_map(|range| yaml.text.get(range.clone()))
}

fn unproved(node: Node<'_>, why: &str) -> Error {
    Error::Unproved { line: node.line(), why: why.to_owned() }
}

fn anchor<'y>(yaml: &'y Yaml<'_>, slot: &Slot<'_>) -> Option<&'y str> {
    slot.anchor.and_then(|anchor| yaml.anchors.get(anchor)).map(|anchor| anchor.name.as_ref())
}

/// The index behind the children that were added, if they are what was to be added. The node is the first of them.
fn behind(node: Node<'_>, added: &Value) -> Option<usize> {
    let mut at = node;
    let mut next = |value: Option<&Value>, key: Option<&str>| {
        let fits = value.is_none_or(|value| says(at, value)) && key.is_none_or(|key| at.scalar() == Some(key));
        at.index = at.slot().filter(|_| fits)?.end;
        Some(at.index)
    };
    let mut end = Some(node.index);
    match added {
        Value::Mapping(entries) => {
            for (key, value) in entries {
                next(None, Some(key))?;
                end = Some(next(Some(value), None)?);
            }
        }
        Value::Sequence(items) => {
            for item in items {
                end = Some(next(Some(item), None)?);
            }
        }
        Value::String(_) => end = None,
    }
    end
}

fn became(old: &Yaml<'_>, before: &Slot<'_>, node: Node<'_>, value: &Value) -> bool {
    let Some(after) = node.slot() else { return false };
    before.tag == after.tag
        && before.document == after.document
        && anchor(old, before) == anchor(node.yaml, after)
        && match value {
            Value::String(text) if after.tag.is_some() => node.scalar() == Some(text),
            value => says(node, value),
        }
}

fn same(old: &Yaml<'_>, before: &Slot<'_>, new: &Yaml<'_>, after: &Slot<'_>) -> bool {
    before.kind == after.kind
        && before.style == after.style
        && before.document == after.document
        && before.text == after.text
        && before.tag == after.tag
        && before.target == after.target
        && anchor(old, before) == anchor(new, after)
}

fn says(node: Node<'_>, value: &Value) -> bool {
    match value {
        Value::String(text) => node.scalar() == Some(text) && node.is_string(),
        Value::Mapping(entries) => {
            node.kind() == Kind::Mapping
                && node.entries().count() == entries.len()
                && node
                    .entries()
                    .zip(entries)
                    .all(|((key, there), (name, value))| key.scalar() == Some(name) && says(there, value))
        }
        Value::Sequence(items) => {
            node.kind() == Kind::Sequence
                && node.items().count() == items.len()
                && node.items().zip(items).all(|(there, value)| says(there, value))
        }
    }
}
