//! The keys of one mapping, and the scalars at them.

use std::collections::BTreeMap;

use yaml_edit::{Kind, Node};

use super::Spot;
use crate::place::{Slot, Stuck};

/// The keys of a mapping: its own, and those that it merges in by `<<: *anchor`.
pub(crate) struct Fields<'y> {
    mapping: Spot<'y>,
    own: BTreeMap<&'y str, Node<'y>>,
    merged: Vec<(&'y str, Node<'y>)>,
}

impl<'y> Fields<'y> {
    /// The fields of a mapping; of anything else none.
    pub(crate) fn of(mapping: &Spot<'y>) -> Self {
        let mut fields = Self { mapping: mapping.clone(), own: BTreeMap::new(), merged: Vec::new() };
        for (key, value) in mapping.node.entries() {
            match key.scalar() {
                Some("<<") => {
                    fields.merge(value);
                    value.items().for_each(|item| fields.merge(item));
                }
                // Of two entries with the same key readers take the last.
                Some(key) => {
                    fields.own.insert(key, value);
                }
                None => {}
            }
        }
        fields
    }

    /// Merging mappings which merge mappings is left out: what a place needs is written near it, and a file must not
    /// make us read one mapping thousands of times.
    fn merge(&mut self, alias: Node<'y>) {
        if let Some(target) = alias.target()
            && target.kind() == Kind::Mapping
            && target.entries().nth(MERGED_MAX).is_none()
        {
            self.merged.push((target.anchor().unwrap_or_default(), target));
        }
    }

    /// The value at its own key.
    pub(crate) fn node(&self, key: &str) -> Option<Node<'y>> {
        self.own.get(key).copied()
    }

    /// The value at its own key, with the way to it.
    pub(crate) fn spot(&self, key: &str) -> Option<Spot<'y>> {
        self.own.get_key_value(key).map(|(key, value)| self.mapping.below(key, *value))
    }

    /// The text of a scalar at its own key.
    pub(crate) fn text(&self, key: &str) -> Option<&'y str> {
        self.node(key).and_then(Node::scalar)
    }

    /// Its own keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'y str> {
        self.own.keys().copied()
    }

    /// The scalar at a key, wherever it comes from.
    pub(crate) fn slot(&self, key: &str) -> Option<Slot> {
        if let Some(value) = self.spot(key) {
            return slot_of(&value);
        }
        self.merged.iter().find_map(|(anchor, target)| {
            let value = self.mapping.below("", target.get(key)?);
            let (path, line) = (self.mapping.path().key(key), self.mapping.node.line());
            let stuck = Some(Stuck::Merge((*anchor).to_owned()));
            Some(Slot { path, line, stuck, ..slot_of(&value)? })
        })
    }

    /// The first of these keys with a scalar that is not empty, or else with a scalar.
    pub(crate) fn first(&self, keys: &[&str]) -> Option<Slot> {
        let slots = || keys.iter().filter_map(|key| self.slot(key));
        slots().find(|slot| slot.filled().is_some()).or_else(|| slots().next())
    }
}

/// The most keys that a mapping may have to be merged.
const MERGED_MAX: usize = 64;

/// A scalar, or what an alias of one stands for.
pub(crate) fn slot_of(spot: &Spot<'_>) -> Option<Slot> {
    let node = spot.node;
    let (scalar, stuck) = match node.kind() {
        Kind::Alias => {
            let target = node.target()?;
            (target, Some(Stuck::Alias(target.anchor().unwrap_or_default().to_owned())))
        }
        _ => (node, None),
    };
    let text = if scalar.is_null() { "" } else { scalar.scalar()? };
    let stuck = stuck.or_else(|| is_template(text).then_some(Stuck::Template));
    Some(Slot { path: spot.path(), line: node.line(), text: text.to_owned(), is_string: scalar.is_string(), stuck })
}

/// Whether a text is filled in by Helm or Argo CD (`{{ }}`), Compose or Flux (`${ }`) or Kubernetes (`$( )`).
pub(crate) fn is_template(text: &str) -> bool {
    template_at(text).is_some()
}

/// Where the first template begins.
pub(super) fn template_at(text: &str) -> Option<usize> {
    ["{{", "${", "$("].iter().filter_map(|mark| text.find(mark)).min()
}
