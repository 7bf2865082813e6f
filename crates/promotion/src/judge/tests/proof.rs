//! Soak, and what is attested.

use attest::{Claim, Outcome};

use super::{World, at, image, minutes, require};
use crate::deployment::Action;
use crate::model::{Name, State};
use crate::policy::Require;

fn soaking(soak: u64, now: i64) -> World {
    let mut world = World::new();
    world.production().soak = Some(minutes(soak));
    world.now = at(now);
    world
}

#[test]
fn soak_is_over_to_the_second() {
    let mut world = soaking(60, 70);
    assert_eq!(world.says(&Name::Soak).0, State::Met, "healthy since minute 10");
    world.now = at(70).checked_sub(jiff::SignedDuration::from_secs(1)).expect("a time");
    let (state, why) = world.says(&Name::Soak);
    assert_eq!(state, State::NotYet(Some(at(70))));
    insta::assert_snapshot!(why, @"it has been healthy in `staging` for 59m 59s of 1h, which is over at 2026-11-30 13:10:00 UTC");
}

#[test]
fn being_found_healthy_again_does_not_begin_the_soak_anew_and_a_fail_does() {
    let mut world = soaking(60, 100);
    world.attest(Claim::Health, Outcome::Pass, Some("staging"), 95);
    assert_eq!(world.says(&Name::Soak).0, State::Met);
    world.attest(Claim::Health, Outcome::Fail, Some("staging"), 96);
    assert_eq!(world.says(&Name::Soak).0, State::NotMet);
    world.attest(Claim::Health, Outcome::Pass, Some("staging"), 97);
    assert_eq!(world.says(&Name::Soak).0, State::NotYet(Some(at(157))));
}

#[test]
fn being_healthy_before_it_came_there_does_not_count() {
    let mut world = soaking(60, 100);
    world.stands("staging").since = Some(at(20));
    assert_eq!(world.says(&Name::Soak).0, State::NotYet(None));
}

#[test]
fn a_soak_that_begins_in_the_future_counts_from_then() {
    let mut world = soaking(60, 100);
    world.stands("staging").since = Some(at(500));
    world.attest(Claim::Health, Outcome::Pass, Some("staging"), 500);
    assert_eq!(world.says(&Name::Soak).0, State::NotYet(Some(at(560))));
}

#[test]
fn a_history_that_does_not_reach_back_tells_no_soak() {
    let mut world = soaking(60, 100);
    world.stands("staging").since = None;
    assert_eq!(world.says(&Name::Soak).0, State::Unknown { remote: false });
}

#[test]
fn without_health_soak_counts_from_when_it_came_there() {
    let mut world = soaking(60, 100);
    world.evidence.accepted.clear();
    assert_eq!(world.says(&Name::Soak).0, State::NotYet(None));
    world.production().verified = Some(false);
    assert_eq!(world.says(&Name::Soak).0, State::Met);
    world.now = at(59);
    assert_eq!(world.says(&Name::Soak).0, State::NotYet(Some(at(60))));
}

#[test]
fn a_soak_that_no_calendar_holds_is_never_over() {
    let mut world = soaking(1, 100);
    world.production().soak = Some(crate::policy::Span(std::time::Duration::MAX));
    assert_eq!(world.says(&Name::Soak).0, State::NotMet);
}

#[test]
fn a_claim_must_be_there_young_enough_by_enough_keys_and_not_taken_back() {
    let mut world = World::new();
    let tests = Name::Attestation(Claim::Tests);
    world.production().require = vec![Require { max_age: Some(minutes(30)), keys: 2, ..require(Claim::Tests) }];
    let mut told = vec![world.says(&tests)];
    world.attest(Claim::Tests, Outcome::Pass, None, 60);
    told.push(world.says(&tests));
    world.attest_by("ci", Claim::Tests, Outcome::Pass, None, Some(at(90)));
    told.push(world.says(&tests));
    world.attest_by("other", Claim::Tests, Outcome::Pass, None, Some(at(91)));
    told.push(world.says(&tests));
    world.attest_by("ci", Claim::Tests, Outcome::Fail, None, Some(at(95)));
    told.push(world.says(&tests));
    let told: Vec<String> = told.into_iter().map(|(state, why)| format!("{state:?}: {why}")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    NotMet: nothing that counts attests tests
    NotMet: it was attested 40m ago, and may be 30m old
    NotYet(None): 1 of 2 keys attest tests
    Met: attested by `ci` and `other`, 9m ago
    NotMet: tests FAILED at 2026-11-30 13:35:00 UTC, says `ci`, and nothing newer says otherwise
    "#);
}

#[test]
fn health_is_asked_for_in_each_environment_before_or_in_the_one_that_is_named() {
    let mut world = World::new();
    let health = Name::Attestation(Claim::Health);
    world.production().require = vec![require(Claim::Health)];
    assert_eq!(world.says(&health).0, State::Met);
    world.production().require = vec![Require { environment: Some("dev".to_owned()), ..require(Claim::Health) }];
    assert_eq!(world.says(&health).0, State::NotMet, "healthy in staging is not healthy in dev");
    world.production().require = vec![require(Claim::Health)];
    world.production().from.clear();
    assert_eq!(world.says(&health).0, State::NotMet, "nobody says where");
}

#[test]
fn what_failed_here_does_not_come_back_before_it_is_good_again() {
    let mut world = World::new();
    let state = |world: &World| world.says(&Name::NotFailedHere).0;
    world.attest(Claim::Health, Outcome::Fail, Some("dev"), 20);
    assert_eq!(state(&world), State::Met, "it failed elsewhere");
    world.attest(Claim::Health, Outcome::Fail, Some("production"), 20);
    assert_eq!(state(&world), State::NotMet);
    world.attest(Claim::Health, Outcome::Pass, Some("production"), 21);
    assert_eq!(state(&world), State::Met);
}

#[test]
fn what_was_taken_back_from_here_does_not_come_back_before_it_is_released() {
    let mut world = World::new();
    let state = |world: &World| world.says(&Name::NotFailedHere).0;
    world.did(Action::RolledBack, &image(1), Some(&image(2)), "staging", 20);
    world.did(Action::RolledBack, &image(2), Some(&image(1)), "production", 21);
    assert_eq!(state(&world), State::Met, "it was taken back elsewhere, and put back here");
    world.did(Action::RolledBack, &image(1), Some(&image(2)), "production", 30);
    assert_eq!(state(&world), State::NotMet);
    world.did(Action::Released, &image(2), None, "production", 30);
    assert_eq!(state(&world), State::NotMet, "at the same time the worse counts");
    world.did(Action::Released, &image(2), None, "production", 31);
    assert_eq!(state(&world), State::Met);
    world.did(Action::Held, &image(2), None, "production", 32);
    assert_eq!(state(&world), State::NotMet);
}

#[test]
fn a_signed_statement_that_cannot_be_understood_is_no_pass() {
    let mut world = World::new();
    world.attest(Claim::Deployment, Outcome::Pass, Some("production"), 1);
    assert_eq!(world.says(&Name::NotFailedHere).0, State::Unknown { remote: false });
}
