//! Where the text of findings lives.
//!
//! Reports repeat themselves: the same message stands in hundreds of files. Readers put strings here and hand out
//! references, so that the bytes of an input can be dropped as soon as it has been read.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hash};

use bumpalo::Bump;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::model::{Detail, File, Package, Rule};

/// Interns rules, files and details, and as good as all repeated strings, for the lifetime of a [`Bump`].
///
/// ```
/// let bump = bumpalo::Bump::new();
/// let arena = findings::Arena::new(&bump);
/// assert!(std::ptr::eq(arena.text("same"), arena.text("same")));
/// ```
pub struct Arena<'a> {
    bump: &'a Bump,
    recent: RefCell<Vec<&'a str>>,
    rules: Table<&'a Rule<'a>>,
    files: Table<&'a File<'a>>,
    details: Table<&'a Detail<'a>>,
}

/// How many strings are remembered, each in the place that its hash gives it. A table of all strings would miss the
/// processor's cache at every look; one of this size finds nearly all repetitions there are, which lie close together.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 13;

/// Values with their hashes, so that a growing table need not look at them again.
type Table<T> = RefCell<HashTable<(u64, T)>>;

impl<'a> Arena<'a> {
    /// An arena that allocates in `bump`.
    #[must_use]
    pub fn new(bump: &'a Bump) -> Self {
        Self {
            bump,
            recent: RefCell::new(vec![""; RECENT]),
            rules: Table::default(),
            files: Table::default(),
            details: Table::default(),
        }
    }

    /// A copy of `text`, mostly the one that there is already.
    pub fn text(&self, text: &str) -> &'a str {
        let place = (FxBuildHasher.hash_one(text) >> (u64::BITS - RECENT_BITS)) as usize;
        let mut recent = self.recent.borrow_mut();
        match recent.get_mut(place) {
            Some(known) if *known == text => known,
            Some(known) => {
                *known = self.bump.alloc_str(text);
                known
            }
            None => self.bump.alloc_str(text),
        }
    }

    /// The one copy of a rule that has neither help nor link.
    pub fn rule(&self, tool: &str, id: &str) -> &'a Rule<'a> {
        self.rule_with(tool, id, None, None)
    }

    /// The one copy of a rule.
    pub fn rule_with(&self, tool: &str, id: &str, help: Option<&str>, link: Option<&str>) -> &'a Rule<'a> {
        let key = Rule { tool, id, help, link };
        let new = || {
            &*self.bump.alloc(Rule {
                tool: self.text(tool),
                id: self.text(id),
                help: help.map(|help| self.text(help)),
                link: link.map(|link| self.text(link)),
            })
        };
        intern(&self.rules, &key, |known| **known == key, new)
    }

    /// The one copy of a file.
    pub fn file(&self, path: &str, inside: bool) -> &'a File<'a> {
        let key = File { path, inside };
        let new = || &*self.bump.alloc(File { path: self.text(path), inside });
        intern(&self.files, &key, |known| **known == key, new)
    }

    /// The one copy of a detail; `None` when there is nothing in it.
    pub fn detail(&self, key: Detail<'_>) -> Option<&'a Detail<'a>> {
        if key == Detail::default() {
            return None;
        }
        let text = |text: Option<&str>| text.map(|text| self.text(text));
        let new = || {
            &*self.bump.alloc(Detail {
                help: text(key.help),
                context: text(key.context),
                diff: text(key.diff),
                suppressed: text(key.suppressed),
                package: key.package.map(|package| self.package(package)),
                decided_by: text(key.decided_by),
                kind: text(key.kind),
                origin: text(key.origin),
                news: text(key.news),
            })
        };
        Some(intern(&self.details, &key, |known| **known == key, new))
    }

    fn package(&self, key: &Package<'_>) -> &'a Package<'a> {
        let Package { name, version, fixed, purl, ecosystem, layer } = *key;
        let [name, version, fixed, purl, ecosystem, layer] =
            [name, version, fixed, purl, ecosystem, layer].map(|text| self.text(text));
        self.bump.alloc(Package { name, version, fixed, purl, ecosystem, layer })
    }
}

/// Looks `key` up in `table`, or puts there what `new` makes of it.
fn intern<K, T>(table: &Table<T>, key: &K, is_key: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> T
where
    K: Hash + ?Sized,
    T: Copy,
{
    let hash = FxBuildHasher.hash_one(key);
    if let Some((_, known)) = table.borrow().find(hash, |(known, value)| *known == hash && is_key(value)) {
        return *known;
    }
    let value = new();
    table.borrow_mut().insert_unique(hash, (hash, value), |(hash, _)| *hash);
    value
}
