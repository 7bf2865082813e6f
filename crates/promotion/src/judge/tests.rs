mod model;
mod people;
mod proof;
mod rollback;
mod times;

use attest::{Accepted, Claim, Evidence, Outcome, Statement};
use gitops::Image;
use jiff::{Timestamp, ToSpan};

use crate::deployment::{Action, Actor, Deployment};
use crate::hold::{Hold, Holds};
use crate::judge;
use crate::model::{
    Approval, Approvals, Earlier, Facts, Flight, Identity, Kind, Known, Name, Plan, Proof, Request, Standing,
    Standings, State,
};
use crate::policy::{self, Concurrency, Environment, Place, Policy, Require, Service, Span};

pub(super) const ANN: &str = "{00000000-0000-4000-8000-00000000000a}";
pub(super) const BOB: &str = "{00000000-0000-4000-8000-00000000000b}";
pub(super) const CAL: &str = "{00000000-0000-4000-8000-00000000000c}";
pub(super) const DEE: &str = "{00000000-0000-4000-8000-00000000000d}";

/// Minutes after Monday, 2026-11-30 12:00 UTC.
pub(super) fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-30T12:00:00Z".parse().expect("a time");
    start.checked_add(minute.minutes()).expect("a time")
}

/// `registry.example/shop/api:1.N` with a digest of its own; N is less than 16.
pub(super) fn image(n: usize) -> Image {
    format!("registry.example/shop/api:1.{n}@sha256:{}", format!("{n:x}").repeat(64)).parse().expect("an image")
}

pub(super) fn standing(image: Image, since: i64) -> Standing {
    let since = Some(at(since));
    Standing { image: Ok(image), since, commit: None, author: None, record: None, before: Vec::new() }
}

pub(super) fn require(claim: Claim) -> Require {
    Require { claim, max_age: None, keys: 0, by: Vec::new(), environment: None }
}

pub(super) fn minutes(n: u64) -> Span {
    Span(std::time::Duration::from_secs(n * 60))
}

pub(super) fn yes(uuid: &str) -> Approval {
    Approval { uuid: uuid.to_owned(), name: None, at: at(0) }
}

/// Everything that a judgement looks at, ready to be changed.
#[derive(Clone)]
pub(super) struct World {
    pub(super) policy: Policy,
    pub(super) now: Timestamp,
    pub(super) standings: Standings,
    pub(super) holds: Holds,
    pub(super) evidence: Evidence,
    pub(super) who: Identity,
    pub(super) approvals: Known<Approvals>,
    pub(super) flights: Known<Vec<Flight>>,
}

impl World {
    /// `api` goes from dev to staging to production. 1.2 runs in dev and staging since minute 0 and was found healthy in
    /// staging in minute 10; 1.1 runs in production, and 1.0 did before. Ann asks in minute 100, Bob and Cal said yes to
    /// what Dee made.
    pub(super) fn new() -> Self {
        let environments = ["dev", "staging", "production"];
        let places = environments.map(|name| (name.to_owned(), Place { targets: Vec::new() }));
        let name = "registry.example/shop/api".parse().expect("a name");
        let api = Service { image: name, environments: places.into_iter().collect() };
        let from = |name: &str| Environment { from: vec![name.to_owned()], ..Environment::default() };
        let policy = Policy {
            services: [("api".to_owned(), api)].into(),
            environments: [
                ("dev".to_owned(), Environment::default()),
                ("staging".to_owned(), from("dev")),
                ("production".to_owned(), from("staging")),
            ]
            .into(),
            people: [(ANN, "Ann"), (BOB, "Bob"), (CAL, "Cal"), (DEE, "Dee")]
                .map(|(uuid, name)| (uuid.to_owned(), name.to_owned()))
                .into(),
            ..Policy::default()
        };
        let mut production = standing(image(1), -600);
        production.before = vec![Earlier { image: Ok(image(0)), since: Some(at(-6000)), commit: None }];
        let stands = [("dev", standing(image(2), 0)), ("staging", standing(image(2), 0)), ("production", production)];
        let mut world = Self {
            policy,
            now: at(100),
            standings: stands.map(|(name, standing)| (("api".to_owned(), name.to_owned()), standing)).into(),
            holds: Holds::default(),
            evidence: Evidence::default(),
            who: Identity {
                uuid: Some(ANN.to_owned()),
                name: Some("Ann".to_owned()),
                proof: Proof::Shown("the token of the pipeline".to_owned()),
            },
            approvals: Ok(Approvals {
                given: vec![yes(BOB), yes(CAL)],
                stale: Vec::new(),
                authors: vec![DEE.to_owned()],
            }),
            flights: Ok(Vec::new()),
        };
        world.attest(Claim::Health, Outcome::Pass, Some("staging"), 10);
        world
    }

    pub(super) fn production(&mut self) -> &mut Environment {
        self.policy.environments.entry("production".to_owned()).or_default()
    }

