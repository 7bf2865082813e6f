use jiff::Timestamp;
use proptest::prelude::*;

use super::{Hold, Holds};

const DIGEST: &str = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OTHER: &str = "sha256:ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

fn hold(service: Option<&str>, environment: Option<&str>, digest: Option<&str>) -> Hold {
    Hold {
        service: service.map(str::to_owned),
        environment: environment.map(str::to_owned),
        digest: digest.map(str::to_owned),
        reason: "checkout is slow".to_owned(),
        by: None,
        since: at(100),
        until: None,
    }
}

fn stops(hold: &Hold, service: &str, environment: &str, digest: Option<&str>, now: i64) -> bool {
    Holds { holds: vec![hold.clone()] }.stopping(service, environment, digest, at(now)).count() == 1
}

#[test]
fn a_hold_is_in_force_from_its_beginning_until_its_end() {
    let hold = Hold { until: Some(at(200)), ..hold(None, None, None) };
    let stopped = [99, 100, 199, 200].map(|now| stops(&hold, "api", "production", None, now));
    assert_eq!(stopped, [false, true, true, false]);
}

#[test]
fn a_hold_stops_what_it_names_and_everything_where_it_names_nothing() {
    let api = hold(Some("api"), Some("production"), None);
    assert!(stops(&api, "api", "production", Some(DIGEST), 100));
    assert!(!stops(&api, "api", "staging", Some(DIGEST), 100));
    assert!(!stops(&api, "API", "production", Some(DIGEST), 100));
    assert!(stops(&hold(None, Some("production"), None), "web", "production", None, 100));
    assert!(stops(&hold(Some("api"), None, None), "api", "dev", None, 100));
}

#[test]
fn a_hold_of_an_image_stops_that_image_however_its_digest_is_written() {
    let held = hold(Some("api"), None, Some(DIGEST));
    assert!(stops(&held, "api", "dev", Some(DIGEST), 100));
    assert!(stops(&held, "api", "dev", Some(&DIGEST.to_uppercase()), 100));
    assert!(stops(&held, "api", "dev", DIGEST.strip_prefix("sha256:"), 100));
    assert!(!stops(&held, "api", "dev", Some(OTHER), 100));
}

#[test]
fn an_image_whose_digest_nobody_knows_may_be_the_one_that_is_stopped() {
    assert!(stops(&hold(Some("api"), None, Some(DIGEST)), "api", "dev", None, 100));
}

#[test]
fn a_hold_replaces_the_one_with_the_same_scope_and_a_release_takes_exactly_that() {
    let mut holds = Holds::default();
    holds.add(hold(Some("api"), Some("production"), Some(DIGEST)));
    holds.add(hold(Some("api"), Some("production"), None));
    let again = Hold { reason: "still slow".to_owned(), ..hold(Some("api"), Some("production"), Some(DIGEST)) };
    holds.add(Hold { digest: Some(DIGEST.to_uppercase()), ..again });
    assert_eq!(holds.holds.len(), 2);
    assert_eq!(holds.release(None, None, None), []);
    let released = holds.release(Some("api"), Some("production"), Some(DIGEST));
    assert_eq!(released.iter().map(|hold| hold.reason.as_str()).collect::<Vec<_>>(), ["still slow"]);
    assert_eq!(holds.holds, [hold(Some("api"), Some("production"), None)]);
}

