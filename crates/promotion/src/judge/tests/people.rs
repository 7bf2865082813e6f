//! Who asks, and who said yes.

use super::{ANN, BOB, CAL, DEE, World, image, said, yes};
use crate::model::{Approval, Approvals, Identity, Kind, Name, Proof, State, Unknown, Verdict};
use crate::policy;

const UNKNOWN: State = State::Unknown { remote: false };

fn guarded(who: &[&str], count: usize) -> World {
    let mut world = World::new();
    world.production().who = Some(who.iter().map(|&who| who.to_owned()).collect());
    world.production().approvals = Some(policy::Approvals { count, from: None });
    world
}

fn approvals(world: &mut World) -> &mut Approvals {
    world.approvals.as_mut().expect("they are known")
}

#[test]
fn only_who_is_shown_to_be_among_them_may() {
    let mut world = guarded(&[BOB, ANN], 2);
    assert_eq!(world.promotion().verdict(), Verdict::Met);
    world.production().who = Some(vec![BOB.to_owned()]);
    assert_eq!(world.says(&Name::Who).0, State::NotMet);
    world.production().who = Some(Vec::new());
    assert_eq!(world.says(&Name::Who).0, State::NotMet, "an empty list is nobody, and not anybody");
}

#[test]
fn an_overridden_variable_makes_nobody_somebody() {
    let mut world = guarded(&[ANN], 2);
    world.who.proof = Proof::Claimed;
    let (state, why) = world.says(&Name::Who);
    assert_eq!(state, UNKNOWN);
    assert!(why.contains("only claimed"), "{why}");
    assert_eq!(world.says(&Name::Approvals).0, UNKNOWN, "it may be Bob who asks");
    world.who = Identity { uuid: Some(ANN.to_owned()), name: None, proof: Proof::Nobody };
    assert_eq!(world.says(&Name::Who).0, UNKNOWN);
    world.who = Identity { uuid: None, name: Some("Ann".to_owned()), proof: Proof::Shown("a token".to_owned()) };
    assert_eq!(world.says(&Name::Who).0, UNKNOWN);
}

#[test]
fn a_remote_that_did_not_answer_can_be_asked_again() {
    let mut world = guarded(&[ANN], 2);
    world.who.proof = Proof::Failed(Unknown { why: "no answer".to_owned(), remote: true });
    assert_eq!(world.promotion().verdict(), Verdict::Failed);
    let mut world = guarded(&[ANN], 2);
    world.approvals = Err(Unknown { why: "no answer".to_owned(), remote: true });
    assert_eq!(world.promotion().verdict(), Verdict::Failed);
}

#[test]
fn nobody_approves_their_own_change() {
    let mut world = guarded(&[ANN], 2);
    approvals(&mut world).given = vec![yes(ANN), yes(BOB), yes(DEE)];
    let (state, why) = world.says(&Name::Approvals);
    assert_eq!(state, State::NotYet(None));
    insta::assert_snapshot!(why, @"1 of 2 approvals (Bob); Ann made the change or asks for it; Dee made the change or asks for it");
}

#[test]
fn a_person_is_one_person_however_their_uuid_is_written() {
    let mut world = guarded(&[ANN], 2);
    approvals(&mut world).given = vec![yes(BOB), yes(&BOB.to_uppercase()), yes(BOB.trim_matches(['{', '}']))];
    assert_eq!(world.says(&Name::Approvals).0, State::NotYet(None));
    approvals(&mut world).given = vec![yes(BOB), yes(CAL)];
    approvals(&mut world).authors = vec![CAL.to_uppercase()];
    assert_eq!(world.says(&Name::Approvals).0, State::NotYet(None));
    approvals(&mut world).given.push(yes(""));
    assert_eq!(world.says(&Name::Approvals).0, State::NotYet(None), "no UUID is nobody");
}

#[test]
fn a_yes_from_before_the_change_last_moved_does_not_count() {
    let mut world = guarded(&[ANN], 2);
    world.production().approvals =
        Some(policy::Approvals { count: 2, from: Some(vec![BOB.to_owned(), CAL.to_owned()]) });
    approvals(&mut world).stale = vec![yes(CAL), Approval { name: Some("Eve".to_owned()), ..yes("{e}") }];
    approvals(&mut world).given = vec![yes(BOB)];
    let plan = world.promotion();
    insta::assert_snapshot!(said(&plan, &Name::Approvals).1, @"1 of 2 approvals (Bob); Cal approved an earlier state of it; Eve is not among those who are to approve");
    approvals(&mut world).given.push(yes(CAL));
    assert_eq!(world.says(&Name::Approvals).0, State::Met);
}

#[test]
fn a_change_that_nobody_made_cannot_be_approved_by_others() {
    let mut world = guarded(&[ANN], 1);
    approvals(&mut world).authors.clear();
    assert_eq!(world.says(&Name::Approvals).0, UNKNOWN);
}

#[test]
fn a_hotfix_is_called_so_only_by_those_whom_the_policy_names() {
    let mut world = guarded(&[ANN, BOB], 2);
    let hotfix = || Kind::Hotfix { reason: "a leak".to_owned() };
    let who = |world: &World| said(&world.plan(hotfix(), "production", image(2)), &Name::Who).0;
    assert_eq!(who(&world), State::NotMet, "nobody is named");
    world.production().hotfix = Some(vec![BOB.to_owned()]);
    assert_eq!(who(&world), State::NotMet);
    world.production().hotfix = Some(vec![ANN.to_owned()]);
    assert_eq!(who(&world), State::Met);
    world.production().who = Some(vec![BOB.to_owned()]);
    assert_eq!(who(&world), State::NotMet, "a hotfix needs all that a promotion needs");
}
