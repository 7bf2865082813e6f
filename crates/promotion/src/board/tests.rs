use std::collections::BTreeMap;

use attest::{Accepted, Statement};
use jiff::SignedDuration;
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

use super::*;
use crate::policy::{Place, Service};

fn now() -> Timestamp {
    "2026-11-30T09:00:00Z".parse().unwrap()
}

fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn image(tag: &str, digit: Option<char>) -> Image {
    let digest = digit.map(|digit| format!("@sha256:{}", digit.to_string().repeat(64))).unwrap_or_default();
    format!("registry.example/shop/api:{tag}{digest}").parse().unwrap()
}

fn standing(image: Image, hours: i64) -> Standing {
    let since = Some(hours_ago(hours));
    Standing { image: Ok(image), since, commit: None, author: None, record: None, before: Vec::new() }
}

fn accepted(claim: Claim, outcome: Outcome, environment: Option<&str>, at: Option<Timestamp>) -> Accepted {
    Accepted {
        line: 1,
        sha256: "0".repeat(64),
        claim,
        outcome,
        environment: environment.map(str::to_owned),
        at,
        keys: vec!["ci".to_owned()],
        statement: Statement::new(Vec::new(), "", serde_json::Value::Null),
    }
}

fn said(outcome: Outcome, environment: &str, hours: i64) -> Accepted {
    accepted(Claim::Health, outcome, Some(environment), Some(hours_ago(hours)))
}

fn evidence(accepted: Vec<Accepted>) -> Evidence {
    Evidence { accepted, ..Evidence::default() }
}

fn require(claim: Claim) -> Require {
    Require { claim, max_age: None, keys: 1, by: Vec::new(), environment: None }
}

/// dev → staging → production, and a service `api` in all of them; `cron` is in dev only.
fn policy() -> Policy {
    let place = |name: &&str| ((*name).to_owned(), Place { targets: Vec::new() });
    let service = |places: &[&str]| {
        let image = image("1", None).name;
        Service { image, environments: places.iter().map(place).collect() }
    };
    let from = |before: &str| Environment { from: vec![before.to_owned()], ..Environment::default() };
    let staging = Environment { require: vec![require(Claim::Tests)], ..from("dev") };
    let production = Environment { require: vec![require(Claim::Scan), require(Claim::Health)], ..from("staging") };
    let services = [("api", service(&["dev", "staging", "production"])), ("cron", service(&["dev"]))];
    let environments = [("dev", Environment::default()), ("staging", staging), ("production", production)];
    Policy {
        services: services.map(|(name, it)| (name.to_owned(), it)).into(),
        environments: environments.map(|(name, it)| (name.to_owned(), it)).into(),
        ..Policy::default()
    }
}

fn standings(dev: Image, staging: Image, production: Image) -> Standings {
    let at = |name: &str, image| (("api".to_owned(), name.to_owned()), standing(image, 5));
    BTreeMap::from([at("dev", dev), at("staging", staging), at("production", production)])
}

fn made(policy: &Policy, standings: &Standings, holds: &Holds, bundle: Vec<Accepted>) -> Board {
    board(policy, standings, holds, &|_, _| Some(evidence(bundle.clone())), now())
}

fn cell<'b>(board: &'b Board, service: &str, environment: &str) -> &'b Cell {
    let row = board.rows.iter().find(|row| row.service == service).unwrap();
    row.cells.iter().flatten().find(|cell| cell.environment == environment).unwrap()
}

#[test]
fn a_service_has_cells_where_the_policy_says_that_it_goes() {
    let new = image("2", Some('2'));
    let board = made(&policy(), &standings(new.clone(), new.clone(), new), &Holds::default(), Vec::new());
    assert_eq!(board.environments, ["dev", "staging", "production"]);
    let there: Vec<_> = board
        .rows
        .iter()
        .map(|row| (row.service.as_str(), row.cells.iter().flatten().count(), row.cells.len()))
        .collect();
    assert_eq!(there, [("api", 3, 3), ("cron", 1, 3)]);
    assert!(cell(&board, "cron", "dev").standing.image.is_err(), "what nobody looked up is not known");
}

