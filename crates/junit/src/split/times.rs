//! Which recorded time belongs to which test file.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

use super::Item;

/// How long test files and classes took in an earlier run, in nanoseconds, summed over their tests.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Times {
    files: BTreeMap<String, u64>,
    classes: BTreeMap<String, u64>,
}

impl Times {
    /// Notes the time of a test. `file` is the path of its file with the root of the repository taken off, as far as the
    /// caller knows it; it and `class` may be empty.
    pub fn add(&mut self, file: &str, class: &str, time: Option<u64>) {
        let Some(time) = time else {
            return;
        };
        for (sums, name) in [(&mut self.files, file), (&mut self.classes, class)] {
            match sums.get_mut(name) {
                Some(sum) => *sum = sum.saturating_add(time),
                None if name.is_empty() => {}
                None => _ = sums.insert(name.to_owned(), time),
            }
        }
    }

    /// Each of `paths` with its time. It is the time of the file that was recorded under this path; else of the one that
    /// has the most folders before its name in common, from the name on (`/build/tests/ATest.php`), when this is so seen
    /// from either side; else, for PHP, of the class that ends alike (`App\Tests\Entity\OrderTest` for
    /// `tests/Entity/OrderTest.php`). What can be matched in several ways has no time.
    #[must_use]
    pub fn items<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Vec<Item> {
        let paths: Vec<&str> = paths.into_iter().collect();
        let php = |path: &&str| path.strip_suffix(".php").map(from_the_end);
        let by_file = Matches::new(&self.files, paths.iter().map(|path| from_the_end(path)));
        let by_class = Matches::new(&self.classes, paths.iter().filter_map(php));
        let time = |path: &&str| by_file.time(&from_the_end(path)).or_else(|| by_class.time(&php(path)?));
        paths.iter().map(|path| Item { path: (*path).to_owned(), time: time(path) }).collect()
    }
}

/// What was recorded, with how long it took, and what is looked for, both [`from_the_end`].
struct Matches {
    recorded: BTreeMap<String, u64>,
    wanted: BTreeMap<String, ()>,
}

impl Matches {
    fn new(recorded: &BTreeMap<String, u64>, wanted: impl Iterator<Item = String>) -> Self {
        let mut sums = BTreeMap::<String, u64>::new();
        for (name, time) in recorded {
            let sum = sums.entry(from_the_end(name)).or_default();
            *sum = sum.saturating_add(*time);
        }
        Self { recorded: sums, wanted: wanted.map(|name| (name, ())).collect() }
    }

    /// The time of what matches `wanted` best, when nothing else that is wanted matches it as well.
    fn time(&self, wanted: &str) -> Option<u64> {
        let (found, time) = best(&self.recorded, wanted)?;
        let (back, ()) = best(&self.wanted, found)?;
        (back == wanted).then_some(*time)
    }
}

/// The entry of `names` that begins with the most segments of `name`, at least one; `None` when several do.
fn best<'n, V>(names: &'n BTreeMap<String, V>, name: &str) -> Option<(&'n str, &'n V)> {
    if let Some((same, value)) = names.get_key_value(name) {
        return Some((same, value));
    }
    // Names with the same beginning stand together, and `name` would stand beside those that have the most of it.
    let before = names.range::<str, _>((Unbounded, Excluded(name))).next_back();
    let after = from(names, name).next();
    let common = |other: Option<(&String, _)>| other.map_or(0, |(other, _)| common_segments(other, name));
    let common = common(before).max(common(after));
    let start = Some(&name[..common]).filter(|start| !start.is_empty())?;
    let mut alike = from(names, start).take_while(|(other, _)| other.starts_with(start));
    let (only, value) = alike.next()?;
    alike.next().is_none().then_some((only, value))
}

fn from<'n, V>(names: &'n BTreeMap<String, V>, name: &str) -> impl Iterator<Item = (&'n String, &'n V)> + use<'n, V> {
    names.range::<str, _>((Included(name), Unbounded))
}

/// How many bytes of whole segments two names have in common at their start.
fn common_segments(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    a.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)
}

/// The segments of a path or of a PHP class, last first, each with a slash after it: `ATest.php/tests/`.
fn from_the_end(name: &str) -> String {
    let mut reversed = String::with_capacity(name.len() + 1);
    for segment in name.rsplit(['/', '\\']).filter(|segment| !matches!(*segment, "" | ".")) {
        reversed.push_str(segment);
        reversed.push('/');
    }
    reversed
}
