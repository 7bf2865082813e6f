use proptest::prelude::*;

use super::*;
use crate::fixture;
use crate::model::{Class, Target};

const NPM: Target<'_> = Target { name: "Node.js", class: Class::LanguagePackages, ecosystem: "npm" };
const OS: Target<'_> = Target { name: "web.tar (debian 12)", class: Class::OsPackages, ecosystem: "debian" };

fn lodash(version: &'static str, path: &'static str) -> Package<'static> {
    let purl = match version {
        "1" => "pkg:npm/lodash@1",
        "2" => "pkg:npm/lodash@2",
        _ => "pkg:npm/lodash@3",
    };
    Package { name: "lodash", version, purl, path }
}

fn rated<'a>(id: &'a str, package: &'a Package<'a>, severity: Option<Severity>) -> Finding<'a> {
    Finding { severity, ..fixture::finding(id, &NPM, Some(package)) }
}

fn high<'a>(id: &'a str, package: &'a Package<'a>) -> Finding<'a> {
    rated(id, package, Some(Severity::High))
}

fn of<'a>(findings: Vec<Finding<'a>>, listed: Vec<&'a Package<'a>>) -> Scan<'a> {
    Scan { findings, listed, ..Scan::new("trivy") }
}

/// The news of each finding of `now`, and the ids of what is gone.
fn news(before: &Scan<'_>, now: Vec<Finding<'_>>) -> (Vec<News>, Vec<String>) {
    let mut now = of(now, Vec::new());
    let gone = Deployed::new(before).compare(&mut now);
    let news = now.findings.iter().map(|finding| finding.news.unwrap()).collect();
    (news, gone.into_iter().map(|gone| format!("{} {}", gone.id, gone.version)).collect())
}

#[test]
fn a_version_that_moved_is_known_and_a_second_one_is_introduced() {
    let (one, two, three) = (lodash("1", "a"), lodash("2", "a"), lodash("3", "a"));
    let before = of(vec![high("CVE-1", &one)], Vec::new());
    assert_eq!(news(&before, vec![high("CVE-1", &two)]), (vec![News::Known], vec![]));
    let both = vec![high("CVE-1", &two), high("CVE-1", &one)];
    assert_eq!(news(&before, both).0, [News::Introduced, News::Known]);
    let before = of(vec![high("CVE-1", &one), high("CVE-1", &two)], Vec::new());
    assert_eq!(news(&before, vec![high("CVE-1", &three), high("CVE-1", &one)]).0, [News::Known, News::Known]);
}

#[test]
fn another_path_is_another_finding() {
    let (here, there) = (lodash("1", "a"), lodash("1", "b"));
    let before = of(vec![high("CVE-1", &here)], vec![&here]);
    let now = vec![high("CVE-1", &here), high("CVE-1", &there)];
    assert_eq!(news(&before, now), (vec![News::Known, News::Introduced], vec![]));
    assert_eq!(news(&before, vec![high("CVE-1", &there)]), (vec![News::Introduced], vec!["CVE-1 1".to_owned()]));
}

#[test]
fn a_package_that_was_there_makes_it_disclosed() {
    let (one, two) = (lodash("1", "a"), lodash("2", "a"));
    let listing = of(Vec::new(), vec![&one]);
    assert_eq!(news(&listing, vec![high("CVE-1", &one), high("CVE-1", &two)]).0, [News::Disclosed, News::Introduced]);
    assert!(Deployed::new(&listing).notes().is_empty());
    let silent = of(Vec::new(), Vec::new());
    assert_eq!(news(&silent, vec![high("CVE-1", &one)]).0, [News::Introduced]);
    assert_eq!(Deployed::new(&silent).notes().len(), 1);
}

#[test]
fn a_higher_severity_is_raised() {
    use Severity::{Critical, High, Low, Medium};
    let one = lodash("1", "a");
    for (before, now, expected) in [
        (Some(High), Some(Critical), News::Raised),
        (None, Some(Critical), News::Raised),
        (None, Some(High), News::Raised),
        (None, Some(Medium), News::Known),
        (Some(Low), None, News::Raised),
        (Some(High), Some(Low), News::Known),
        (Some(High), Some(High), News::Known),
    ] {
        let before = of(vec![rated("CVE-1", &one, before)], Vec::new());
        assert_eq!(news(&before, vec![rated("CVE-1", &one, now)]).0, [expected]);
    }
}

#[test]
fn an_alias_meets_an_id_and_no_other_alias() {
    let one = lodash("1", "a");
    let named = |id: &'static str, aliases: &'static [&'static str]| Finding { aliases, ..high(id, &one) };
    let before = of(vec![named("GHSA-1", &["cve-1", "DSA-1"])], Vec::new());
    assert_eq!(news(&before, vec![high("CVE-1", &one)]), (vec![News::Known], vec![]));
    assert_eq!(news(&before, vec![named("X-1", &["ghsa-1"])]), (vec![News::Known], vec![]));
    let (other, gone) = news(&before, vec![named("CVE-2", &["DSA-1"])]);
    assert_eq!((other, gone), (vec![News::Introduced], vec!["GHSA-1 1".to_owned()]));
}

#[test]
fn one_more_secret_in_a_file_is_introduced() {
    let secret = |line| Finding { kind: Kind::Secret, path: "app/.env", line, ..fixture::finding("aws", &OS, None) };
    let secret = |line| Finding { target: &NPM, ..secret(line) };
    let before = of(vec![secret(1)], Vec::new());
    assert_eq!(news(&before, vec![secret(7)]).0, [News::Known]);
    assert_eq!(news(&before, vec![secret(1), secret(7)]).0, [News::Introduced, News::Introduced]);
}

#[test]
fn what_is_gone_is_told_once_per_id_and_package() {
    let (here, there) = (lodash("1", "a"), lodash("2", "b"));
    let before = of(vec![high("CVE-1", &here), high("CVE-1", &there), high("CVE-2", &here)], Vec::new());
    assert_eq!(news(&before, Vec::new()).1, ["CVE-1 1", "CVE-2 1"]);
    let mut cut = of(Vec::new(), Vec::new());
    cut.problems.push("cut short".to_owned());
    assert!(Deployed::new(&before).compare(&mut cut).is_empty());
}

proptest! {
    #[test]
    fn a_scan_against_itself_has_no_news_and_order_is_nothing(
        list in proptest::collection::vec((0..3_usize, 0..3_usize, 0..2_usize), 0..8), turn in 0..8_usize,
    ) {
        let packages: Vec<Package<'_>> = list.iter().map(|(_, v, p)| lodash(["1", "2", "3"][*v], ["a", "b"][*p])).collect();
        let findings = || -> Vec<Finding<'_>> {
            list.iter().zip(&packages).map(|((id, ..), package)| high(["A", "B", "C"][*id], package)).collect()
        };
        let whole = of(findings(), Vec::new());
        let (all, gone) = news(&whole, findings());
        prop_assert!(all.iter().all(|news| *news == News::Known) && gone.is_empty());
        let half = of(findings().split_off(list.len() / 2), Vec::new());
        let (mut all, _) = news(&half, findings());
        let mut turned = findings();
        turned.rotate_left(turn % list.len().max(1));
        let (turned, _) = news(&half, turned);
        all.rotate_left(turn % list.len().max(1));
        prop_assert_eq!(all, turned);
    }
}
