//! Random histories under random policies, beside a model that knows nothing of the judge: it looks at what was done.

use std::collections::{BTreeMap, BTreeSet};

use attest::{Claim, Evidence, Outcome};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::{ANN, BOB, CAL, DEE, World, at, hold, image, minutes, require, yes};
use crate::deployment::Action;
use crate::model::{Earlier, Flight, Kind, Name, Proof, State, Unknown, Verdict};
use crate::policy::{self, Environment, Freeze, Require};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "production"];
const PEOPLE: [&str; 4] = [ANN, BOB, CAL, DEE];

/// What a policy asks of an environment.
#[derive(Clone, Debug)]
struct Rules {
    soak: Option<u64>,
    verified: Option<bool>,
    tests: bool,
    young: Option<u64>,
    who: Option<Vec<usize>>,
    approvals: Option<usize>,
    back: Option<Vec<usize>>,
}

#[derive(Clone, Debug)]
enum Command {
    Bump(usize),
    Tests(usize, bool),
    Health(usize, usize, bool),
    Approve(usize),
    Ask(Option<usize>),
    Promote(usize, usize),
    Rollback(usize, usize),
    Hold(usize),
    Release(usize),
    Wait(i64),
}

/// What was done, as the model remembers it.
#[derive(Default)]
struct Memory {
    minute: i64,
    /// By environment: image and since when, oldest first.
    stood: BTreeMap<usize, Vec<(usize, i64)>>,
    /// By image: when, and how it came out.
    tests: BTreeMap<usize, Vec<(i64, bool)>>,
    /// By image and environment.
    health: BTreeMap<(usize, usize), Vec<(i64, bool)>>,
    /// By image and environment: taken back (`false`) and released.
    back: BTreeMap<(usize, usize), Vec<(i64, bool)>>,
    held: BTreeSet<usize>,
    approved: BTreeSet<usize>,
    asks: Option<usize>,
}

fn last(words: Option<&Vec<(i64, bool)>>) -> Option<(i64, bool)> {
    words.and_then(|words| words.last()).copied()
}

impl Memory {
    fn stands(&self, environment: usize) -> Option<(usize, i64)> {
        self.stood.get(&environment).and_then(|stood| stood.last()).copied()
    }

    /// Since when it has been healthy without a break.
    fn healthy_since(&self, image: usize, environment: usize, since: i64) -> Option<i64> {
        let words = self.health.get(&(image, environment))?;
        let unbroken = words.iter().rev().take_while(|(_, good)| *good);
        unbroken.map(|(when, _)| *when).filter(|when| *when >= since).last()
    }

    fn is_good_here(&self, image: usize, environment: usize) -> bool {
        let health = last(self.health.get(&(image, environment)));
        let good = health.filter(|word| word.1).map_or(i64::MIN, |word| word.0);
        health.is_none_or(|word| word.1)
            && last(self.back.get(&(image, environment))).is_none_or(|(when, released)| released || good > when)
    }

    /// Whether everything is there that the policy asks for before the image goes on.
    fn may_go(&self, rules: &Rules, environment: usize, image: usize) -> bool {
        let Some((_, since)) = self.stands(environment - 1).filter(|(there, _)| *there == image) else { return false };
        let is_verified = rules.verified.unwrap_or(true);
        let healthy = self.healthy_since(image, environment - 1, since);
        let begin = if is_verified { healthy } else { Some(since) };
        let soaked = begin.is_some_and(|begin| {
            rules.soak.is_none_or(|soak| begin + i64::try_from(soak).expect("small") <= self.minute)
        });
        let tests = last(self.tests.get(&image));
        let is_young =
            |when: i64| rules.young.is_none_or(|age| self.minute - when <= i64::try_from(age).expect("small"));
        let tested = !rules.tests || tests.is_some_and(|(when, good)| good && is_young(when));
        let others = |asks: usize| self.approved.iter().filter(|person| **person != asks && **person != 3).count();
        soaked
            && tested
            && rules.who.as_ref().is_none_or(|who| self.asks.is_some_and(|asks| who.contains(&asks)))
            && rules.approvals.is_none_or(|count| self.asks.is_some_and(|asks| others(asks) >= count))
            && self.is_good_here(image, environment)
            && !self.held.contains(&image)
    }

