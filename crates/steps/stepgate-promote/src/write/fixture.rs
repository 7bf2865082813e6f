//! A board and plans that every writer is shown: three services in three environments with everything that can be the
//! matter with them, and names that mean harm.

use attest::{Claim, Holding};
use gitops::{Image, Record, Source};
use jiff::{SignedDuration, Timestamp};
use promotion::board::{Cell, Drift, Row};
use promotion::model::{Earlier, Name};
use promotion::{Board, Guardrail, Hold, Kind, Plan, Request, Standing, State};

use super::{Context, Options, plan, status};
use crate::report::{Done, Report};

/// What is between the `<script>` and the bidi override must be seen as text everywhere.
pub(super) const HOSTILE: &str = "<script>alert(1)</script> | \"x\" 'y' & `z` ]]> \u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\n@team [a](https://b.example) **c**";

/// The time at which everything is looked at.
pub(super) fn now() -> Timestamp {
    "2026-11-30T09:00:00Z".parse().expect("a time")
}

pub(super) fn context() -> Context {
    Context {
        repository: "bitbucket.org/acme/gitops".to_owned(),
        branch: "main".to_owned(),
        tip: "a".repeat(40),
        policy_commit: "b".repeat(40),
        policy_sha256: "c".repeat(64),
        now: now(),
    }
}

fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// `registry.example/shop/NAME:TAG`, with a digest made of `digit`.
pub(super) fn image(name: &str, tag: &str, digit: char) -> Image {
    let digits: String = std::iter::repeat_n(digit, 64).collect();
    format!("registry.example/shop/{name}:{tag}@sha256:{digits}").parse().expect("an image")
}

/// An image in an environment since so many hours, of which nothing more is known.
pub(super) fn cell(environment: &str, image: Image, hours: i64) -> Cell {
    Cell {
        environment: environment.to_owned(),
        standing: Standing {
            image: Ok(image),
            since: Some(hours_ago(hours)),
            commit: Some("d".repeat(40)),
            author: Some("Ada <ada@acme.example>".to_owned()),
            record: None,
            before: Vec::new(),
        },
        health: None,
        attestations: Vec::new(),
        holds: Vec::new(),
        drift: Vec::new(),
    }
}

fn proved(claim: &str) -> (String, Holding) {
    let keys = vec!["ci".to_owned()];
    (claim.to_owned(), Holding::Holds { lines: vec![1], keys, since: Some(hours_ago(30)) })
}

pub(super) fn board() -> Board {
    let hold = Hold {
        service: Some("orders-api".to_owned()),
        environment: Some("production".to_owned()),
        digest: Some(format!("sha256:{}", "9".repeat(64))),
        reason: "lost orders".to_owned(),
        by: Some("Grace".to_owned()),
        since: hours_ago(5),
        until: None,
    };
    let stop = Hold {
        service: None,
        environment: Some("dev".to_owned()),
        digest: None,
        reason: HOSTILE.to_owned(),
        by: None,
        since: hours_ago(1),
        until: Some(hours_ago(-20)),
    };
    let rows = vec![
        Row { service: HOSTILE.to_owned(), cells: vec![Some(hostile()), None, None] },
        Row { service: "orders-api".to_owned(), cells: orders(&hold).map(Some).into() },
        Row { service: "web".to_owned(), cells: web().map(Some).into() },
    ];
    Board {
        now: now(),
        environments: ["dev", "staging", "production"].map(str::to_owned).into(),
        rows,
        holds: vec![hold, stop],
        freezes: vec!["production: stocktaking, until 2026-12-01 06:00 UTC".to_owned()],
    }
}

fn hostile() -> Cell {
    let before = Earlier { image: Err(HOSTILE.to_owned()), since: None, commit: Some(HOSTILE.to_owned()) };
    let standing = Standing {
        image: Err(HOSTILE.to_owned()),
        since: None,
        commit: Some(HOSTILE.to_owned()),
        author: Some(HOSTILE.to_owned()),
        record: Some(Record {
            service: None,
            environment: None,
            image: image("web", "1", '1'),
            source: Source {
                repository: Some(HOSTILE.to_owned()),
                commit: Some(HOSTILE.to_owned()),
                build: Some(7),
                pipeline: Some(format!("https://b.example/{HOSTILE}")),
            },
        }),
        before: vec![before],
    };
    let keys = vec![HOSTILE.to_owned()];
    let attestations = vec![(HOSTILE.to_owned(), Holding::Failed { line: 1, at: Some(hours_ago(3)), keys })];
    Cell { standing, attestations, ..cell("dev", image("web", "1", '1'), 0) }
}

fn orders(hold: &Hold) -> [Cell; 3] {
    let [old, new] = [image("orders-api", "1.4.0", '4'), image("orders-api", "1.4.1", '5')];
    let dev = Cell {
        health: Some(true),
        attestations: vec![proved("tests"), ("scan".to_owned(), Holding::TooOld { at: Some(hours_ago(24 * 9)) })],
        ..cell("dev", new.clone(), 20)
    };
    let staging = Cell {
        health: Some(false),
        attestations: vec![
            proved("tests"),
            ("provenance".to_owned(), Holding::Missing),
            ("health in staging".to_owned(), Holding::TooFew { have: 1, want: 2 }),
        ],
        ..cell("staging", new.clone(), 3)
    };
    let mut production = Cell {
        health: Some(true),
        holds: vec![hold.clone()],
        drift: vec![Drift { environment: "staging".to_owned(), image: new, since: Some(hours_ago(3)) }],
        ..cell("production", old, 24 * 40)
    };
    let earlier = image("orders-api", "1.3.9", '3');
    let before = Earlier { image: Ok(earlier), since: Some(hours_ago(24 * 60)), commit: Some("e".repeat(40)) };
    production.standing.before = vec![before];
    [dev, staging, production]
}

