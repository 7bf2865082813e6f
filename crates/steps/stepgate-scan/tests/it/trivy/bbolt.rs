//! Writes a bbolt file once, whole: the key-value store that Trivy keeps its advisories in.
//!
//! The format is that of <https://github.com/etcd-io/bbolt> (`internal/common/page.go`, `meta.go`, `bucket.go`): pages of
//! 4 KiB, little endian; two meta pages, a list of free pages, then B+ trees of leaf and branch pages. A nested bucket is
//! an entry of its parent whose value is the number of its root page.

use std::collections::BTreeMap;

/// What stands behind a key.
pub(crate) enum Node {
    Value(Vec<u8>),
    Bucket(Bucket),
}

/// Keys in their order, which is that of their bytes.
pub(crate) type Bucket = BTreeMap<Vec<u8>, Node>;

/// The bytes of a file that holds `root`.
pub(crate) fn file(root: &Bucket) -> Vec<u8> {
    let mut pages = Pages { bytes: Vec::new() };
    for number in 0..FIRST {
        pages.push(if number == FREE_LIST { FREE_LIST_FLAG } else { META }, 0, &[]);
    }
    let root = pages.bucket(root);
    let mut file = pages.bytes;
    let end = u64::try_from(file.len() / PAGE).expect("few pages");
    for (number, transaction) in [(0, 0), (1, 1)] {
        let meta = meta(root, end, transaction);
        let start = number * PAGE + HEADER;
        file[start..start + meta.len()].copy_from_slice(&meta);
    }
    file
}

const PAGE: usize = 4096;
const HEADER: usize = 16;
/// Bytes of an element of a leaf and of a branch, which point to keys and values that follow them all.
const ELEMENT: usize = 16;
/// Pages 0 and 1 are meta pages.
const FREE_LIST: usize = 2;
/// The first page of the trees.
const FIRST: usize = 3;

const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const META: u16 = 4;
const FREE_LIST_FLAG: u16 = 16;
const IS_BUCKET: u32 = 1;

/// The pages so far; the number of a page is its place.
struct Pages {
    bytes: Vec<u8>,
}

/// An entry of a leaf: flags, key, value.
type Entry<'k> = (u32, &'k [u8], Vec<u8>);

impl Pages {
    /// Writes a tree and gives the number of its root.
    fn bucket(&mut self, bucket: &Bucket) -> u64 {
        let entries: Vec<Entry<'_>> = bucket.iter().map(|(key, node)| self.entry(key, node)).collect();
        if entries.is_empty() {
            return self.push(LEAF, 0, &[]);
        }
        let mut level: Vec<(&[u8], u64)> = Vec::new();
        for group in fitting(&entries, 1, |(_, key, value)| ELEMENT + key.len() + value.len()) {
            level.push((group[0].1, self.leaf(group)));
        }
        while level.len() > 1 {
            let groups = fitting(&level, 2, |(key, _)| ELEMENT + key.len());
            level = groups.into_iter().map(|group| (group[0].0, self.branch(group))).collect();
        }
        level[0].1
    }

    fn entry<'k>(&mut self, key: &'k [u8], node: &Node) -> Entry<'k> {
        match node {
            Node::Value(value) => (0, key, value.clone()),
            // The root page, and a sequence that nobody counts.
            Node::Bucket(bucket) => (IS_BUCKET, key, [self.bucket(bucket), 0].map(u64::to_le_bytes).concat()),
        }
    }

    fn leaf(&mut self, entries: &[Entry<'_>]) -> u64 {
        let (mut elements, mut data) = (Vec::new(), Vec::new());
        for (index, (flags, key, value)) in entries.iter().enumerate() {
            let position = (entries.len() - index) * ELEMENT + data.len();
            let numbers = [*flags, number(position), number(key.len()), number(value.len())];
            elements.extend(numbers.map(u32::to_le_bytes).concat());
            data.extend_from_slice(key);
            data.extend_from_slice(value);
        }
        self.push(LEAF, entries.len(), &[elements, data].concat())
    }

    fn branch(&mut self, children: &[(&[u8], u64)]) -> u64 {
        let (mut elements, mut data) = (Vec::new(), Vec::new());
        for (index, (key, page)) in children.iter().enumerate() {
            let position = (children.len() - index) * ELEMENT + data.len();
            elements.extend([number(position), number(key.len())].map(u32::to_le_bytes).concat());
            elements.extend(page.to_le_bytes());
            data.extend_from_slice(key);
        }
        self.push(BRANCH, children.len(), &[elements, data].concat())
    }

    /// Adds a page, with as many behind it as its body overflows into, and gives its number.
    fn push(&mut self, flags: u16, count: usize, body: &[u8]) -> u64 {
        let page = u64::try_from(self.bytes.len() / PAGE).expect("few pages");
        let length = (HEADER + body.len()).next_multiple_of(PAGE);
        let end = self.bytes.len() + length;
        self.bytes.extend(page.to_le_bytes());
        self.bytes.extend(flags.to_le_bytes());
        self.bytes.extend(u16::try_from(count).expect("a page has few elements").to_le_bytes());
        self.bytes.extend(number(length / PAGE - 1).to_le_bytes());
        self.bytes.extend_from_slice(body);
        self.bytes.resize(end, 0);
        page
    }
}

/// Cuts `items` into groups that fit a page, of at least `least` items each except the last.
fn fitting<T>(items: &[T], least: usize, size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let (mut groups, mut start, mut used) = (Vec::new(), 0, HEADER);
    for (index, item) in items.iter().enumerate() {
        if index - start >= least && used + size(item) > PAGE {
            groups.push(&items[start..index]);
            (start, used) = (index, HEADER);
        }
        used += size(item);
    }
    groups.push(&items[start..]);
    groups
}

fn meta(root: u64, end: u64, transaction: u64) -> Vec<u8> {
    const MAGIC: u32 = 0xED0C_DAED;
    const VERSION: u32 = 2;
    let mut meta = [MAGIC, VERSION, number(PAGE), 0].map(u32::to_le_bytes).concat();
    let free_list = u64::try_from(FREE_LIST).expect("two");
    meta.extend([root, 0, free_list, end, transaction].map(u64::to_le_bytes).concat());
    let checksum = fnv(&meta);
    meta.extend(checksum.to_le_bytes());
    meta
}

/// FNV-1a of 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("less than 4 GiB")
}