    fn may_come_back(&self, rules: &Rules, environment: usize, image: usize) -> bool {
        let was_here = self.stood.get(&environment).is_some_and(|stood| stood.iter().any(|(there, _)| *there == image));
        was_here
            && last(self.health.get(&(image, environment))).is_some_and(|word| word.1)
            && rules.back.as_ref().is_none_or(|who| self.asks.is_some_and(|asks| who.contains(&asks)))
            && self.is_good_here(image, environment)
            && !self.held.contains(&image)
    }
}

struct Story {
    world: World,
    bundles: BTreeMap<usize, Evidence>,
    memory: Memory,
    rules: Vec<Rules>,
}

impl Story {
    fn new(rules: Vec<Rules>) -> Self {
        let mut world = World::new();
        world.evidence = Evidence::default();
        world.standings.clear();
        world.approvals.as_mut().expect("known").given.clear();
        for (rules, name) in rules.iter().zip(&ENVIRONMENTS[1..]) {
            rules.write(world.policy.environments.get_mut(*name).expect("it is there"));
        }
        let mut this =
            Self { world, bundles: BTreeMap::new(), memory: Memory { asks: Some(0), ..Memory::default() }, rules };
        this.world.now = at(0);
        this
    }

    /// Does something to the bundle of an image.
    fn on(&mut self, image: usize, act: impl FnOnce(&mut World)) {
        std::mem::swap(&mut self.world.evidence, self.bundles.entry(image).or_default());
        act(&mut self.world);
        std::mem::swap(&mut self.world.evidence, self.bundles.entry(image).or_default());
    }

    fn verdict(&mut self, kind: Kind, environment: usize, n: usize) -> Verdict {
        let mut verdict = Verdict::NotMet;
        self.on(n, |world| verdict = world.plan(kind, ENVIRONMENTS[environment], image(n)).verdict());
        verdict
    }

    fn put(&mut self, environment: usize, n: usize) {
        let minute = self.memory.minute;
        if self.memory.stands(environment).is_some_and(|(there, _)| there == n) {
            return;
        }
        let key = ("api".to_owned(), ENVIRONMENTS[environment].to_owned());
        let mut new = super::standing(image(n), minute);
        if let Some(old) = self.world.standings.remove(&key) {
            new.before = old.before;
            new.before.insert(0, Earlier { image: old.image, since: old.since, commit: None });
        }
        self.world.standings.insert(key, new);
        self.memory.stood.entry(environment).or_default().push((n, minute));
    }

    fn run(&mut self, command: &Command) {
        self.memory.minute += 1;
        if let Command::Wait(minutes) = command {
            self.memory.minute += minutes;
        }
        let minute = self.memory.minute;
        self.world.now = at(minute);
        let outcome = |good: bool| if good { Outcome::Pass } else { Outcome::Fail };
        match *command {
            Command::Wait(_) => (),
            Command::Bump(n) => self.put(0, n),
            Command::Tests(n, good) => {
                self.memory.tests.entry(n).or_default().push((minute, good));
                self.on(n, |world| world.attest(Claim::Tests, outcome(good), None, minute));
            }
            Command::Health(n, environment, good) => {
                self.memory.health.entry((n, environment)).or_default().push((minute, good));
                let name = ENVIRONMENTS[environment];
                self.on(n, |world| world.attest(Claim::Health, outcome(good), Some(name), minute));
            }
            Command::Approve(person) => {
                self.memory.approved.insert(person);
                self.world.approvals.as_mut().expect("known").given.push(yes(PEOPLE[person]));
            }
            Command::Ask(person) => {
                self.memory.asks = person;
                let proof = person.map_or(Proof::Claimed, |_| Proof::Shown("a token".to_owned()));
                self.world.who.uuid = Some(PEOPLE[person.unwrap_or(0)].to_owned());
                self.world.who.proof = proof;
            }
            Command::Hold(n) => {
                self.memory.held.insert(n);
                self.world.holds.add(crate::Hold { environment: None, since: at(minute), ..hold(Some(&image(n))) });
            }
            Command::Release(n) => self.release(n),
            Command::Promote(environment, n) => self.promote(environment, n),
            Command::Rollback(environment, n) => self.roll_back(environment, n),
        }
    }

    fn release(&mut self, n: usize) {
        let minute = self.memory.minute;
        self.memory.held.remove(&n);
        self.world.holds.holds.retain(|hold| hold.digest != image(n).digest.map(|digest| digest.to_string()));
        for (environment, name) in ENVIRONMENTS.into_iter().enumerate().skip(1) {
            self.memory.back.entry((n, environment)).or_default().push((minute, true));
            self.on(n, |world| world.did(Action::Released, &image(n), None, name, minute));
        }
    }