    pub(super) fn stands(&mut self, environment: &str) -> &mut Standing {
        self.standings.get_mut(&("api".to_owned(), environment.to_owned())).expect("it stands there")
    }

    pub(super) fn attest(&mut self, claim: Claim, outcome: Outcome, environment: Option<&str>, minute: i64) {
        self.attest_by("ci", claim, outcome, environment, Some(at(minute)));
    }

    pub(super) fn attest_by(
        &mut self,
        key: &str,
        claim: Claim,
        outcome: Outcome,
        environment: Option<&str>,
        at: Option<Timestamp>,
    ) {
        let statement = Statement::new(Vec::new(), "", serde_json::Value::Null);
        let line = self.evidence.accepted.len() + 1;
        self.evidence.accepted.push(Accepted {
            line,
            sha256: format!("{line:064x}"),
            claim,
            outcome,
            environment: environment.map(str::to_owned),
            at,
            keys: vec![key.to_owned()],
            statement,
        });
    }

    /// Something that was done in an environment is attested.
    pub(super) fn did(
        &mut self,
        action: Action,
        image: &Image,
        replaced: Option<&Image>,
        environment: &str,
        minute: i64,
    ) {
        let deployment = Deployment {
            action,
            service: "api".to_owned(),
            environment: environment.to_owned(),
            image: image.to_string(),
            replaced: replaced.map(ToString::to_string),
            at: at(minute),
            by: Actor { uuid: None, name: None, proof: "claimed".to_owned() },
            reason: Some("errors".to_owned()),
            policy: None,
            onto: "0".repeat(40),
            previous: None,
            guardrails: Vec::new(),
            input_attestations: Vec::new(),
            approved_by: Vec::new(),
            pull_request: None,
        };
        self.attest(Claim::Deployment, Outcome::Pass, Some(environment), minute);
        let last = self.evidence.accepted.last_mut().expect("it was added");
        last.statement = deployment.statement().expect("a statement");
    }

    pub(super) fn plan(&self, kind: Kind, environment: &str, image: Image) -> Plan {
        let facts = Facts {
            policy: &self.policy,
            now: self.now,
            standings: &self.standings,
            holds: &self.holds,
            evidence: &self.evidence,
            who: &self.who,
            approvals: &self.approvals,
            flights: &self.flights,
        };
        let request = Request { service: "api".to_owned(), environment: environment.to_owned(), image, kind };
        judge(&request, &facts)
    }

    /// 1.2 goes to production.
    pub(super) fn promotion(&self) -> Plan {
        self.plan(Kind::Promotion, "production", image(2))
    }

    /// What one guardrail says of that.
    pub(super) fn says(&self, name: &Name) -> (State, String) {
        said(&self.promotion(), name)
    }
}

pub(super) fn said(plan: &Plan, name: &Name) -> (State, String) {
    let found = plan.guardrails.iter().find(|guardrail| guardrail.name == *name).expect("it speaks");
    (found.state, found.why.clone())
}

pub(super) fn told(plan: &Plan) -> String {
    let lines = plan.guardrails.iter().map(|guardrail| {
        let hint = guardrail.hint.as_deref().map_or_else(String::new, |hint| format!("\n    -> {hint}"));
        format!("{:?} {:?}: {}{hint}", guardrail.state, guardrail.name, guardrail.why)
    });
    format!("{:?}\n{}", plan.verdict(), lines.collect::<Vec<_>>().join("\n"))
}

/// A policy that asks for everything there is.
pub(super) fn strict() -> World {
    let mut world = World::new();
    let production = world.production();
    production.soak = Some(minutes(60));
    production.require = vec![require(Claim::Tests), Require { max_age: Some(minutes(1440)), ..require(Claim::Scan) }];
    production.who = Some(vec![ANN.to_owned()]);
    production.approvals =
        Some(policy::Approvals { count: 2, from: Some(vec![BOB.to_owned(), CAL.to_owned(), DEE.to_owned()]) });
    production.concurrency = Concurrency::Environment;
    production.conditions =
        vec![policy::Condition { name: "by day".to_owned(), cel: "hour >= 8 && hour < 18".to_owned(), hint: None }];
    world.attest(Claim::Tests, Outcome::Pass, None, -5);
    world.attest(Claim::Scan, Outcome::Pass, None, -4);
    world
}

#[test]
fn every_guardrail_speaks_when_all_is_well() {
    insta::assert_snapshot!(told(&strict().promotion()));
}

#[test]
fn every_guardrail_speaks_when_nothing_is_known() {
    let mut world = strict();
    world.standings.clear();
    world.evidence = Evidence::default();
    world.who = Identity::default();
    let unknown = crate::model::Unknown { why: "api.bitbucket.org did not answer".to_owned(), remote: true };
    world.approvals = Err(unknown.clone());
    world.flights = Err(unknown);
    world.holds.holds.push(hold(None));
    insta::assert_snapshot!(told(&world.promotion()));
}

