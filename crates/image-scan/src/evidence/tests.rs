use jiff::SignedDuration;

use super::*;
use crate::age::Age;
use crate::judge::fixture::{curl, in_file, now, scan, vulnerability};
use crate::model::{Class, Kind, Os, Target};

const GO: Target<'static> = Target { name: "app", class: Class::LanguagePackages, ecosystem: "gobinary" };

fn ago(hours: i64) -> Option<Timestamp> {
    Some(now() - SignedDuration::from_hours(hours))
}

fn proof(scan: &Scan<'_>) -> Proof {
    check(scan, &Facts::default(), &Demands::default(), now())
}

/// What is known when we ran the scanner ourselves.
fn facts() -> Facts {
    Facts {
        database_built: ago(1),
        scanner_version: Some("0.76.0".to_owned()),
        scanners: Some(vec!["vuln".to_owned(), "secret".to_owned()]),
        image_id: Some("sha256:AA".to_owned()),
        ran: true,
    }
}

fn demand(set: impl FnOnce(&mut Demands)) -> Demands {
    let mut demands = Demands::default();
    set(&mut demands);
    demands
}

#[track_caller]
fn one(texts: &[String], words: &str) {
    assert!(texts.len() == 1 && texts[0].contains(words), "{words}: {texts:#?}");
}

#[test]
fn a_scan_that_we_made_ourselves_of_the_image_to_be_pushed_proves_everything() {
    assert_eq!(check(&scan(Vec::new()), &facts(), &Demands::default(), now()), Proof::default());
}

#[test]
fn a_clean_report_cannot_show_which_scanners_ran() {
    let clean = scan(Vec::new());
    one(&proof(&clean).warnings, "cannot show that `vuln` and `secret` ran");
    one(&check(&clean, &Facts::default(), &demand(|demands| demands.required = true), now()).problems, "`--scanners`");
    let found = scan(vec![vulnerability("CVE-1", curl()), in_file(Kind::Secret, "token")]);
    assert_eq!(proof(&found), Proof::default(), "findings show it");
    one(&proof(&scan(vec![vulnerability("CVE-1", curl())])).warnings, "that `secret` ran");
}

#[test]
fn a_scanner_that_is_known_not_to_have_run_is_a_problem() {
    let facts = Facts { scanners: Some(vec!["secret".to_owned()]), ..facts() };
    one(&check(&scan(Vec::new()), &facts, &Demands::default(), now()).problems, "without `vuln`");
    let secrets = demand(|demands| demands.scanners = vec![Scanner::Secret]);
    assert_eq!(check(&scan(Vec::new()), &facts, &secrets, now()), Proof::default());
}

#[test]
fn an_old_database_is_a_problem_and_an_unknown_one_a_warning() {
    let scan = Scan { database_built: None, ..scan(vec![vulnerability("CVE-1", curl()), in_file(Kind::Secret, "x")]) };
    one(&proof(&scan).warnings, "how old the database");
    let with = |hours| check(&scan, &Facts { database_built: ago(hours), ..facts() }, &Demands::default(), now());
    assert_eq!(with(24), Proof::default());
    one(&with(25).problems, "built 25 hours ago, and 24h is the limit");
    one(&with(6 * 365 * 24).problems, "built 2,190 days ago");
    one(&with(-2).problems, "still to come");
    one(&check(&scan, &Facts { database_built: None, ..facts() }, &Demands::default(), now()).problems, "how old");
    let reported = Scan { database_built: ago(100), ..scan.clone() };
    one(&check(&reported, &facts(), &Demands::default(), now()).problems, "4 days ago");
}

#[test]
fn an_operating_system_that_the_scanner_does_not_know_is_a_problem() {
    let none = Scan { os: Some(Os { family: "none", ..Os::default() }), ..scan(Vec::new()) };
    one(&proof(&none).problems, "does not know the operating system");
    let empty = Scan { os: None, targets: Vec::new(), ..scan(Vec::new()) };
    one(&proof(&empty).problems, "use a base image that the scanner knows");
    let scratch = Scan { targets: vec![&GO], packages: 3, ..empty.clone() };
    one(&proof(&scratch).problems, "set `allow-no-os: true`");
    let allowed = demand(|demands| demands.allow_no_os = true);
    assert!(check(&scratch, &facts(), &allowed, now()).problems.is_empty());
    one(&check(&empty, &facts(), &allowed, now()).problems, "none were found either");
}

