//! Windows and freezes.

use super::{ANN, World, at, image, said};
use crate::calendar::Period;
use crate::model::{Kind, Name, Proof, State};
use crate::policy::{Exempt, Freeze};

/// A dated period on 2026-11-30, in Berlin, where it is 13:00 in minute 0.
fn period(from: &str, to: &str) -> Period {
    let on = |time: &str| format!("2026-11-30T{time}");
    Period { days: Vec::new(), from: on(from), to: on(to), zone: "Europe/Berlin".to_owned() }
}

fn freeze(from: &str, to: &str) -> Freeze {
    let (reason, when) = ("the sale".to_owned(), period(from, to));
    Freeze { reason, when, environments: Vec::new(), except_who: Vec::new(), except_for: Vec::new() }
}

#[test]
fn outside_its_windows_a_change_waits_for_the_next_one() {
    let mut world = World::new();
    world.production().windows = vec![period("16:00", "17:00")];
    let (state, why) = world.says(&Name::Window);
    assert_eq!(state, State::NotYet(Some(at(180))));
    insta::assert_snapshot!(why, @"it is no time for changes; the next one begins at Mon 2026-11-30 16:00 CET (Europe/Berlin)");
    world.now = at(180);
    assert_eq!(world.says(&Name::Window).0, State::Met);
    world.now = at(240);
    assert_eq!(world.says(&Name::Window).0, State::NotMet, "it never opens again");
}

#[test]
fn a_change_waits_for_the_last_of_the_freezes_that_follow_on_each_other() {
    let mut world = World::new();
    world.policy.freezes = vec![freeze("16:00", "17:00"), freeze("14:00", "15:00")];
    world.production().freezes = vec![freeze("15:00", "16:30")];
    let (state, why) = world.says(&Name::Freeze);
    assert_eq!(state, State::NotYet(Some(at(240))));
    insta::assert_snapshot!(why, @"a freeze is on: `the sale`, until Mon 2026-11-30 17:00 CET (Europe/Berlin)");
}

#[test]
fn the_exceptions_of_a_freeze_are_for_people_who_are_shown() {
    let mut world = World::new();
    world.production().freezes = vec![Freeze { except_who: vec![ANN.to_owned()], ..freeze("14:00", "15:00") }];
    assert_eq!(world.says(&Name::Freeze).0, State::Met);
    world.who.proof = Proof::Claimed;
    assert_eq!(world.says(&Name::Freeze).0, State::NotYet(Some(at(120))));
}

#[test]
fn a_hotfix_passes_a_freeze_that_lets_it_when_the_person_may() {
    let mut world = World::new();
    world.production().freezes = vec![Freeze { except_for: vec![Exempt::Hotfix], ..freeze("14:00", "15:00") }];
    let hotfix = Kind::Hotfix { reason: "a leak".to_owned() };
    let state = |world: &World, kind: &Kind| said(&world.plan(kind.clone(), "production", image(2)), &Name::Freeze).0;
    assert_eq!(state(&world, &hotfix), State::NotYet(Some(at(120))));
    world.production().hotfix = Some(vec![ANN.to_owned()]);
    assert_eq!(state(&world, &hotfix), State::Met);
    assert_eq!(state(&world, &Kind::Promotion), State::NotYet(Some(at(120))), "what is not called a hotfix is none");
    world.production().freezes.push(freeze("14:00", "15:30"));
    assert_eq!(state(&world, &hotfix), State::NotYet(Some(at(150))), "another freeze does not let it");
}

#[test]
fn a_rollback_passes_windows_and_freezes() {
    let mut world = World::new();
    world.production().windows = vec![period("16:00", "17:00")];
    world.production().freezes = vec![freeze("14:00", "15:00")];
    let plan = world.plan(Kind::Rollback { reason: "errors".to_owned() }, "production", image(0));
    assert_eq!(said(&plan, &Name::Window).0, State::Met);
    assert_eq!(said(&plan, &Name::Freeze).0, State::Met);
}
