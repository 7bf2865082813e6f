use super::*;
use crate::testing::{examined, image, minute, signed, tests_of};

/// PASS or FAIL at a minute (or at none), by keys 1 (`ci`) and 2 (`gate`).
fn said(words: &[(&str, Option<i64>, &[u8])]) -> Evidence {
    let lines: Vec<_> = words.iter().map(|(result, at, keys)| signed(&tests_of(image(), result, *at), keys)).collect();
    examined(&lines)
}

fn need() -> Need<'static> {
    Need { claim: &Claim::Tests, environment: None, keys: 1, by: &[], max_age: None, since: None, now: minute(60) }
}

fn held(lines: &[usize], keys: &[&str], since: Option<i64>) -> Holding {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    Holding::Holds { lines: lines.to_vec(), keys, since: since.map(minute) }
}

fn failed(line: usize, at: Option<i64>, keys: &[&str]) -> Holding {
    Holding::Failed { line, at: at.map(minute), keys: keys.iter().map(|key| (*key).to_owned()).collect() }
}

#[test]
fn nothing_said_is_missing() {
    assert_eq!(said(&[]).holds(&need()), Holding::Missing);
    let lint = Need { claim: &Claim::Lint, ..need() };
    assert_eq!(said(&[("PASSED", Some(1), &[1])]).holds(&lint), Holding::Missing);
}

#[test]
fn a_later_fail_beats_an_earlier_pass() {
    let evidence = said(&[("PASSED", Some(1), &[1, 2]), ("FAILED", Some(2), &[2])]);
    assert_eq!(evidence.holds(&need()), failed(2, Some(2), &["gate"]));
}

#[test]
fn a_fail_at_the_same_time_beats_a_pass() {
    let evidence = said(&[("FAILED", Some(1), &[1]), ("PASSED", Some(1), &[1])]);
    assert_eq!(evidence.holds(&need()), failed(1, Some(1), &["ci"]));
}

#[test]
fn a_later_pass_beats_an_earlier_fail_of_the_same_or_another_key() {
    let evidence = said(&[("FAILED", Some(1), &[1]), ("PASSED", Some(2), &[2])]);
    assert_eq!(evidence.holds(&need()), held(&[2], &["gate"], Some(2)));
}

#[test]
fn a_fail_without_a_time_beats_everything_and_a_pass_without_a_time_nothing() {
    let evidence = said(&[("PASSED", Some(9), &[1]), ("FAILED", None, &[2])]);
    assert_eq!(evidence.holds(&need()), failed(2, None, &["gate"]));
    let evidence = said(&[("FAILED", Some(1), &[2]), ("PASSED", None, &[1])]);
    assert_eq!(evidence.holds(&need()), failed(1, Some(1), &["gate"]));
}

#[test]
fn a_fail_is_never_too_old_and_counts_by_any_key_that_may() {
    let evidence = said(&[("FAILED", Some(1), &[2])]);
    let by = ["ci".to_owned()];
    let strict = Need { max_age: Some(Duration::from_secs(60)), since: Some(minute(50)), by: &by, ..need() };
    assert_eq!(evidence.holds(&strict), failed(1, Some(1), &["gate"]));
}

#[test]
fn of_each_key_only_its_newest_word_counts_towards_the_threshold() {
    let two = Need { keys: 2, ..need() };
    let evidence = said(&[("PASSED", Some(1), &[1]), ("FAILED", Some(2), &[1]), ("PASSED", Some(3), &[2])]);
    assert_eq!(evidence.holds(&two), Holding::TooFew { have: 1, want: 2 });
    let evidence = said(&[("PASSED", Some(1), &[1]), ("PASSED", Some(3), &[2]), ("PASSED", Some(4), &[1])]);
    assert_eq!(evidence.holds(&two), held(&[2, 3], &["ci", "gate"], Some(4)));
    assert_eq!(evidence.holds(&need()), held(&[2, 3], &["ci", "gate"], Some(3)), "one is enough since minute 3");
}

#[test]
fn many_statements_of_one_key_are_one_key() {
    let evidence = said(&[("PASSED", Some(1), &[1]), ("PASSED", Some(2), &[1]), ("PASSED", Some(3), &[1, 1])]);
    assert_eq!(evidence.holds(&Need { keys: 2, ..need() }), Holding::TooFew { have: 1, want: 2 });
    assert_eq!(evidence.holds(&Need { keys: 0, ..need() }), held(&[3], &["ci"], Some(3)), "none is one");
}

#[test]
fn only_the_keys_that_are_named_are_listened_to() {
    let by = ["gate".to_owned()];
    let need = Need { by: &by, ..need() };
    assert_eq!(said(&[("PASSED", Some(1), &[1])]).holds(&need), Holding::Missing);
    assert_eq!(said(&[("PASSED", Some(1), &[1, 2])]).holds(&need), held(&[1], &["gate"], Some(1)));
}

#[test]
fn age_is_counted_to_the_moment() {
    let evidence = said(&[("PASSED", Some(0), &[1])]);
    let of = |seconds| Need { max_age: Some(Duration::from_secs(seconds)), ..need() };
    assert_eq!(evidence.holds(&of(3600)), held(&[1], &["ci"], Some(0)));
    assert_eq!(evidence.holds(&of(3599)), Holding::TooOld { at: Some(minute(0)) });
    let since = |minutes| Need { since: Some(minute(minutes)), ..need() };
    assert_eq!(evidence.holds(&since(0)), held(&[1], &["ci"], Some(0)));
    assert_eq!(evidence.holds(&since(1)), Holding::TooOld { at: Some(minute(0)) });
}

#[test]
fn what_has_no_time_is_too_old_for_any_age_and_has_no_since() {
    let evidence = said(&[("PASSED", None, &[1])]);
    assert_eq!(evidence.holds(&need()), held(&[1], &["ci"], None));
    let aged = Need { max_age: Some(Duration::MAX), ..need() };
    assert_eq!(evidence.holds(&aged), Holding::TooOld { at: None });
    let evidence = said(&[("PASSED", None, &[1]), ("PASSED", Some(4), &[2])]);
    assert_eq!(evidence.holds(&Need { keys: 2, ..need() }), held(&[1, 2], &["ci", "gate"], None));
    assert_eq!(evidence.holds(&need()), held(&[1, 2], &["ci", "gate"], Some(4)));
}

#[test]
fn provenance_of_two_commits_is_a_fail() {
    use crate::testing::{COMMIT, provenance};

    let need = Need { claim: &Claim::Provenance, ..need() };
    let one = signed(&provenance(image(), COMMIT), &[1]);
    assert_eq!(examined(std::slice::from_ref(&one)).holds(&need), held(&[1], &["ci"], Some(0)));
    let two = signed(&provenance(image(), &"d".repeat(40)), &[1]);
    assert_eq!(examined(&[one, two]).holds(&need), failed(1, Some(0), &["ci"]));
}

#[test]
fn health_holds_in_its_own_environment_only() {
    use crate::claim::Outcome;
    use crate::testing::summary;

    let staging = summary(Claim::Health, image().in_environment("staging"), Outcome::Pass, 5);
    let evidence = examined(&[signed(&staging, &[1])]);
    let need = |environment| Need { claim: &Claim::Health, environment, ..need() };
    assert_eq!(evidence.holds(&need(Some("staging"))), held(&[1], &["ci"], Some(5)));
    assert_eq!(evidence.holds(&need(Some("production"))), Holding::Missing);
    assert_eq!(evidence.holds(&need(None)), held(&[1], &["ci"], Some(5)));
}