    fn promote(&mut self, environment: usize, n: usize) {
        let met = self.verdict(Kind::Promotion, environment, n) == Verdict::Met;
        let may = self.memory.may_go(&self.rules[environment - 1], environment, n);
        assert_eq!(met, may, "{n} to {environment} in minute {}", self.memory.minute);
        if met {
            self.put(environment, n);
        }
    }

    fn roll_back(&mut self, environment: usize, n: usize) {
        let met = self.verdict(Kind::Rollback { reason: "errors".to_owned() }, environment, n) == Verdict::Met;
        let may = self.memory.may_come_back(&self.rules[environment - 1], environment, n);
        assert_eq!(met, may, "{n} back to {environment} in minute {}", self.memory.minute);
        let Some((bad, _)) = self.memory.stands(environment).filter(|(bad, _)| met && *bad != n) else { return };
        let minute = self.memory.minute;
        self.memory.back.entry((bad, environment)).or_default().push((minute, false));
        for bundle in [n, bad] {
            self.on(bundle, |world| {
                world.did(Action::RolledBack, &image(n), Some(&image(bad)), ENVIRONMENTS[environment], minute);
            });
        }
        self.put(environment, n);
    }
}

impl Rules {
    fn write(&self, environment: &mut Environment) {
        let people = |people: &Vec<usize>| people.iter().map(|&person| PEOPLE[person].to_owned()).collect();
        environment.soak = self.soak.map(minutes);
        environment.verified = self.verified;
        environment.who = self.who.as_ref().map(people);
        environment.approvals = self.approvals.map(|count| policy::Approvals { count, from: None });
        environment.rollback.who = self.back.as_ref().map(people);
        if self.tests {
            environment.require = vec![Require { max_age: self.young.map(minutes), ..require(Claim::Tests) }];
        }
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let people = || prop::option::weighted(0.3, prop::collection::vec(0..4_usize, 0..4));
    let numbers = || prop::option::weighted(0.3, 1..30_u64);
    let verified = prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
    let approvals = prop::option::weighted(0.3, 1..3_usize);
    (numbers(), verified, any::<bool>(), numbers(), people(), approvals, people()).prop_map(
        |(soak, verified, tests, young, who, approvals, back)| Rules {
            soak,
            verified,
            tests,
            young,
            who,
            approvals,
            back,
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    let n = || 0..2_usize;
    prop_oneof![
        3 => n().prop_map(Command::Bump),
        3 => (n(), prop::bool::weighted(0.8)).prop_map(|(n, good)| Command::Tests(n, good)),
        6 => (n(), 0..3_usize, prop::bool::weighted(0.85)).prop_map(|(n, e, good)| Command::Health(n, e, good)),
        2 => (0..4_usize).prop_map(Command::Approve),
        1 => prop::option::weighted(0.8, 0..4_usize).prop_map(Command::Ask),
        8 => (1..3_usize, n()).prop_map(|(e, n)| Command::Promote(e, n)),
        3 => (1..3_usize, n()).prop_map(|(e, n)| Command::Rollback(e, n)),
        1 => n().prop_map(Command::Hold),
        1 => n().prop_map(Command::Release),
        3 => (1..20_i64).prop_map(Command::Wait),
    ]
}

fn story() -> impl Strategy<Value = Story> {
    (prop::collection::vec(rules(), 2), prop::collection::vec(command(), 0..60)).prop_map(|(rules, commands)| {
        let mut story = Story::new(rules);
        commands.iter().for_each(|command| story.run(command));
        story
    })
}

impl std::fmt::Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "minute {}, {:?}", self.memory.minute, self.rules)
    }
}

/// One more thing that a policy can ask for.
fn one_more(environment: &mut Environment, which: usize) {
    let weekly = |from: &str, to: &str| crate::calendar::Period {
        days: Vec::new(),
        from: from.to_owned(),
        to: to.to_owned(),
        zone: "Europe/Berlin".to_owned(),
    };
    match which {
        0 => environment.from.push("dev".to_owned()),
        1 => environment.from_any.push("dev".to_owned()),
        2 => environment.soak = Some(minutes(environment.soak.as_ref().map_or(0, |soak| soak.0.as_secs() / 60) + 7)),
        3 => environment.verified = Some(true),
        4 => environment.require.push(require(Claim::Scan)),
        5 => environment.require.push(Require { max_age: Some(minutes(5)), ..require(Claim::Tests) }),
        6 => {
            let mut who = environment.who.take().unwrap_or_else(|| vec![ANN.to_owned(), BOB.to_owned()]);
            who.pop();
            environment.who = Some(who);
        }
        7 => {
            let count = environment.approvals.take().map_or(1, |approvals| approvals.count + 1);
            environment.approvals = Some(policy::Approvals { count, from: None });
        }
        8 => environment.windows.push(weekly("09:00", "13:20")),
        9 => environment.freezes.push(Freeze {
            reason: "lunch".to_owned(),
            when: weekly("13:10", "13:40"),
            environments: Vec::new(),
            except_who: vec![BOB.to_owned()],
            except_for: Vec::new(),
        }),
        10 => environment.concurrency = policy::Concurrency::Environment,
        _ => environment.conditions.push(policy::Condition {
            name: "odd".to_owned(),
            cel: "now_seconds % 120 == 0 && attestations.tests.holds".to_owned(),
            hint: None,
        }),
    }
}

