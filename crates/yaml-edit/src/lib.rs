//! Changes one value of a YAML file and keeps every other byte.
//!
//! A parser that knows the bytes of each node (granit-parser) tells where a value stands; the new one is put in its
//! place, in the old one's style where that can say it. Nothing is ever written anew. What comes out is parsed again
//! and must differ from what went in by exactly what was asked for: otherwise there is an error and no text.
//!
//! # Layout
//!
//! - [`Yaml`]: a file that was read: its documents as trees of [`Node`]s with their bytes.
//! - [`Path`]: `spec.containers[name=app].image`, where a value is to be found.
//! - [`Change`]: what is to be set, where; [`Yaml::apply`] makes all of them, or none.
//! - `read` and `build`: from bytes to trees, with granit-parser; `find`: from a path to a node.
//! - `apply`: the splices that make the changes; `graft`: several of them that make one new value.
//! - `scalar`: how a text is written in each style, and `kind`: what plain text would not be read as a string.
//! - `insert`: where keys and items go that are not there yet; `house`: the style of their neighbours.
//! - `verify`: what comes out says what it should, and nothing else.
//! - [`Error`]: why not, with line and column.

mod apply;
mod build;
mod change;
mod error;
mod find;
mod graft;
mod house;
mod insert;
mod kind;
mod node;
mod path;
mod read;
mod scalar;
mod verify;

pub use change::{Aliases, Change, Missing, Value};
pub use error::Error;
pub use node::{Kind, Node};
pub use path::{Path, PathError, Segment};
pub use read::Yaml;
