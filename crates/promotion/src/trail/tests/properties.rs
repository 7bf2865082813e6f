//! Honest chains, and what may be done to them.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Deploy(Action, u8),
    Say(Action, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let lands =
        prop_oneof![Just(Action::Bumped), Just(Action::Promoted), Just(Action::RolledBack), Just(Action::Proposed)];
    let says = prop_oneof![Just(Action::Held), Just(Action::Released)];
    prop_oneof![
        4 => (lands, 0_u8..5).prop_map(|(action, number)| Step::Deploy(action, number)),
        1 => (says, 0_u8..5).prop_map(|(action, number)| Step::Say(action, number)),
    ]
}

prop_compose! {
    /// An honest chain, which begins with an image by hand or without one.
    fn honest()(by_hand in any::<bool>(), steps in proptest::collection::vec(step(), 1..12)) -> World {
        let mut world = World::default();
        if by_hand {
            world.by_hand(9);
        }
        for step in steps {
            match step {
                Step::Deploy(action, number) => world.deploy(action, number),
                Step::Say(action, number) => world.attest(action, number),
            }
        }
        world
    }
}

/// Edits that a deployment may suffer.
fn edit(which: usize, it: &mut Deployment) {
    match which {
        0 => it.action = if it.action == Action::Held { Action::Released } else { Action::Held },
        1 => it.service.push('x'),
        2 => it.environment.push('x'),
        3 => it.image = image(77),
        4 => it.replaced = Some(image(78)),
        5 => it.at = Timestamp::from_second(1).expect("a time"),
        6 => it.by.name = Some("Eve".to_owned()),
        7 => it.by.proof = "shown".to_owned(),
        8 => it.reason = Some("none".to_owned()),
        9 => it.onto = "f".repeat(40),
        10 => it.previous = Some("f".repeat(64)),
        11 => it.input_attestations.push("f".repeat(64)),
        12 => it.approved_by.push(Actor::default()),
        13 => it.pull_request = Some(99),
        _ => it.previous = if it.previous.is_some() { None } else { Some(String::new()) },
    }
}

proptest! {
    #[test]
    fn an_honest_chain_has_no_problem(world in honest(), turn in any::<prop::sample::Index>()) {
        prop_assert_eq!(world.problems(), Vec::<String>::new());
        let newest = world.found.iter().rfind(|found| found.deployment.action.lands());
        prop_assert_eq!(head(&world.found), newest);
        let times: Vec<_> = world.trail().iter().map(|entry| entry.at).collect();
        prop_assert!(times.is_sorted_by(|a, b| a >= b));
        // In whatever order the bundles were read.
        let mut turned = world.clone();
        turned.found.rotate_left(turn.index(world.found.len()));
        turned.found.extend(world.found.first().cloned());
        prop_assert_eq!(turned.trail(), world.trail());
        prop_assert_eq!(head(&turned.found), head(&world.found));
    }

    #[test]
    fn a_deployment_that_was_taken_away_is_reported(world in honest(), which in any::<prop::sample::Index>()) {
        let mut world = world;
        let index = which.index(world.found.len());
        let taken = world.found.remove(index);
        // What no other one names is held only by git: where it changed nothing there, or was the only one, nobody can tell.
        let is_last = index == world.found.len();
        let shows = world.stood.last().is_some_and(|stood| stood.since > Some(taken.deployment.at));
        if world.names(&taken.sha256) || !world.found.is_empty() && is_last && shows {
            prop_assert!(!world.problems().is_empty());
        }
    }

    #[test]
    fn a_deployment_that_was_edited_is_reported(world in honest(), which in any::<prop::sample::Index>(), how in 0_usize..15) {
        let mut world = world;
        let index = which.index(world.found.len());
        let before = world.found[index].clone();
        world.edit(index, |it| edit(how, it));
        if world.names(&before.sha256) && world.found[index] != before {
            prop_assert!(!world.problems().is_empty());
        }
        // What nobody holds but git: where it came from, and what it was made on.
        if before.deployment.previous.is_some() && matches!(how, 1 | 2 | 5 | 9 | 10 | 14) {
            prop_assert!(!world.problems().is_empty());
        }
    }

    #[test]
    fn links_in_another_order_are_reported(world in honest(), which in any::<prop::sample::Index>()) {
        if world.found.len() < 2 {
            return Ok(());
        }
        let mut world = world;
        let index = which.index(world.found.len() - 1);
        let (first, second) = (world.found[index].deployment.clone(), world.found[index + 1].deployment.clone());
        let kept = (first.at, first.previous.clone(), first.onto.clone());
        let swapped = Deployment { at: kept.0, previous: kept.1, onto: kept.2, ..second.clone() };
        let is_named = world.names(&world.found[index].sha256) || world.names(&world.found[index + 1].sha256);
        if swapped == first || !is_named {
            return Ok(());
        }
        world.edit(index, |it| *it = swapped);
        world.edit(index + 1, |it| *it = Deployment { at: second.at, previous: second.previous, onto: second.onto, ..first });
        prop_assert!(!world.problems().is_empty());
    }

    #[test]
    fn changes_in_another_order_are_reported(world in honest(), which in any::<prop::sample::Index>()) {
        if world.stood.len() < 3 {
            return Ok(());
        }
        let mut world = world;
        let index = 1 + which.index(world.stood.len() - 2);
        let (first, second) = (world.stood[index].image.clone(), world.stood[index + 1].image.clone());
        world.stood[index].image = second;
        world.stood[index + 1].image = first;
        prop_assert!(!world.problems().is_empty());
    }

    #[test]
    fn nothing_is_a_panic(links in proptest::collection::vec(("[a-c]", proptest::option::of("[a-c]"), 0_i64..3, 0_u8..3), 0..8)) {
        let mut world = World::default();
        for (sha256, previous, now, number) in links {
            world.now = now;
            world.deploy(Action::Promoted, number);
            let found = world.found.last_mut().expect("a link");
            found.sha256 = sha256;
            found.deployment.previous = previous;
        }
        let told = world.trail();
        prop_assert!(told.len() >= world.stood.len());
    }
}
