//! Nodes of a tree, and the way among them.

use std::ops::Range;

use crate::kind;
use crate::path::Path;
use crate::read::{Slot, Style, Yaml};

/// A node of a tree; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Node<'y> {
    pub(crate) yaml: &'y Yaml<'y>,
    pub(crate) index: usize,
}

/// What a node is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// One value: text, number, null.
    Scalar,
    /// A list.
    Sequence,
    /// Keys with values.
    Mapping,
    /// `*name`: another node once more.
    Alias,
}

impl<'y> Node<'y> {
    pub(crate) fn slot(self) -> Option<&'y Slot<'y>> {
        self.yaml.slots.get(self.index)
    }

    fn at(self, index: usize) -> Self {
        Self { index, ..self }
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.slot().map_or(Kind::Scalar, |slot| slot.kind)
    }

    /// The text of a scalar as YAML reads it.
    #[must_use]
    pub fn scalar(self) -> Option<&'y str> {
        self.slot().filter(|slot| slot.kind == Kind::Scalar).map(|slot| slot.text.as_ref())
    }

    /// Whether it is a scalar that YAML reads as null: plain `~`, `null`, nothing at all.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.slot().is_some_and(|slot| {
            let tag = slot.tag.as_deref();
            slot.kind == Kind::Scalar
                && slot.style == Style::Plain
                && tag.is_none_or(|tag| tag == "tag:yaml.org,2002:null")
                && kind::is_null(&slot.text)
        })
    }

    /// Whether it is a scalar of type string: quoted, block, tagged `!!str`, or plain and nothing else to any reader.
    #[must_use]
    pub fn is_string(self) -> bool {
        let Some(slot) = self.slot().filter(|slot| slot.kind == Kind::Scalar) else { return false };
        match slot.tag.as_deref() {
            Some("tag:yaml.org,2002:str" | "!") => true,
            Some(_) => false,
            None => slot.style != Style::Plain || kind::is_plain_string(&slot.text),
        }
    }

    /// Whether it is written in single or double quotes.
    #[must_use]
    pub fn is_quoted(self) -> bool {
        self.slot().is_some_and(|slot| matches!(slot.style, Style::Single | Style::Double))
    }

    /// Bytes of the node in the text, without properties (anchor, tag) and comments.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.slot().map_or(0..0, |slot| slot.span.clone())
    }

    /// The line it begins in, counted from 1.
    #[must_use]
    pub fn line(self) -> u32 {
        self.yaml.place(self.span().start).0
    }

    /// The column it begins in, counted from 1 in characters.
    #[must_use]
    pub fn column(self) -> u32 {
        self.yaml.place(self.span().start).1
    }

    /// The document it belongs to, counted from 0.
    #[must_use]
    pub fn document(self) -> usize {
        self.slot().map_or(0, |slot| slot.document)
    }

    /// The name of its anchor.
    #[must_use]
    pub fn anchor(self) -> Option<&'y str> {
        let anchor = self.slot()?.anchor?;
        self.yaml.anchors.get(anchor).map(|anchor| anchor.name.as_ref())
    }

    /// For an alias: the name it refers to.
    #[must_use]
    pub fn alias(self) -> Option<&'y str> {
        self.slot().filter(|slot| slot.kind == Kind::Alias).map(|slot| slot.text.as_ref())
    }

    /// For an alias: the node it stands for, when the file defines it.
    #[must_use]
    pub fn target(self) -> Option<Node<'y>> {
        let anchor = self.slot()?.target?;
        self.yaml.anchors.get(anchor).map(|anchor| self.at(anchor.slot))
    }

    /// The comment behind it on its last line, from its `#`.
    #[must_use]
    pub fn comment(self) -> Option<&'y str> {
        let end = match self.slot()? {
            // The comment of a block scalar stands behind its header.
            slot if matches!(slot.style, Style::Literal | Style::Folded) => slot.span.start,
            slot => slot.span.end,
        };
        let next = self.yaml.comments.partition_point(|comment| comment.start < end);
        let comment = self.yaml.comments.get(next)?;
        let between = self.yaml.text.get(end..comment.start)?;
        let only = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '\t' | ',' | ']' | '}' | '|' | '>' | '+' | '-');
        if between.len() > 4096 || !between.chars().all(only) {
            return None;
        }
        self.yaml.text.get(comment.clone())
    }

    /// Keys and values of a mapping, as written (merge keys too); nothing of other nodes.
    pub fn entries(self) -> impl Iterator<Item = (Node<'y>, Node<'y>)> {
        let mut children = self.children(Kind::Mapping);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The items of a sequence; nothing of other nodes.
    pub fn items(self) -> impl Iterator<Item = Node<'y>> {
        self.children(Kind::Sequence)
    }

    pub(crate) fn children(self, of: Kind) -> impl Iterator<Item = Node<'y>> {
        let end = self.slot().filter(|slot| slot.kind == of).map_or(0, |slot| slot.end);
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let child = self.at(next);
            let slot = child.slot().filter(|_| next < end)?;
            next = slot.end;
            Some(child)
        })
    }

    /// The value of the last entry with this key (the one that readers take); not through aliases or merge keys.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'y>> {
        self.entries().filter(|(name, _)| name.scalar() == Some(key)).last().map(|(_, value)| value)
    }

    /// Where it stands, to be found again by: keys, and indices in sequences.
    #[must_use]
    pub fn path(self) -> Path {
        let mut path = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            let segment = match parent.kind() {
                Kind::Sequence => {
                    let index = parent.items().position(|item| item.index == node.index);
                    crate::Segment::Index(index.unwrap_or_default())
                }
                _ => {
                    let mut of = parent.entries().filter(|(key, value)| [key.index, value.index].contains(&node.index));
                    let key = of.next().and_then(|(key, _)| key.scalar()).unwrap_or_default();
                    crate::Segment::Key(key.to_owned())
                }
            };
            path.push(segment);
            node = parent;
        }
        path.reverse();
        Path::from(path)
    }

    pub(crate) fn parent(self) -> Option<Node<'y>> {
        self.slot()?.parent.map(|parent| self.at(parent))
    }

    /// Whether it is the value of a mapping's entry, not a key.
    pub(crate) fn is_value(self) -> bool {
        self.key().is_some()
    }

    /// The key of a mapping's value.
    pub(crate) fn key(self) -> Option<Node<'y>> {
        self.parent()?.entries().find(|(_, value)| value.index == self.index).map(|(key, _)| key)
    }
}
