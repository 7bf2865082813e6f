//! The packages that have something, and the one version of each that clears most of it.

use std::cmp::{Ordering, Reverse};

use findings::{Disposition, Severity};
use image_scan::model::Gate;
use image_scan::{Finding, Kind, Package};
use rustc_hash::FxHashMap;

use super::words::{image_of, in_image, is_muted};

/// A package in one version, and its findings that are not muted.
#[derive(Clone, Debug)]
pub(crate) struct Held<'g, 'a> {
    pub(crate) package: &'a Package<'a>,
    pub(crate) ecosystem: &'a str,
    /// The image that holds it, where there are several.
    pub(crate) image: Option<&'g str>,
    pub(crate) findings: Vec<&'g Finding<'a>>,
    pub(crate) blocking: u64,
    pub(crate) worst: Severity,
    /// `None` when no version is known that clears anything.
    pub(crate) upgrade: Option<Upgrade<'a>>,
}

impl Held<'_, '_> {
    /// ` in web.tar`, where there are several images; else empty.
    pub(crate) fn in_image(&self) -> String {
        in_image(self.image)
    }
}

/// The version to go to. A hint: how versions are ordered is known here only roughly, and whether a version clears a
/// finding that lists another one is concluded from that order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Upgrade<'a> {
    pub(crate) version: &'a str,
    /// So many vulnerabilities it clears, …
    pub(crate) clears: u64,
    /// … of which so many block.
    pub(crate) blocking: u64,
}

/// The packages with findings that are not muted: those with most that blocks first.
pub(crate) fn packages<'g, 'a>(gate: &'g Gate<'a>) -> Vec<Held<'g, 'a>> {
    let mut places = FxHashMap::default();
    let mut held: Vec<Held<'_, '_>> = Vec::new();
    for finding in gate.findings().filter(|finding| !is_muted(finding)) {
        let Some(package) = finding.package else { continue };
        let ecosystem = finding.target.ecosystem;
        let image = image_of(gate, finding);
        let place = *places.entry((image, ecosystem, package.name, package.version)).or_insert(held.len());
        if place == held.len() {
            let (findings, blocking, worst, upgrade) = (Vec::new(), 0, Severity::Info, None);
            held.push(Held { package, ecosystem, image, findings, blocking, worst, upgrade });
        }
        if let Some(held) = held.get_mut(place) {
            held.blocking += u64::from(finding.ruling.disposition == Disposition::Blocking);
            held.worst = held.worst.max(finding.counted_severity());
            held.findings.push(finding);
        }
    }
    for held in &mut held {
        held.upgrade = upgrade(held.package.version, &held.findings);
    }
    held.sort_by_key(|held| {
        let (package, found) = (held.package, held.findings.len());
        (Reverse(held.blocking), Reverse(held.worst), Reverse(found), package.name, package.version, held.ecosystem)
    });
    held
}

/// So many versions are tried, and so many of one finding are looked at: reports that list more are made to cost time.
const VERSIONS: usize = 64;

/// The lowest of the listed versions that clears most and is newer than what is `installed`.
fn upgrade<'a>(installed: &str, findings: &[&Finding<'a>]) -> Option<Upgrade<'a>> {
    let fixable = || findings.iter().filter(|finding| finding.kind == Kind::Vulnerability && finding.is_fixable());
    let mut versions: Vec<&str> = fixable().flat_map(|finding| listed(finding)).collect();
    versions.sort_by(|a, b| by_version(a, b).then(a.cmp(b)));
    versions.dedup();
    // Fixes are listed for older branches too.
    versions.retain(|version| by_version(installed, version) == Ordering::Less);
    // The highest clear most.
    let tried = versions.split_off(versions.len().saturating_sub(VERSIONS));
    let tried = tried.into_iter().map(|version| {
        let mut upgrade = Upgrade { version, clears: 0, blocking: 0 };
        for finding in fixable().filter(|finding| clears(version, finding)) {
            upgrade.clears += 1;
            upgrade.blocking += u64::from(finding.ruling.disposition == Disposition::Blocking);
        }
        upgrade
    });
    tried.reduce(|best, next| if (next.blocking, next.clears) > (best.blocking, best.clears) { next } else { best })
}

fn listed<'a>(finding: &Finding<'a>) -> impl Iterator<Item = &'a str> + Clone {
    finding.fixed_version.split(',').map(str::trim).filter(|version| !version.is_empty()).take(VERSIONS)
}

