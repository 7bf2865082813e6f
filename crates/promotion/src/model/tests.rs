use gitops::Image;
use jiff::Timestamp;

use super::{Guardrail, Kind, Name, Plan, Request, State, Verdict};

const UNKNOWN: State = State::Unknown { remote: false };
const UNANSWERED: State = State::Unknown { remote: true };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn verdict(states: &[State]) -> Verdict {
    let image: Image = "registry.example/shop/api:1".parse().expect("an image");
    let guardrails = states.iter().map(|&state| Guardrail { name: Name::Soak, state, why: String::new(), hint: None });
    let request =
        Request { service: "api".to_owned(), environment: "staging".to_owned(), image, kind: Kind::Promotion };
    Plan { request, from: None, guardrails: guardrails.collect() }.verdict()
}

#[test]
fn only_what_is_met_throughout_passes() {
    assert_eq!(verdict(&[State::Met, State::Met]), Verdict::Met);
    for state in [State::NotMet, State::NotYet(None), State::NotYet(Some(at(1))), UNKNOWN, UNANSWERED] {
        assert_ne!(verdict(&[State::Met, state, State::Met]), Verdict::Met, "{state:?}");
    }
}

#[test]
fn no_guardrail_at_all_is_no_pass() {
    assert_eq!(verdict(&[]), Verdict::NotMet);
}

#[test]
fn a_no_beats_what_could_not_be_asked_for_and_that_beats_what_may_come() {
    assert_eq!(verdict(&[State::NotYet(None), UNANSWERED, State::NotMet]), Verdict::NotMet);
    assert_eq!(verdict(&[State::NotYet(None), UNANSWERED, UNKNOWN]), Verdict::NotMet);
    assert_eq!(verdict(&[State::NotYet(None), UNANSWERED, State::Met]), Verdict::Failed);
}

#[test]
fn the_time_is_told_when_time_alone_is_missing_and_it_is_the_last_of_all() {
    assert_eq!(
        verdict(&[State::NotYet(Some(at(2))), State::NotYet(Some(at(5))), State::Met]),
        Verdict::NotYet(Some(at(5)))
    );
    assert_eq!(verdict(&[State::NotYet(Some(at(2))), State::NotYet(None)]), Verdict::NotYet(None));
}
