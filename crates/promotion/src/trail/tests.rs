mod properties;

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Entry, Found, head, trail};
use crate::deployment::{Action, Actor, Deployment};
use crate::model::Earlier;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("a time")
}

fn image(number: u8) -> String {
    format!("registry.example/shop/api:1.{number}@sha256:{}", format!("{number:02x}").repeat(32))
}

fn commit(number: usize) -> String {
    format!("{number:040x}")
}

/// A branch and the trail that goes with it.
#[derive(Clone, Debug, Default)]
struct World {
    /// Oldest first.
    stood: Vec<Earlier>,
    /// Oldest first.
    found: Vec<Found>,
    commits: usize,
    now: i64,
}

impl World {
    /// The commit that shows an image.
    fn show(&mut self, number: u8) {
        self.commits += 1;
        let image = Ok(image(number).parse().expect("an image"));
        self.stood.push(Earlier { image, since: Some(at(self.now)), commit: Some(commit(self.commits)) });
    }

    fn shown(&self) -> Option<String> {
        self.stood.last().map(|stood| stood.image.as_ref().expect("an image").to_string())
    }

    fn attest(&mut self, action: Action, number: u8) {
        self.now += 60;
        let deployment = Deployment {
            action,
            service: "api".to_owned(),
            environment: "production".to_owned(),
            image: image(number),
            replaced: self.shown(),
            at: at(self.now),
            by: Actor { uuid: None, name: Some("Ada".to_owned()), proof: "claimed".to_owned() },
            reason: None,
            policy: None,
            onto: commit(self.commits),
            previous: head(&self.found).map(|found| found.sha256.clone()),
            guardrails: Vec::new(),
            input_attestations: Vec::new(),
            approved_by: Vec::new(),
            pull_request: None,
        };
        self.found.push(Found { sha256: sha256(&deployment), keys: vec!["pipeline".to_owned()], deployment });
    }

    fn deploy(&mut self, action: Action, number: u8) {
        let is_there = self.shown().is_some_and(|shown| shown == image(number));
        self.attest(action, number);
        self.now += if action == Action::Proposed { 86_400 } else { 2 };
        if !is_there {
            self.show(number);
        }
    }

    fn by_hand(&mut self, number: u8) {
        self.now += 60;
        self.show(number);
    }

    /// Whether another link says that it follows this one.
    fn names(&self, sha256: &str) -> bool {
        self.found.iter().any(|found| found.deployment.previous.as_deref() == Some(sha256))
    }

    fn trail(&self) -> Vec<Entry> {
        let stood: Vec<Earlier> = self.stood.iter().rev().cloned().collect();
        let known: Vec<String> = (0..=self.commits).map(commit).collect();
        trail(&stood, &self.found, &|commit| known.iter().any(|known| known == commit))
    }

    fn problems(&self) -> Vec<String> {
        self.trail().into_iter().flat_map(|entry| entry.problems).collect()
    }

    /// The deployment as somebody with the key would write it again.
    fn edit(&mut self, index: usize, change: impl FnOnce(&mut Deployment)) {
        let found = &mut self.found[index];
        change(&mut found.deployment);
        found.sha256 = sha256(&found.deployment);
    }
}

fn sha256(deployment: &Deployment) -> String {
    let json = serde_json::to_vec(deployment).expect("JSON");
    Sha256::digest(json).iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes everything");
        out
    })
}

/// 1, 2, held, rolled back to 1, released, 3 by a pull request.
fn story() -> World {
    let mut world = World::default();
    world.by_hand(0);
    world.deploy(Action::Promoted, 1);
    world.deploy(Action::Promoted, 2);
    world.attest(Action::Held, 2);
    world.deploy(Action::RolledBack, 1);
    world.attest(Action::Released, 2);
    world.deploy(Action::Proposed, 3);
    world.attest(Action::Promoted, 3);
    world
}

