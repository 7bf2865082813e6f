//! Test files divided over parallel steps, so that all of them take about the same time.
//!
//! Every step works out the whole division by itself, so it must not depend on anything but the files and their times.

#[cfg(test)]
mod tests;
mod times;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::num::NonZeroU16;

pub use times::Times;

/// A test file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// Where it is; what the test runner is handed.
    pub path: String,
    /// How long it took in nanoseconds, when that is known.
    pub time: Option<u64>,
}

/// What one of the parallel steps does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Part<'i> {
    /// The paths, sorted.
    pub files: Vec<&'i str>,
    /// How long they will take in nanoseconds, as far as can be told; without any known time, how many they are.
    pub estimate: u64,
}

/// Divides `items` into `total` parts: the longest first, each to the part that has the least to do so far
/// (<https://en.wikipedia.org/wiki/Longest-processing-time-first_scheduling>). A file without a time counts as the median
/// of the others. A path that is listed twice is one file, with the longer of its times. When there are fewer files than
/// parts, some parts are empty.
#[must_use]
pub fn split(items: &[Item], total: NonZeroU16) -> Vec<Part<'_>> {
    let mut parts = vec![Part::default(); usize::from(total.get())];
    // What a part has to do, how many files it has, its number.
    let mut least: BinaryHeap<Reverse<(u64, usize, usize)>> = (0..parts.len()).map(|at| Reverse((0, 0, at))).collect();
    for (path, time) in longest_first(items) {
        let Some(mut next) = least.peek_mut() else {
            break; // there is at least one part
        };
        let Reverse((load, files, at)) = *next;
        let part = &mut parts[at];
        part.files.push(path);
        part.estimate = load.saturating_add(time);
        *next = Reverse((part.estimate, files + 1, at));
    }
    for part in &mut parts {
        part.files.sort_unstable();
    }
    parts
}

/// Each file once with the time it counts for, of equals by path.
fn longest_first(items: &[Item]) -> Vec<(&str, u64)> {
    let mut files = BTreeMap::<&str, Option<u64>>::new();
    for Item { path, time } in items {
        let known = files.entry(path).or_default();
        *known = (*known).max(*time);
    }
    let unknown = median(files.values().copied().flatten().collect());
    let mut files: Vec<_> = files.into_iter().map(|(path, time)| (path, time.unwrap_or(unknown))).collect();
    files.sort_by_key(|(path, time)| (Reverse(*time), *path));
    files
}

/// The lower of the two in the middle when they are even in number; 1 when there is none.
fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or(1)
}
