use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const HEAD: &str = "aaaaaaaaaaaa1111111111111111111111111111";
const OLD: &str = "bbbbbbbbbbbb1111111111111111111111111111";
const ADA: &str = "{00000000-0000-4000-8000-0000000000ad}";

fn date(minute: u32) -> String {
    format!("2026-03-02T10:{:02}:{:02}.500000+00:00", minute / 60, minute % 60)
}

fn update(at: u32, commit: &str, branch: &str, changes: &Value) -> Value {
    json!({"update": {"date": date(at), "changes": changes, "source": {"commit": {"hash": &commit[..12]}},
        "destination": {"branch": {"name": branch}}}})
}

fn push(at: u32, commit: &str) -> Value {
    update(at, commit, "main", &json!({}))
}

fn review(kind: &str, at: u32) -> Value {
    json!({kind: {"date": date(at), "user": {"uuid": ADA}}})
}

fn approved() -> Value {
    json!([{"user": {"uuid": ADA, "display_name": "Ada"}, "approved": true, "state": "approved"}])
}

/// How many approvals count and how many are stale; `log` is the newest first.
fn counted(participants: Value, log: Value) -> (usize, usize) {
    let (participants, log): (Vec<Participant>, Vec<Activity>) =
        (serde_json::from_value(participants).unwrap(), serde_json::from_value(log).unwrap());
    let (given, stale) = sorted(head_since(HEAD, Some("main"), &log), &participants, &log);
    (given.len(), stale.len())
}

#[test]
fn an_approval_counts_when_it_is_later_than_the_last_push() {
    let after = json!([review("approval", 3), push(2, HEAD), push(1, OLD)]);
    assert_eq!(counted(approved(), after), (1, 0));
    let before = json!([push(2, HEAD), review("approval", 1), push(0, OLD)]);
    assert_eq!(counted(approved(), before), (0, 1));
    let at_once = json!([review("approval", 2), push(2, HEAD), push(1, OLD)]);
    assert_eq!(counted(approved(), at_once), (0, 1));
    let again = json!([review("approval", 3), push(2, HEAD), review("approval", 1), push(0, OLD)]);
    assert_eq!(counted(approved(), again), (1, 0));
}

#[test]
fn an_edit_of_the_text_keeps_approvals_and_a_new_destination_does_not() {
    let log = |newest: Value| json!([newest, review("approval", 3), push(2, HEAD)]);
    for name in ["title", "description", "reviewers", "draft", "status"] {
        assert_eq!(counted(approved(), log(update(4, HEAD, "main", &json!({name: {"new": 1}})))), (1, 0), "{name}");
    }
    let both = json!({"title": {}, "destination": {}});
    assert_eq!(counted(approved(), log(update(4, HEAD, "main", &both))), (0, 1));
    let elsewhere = json!([
        update(4, HEAD, "main", &json!({"title": {}})),
        review("approval", 3),
        update(2, HEAD, "dev", &json!({}))
    ]);
    assert_eq!(counted(approved(), elsewhere), (0, 1));
}

#[test]
fn another_commit_with_the_same_first_digits_is_another_commit() {
    // The log shows twelve digits, and both pushes have the same.
    let log = json!([push(4, HEAD), review("approval", 3), push(2, HEAD)]);
    assert_eq!(counted(approved(), log), (0, 1));
}

#[test]
fn a_log_that_does_not_tell_makes_every_approval_stale() {
    let logs = [
        json!([]),
        json!([review("approval", 3)]),
        json!([push(1, HEAD)]),
        json!([review("approval", 3), push(2, OLD)]),
        json!([review("approval", 3), update(2, HEAD, "main", &json!({"title": {}}))]),
        json!([review("approval", 3), {"update": {"source": {"commit": {"hash": "aaaaaaaaaaaa"}}}}, push(2, HEAD)]),
        json!([review("approval", 3), {"update": {"date": date(2), "source": {"commit": {"hash": "aaaaaa"}},
            "destination": {"branch": {"name": "main"}}}}]),
        json!([{"approval": {"date": "soon", "user": {"uuid": ADA}}}, push(2, HEAD)]),
        json!([{"approval": {"date": date(3), "user": null}}, push(2, HEAD)]),
        json!([{"dance": {}}, push(2, HEAD)]),
    ];
    for log in logs {
        assert_eq!(counted(approved(), log.clone()), (0, 1), "{log}");
    }
}

#[test]
fn only_what_participants_think_now_counts_and_only_once_each() {
    let log = || json!([review("approval", 3), push(2, HEAD)]);
    let who = |approved: bool, state: Value| json!({"user": {"uuid": ADA}, "approved": approved, "state": state});
    assert_eq!(counted(json!([who(false, json!(null))]), log()), (0, 0));
    assert_eq!(counted(json!([who(true, json!("changes_requested"))]), log()), (0, 1));
    assert_eq!(counted(json!([who(true, json!("approved")), who(true, json!("approved"))]), log()), (1, 0));
    assert_eq!(counted(json!([{"approved": true}]), log()), (0, 1));
    let regretted = json!([review("changes_requested", 4), review("approval", 3), push(2, HEAD)]);
    assert_eq!(counted(approved(), regretted), (0, 1));
}

proptest! {
    /// Whatever happened and in whatever order the server tells it: an approval that counts is later than every push.
    #[test]
    fn no_approval_from_before_a_push_counts(
        events in prop::collection::vec((0..4u8, 0..60u32), 0..12),
        newest_first in any::<bool>(),
    ) {
        let mut events = events;
        if newest_first {
            events.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        }
        let log: Vec<Value> = events.iter().map(|(kind, at)| match kind {
            0 => push(*at, HEAD),
            1 => push(*at, OLD),
            2 => update(*at, HEAD, "main", &json!({"title": {}})),
            _ => review("approval", *at),
        }).collect();
        let (given, stale) = counted(approved(), json!(log));
        prop_assert_eq!(given + stale, 1);
        let newest = |wanted: &[u8]| events.iter().filter(|(kind, _)| wanted.contains(kind)).map(|(_, at)| *at).max();
        if given == 1 {
            prop_assert!(newest(&[3]) > newest(&[0, 1]));
            prop_assert!(newest(&[0, 1, 2]).is_some());
        }
    }
}