#[test]
fn an_image_without_packages_is_a_problem() {
    let none = Scan { packages: 0, ..scan(Vec::new()) };
    one(&proof(&none).problems, "no package was found");
    let allowed = demand(|demands| demands.allow_no_packages = true);
    assert!(check(&none, &Facts::default(), &allowed, now()).problems.is_empty());
    let old = Scan { scanner_version: "", ..none };
    assert!(
        proof(&old).problems.is_empty() && proof(&old).warnings.iter().any(|text| text.contains("--list-all-pkgs"))
    );
}

#[test]
fn an_operating_system_that_nobody_looks_after_is_refused() {
    let old = Os { family: "alpine", name: "3.9.4", end_of_life: true };
    let old = Scan { os: Some(old), ..scan(Vec::new()) };
    one(&check(&old, &facts(), &Demands::default(), now()).refusals, "alpine 3.9.4");
    let warned = check(&old, &facts(), &demand(|demands| demands.end_of_life = EndOfLife::Warn), now());
    assert!(warned.refusals.is_empty());
    one(&warned.warnings, "alpine 3.9.4");
}

#[test]
fn stolen_versions_are_refused_whoever_names_them() {
    for version in ["0.69.4", "v0.69.5", "0.69.6"] {
        let by_report = Scan { scanner_version: version, ..scan(Vec::new()) };
        one(&proof(&by_report).problems, "GHSA-69fq-xp46-6x23");
        let facts = Facts { scanner_version: Some(version.to_owned()), ..facts() };
        let by_program = Scan { scanner_version: "", ..scan(Vec::new()) };
        one(&check(&by_program, &facts, &Demands::default(), now()).problems, "GHSA-69fq-xp46-6x23");
    }
    let denied = demand(|demands| demands.deny_versions = vec!["v0.76.0".to_owned()]);
    one(&check(&scan(Vec::new()), &facts(), &denied, now()).problems, "`deny-versions`");
    let other = Facts { scanner_version: Some("0.75.0".to_owned()), ..facts() };
    one(&check(&scan(Vec::new()), &other, &Demands::default(), now()).problems, "version 0.75.0");
}

#[test]
fn a_version_is_denied_before_there_is_a_report() {
    let demands = demand(|demands| demands.deny_versions = vec!["v0.76.0".to_owned()]);
    assert!(denied("v0.69.4", &Demands::default()).is_some_and(|why| why.contains("GHSA-69fq-xp46-6x23")));
    assert!(denied("0.76.0", &demands).is_some_and(|why| why.contains("`deny-versions`")));
    assert_eq!(["0.69.3", "0.76.0"].map(|version| denied(version, &Demands::default())), [None, None]);
}

#[test]
fn the_report_of_another_image_is_a_problem() {
    let of = |image_id| Scan { image_id, ..scan(Vec::new()) };
    let problems = |scan: &Scan<'_>| check(scan, &facts(), &Demands::default(), now()).problems;
    one(&problems(&of("sha256:bb")), "the report of another image");
    one(&problems(&of("")), "has no ImageID");
    assert!(problems(&of("sha256:aa")).is_empty());
    one(&problems(&Scan { artifact_type: "filesystem", ..of("sha256:aa") }), "the report of a folder");
    let folder = Scan { artifact_type: "filesystem", os: None, packages: 0, ..of("") };
    let read = proof(&folder);
    assert!(read.problems.is_empty() && read.warnings[0].contains("a folder"), "{read:?}");
}

#[test]
fn a_report_that_is_old_or_of_tomorrow_is_told() {
    let made = |created| Scan { created, ..scan(Vec::new()) };
    let max = demand(|demands| demands.max_age = Age::try_from("2d".to_owned()).ok());
    let proof = |scan: &Scan<'_>, demands: &Demands| check(scan, &facts(), demands, now());
    one(&proof(&made(ago(25)), &Demands::default()).warnings, "25 hours ago");
    assert_eq!(proof(&made(ago(25)), &max), Proof::default());
    one(&proof(&made(ago(49)), &max).problems, "2 days ago; scan again: 2d is the limit");
    one(&proof(&made(None), &max).problems, "does not say when");
    one(&proof(&made(ago(-2)), &Demands::default()).problems, "still to come");
}

#[test]
fn what_is_misspelt_in_the_demands_is_an_error() {
    let read = |text: &str| serde_json::from_str::<Demands>(text);
    let demands = read(r#"{"database-max-age":"3d","scanners":["vuln","license"],"end-of-life":"warn"}"#).unwrap();
    assert_eq!((demands.database_max_age, demands.scanners.len()), (Age::days(3), 2));
    assert_eq!(read("{}").unwrap(), Demands::default());
    for wrong in [r#"{"database-max-age":"3 days"}"#, r#"{"scanners":["secrets"]}"#, r#"{"database-max":"3d"}"#] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