pub(super) fn hold(digest: Option<&Image>) -> Hold {
    let digest = digest.and_then(|image| image.digest.as_ref()).map(ToString::to_string);
    let (service, environment) = (Some("api".to_owned()), Some("production".to_owned()));
    Hold { service, environment, digest, reason: "errors".to_owned(), by: None, since: at(0), until: None }
}

#[test]
fn what_the_policy_does_not_ask_for_is_left_out() {
    let names: Vec<Name> =
        World::new().plan(Kind::Promotion, "dev", image(2)).guardrails.into_iter().map(|g| g.name).collect();
    assert_eq!(names, [Name::Image, Name::NotFailedHere, Name::Freeze, Name::Hold, Name::Concurrency]);
}

#[test]
fn only_the_services_own_image_by_its_digest_goes_where_the_service_goes() {
    let world = World::new();
    let says = |image: &str, environment: &str| {
        let (state, why) =
            said(&world.plan(Kind::Promotion, environment, image.parse().expect("an image")), &Name::Image);
        format!("{state:?}: {why}")
    };
    let digest = format!("@sha256:{}", "2".repeat(64));
    let told = [
        says(&format!("registry.example/shop/api{digest}"), "production"),
        says(&format!("registry.example/shop/api:1.2{digest}"), "staging"),
        says("registry.example/shop/api:1.2", "production"),
        says(&format!("registry.example/shop/api:1.2@sha512:{:0128x}", 2), "production"),
        says(&format!("evil.example/shop/api{digest}"), "production"),
        says(&format!("registry.example/shop/api{digest}"), "prodution\u{202e}"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_tag_that_was_moved_is_another_image() {
    let mut world = World::new();
    let moved: Image = format!("registry.example/shop/api:1.2@sha256:{:064x}", 99).parse().expect("an image");
    let plan = world.plan(Kind::Promotion, "production", moved);
    assert_eq!(said(&plan, &Name::Order).0, State::NotMet);
    world.stands("staging").image = Ok("registry.example/shop/api:1.2".parse().expect("an image"));
    assert_eq!(world.says(&Name::Order).0, State::NotMet, "a tag alone is nobody's image");
}

#[test]
fn places_that_contradict_each_other_are_no_place_to_come_from() {
    let mut world = World::new();
    world.stands("staging").image = Err("two targets differ".to_owned());
    assert_eq!(world.says(&Name::Order).0, State::Unknown { remote: false });
}

#[test]
fn one_of_from_any_is_enough_and_of_from_none_may_be_missing() {
    let mut world = World::new();
    world.stands("dev").image = Ok(image(3));
    world.production().from = Vec::new();
    world.production().from_any = vec!["dev".to_owned(), "staging".to_owned()];
    assert_eq!(world.promotion().verdict(), crate::Verdict::Met);
    world.production().from = vec!["dev".to_owned(), "staging".to_owned()];
    assert_eq!(world.says(&Name::Order).0, State::NotMet);
}

#[test]
fn a_change_waits_for_those_before_it() {
    let mut world = World::new();
    let flight = |service: &str| Flight {
        service: service.to_owned(),
        environment: "production".to_owned(),
        pull_request: Some(12),
        what: "pull request 12".to_owned(),
    };
    world.flights = Ok(vec![flight("billing")]);
    assert_eq!(world.says(&Name::Concurrency).0, State::Met);
    world.production().concurrency = Concurrency::Environment;
    let (state, why) = world.says(&Name::Concurrency);
    assert_eq!((state, why.as_str()), (State::NotYet(None), "first comes pull request 12 (billing)"));
}

#[test]
fn an_emergency_stop_stops_what_it_names_until_its_end() {
    let mut world = World::new();
    world.holds.holds.push(hold(Some(&image(7))));
    assert_eq!(world.says(&Name::Hold).0, State::Met, "it is about another image");
    world.holds.holds.push(Hold { until: Some(at(200)), ..hold(None) });
    assert_eq!(world.says(&Name::Hold).0, State::NotYet(Some(at(200))));
    world.holds.holds.push(hold(Some(&image(2))));
    assert_eq!(world.says(&Name::Hold).0, State::NotMet);
}

#[test]
fn foreign_text_is_harmless() {
    let mut world = strict();
    world.holds.holds.push(Hold { reason: "a\u{1b}[31m\nb\u{202e}".to_owned(), ..hold(None) });
    world.stands("staging").image = Err("\u{9b}31m\u{2066}".repeat(500));
    world.flights = Ok(vec![Flight {
        service: "x\r\n".to_owned(),
        environment: "production".to_owned(),
        pull_request: None,
        what: "\u{200b}\u{7}".to_owned(),
    }]);
    let plan = world.promotion();
    let is_hostile = |c: char| c.is_control() || matches!(c, '\u{200b}' | '\u{202e}' | '\u{2066}');
    for guardrail in plan.guardrails {
        assert!(!guardrail.why.contains(is_hostile), "{:?}", guardrail.why);
        assert!(guardrail.why.len() < 2500, "{:?}", guardrail.why);
    }
}
