//! A node together with the way to it.
//!
//! A node knows its path too, but has to look for itself among its siblings to tell it: in a list of many images that is
//! time which grows with their square.

use std::collections::HashMap;
use std::rc::Rc;

use yaml_edit::{Node, Path, Segment};

/// A node, and how it was come by.
#[derive(Clone)]
pub(crate) struct Spot<'y> {
    pub(crate) node: Node<'y>,
    way: Rc<Way<'y>>,
}

enum Way<'y> {
    Begin(Path),
    Key(Rc<Way<'y>>, &'y str),
    Index(Rc<Way<'y>>, usize),
}

impl<'y> Spot<'y> {
    /// A node from which the way goes on.
    pub(crate) fn new(node: Node<'y>) -> Self {
        Self { node, way: Rc::new(Way::Begin(node.path())) }
    }

    /// Its path in the document.
    pub(crate) fn path(&self) -> Path {
        let mut segments = Vec::new();
        let mut way = &self.way;
        loop {
            way = match &**way {
                Way::Begin(path) => {
                    segments.extend(path.segments().iter().rev().cloned());
                    segments.reverse();
                    return segments.into();
                }
                Way::Key(above, key) => {
                    segments.push(Segment::Key((*key).to_owned()));
                    above
                }
                Way::Index(above, index) => {
                    segments.push(Segment::Index(*index));
                    above
                }
            };
        }
    }

    /// The value of its last entry with this key.
    pub(crate) fn get(&self, key: &'static str) -> Option<Self> {
        self.node.get(key).map(|value| self.below(key, value))
    }

    /// The text of the scalar at a key.
    pub(crate) fn text(&self, key: &str) -> Option<&'y str> {
        self.node.get(key).and_then(Node::scalar)
    }

    /// The node below these keys.
    pub(crate) fn find(&self, keys: &[&'static str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |spot, key| spot.get(key))
    }

    /// A value of this mapping.
    pub(crate) fn below(&self, key: &'y str, value: Node<'y>) -> Self {
        Self { node: value, way: Rc::new(Way::Key(Rc::clone(&self.way), key)) }
    }

    /// Keys and values of a mapping as readers take them: of two entries with the same key the last, and no keys that
    /// are no text.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'y str, Self)> {
        let entries: Vec<_> = self.node.entries().filter_map(|(key, value)| Some((key.scalar()?, value))).collect();
        let last: HashMap<&str, usize> = entries.iter().enumerate().map(|(at, (key, _))| (*key, at)).collect();
        let entries = entries.into_iter().enumerate().filter(move |(at, (key, _))| last.get(key) == Some(at));
        let spot = self.clone();
        entries.map(move |(_, (key, value))| (key, spot.below(key, value)))
    }

    /// The items of a sequence.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> {
        let way = Rc::clone(&self.way);
        let items = self.node.items().enumerate();
        items.map(move |(index, node)| Self { node, way: Rc::new(Way::Index(Rc::clone(&way), index)) })
    }
}