fn told(entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        let found = entry.found.as_ref().map_or("-", |found| found.deployment.action.words());
        let stood = entry.stood.as_ref().map_or("-".to_owned(), |stood| match &stood.image {
            Ok(image) => image.tag.as_ref().map(ToString::to_string).unwrap_or_default(),
            Err(why) => why.clone(),
        });
        let problems: String = entry.problems.iter().map(|problem| format!("\n  ! {problem}")).collect();
        format!("{found} {stood}{problems}")
    };
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_honest_story_is_told_newest_first_without_problems() {
    let world = story();
    insta::assert_snapshot!(told(&world.trail()), @r"
    promoted -
    proposed 1.3
    released -
    rolled back 1.1
    held -
    promoted 1.2
    promoted 1.1
    - 1.0
    ");
    assert_eq!(head(&world.found), world.found.last());
}

#[test]
fn a_link_that_was_taken_away_is_missed_by_the_next_one_and_by_git() {
    let mut world = story();
    world.found.remove(1);
    insta::assert_snapshot!(told(&world.trail()), @"
    promoted -
    proposed 1.3
    released -
    rolled back 1.1
      ! the deployment before it, 00a2ccde6387, is missing: it was taken away or changed
    held -
      ! the deployment before it, 00a2ccde6387, is missing: it was taken away or changed
    - 1.2
      ! nothing attests this change: it was made by hand, or its attestation was taken away
    promoted 1.1
    - 1.0
    ");
}

#[test]
fn a_link_that_was_changed_is_missed_by_the_next_one() {
    let mut world = story();
    world.edit(1, |promoted| promoted.reason = Some("another one".to_owned()));
    insta::assert_snapshot!(told(&world.trail()), @"
    promoted -
    proposed 1.3
    released -
    rolled back 1.1
      ! the deployment before it, 00a2ccde6387, is missing: it was taken away or changed
    held -
      ! the deployment before it, 00a2ccde6387, is missing: it was taken away or changed
    promoted 1.2
    promoted 1.1
    - 1.0
    ");
}

#[test]
fn a_change_by_hand_is_seen() {
    let mut world = story();
    world.by_hand(9);
    insta::assert_snapshot!(told(&world.trail()), @r"
    - 1.9
      ! nothing attests this change: it was made by hand, or its attestation was taken away
    promoted -
    proposed 1.3
    released -
    rolled back 1.1
    held -
    promoted 1.2
    promoted 1.1
    - 1.0
    ");
}

#[test]
fn targets_that_cannot_be_read_are_a_change_that_nothing_attests() {
    let mut world = story();
    world.by_hand(9);
    world.stood.last_mut().expect("stood").image = Err("two places disagree".to_owned());
    assert_eq!(world.problems().len(), 1);
}

#[test]
fn a_fork_names_both_ends() {
    let mut world = story();
    let mut other = world.clone();
    world.found.pop();
    other.found.pop();
    world.attest(Action::Promoted, 3);
    other.attest(Action::Promoted, 2);
    world.found.append(&mut other.found.split_off(6));
    insta::assert_snapshot!(told(&world.trail()), @"
    promoted -
      ! 2 deployments follow the same one, b70760e1b761: the trail is forked
      ! git does not show that registry.example/shop/api:1.3@sha256:0303030303030303030303030303030303030303030303030303030303030303 ever stood there
    promoted -
      ! 2 deployments follow the same one, b70760e1b761: the trail is forked
      ! git does not show that registry.example/shop/api:1.2@sha256:0202020202020202020202020202020202020202020202020202020202020202 ever stood there
    proposed 1.3
    released -
    rolled back 1.1
    held -
    promoted 1.2
    promoted 1.1
    - 1.0
    ");
    assert!(head(&world.found).is_some());
}

#[test]
fn a_second_beginning_is_seen() {
    let mut world = story();
    world.edit(6, |promoted| promoted.previous = None);
    insta::assert_snapshot!(told(&world.trail()), @r"
    promoted -
      ! 2 deployments say that nothing was before them
      ! it says that nothing was before it, but e0a8370a3975 was, at 2026-09-21T14:15:20Z
    proposed 1.3
    released -
    rolled back 1.1
    held -
    promoted 1.2
    promoted 1.1
      ! 2 deployments say that nothing was before them
    - 1.0
    ");
}

#[test]
fn what_was_made_on_top_of_a_commit_that_is_gone_shows_a_rewritten_history() {
    let mut world = story();
    world.edit(6, |promoted| promoted.onto = "f".repeat(40));
    insta::assert_snapshot!(told(&world.trail()), @r"
    promoted -
      ! it was made on top of commit ffffffffffff, which is not in the history of the branch: history was rewritten
    proposed 1.3
    released -
    rolled back 1.1
    held -
    promoted 1.2
    promoted 1.1
    - 1.0
    ");
}

#[test]
fn a_deployment_that_git_does_not_show_is_seen() {
    let mut world = story();
    world.attest(Action::Promoted, 7);
    insta::assert_snapshot!(world.problems().join("\n"), @r"git does not show that registry.example/shop/api:1.7@sha256:0707070707070707070707070707070707070707070707070707070707070707 ever stood there");
}

#[test]
fn what_it_replaced_is_what_git_shows() {
    let mut world = story();
    world.attest(Action::Promoted, 7);
    world.edit(7, |promoted| promoted.replaced = Some(image(2)));
    world.show(7);
    insta::assert_snapshot!(world.problems().join("\n"), @r"it says that it replaced registry.example/shop/api:1.2@sha256:0202020202020202020202020202020202020202020202020202020202020202, but git shows registry.example/shop/api:1.3@sha256:0303030303030303030303030303030303030303030303030303030303030303 before it");
}

#[test]
fn a_link_of_another_environment_does_not_belong() {
    let mut world = story();
    world.edit(6, |promoted| promoted.environment = "staging".to_owned());
    insta::assert_snapshot!(world.problems().join("\n"), @r"it is of api in staging");
}

#[test]
fn where_the_history_is_cut_nothing_before_it_is_missed() {
    let mut world = story();
    world.stood.drain(..3);
    world.stood[0].since = None;
    assert_eq!(world.problems(), Vec::<String>::new());
    world.stood.drain(..1);
    world.stood[0].since = None;
    assert_eq!(world.problems(), Vec::<String>::new());
}

#[test]
fn an_image_without_a_digest_is_found_by_its_tag() {
    let mut world = story();
    for stood in &mut world.stood {
        let image = stood.image.as_mut().expect("an image");
        image.digest = None;
    }
    assert_eq!(world.problems(), Vec::<String>::new());
}

#[test]
fn a_circle_ends() {
    let mut world = story();
    let (first, last) = (world.found[0].sha256.clone(), world.found[6].sha256.clone());
    world.found[0].deployment.previous = Some(last);
    world.found[1].deployment.previous = Some(world.found[1].sha256.clone());
    world.found[3].sha256 = first;
    assert!(!world.problems().is_empty());
    assert!(head(&world.found).is_some());
    assert_eq!((trail(&[], &[], &|_| false), head(&[])), (Vec::new(), None));
}

#[test]
fn a_long_trail_takes_no_longer_by_the_square() {
    let mut world = World::default();
    world.deploy(Action::Promoted, 0);
    let (first, stood) = (world.found[0].clone(), world.stood[0].clone());
    for number in 1..20_000_usize {
        let mut next = first.clone();
        next.deployment.previous = Some(world.found[number - 1].sha256.clone());
        next.deployment.image = image(u8::try_from(number % 200).expect("small"));
        next.deployment.replaced = None;
        next.sha256 = commit(number);
        let image = Ok(next.deployment.image.parse().expect("an image"));
        world.stood.push(Earlier { image, ..stood.clone() });
        world.found.push(next);
    }
    let begun = std::time::Instant::now();
    assert_eq!(world.problems(), Vec::<String>::new());
    assert!(begun.elapsed().as_secs() < 20);
}