fn web() -> [Cell; 3] {
    let image = || image("web", "2026.11.28-4711", 'f');
    let mut dev = cell("dev", image(), 50);
    dev.standing.record = Some(Record {
        service: Some("web".to_owned()),
        environment: Some("dev".to_owned()),
        image: image(),
        source: Source {
            repository: Some("https://bitbucket.org/acme/web".to_owned()),
            commit: Some("6".repeat(40)),
            build: Some(4711),
            pipeline: Some("https://bitbucket.org/acme/web/pipelines/results/4711".to_owned()),
        },
    });
    let [staging, production] = ["staging", "production"].map(|environment| cell(environment, image(), 30));
    [Cell { attestations: vec![proved("tests")], health: Some(true), ..dev }, staging, production]
}

/// As many services as a company has, in four environments.
pub(super) fn large(services: usize) -> Board {
    let environments = ["dev", "staging", "production-eu", "production-us"].map(str::to_owned);
    let row = |n: usize| {
        let service = format!("service-{n:03}");
        let cells = environments.iter().enumerate().map(|(at, environment)| {
            let ahead = n.is_multiple_of(7) && at == 0;
            let tag = format!("1.{}.{}", n % 20, n % 3 + usize::from(ahead));
            let hours = i64::try_from(n * n * 3 % 997 * (at + 1)).unwrap_or_default();
            let mut cell = cell(environment, image("x", &tag, if ahead { 'a' } else { 'b' }), hours);
            cell.health = [Some(true), Some(true), None, Some(n % 33 != 2)][n % 4];
            if n.is_multiple_of(7) && at == 1 {
                let there = image("x", "1.0.9", 'a');
                cell.drift = vec![Drift { environment: "dev".to_owned(), image: there, since: None }];
            }
            if n % 5 == 1 && at < 3 {
                cell.attestations = vec![proved("tests"), ("scan".to_owned(), Holding::Missing)];
            }
            Some(cell)
        });
        Row { cells: cells.collect(), service }
    };
    let rows = (0..services).map(row).collect();
    Board { now: now(), rows, holds: Vec::new(), freezes: Vec::new(), environments: environments.into() }
}

/// An empty repository.
pub(super) fn empty() -> Board {
    Board { now: now(), environments: Vec::new(), rows: Vec::new(), holds: Vec::new(), freezes: Vec::new() }
}

fn guardrail(name: Name, state: State, why: &str) -> Guardrail {
    Guardrail { name, state, why: why.to_owned(), hint: None }
}

fn to(service: &str, environment: &str, kind: Kind, guardrails: Vec<Guardrail>) -> Plan {
    let [old, new] = [image("orders-api", "1.4.0", '4'), image("orders-api", "1.4.1", '5')];
    let request = Request { service: service.to_owned(), environment: environment.to_owned(), image: new, kind };
    Plan { request, from: Some(old), guardrails }
}

/// All that is missing is a matter of time.
pub(super) fn waiting() -> Plan {
    let soak = State::NotYet(Some(hours_ago(-5)));
    let window = State::NotYet(Some("2026-12-07T08:00:00Z".parse().expect("a time")));
    let guardrails = vec![
        guardrail(Name::Image, State::Met, "it is the service's own and has a digest"),
        guardrail(Name::Order, State::Met, "it runs in staging"),
        guardrail(Name::Soak, soak, "it has been healthy in staging for 19h of 24h"),
        guardrail(Name::Attestation(Claim::Tests), State::Met, "attested by ci"),
        guardrail(Name::Window, window, "the next window opens Mon 09:00 (Europe/Berlin)"),
    ];
    to("orders-api", "production", Kind::Promotion, guardrails)
}

/// Somebody says no, and something cannot be told.
pub(super) fn refused() -> Plan {
    let hint = Some("run stepgate-scan with STEPGATE_SIGNING_KEY, which signs its verdict".to_owned());
    let scan = guardrail(Name::Attestation(Claim::Scan), State::NotMet, "nothing attests it");
    let guardrails = vec![
        guardrail(Name::Image, State::Met, "it is the service's own and has a digest"),
        Guardrail { hint, ..scan },
        guardrail(Name::Who, State::Unknown { remote: true }, "Bitbucket did not answer: 503"),
        guardrail(Name::Approvals, State::NotYet(None), "1 of 2 have approved"),
        guardrail(Name::Condition(HOSTILE.to_owned()), State::NotMet, HOSTILE),
    ];
    to("orders-api", "production", Kind::Hotfix { reason: HOSTILE.to_owned() }, guardrails)
}

/// Everything is met.
pub(super) fn allowed() -> Plan {
    let guardrails = vec![guardrail(Name::Image, State::Met, "it is the service's own and has a digest")];
    to("web", "production", Kind::Rollback { reason: "lost orders".to_owned() }, guardrails)
}

pub(super) fn status_of(output: status::Output, board: &Board, options: &Options<'_>) -> String {
    let mut out = Vec::new();
    status::write(output, board, &context(), options, &mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

pub(super) fn plan_of(output: plan::Output, plans: &[Plan], options: &Options<'_>) -> String {
    let mut out = Vec::new();
    plan::write(output, &report(plans), options, &mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

/// What was judged, and nothing done.
pub(super) fn report(plans: &[Plan]) -> Report {
    Report {
        context: context(),
        head: None,
        plans: plans.to_vec(),
        done: Done::Judged,
        problems: Vec::new(),
        others: Vec::new(),
        notes: Vec::new(),
    }
}
