//! Rollback.

use attest::{Claim, Outcome};

use super::{ANN, BOB, World, hold, image, said, strict, told};
use crate::deployment::Action;
use crate::model::{Kind, Name, Plan, State, Verdict};

fn back(world: &World, n: usize) -> Plan {
    world.plan(Kind::Rollback { reason: "errors".to_owned() }, "production", image(n))
}

fn verified() -> World {
    let mut world = strict();
    world.attest(Claim::Health, Outcome::Pass, Some("production"), -5000);
    world
}

#[test]
fn what_was_here_and_healthy_comes_back_whatever_a_promotion_would_need() {
    insta::assert_snapshot!(told(&back(&verified(), 0)), @r#"
    Met
    Met Image: 1.0 (sha256:000000000000) in place of 1.1 (sha256:111111111111)
    Met Order: it ran in `production` since 2026-11-26 08:00:00 UTC, and was found healthy by ci
    Met NotFailedHere: nothing says that it failed in `production`
    Met Freeze: no freeze is on
    Met Hold: no emergency stop is in force
    Met Concurrency: a rollback does not wait
    "#);
}

#[test]
fn nothing_but_what_was_here_passes_as_a_rollback() {
    let (state, why) = said(&back(&verified(), 2), &Name::Order);
    assert_eq!((state, why.as_str()), (State::NotMet, "it never ran in `production`, as far as the history tells"));
    let mut world = verified();
    world.standings.clear();
    assert_eq!(said(&back(&world, 0), &Name::Order).0, State::Unknown { remote: false });
}

#[test]
fn what_was_never_found_healthy_here_comes_back_only_where_the_policy_lets_it() {
    let mut world = strict();
    assert_eq!(back(&world, 0).verdict(), Verdict::NotMet);
    world.production().rollback.verified = Some(false);
    assert_eq!(back(&world, 0).verdict(), Verdict::Met);
}

#[test]
fn what_was_taken_back_does_not_come_back_as_a_rollback_either() {
    let mut world = verified();
    world.did(Action::RolledBack, &image(1), Some(&image(0)), "production", -100);
    assert_eq!(said(&back(&world, 0), &Name::NotFailedHere).0, State::NotMet);
    let mut world = verified();
    world.attest(Claim::Health, Outcome::Fail, Some("production"), -4000);
    assert_eq!(back(&world, 0).verdict(), Verdict::NotMet, "what was said last counts");
}

#[test]
fn an_emergency_stop_stops_a_rollback_only_to_the_very_image() {
    let mut world = verified();
    world.holds.holds.push(hold(None));
    assert_eq!(back(&world, 0).verdict(), Verdict::Met);
    world.holds.holds.push(hold(Some(&image(0))));
    assert_eq!(back(&world, 0).verdict(), Verdict::NotMet);
}

#[test]
fn those_whom_the_policy_names_may_roll_back() {
    let mut world = verified();
    world.production().who = Some(vec![BOB.to_owned()]);
    assert_eq!(back(&world, 0).verdict(), Verdict::Met, "who may promote is another question");
    world.production().rollback.who = Some(vec![BOB.to_owned()]);
    assert_eq!(said(&back(&world, 0), &Name::Who).0, State::NotMet);
    world.production().rollback.who = Some(vec![ANN.to_owned()]);
    assert_eq!(back(&world, 0).verdict(), Verdict::Met);
}
