//! What is said of one thing, and what follows from several such answers.

use crate::model::{Guardrail, Name, State, Unknown};

/// A guardrail without its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    pub(super) state: State,
    pub(super) why: String,
    pub(super) hint: Option<String>,
}

impl Answer {
    pub(super) fn new(state: State, why: impl Into<String>) -> Self {
        Self { state, why: why.into(), hint: None }
    }

    pub(super) fn met(why: impl Into<String>) -> Self {
        Self::new(State::Met, why)
    }

    pub(super) fn not_met(why: impl Into<String>) -> Self {
        Self::new(State::NotMet, why)
    }

    /// It cannot be told, and asking again would not help.
    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::new(State::Unknown { remote: false }, why)
    }

    /// It cannot be told, for a reason that somebody else gave.
    pub(super) fn because(unknown: &Unknown) -> Self {
        Self::new(State::Unknown { remote: unknown.remote }, super::plain(&unknown.why))
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn named(self, name: Name) -> Guardrail {
        Guardrail { name, state: self.state, why: self.why, hint: self.hint }
    }
}

/// How many of several answers must be good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Quorum {
    /// Every one; none at all is not met.
    All,
    /// One.
    Any,
}

/// What follows from several answers.
pub(super) fn combine(quorum: Quorum, answers: Vec<Answer>) -> Answer {
    let ranks = answers.iter().map(|answer| rank(answer.state));
    let Some(decisive) = (match quorum {
        Quorum::All => ranks.max(),
        Quorum::Any => ranks.min(),
    }) else {
        return Answer::not_met("there is nothing to tell it by");
    };
    let said: Vec<&Answer> = answers
        .iter()
        .filter(|answer| match quorum {
            // All that is missing is told; of alternatives, what is met, or why none is.
            Quorum::All => decisive == 0 || rank(answer.state) > 0,
            Quorum::Any => decisive > 0 || rank(answer.state) == 0,
        })
        .collect();
    let decisive: Vec<&Answer> = answers.iter().filter(|answer| rank(answer.state) == decisive).collect();
    let mut why: Vec<&str> = said.iter().map(|answer| answer.why.as_str()).collect();
    why.dedup();
    Answer {
        state: state(quorum, &decisive),
        why: why.join("; "),
        hint: decisive.iter().find_map(|answer| answer.hint.clone()),
    }
}

/// How bad it is.
fn rank(state: State) -> u8 {
    match state {
        State::Met => 0,
        State::NotYet(_) => 1,
        State::Unknown { .. } => 2,
        State::NotMet => 3,
    }
}

/// The state of answers that are all of one rank.
fn state(quorum: Quorum, answers: &[&Answer]) -> State {
    let times = || {
        answers.iter().map(|answer| match answer.state {
            State::NotYet(until) => until,
            State::Met | State::NotMet | State::Unknown { .. } => None,
        })
    };
    let is_remote = |answer: &&Answer| answer.state == State::Unknown { remote: true };
    match (answers.first().map(|answer| answer.state), quorum) {
        (Some(State::NotYet(_)), Quorum::All) => {
            State::NotYet(times().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max()))
        }
        (Some(State::NotYet(_)), Quorum::Any) => State::NotYet(times().flatten().min()),
        (Some(State::Unknown { .. }), Quorum::All) => State::Unknown { remote: answers.iter().all(is_remote) },
        (Some(State::Unknown { .. }), Quorum::Any) => State::Unknown { remote: answers.iter().any(is_remote) },
        (Some(state), _) => state,
        (None, _) => State::NotMet,
    }
}
