//! Which of two tags is the newer version, where tags tell.

use std::cmp::Ordering;

use semver::Prerelease;

use crate::reference::Tag;

/// Whether `to` is an older version than `from`; `None` when their tags do not say.
///
/// Both must be versions with the same prefix, of which a leading `v` is no part: `1.2.3-alpine` is older than
/// `v1.2.4-alpine`. What follows the numbers counts only when the numbers are equal, and only where its order is known:
/// `-rc.1` and `-rc.2`, `-debian-12-r9` and `-debian-12-r24`, but not `-alpine` and `-slim`. `1.25` can be any `1.25.x`.
#[must_use]
pub fn is_downgrade(from: &Tag, to: &Tag) -> Option<bool> {
    let (from, to) = (Version::of(from.as_str())?, Version::of(to.as_str())?);
    if from.prefix != to.prefix {
        return None;
    }
    let numbers = from.numbers.iter().zip(&to.numbers).map(|(a, b)| by_value(a, b)).find(|order| order.is_ne());
    let order = match numbers {
        Some(order) => Some(order),
        None if from.numbers.len() != to.numbers.len() => None,
        None => by_rest(from.rest, to.rest),
    };
    order.map(Ordering::is_gt)
}

/// `release-v1.2.3-alpine`: a prefix, at least two numbers, the rest.
struct Version<'t> {
    prefix: &'t str,
    numbers: Vec<&'t str>,
    rest: &'t str,
}

impl<'t> Version<'t> {
    fn of(tag: &'t str) -> Option<Self> {
        let (prefix, version) = tag.split_at(tag.find(|c: char| c.is_ascii_digit())?);
        let prefix = prefix.strip_suffix(['v', 'V']).unwrap_or(prefix);
        let (mut numbers, mut rest) = (Vec::new(), version);
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            numbers.push(number);
            rest = after;
            match after.strip_prefix('.') {
                Some(next) if next.starts_with(|c: char| c.is_ascii_digit()) => rest = next,
                _ => break,
            }
        }
        // A single number is a count, a date or part of a hash; which one, nobody says.
        (numbers.len() > 1).then_some(Self { prefix, numbers, rest })
    }
}

/// Numbers of any length.
fn by_value(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn by_rest(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    if is_prerelease(a) && is_prerelease(b) {
        let read = |rest: &str| Prerelease::new(rest.trim_start_matches(['-', '.'])).ok();
        if let (Some(a), Some(b)) = (read(a), read(b))
            && a.as_str().contains('.') == b.as_str().contains('.')
        {
            return counted(a.as_str(), b.as_str()).or(Some(a.cmp(&b)));
        }
        return None;
    }
    match (a.is_empty(), b.is_empty()) {
        (true, false) if is_prerelease(b) => Some(Ordering::Greater),
        (false, true) if is_prerelease(a) => Some(Ordering::Less),
        _ => counted(a, b),
    }
}

/// Whether the rest says by its word that the version comes before the one without it. `-alpine` says nothing.
fn is_prerelease(rest: &str) -> bool {
    let word = rest.trim_start_matches(['-', '.']);
    let word = word.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

const WORDS: [&str; 8] = ["alpha", "beta", "rc", "pre", "preview", "dev", "snapshot", "canary"];

/// The order of two texts that differ in numbers only.
fn counted(a: &str, b: &str) -> Option<Ordering> {
    let (mut a, mut b) = (a, b);
    let mut order = Ordering::Equal;
    loop {
        let (word_a, rest_a) = a.split_at(a.find(|c: char| c.is_ascii_digit()).unwrap_or(a.len()));
        let (word_b, rest_b) = b.split_at(b.find(|c: char| c.is_ascii_digit()).unwrap_or(b.len()));
        if word_a != word_b || rest_a.is_empty() != rest_b.is_empty() {
            return None;
        }
        if rest_a.is_empty() {
            return Some(order);
        }
        let (number_a, next_a) = rest_a.split_at(rest_a.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest_a.len()));
        let (number_b, next_b) = rest_b.split_at(rest_b.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest_b.len()));
        order = order.then_with(|| by_value(number_a, number_b));
        (a, b) = (next_a, next_b);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_downgrade;
    use crate::reference::Tag;

    fn down(from: &str, to: &str) -> Option<bool> {
        is_downgrade(&from.parse().unwrap(), &to.parse().unwrap())
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(down("1.9.0", "1.10.0"), Some(false));
        assert_eq!(down("1.10.0", "1.9.0"), Some(true));
        assert_eq!(down("v1.2.4", "1.2.3"), Some(true));
        assert_eq!(down("1.2.3", "1.2.3"), Some(false));
        assert_eq!(down("1.2.4-alpine", "1.2.3-alpine"), Some(true));
        assert_eq!(down("release-1.3.0", "release-1.2.9"), Some(true));
        assert_eq!(down("1.99999999999999999999999", "1.100000000000000000000000"), Some(false));
    }

    #[test]
    fn what_follows_the_numbers_counts_where_its_order_is_known() {
        assert_eq!(down("1.2.3", "1.2.3-rc.1"), Some(true));
        assert_eq!(down("1.2.3-rc.10", "1.2.3-rc.9"), Some(true));
        assert_eq!(down("1.2.3-rc10", "1.2.3-rc9"), Some(true));
        assert_eq!(down("1.2.3-rc.1", "1.2.3-beta.7"), Some(true));
        assert_eq!(down("1.2.3-rc.1", "1.2.3"), Some(false));
        assert_eq!(down("1.2.3-debian-12-r9", "1.2.3-debian-12-r24"), Some(false));
        assert_eq!(down("1.2.3-debian-12-r24", "1.2.3-debian-12-r9"), Some(true));
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        assert_eq!(down("1.2.3", "1.2.3-alpine"), None);
        assert_eq!(down("1.2.3-alpine", "1.2.3-slim"), None);
        assert_eq!(down("1.25.3", "1.25"), None, "1.25 can be 1.25.4");
        assert_eq!(down("main-4f1d888", "main-14d018b"), None);
        assert_eq!(down("20260101", "20250101"), None);
        assert_eq!(down("api-1.2.0", "worker-1.1.0"), None);
        assert_eq!(down("1.2.0", "latest"), None);
        assert_eq!(down("1.26", "1.25.3"), Some(true));
    }

    proptest! {
        #[test]
        fn one_way_up_is_the_other_way_down(a in "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(-(rc|alpine|beta)\\.?[0-9]?)?",
                                            b in "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(-(rc|alpine|beta)\\.?[0-9]?)?") {
            let (there, back) = (down(&a, &b), down(&b, &a));
            prop_assert_eq!(there.is_some(), back.is_some());
            prop_assert!(!(there == Some(true) && back == Some(true)));
        }

        #[test]
        fn no_two_tags_make_it_fail(a in "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,30}", b in "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,30}") {
            let (a, b): (Tag, Tag) = (a.parse().unwrap(), b.parse().unwrap());
            prop_assert_ne!(is_downgrade(&a, &a), Some(true));
            let _ignored = is_downgrade(&a, &b);
        }
    }
}