/// Whether `version` is as new as what `finding` is fixed in: the newest that it lists with the same first number, else
/// the newest of all.
fn clears(version: &str, finding: &Finding<'_>) -> bool {
    let all = || listed(finding);
    let newest = |versions: &mut dyn Iterator<Item = &'_ str>| -> Option<bool> {
        Some(versions.map(|fixed| by_version(version, fixed)).min()? != Ordering::Less)
    };
    all().any(|fixed| fixed == version)
        || newest(&mut all().filter(|fixed| major(fixed) == major(version))).or_else(|| newest(&mut all()))
            == Some(true)
}

/// With its epoch, if there is one.
fn major(version: &str) -> &str {
    let start = version.find(|c: char| c.is_ascii_digit()).unwrap_or(version.len());
    let end =
        version[start..].find(|c: char| !(c.is_ascii_digit() || c == ':')).map_or(version.len(), |end| start + end);
    &version[start..end]
}

/// Natural order: numbers by their value, `~` before everything, also before the end, as Debian has it. A `v` in front
/// is no part of a version.
fn by_version(a: &str, b: &str) -> Ordering {
    let number = |version| str::strip_prefix(version, 'v').unwrap_or(version).as_bytes();
    let (mut a, mut b) = (number(a), number(b));
    loop {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (a_digits, b_digits) = (digits(a), digits(b));
        let order = if a_digits > 0 && b_digits > 0 {
            let ((a_number, a_rest), (b_number, b_rest)) = (a.split_at(a_digits), b.split_at(b_digits));
            (a, b) = (a_rest, b_rest);
            by_number(a_number, b_number)
        } else {
            let order = weight(a.first()).cmp(&weight(b.first()));
            (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
            order
        };
        if order != Ordering::Equal || a.is_empty() && b.is_empty() {
            return order;
        }
    }
}

fn by_number(a: &[u8], b: &[u8]) -> Ordering {
    let plain = |number: &[u8]| number.iter().position(|digit| *digit != b'0').unwrap_or(number.len());
    let (a, b) = (&a[plain(a)..], &b[plain(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn weight(byte: Option<&u8>) -> u16 {
    match byte {
        Some(b'~') => 0,
        None => 1,
        Some(byte) => 2 + u16::from(*byte),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::write::fixture::vulnerability;

    fn best<'a>(findings: &[&'a str]) -> Option<(&'a str, u64)> {
        let findings: Vec<_> = findings.iter().map(|fixed| vulnerability("CVE-2099-1", fixed)).collect();
        upgrade("v1.0.2", &findings.iter().collect::<Vec<_>>()).map(|upgrade| (upgrade.version, upgrade.clears))
    }

    #[test]
    fn the_lowest_version_that_clears_most_is_chosen() {
        assert_eq!(best(&["1.2.3", "1.2.10", "1.2.4"]), Some(("1.2.10", 3)));
        assert_eq!(best(&["1.2.3", "", "1.2.3"]), Some(("1.2.3", 2)));
        assert_eq!(best(&["2.8.11.4, 2.9.7", "2.9.5"]), Some(("2.9.7", 2)));
        assert_eq!(best(&["6.4.4, 7.0.4", "6.4.9"]), Some(("6.4.9", 2)));
        assert_eq!(best(&["", ","]), None);
    }

    #[test]
    fn nobody_is_told_to_go_back() {
        let finding = vulnerability("CVE-2099-1", "2.14.11, 3.4.3");
        let to = |installed| upgrade(installed, &[&finding]).map(|upgrade| upgrade.version);
        assert_eq!([to("2.1.0"), to("v3.4.0"), to("3.4.3")], [Some("2.14.11"), Some("3.4.3"), None]);
    }

    #[test]
    fn versions_are_ordered_as_people_read_them() {
        let ordered = [
            "1.0~rc1",
            "1.0",
            "1.0-1",
            "1.0-1+deb12u2",
            "1.0-1+deb12u10",
            "1.2",
            "1.10",
            "2",
            "99999999999999999999999",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(by_version(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(by_version("1.02", "1.2"), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn the_order_of_versions_is_one(a in "[0-9a.~:-]{0,6}", b in "[0-9a.~:-]{0,6}", c in "[0-9a.~:-]{0,6}") {
            prop_assert_eq!(by_version(&a, &b), by_version(&b, &a).reverse());
            prop_assert!(by_version(&a, &b) == Ordering::Greater || by_version(&b, &c) == Ordering::Greater
                || by_version(&a, &c) != Ordering::Greater);
        }
    }
}