proptest! {
    /// Both ways: what the policy asks for is there whenever an image moves, and when it is there the image may move; what
    /// was found healthy there can always come back.
    #[test]
    fn an_image_moves_exactly_when_everything_is_there_that_its_policy_asks_for(
        rules in prop::collection::vec(rules(), 2), commands in prop::collection::vec(command(), 0..80)
    ) {
        let mut story = Story::new(rules);
        for command in &commands {
            story.run(command);
        }
    }

    #[test]
    fn one_more_guardrail_never_allows_more(mut story in story(), which in 0..12_usize, n in 0..2_usize, e in 1..3_usize) {
        let before = story.verdict(Kind::Promotion, e, n);
        one_more(story.world.policy.environments.get_mut(ENVIRONMENTS[e]).expect("it is there"), which);
        let after = story.verdict(Kind::Promotion, e, n);
        assert!(after != Verdict::Met || before == Verdict::Met, "{which}");
    }

    #[test]
    fn what_is_not_known_never_passes(mut story in story(), which in 0..4_usize, n in 0..2_usize, e in 1..3_usize) {
        let name = ENVIRONMENTS[e];
        let environment = story.world.policy.environments.get_mut(name).expect("it is there");
        let unknown = Unknown { why: "no answer".to_owned(), remote: true };
        let asked = match which {
            0 => { story.world.flights = Err(unknown); Name::Concurrency }
            1 => {
                environment.approvals = Some(policy::Approvals { count: 1, from: None });
                story.world.approvals = Err(unknown);
                Name::Approvals
            }
            2 => {
                environment.who = Some(PEOPLE.map(str::to_owned).to_vec());
                story.world.who.proof = Proof::Failed(unknown);
                Name::Who
            }
            _ => {
                let before = ("api".to_owned(), ENVIRONMENTS[e - 1].to_owned());
                story.world.standings.insert(before, crate::Standing { image: Err("they differ".to_owned()), ..super::standing(image(n), 0) });
                Name::Order
            }
        };
        let mut state = State::Met;
        story.on(n, |world| state = super::said(&world.plan(Kind::Promotion, name, image(n)), &asked).0);
        assert!(matches!(state, State::Unknown { .. }), "{state:?}");
        assert_ne!(story.verdict(Kind::Promotion, e, n), Verdict::Met);
    }

    #[test]
    fn the_same_facts_in_another_order_give_the_same_plan(mut story in story(), by in 0..9_usize, n in 0..2_usize, e in 1..3_usize) {
        let flight = |what: &str| Flight {
            service: "api".to_owned(), environment: ENVIRONMENTS[e].to_owned(), pull_request: None, what: what.to_owned(),
        };
        story.world.flights = Ok(vec![flight("one"), flight("two"), flight("three")]);
        story.world.holds.holds.extend([hold(None), crate::Hold { reason: "again".to_owned(), ..hold(None) }]);
        let mut plans = Vec::new();
        story.on(n, |world| {
            plans.push(world.plan(Kind::Promotion, ENVIRONMENTS[e], image(n)));
            turn(&mut world.evidence.accepted, by);
            turn(&mut world.holds.holds, by);
            turn(world.flights.as_mut().expect("known"), by);
            turn(&mut world.approvals.as_mut().expect("known").given, by);
            plans.push(world.plan(Kind::Promotion, ENVIRONMENTS[e], image(n)));
        });
        assert_eq!(plans[0], plans[1]);
    }
}

fn turn<T>(list: &mut [T], by: usize) {
    let by = by % list.len().max(1);
    list.rotate_left(by);
    if by % 2 == 1 {
        list.reverse();
    }
}
