//! A directory as git stores it.

use std::collections::BTreeMap;

/// The entries of a directory by name.
pub(super) type Tree = BTreeMap<Vec<u8>, Entry>;

/// What a name stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    /// Octal digits, as stored: `100644`, `40000`.
    pub(super) mode: String,
    /// The id of the object.
    pub(super) id: String,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    File,
    Directory,
    Link,
    Submodule,
}

/// The mode of a directory, as stored.
pub(super) const DIRECTORY: &str = "40000";

/// The mode of a file that is not executable.
pub(super) const FILE: &str = "100644";

impl Entry {
    /// What it is; `None` for a mode that git does not have.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self.mode.trim_start_matches('0') {
            "40000" => Some(Kind::Directory),
            "120000" => Some(Kind::Link),
            "160000" => Some(Kind::Submodule),
            mode if mode.len() == 6 && mode.starts_with("100") => Some(Kind::File),
            _ => None,
        }
    }

    /// Whether a file's owner may run it.
    pub(super) fn is_executable(&self) -> bool {
        self.mode.as_bytes().get(3).is_some_and(|digit| digit % 2 == 1)
    }
}

/// Reads a tree object: mode, space, name, NUL, and the id in `id_bytes` bytes, again and again.
/// `None` when it is not one.
pub(super) fn parse(mut bytes: &[u8], id_bytes: usize) -> Option<Tree> {
    let mut tree = Tree::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ')?;
        let nul = bytes.iter().position(|byte| *byte == 0)?;
        let mode = std::str::from_utf8(bytes.get(..space)?).ok()?.to_owned();
        let name = bytes.get(space + 1..nul)?.to_owned();
        let id = hex(bytes.get(nul + 1..nul + 1 + id_bytes)?);
        let is_new = tree.insert(name, Entry { mode, id }).is_none();
        if !is_new {
            return None;
        }
        bytes = bytes.get(nul + 1 + id_bytes..)?;
    }
    Some(tree)
}

/// What `git mktree -z --batch` reads for this tree.
pub(super) fn to_mktree(tree: &Tree) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, entry) in tree {
        let object = match entry.kind() {
            Some(Kind::Directory) => "tree",
            Some(Kind::Submodule) => "commit",
            _ => "blob",
        };
        out.extend_from_slice(format!("{} {object} {}\t", entry.mode, entry.id).as_bytes());
        out.extend_from_slice(name);
        out.push(0);
    }
    out.push(0);
    out
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value)).map_or('0', |digit| char::from(*digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_whole_or_not_at_all() {
        let mut bytes = b"100755 run me\xff\0".to_vec();
        bytes.extend_from_slice(&[0xab; 20]);
        let tree = parse(&bytes, 20).unwrap();
        let entry = tree.get(b"run me\xff".as_slice()).unwrap();
        assert_eq!(
            (entry.kind(), entry.is_executable(), entry.id.as_str()),
            (Some(Kind::File), true, &*"ab".repeat(20))
        );
        for end in 1..bytes.len() {
            assert_eq!(parse(&bytes[..end], 20), None, "{end}");
        }
        assert_eq!(parse(&bytes, 32), None);
        assert_eq!(parse(&[bytes.clone(), bytes].concat(), 20), None, "two of one name");
    }

    #[test]
    fn modes_say_what_an_entry_is() {
        let kind = |mode: &str| Entry { mode: mode.to_owned(), id: String::new() }.kind();
        assert_eq!((kind("40000"), kind("040000")), (Some(Kind::Directory), Some(Kind::Directory)));
        assert_eq!(
            (kind("100644"), kind("100664"), kind("120000")),
            (Some(Kind::File), Some(Kind::File), Some(Kind::Link))
        );
        assert_eq!((kind("160000"), kind("777"), kind("")), (Some(Kind::Submodule), None, None));
    }
}