#[test]
fn another_digest_before_is_drift_and_another_tag_of_the_same_digest_is_none() {
    let [old, new] = [image("1", Some('1')), image("2", Some('2'))];
    let board =
        made(&policy(), &standings(new.clone(), image("latest", Some('2')), old), &Holds::default(), Vec::new());
    assert_eq!(cell(&board, "api", "dev").drift, []);
    assert_eq!(cell(&board, "api", "staging").drift, []);
    let drift = &cell(&board, "api", "production").drift;
    assert_eq!((drift[0].environment.as_str(), drift.len()), ("staging", 1));
}

#[test]
fn without_digests_the_text_counts_and_what_cannot_be_read_is_no_drift() {
    let [one, other] = [image("1", None), image("2", None)];
    assert!(!differ(&one, &one.clone()) && differ(&one, &other) && differ(&one, &image("1", Some('1'))));
    let mut standings = standings(one.clone(), other, one);
    standings.get_mut(&("api".to_owned(), "dev".to_owned())).unwrap().image = Err("two targets".to_owned());
    let board = made(&policy(), &standings, &Holds::default(), Vec::new());
    assert_eq!(cell(&board, "api", "staging").drift, []);
    assert_eq!(cell(&board, "api", "production").drift.len(), 1);
}

#[test]
fn what_the_next_environment_asks_is_told_of_the_image_that_stands_before_it() {
    let new = image("2", Some('2'));
    let bundle = vec![
        accepted(Claim::Tests, Outcome::Pass, None, Some(hours_ago(6))),
        said(Outcome::Pass, "production", 1),
        said(Outcome::Pass, "staging", 2),
    ];
    let board = made(&policy(), &standings(new.clone(), new.clone(), new), &Holds::default(), bundle);
    let told = |environment: &str| {
        let cell = cell(&board, "api", environment);
        let one = |(claim, how): &(String, Holding)| format!("{claim}: {}", matches!(how, Holding::Holds { .. }));
        cell.attestations.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(told("dev"), "tests: true");
    assert_eq!(told("staging"), "scan: false, health in staging: true");
    assert_eq!(told("production"), "", "nothing comes after it");
    assert_eq!(cell(&board, "api", "dev").health, None);
    assert_eq!(cell(&board, "api", "production").health, Some(true));
}

#[test]
fn two_environments_that_ask_the_same_are_told_once() {
    let mut policy = policy();
    let mut other = policy.environments["production"].clone();
    other.require.push(Require { keys: 2, ..require(Claim::Scan) });
    other.from = Vec::new();
    other.from_any = vec!["staging".to_owned(), "dev".to_owned()];
    policy.environments.insert("preview".to_owned(), other);
    let words = |environment: &str| Demand::after(&policy, environment).iter().map(Demand::words).collect::<Vec<_>>();
    assert_eq!(words("staging"), ["scan", "health in staging", "scan"]);
    assert_eq!(words("dev"), ["scan", "health in dev", "scan", "tests"]);
    assert_eq!(words("production"), [""; 0]);
}

#[test]
fn the_newest_word_on_health_counts_and_a_fail_of_the_same_time_beats_a_pass() {
    let of = |accepted: Vec<Accepted>| health(&evidence(accepted), "staging", Some(hours_ago(5)));
    assert_eq!(of(vec![said(Outcome::Fail, "staging", 3), said(Outcome::Pass, "staging", 2)]), Some(true));
    assert_eq!(of(vec![said(Outcome::Pass, "staging", 3), said(Outcome::Fail, "staging", 2)]), Some(false));
    assert_eq!(of(vec![said(Outcome::Fail, "staging", 2), said(Outcome::Pass, "staging", 2)]), Some(false));
    assert_eq!(of(vec![said(Outcome::Pass, "staging", 2), said(Outcome::Fail, "staging", 2)]), Some(false));
}

#[test]
fn health_from_before_the_image_came_or_from_elsewhere_does_not_count() {
    let of = |accepted: Accepted| health(&evidence(vec![accepted]), "staging", Some(hours_ago(5)));
    assert_eq!(of(said(Outcome::Pass, "staging", 5)), Some(true), "at the same time is in time");
    assert_eq!(of(said(Outcome::Pass, "staging", 6)), None);
    assert_eq!(of(said(Outcome::Pass, "dev", 1)), None);
    assert_eq!(of(accepted(Claim::Scan, Outcome::Pass, Some("staging"), Some(now()))), None);
    assert_eq!(of(accepted(Claim::Health, Outcome::Pass, Some("staging"), None)), None, "a pass must say when");
    assert_eq!(of(accepted(Claim::Health, Outcome::Fail, Some("staging"), None)), Some(false));
}

#[test]
fn emergency_stops_in_force_are_at_what_they_stop_whatever_their_digest() {
    let hold = |service: Option<&str>, environment: Option<&str>, until: Option<Timestamp>| Hold {
        service: service.map(str::to_owned),
        environment: environment.map(str::to_owned),
        digest: Some(format!("sha256:{}", "9".repeat(64))),
        reason: "bad".to_owned(),
        by: None,
        since: hours_ago(1),
        until,
    };
    let holds = Holds {
        holds: vec![
            hold(Some("api"), Some("production"), None),
            hold(None, Some("dev"), Some(hours_ago(-1))),
            hold(None, None, Some(now())),
        ],
    };
    let new = image("2", Some('2'));
    let board = made(&policy(), &standings(new.clone(), new.clone(), new), &holds, Vec::new());
    assert_eq!(board.holds, holds.holds[..2], "the last is over");
    let held: Vec<_> =
        board.rows.iter().flat_map(|row| row.cells.iter().flatten().map(|cell| cell.holds.len())).collect();
    assert_eq!(held, [1, 0, 1, 1], "api in dev, staging and production, cron in dev");
}

#[test]
fn an_image_without_a_bundle_or_without_a_digest_lacks_everything() {
    let board = board(
        &policy(),
        &standings(image("1", None), image("2", Some('2')), image("2", Some('2'))),
        &Holds::default(),
        &|service, digest| {
            assert_eq!((service, digest), ("api", format!("sha256:{}", "2".repeat(64)).as_str()));
            None
        },
        now(),
    );
    for environment in ["dev", "staging"] {
        let cell = cell(&board, "api", environment);
        assert_eq!(cell.health, None);
        assert!(cell.attestations.iter().all(|(_, holding)| *holding == Holding::Missing), "{:?}", cell.attestations);
    }
}

fn any_health() -> impl Strategy<Value = Vec<Accepted>> {
    let one = (any::<bool>(), 0..8_i64, any::<bool>()).prop_map(|(good, hours, here)| {
        said(if good { Outcome::Pass } else { Outcome::Fail }, if here { "staging" } else { "dev" }, hours)
    });
    proptest::collection::vec(one, 0..8)
}

proptest! {
    #[test]
    fn the_order_of_a_bundle_never_decides_on_health(mut accepted in any_health(), since in 0..8_i64) {
        let since = Some(hours_ago(since));
        let told = health(&evidence(accepted.clone()), "staging", since);
        accepted.reverse();
        prop_assert_eq!(told, health(&evidence(accepted.clone()), "staging", since));
        // What is said of another place, or of the time before, changes nothing.
        accepted.retain(|one| one.environment.as_deref() == Some("staging") && one.at >= since);
        prop_assert_eq!(told, health(&evidence(accepted), "staging", since));
    }
}