#[test]
fn a_scope_is_told_in_words() {
    let scopes = [
        hold(None, None, None),
        hold(Some("api"), None, None),
        hold(None, Some("production"), None),
        hold(Some("api"), Some("production"), Some(DIGEST)),
    ];
    insta::assert_snapshot!(scopes.map(|hold| hold.scope()).join("\n"), @r"
    everything
    api everywhere
    everything in production
    api in production, sha256:001122334455
    ");
}

#[test]
fn every_text_is_quoted() {
    let mut holds = Holds::default();
    assert_eq!(Holds::read(&holds.to_yaml()).as_ref(), Ok(&holds));
    let hostile = "\"\n- service: x # \u{202e}\u{1b}[31m\u{2028}{{ }} &a *b !c \u{1F600} für 5 €";
    holds.add(Hold {
        reason: hostile.to_owned(),
        until: Some(at(1_800_000_000)),
        ..hold(Some("yes"), Some("~"), Some(DIGEST))
    });
    holds.add(Hold { by: Some("{a: b}".to_owned()), ..hold(None, None, None) });
    insta::assert_snapshot!(holds.to_yaml());
    assert_eq!(Holds::read(&holds.to_yaml()), Ok(holds));
}

fn refused(text: &str) -> String {
    let error = Holds::read(text).expect_err(text);
    let place = |at: Option<usize>| at.map_or_else(|| "?".to_owned(), |at| at.to_string());
    format!("{}:{}: {} | {}", place(error.line), place(error.column), error.what, error.hint.unwrap_or_default())
}

#[test]
fn what_could_never_stop_anything_is_refused() {
    let since = "since: 2026-01-01T00:00:00Z";
    let texts = [
        "holds:".to_owned(),
        "hold: []".to_owned(),
        "holds: []\nholds: []".to_owned(),
        "holds:\n- reason: x".to_owned(),
        format!("holds:\n- reason: ' '\n  {since}"),
        format!("holds:\n- reason: x\n  service: ''\n  {since}"),
        format!("holds:\n- reason: x\n  service:\n  {since}"),
        format!("holds:\n- reason: x\n  digest: sha256:12\n  {since}"),
        format!("holds:\n- reason: x\n  enviroment: production\n  {since}"),
        format!("holds:\n- reason: x\n  {since}\n  until: 2026-01-01T00:00:00Z"),
        "holds:\n- reason: x\n  since: yesterday".to_owned(),
        "holds:\n- reason: x\n  since: 2026-01-01T00:00:00".to_owned(),
        "holds: []\n---\nholds: []".to_owned(),
        "- a".to_owned(),
        "<<<<<<< HEAD\nholds: []\n=======\n>>>>>>> x".to_owned(),
    ];
    insta::assert_snapshot!(texts.map(|text| refused(&text)).join("\n"));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z-]{1,12}",
        "\\PC{0,20}",
        "[\u{0}-\u{3}\u{85}\u{2028}\u{feff}\u{fffe}\\\\\" \n\r\t:#'-]{0,8}"
    ]
}

fn named() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text().prop_filter("a name", |text| !text.trim().is_empty()))
}

fn any_hold() -> impl Strategy<Value = Hold> {
    let digest = proptest::option::of("(sha256:|SHA256:)?[0-9a-fA-F]{64}");
    let reason = text().prop_filter("a reason", |text| !text.trim().is_empty());
    let times = (0_i64..4_000_000_000, 0_i32..1_000_000_000, proptest::option::of(1_i64..100_000_000));
    (named(), named(), digest, reason, proptest::option::of(text()), times).prop_map(
        |(service, environment, digest, reason, by, (second, nano, length))| {
            let since = Timestamp::new(second, nano).expect("a time");
            let until = length.map(|length| Timestamp::new(second + length, nano).expect("a time"));
            Hold { service, environment, digest, reason, by, since, until }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(holds in proptest::collection::vec(any_hold(), 0..4)) {
        let holds = Holds { holds };
        let yaml = holds.to_yaml();
        let read = Holds::read(&yaml);
        prop_assert_eq!(read.as_ref(), Ok(&holds), "{}", yaml);
        prop_assert!(yaml.chars().all(|c| c == '\n' || !c.is_control()), "{}", yaml);
    }

    #[test]
    fn no_text_is_a_panic(text in any::<String>(), yaml in "(holds:\n)?([- ]{0,4}(service|since|reason|digest|until)?:? ?[a-z0-9'\"{}\\[\\]&*!|>]{0,8}\n){0,6}") {
        drop(Holds::read(&text));
        drop(Holds::read(&yaml));
    }

    #[test]
    fn one_more_hold_never_lets_more_through(holds in proptest::collection::vec(any_hold(), 0..4), one in any_hold(), now in 0_i64..4_000_000_000) {
        let before = Holds { holds };
        let mut after = before.clone();
        after.holds.push(one);
        let count = |holds: &Holds| holds.stopping("api", "production", Some(DIGEST), at(now)).count();
        prop_assert!(count(&before) <= count(&after));
    }

    #[test]
    fn a_release_takes_back_what_was_added(holds in proptest::collection::vec(any_hold(), 0..4), one in any_hold()) {
        let mut holds = Holds { holds };
        let scope = (one.service.clone(), one.environment.clone(), one.digest.clone());
        let mut without = holds.clone();
        without.release(scope.0.as_deref(), scope.1.as_deref(), scope.2.as_deref());
        holds.add(one.clone());
        prop_assert_eq!(holds.release(scope.0.as_deref(), scope.1.as_deref(), scope.2.as_deref()), [one]);
        prop_assert_eq!(holds, without);
    }
}
