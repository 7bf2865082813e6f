//! What is known of a GitOps repository, what is asked, and what the answer looks like.

use std::collections::BTreeMap;
use std::fmt;

use attest::Evidence;
use gitops::{Image, Record};
use jiff::Timestamp;

use crate::hold::Holds;
use crate::policy::Policy;

/// A fact, or why it is not known.
pub type Known<T> = Result<T, Unknown>;

/// Why something is not known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unknown {
    /// In words.
    pub why: String,
    /// Whether a remote that did not answer is to blame: then it may be known later.
    pub remote: bool,
}

/// What may happen to a service in an environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The image goes on.
    Promotion,
    /// The image goes on, past what the policy lets a hotfix pass.
    Hotfix {
        /// Why, for the record.
        reason: String,
    },
    /// An image that was there before comes back.
    Rollback {
        /// Why, for the record.
        reason: String,
    },
}

/// A move that somebody wants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The service, as the policy calls it.
    pub service: String,
    /// Where it is to go.
    pub environment: String,
    /// What is to run there.
    pub image: Image,
    /// How it is meant.
    pub kind: Kind,
}

/// Who wants it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Identity {
    /// The account's UUID, with braces.
    pub uuid: Option<String>,
    /// A name for people.
    pub name: Option<String>,
    /// Whether it is shown, or only claimed.
    pub proof: Proof,
}

/// How far an identity can be trusted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Proof {
    /// Bitbucket says so, and nobody can make it say otherwise: how that was found out, in words.
    Shown(String),
    /// It says so itself: an environment variable, git's configuration.
    Claimed,
    /// Nothing is known: why.
    #[default]
    Nobody,
    /// Finding out did not work.
    Failed(Unknown),
}

/// Somebody's yes to exactly this change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// The account's UUID, with braces.
    pub uuid: String,
    /// A name for people.
    pub name: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// The yeses to a change, and what rules somebody out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Approvals {
    /// Those that were given to the change as it is now, after it last moved.
    pub given: Vec<Approval>,
    /// Those that do not count any more: given before the change last moved.
    pub stale: Vec<Approval>,
    /// Whoever made the change: author of the pull request, whoever triggered it, author of the source commit. UUIDs.
    pub authors: Vec<String>,
}

/// A change that is on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Flight {
    /// The service.
    pub service: String,
    /// Where it goes.
    pub environment: String,
    /// The number of its pull request; left out: it is in the repository and not verified yet.
    pub pull_request: Option<u64>,
    /// In words: `pull request 12`, `1.4.1 since 10:02, not verified`.
    pub what: String,
}

/// What stands in an environment, and how it came there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// What its targets say; they may contradict each other or be unreadable, in words.
    pub image: Result<Image, String>,
    /// Since when it stands there without a break: the time of the commit that put it there, never before any commit that
    /// came earlier. `None`: since before the history that is known.
    pub since: Option<Timestamp>,
    /// The commit that put it there.
    pub commit: Option<String>,
    /// Who made that commit, as it says itself.
    pub author: Option<String>,
    /// What the message of that commit says of it.
    pub record: Option<Record>,
    /// What stood there before, newest first, as far as it was asked for.
    pub before: Vec<Earlier>,
}

/// What stood in an environment until something else came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Earlier {
    /// What its targets said.
    pub image: Result<Image, String>,
    /// Since when; `None`: since before the history that is known.
    pub since: Option<Timestamp>,
    /// The commit that put it there.
    pub commit: Option<String>,
}

/// What stands where, by service and environment.
pub type Standings = BTreeMap<(String, String), Standing>;

/// Everything that guardrails may look at.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The policy of the protected branch.
    pub policy: &'a Policy,
    /// Now.
    pub now: Timestamp,
    /// What stands where at the tip of the branch.
    pub standings: &'a Standings,
    /// The emergency stops at the tip of the branch.
    pub holds: &'a Holds,
    /// What the bundle of the image that is asked for proves.
    pub evidence: &'a Evidence,
    /// Who asks.
    pub who: &'a Identity,
    /// The yeses; why they are not known (there is no pull request yet: an empty list).
    pub approvals: &'a Known<Approvals>,
    /// What else is on its way.
    pub flights: &'a Known<Vec<Flight>>,
}

/// A condition of a promotion.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Guardrail {
    /// Which one.
    pub name: Name,
    /// What it says.
    pub state: State,
    /// Why, in a sentence without a full stop.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Which condition it is.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Name {
    /// The service may go there, the image is its own and has a digest.
    Image,
    /// It runs in the environments before this one.
    Order,
    /// It was found healthy there, and has been there for long enough since.
    Soak,
    /// A claim is attested.
    Attestation(attest::Claim),
    /// It has not failed here already.
    NotFailedHere,
    /// The one who asks may.
    Who,
    /// Others have approved.
    Approvals,
    /// It is a time for changes.
    Window,
    /// It is no time without changes.
    Freeze,
    /// No emergency stop is in force.
    Hold,
    /// Not too many changes at once.
    Concurrency,
    /// A condition of the policy's own.
    Condition(String),
}

/// `soak`, `attestation tests`, `condition on call`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image => f.write_str("image"),
            Self::Order => f.write_str("order"),
            Self::Soak => f.write_str("soak"),
            Self::Attestation(claim) => write!(f, "attestation {claim}"),
            Self::NotFailedHere => f.write_str("not failed here"),
            Self::Who => f.write_str("who"),
            Self::Approvals => f.write_str("approvals"),
            Self::Window => f.write_str("window"),
            Self::Freeze => f.write_str("freeze"),
            Self::Hold => f.write_str("hold"),
            Self::Concurrency => f.write_str("concurrency"),
            Self::Condition(name) => write!(f, "condition {name}"),
        }
    }
}

/// What a guardrail says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Yes.
    Met,
    /// No.
    NotMet,
    /// Not yet; from then on, where that is known.
    NotYet(Option<Timestamp>),
    /// It cannot tell, which is no yes.
    Unknown {
        /// Whether a remote that did not answer is to blame.
        remote: bool,
    },
}

/// What all guardrails say of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// What is wanted.
    pub request: Request,
    /// What stands there now.
    pub from: Option<Image>,
    /// Every guardrail, in a fixed order.
    pub guardrails: Vec<Guardrail>,
}

/// What follows from all guardrails together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Every one is met.
    Met,
    /// One at least is not, or cannot tell.
    NotMet,
    /// All that is missing is a matter of time or of people; from then on, when time alone is missing and known.
    NotYet(Option<Timestamp>),
    /// What is missing could not be asked for, and nothing says no.
    Failed,
}

impl Plan {
    /// What follows from several plans that go together or not at all: the worst of them, in the order of
    /// [`Self::verdict`]; no plan is not met.
    #[must_use]
    pub fn together(plans: &[Self]) -> Verdict {
        let worse = |one: Verdict, other: Verdict| match (one, other) {
            (Verdict::NotMet, _) | (_, Verdict::NotMet) => Verdict::NotMet,
            (Verdict::Failed, _) | (_, Verdict::Failed) => Verdict::Failed,
            // The later of two times, when both are known.
            (Verdict::NotYet(one), Verdict::NotYet(other)) => Verdict::NotYet(one.zip(other).map(|(a, b)| a.max(b))),
            (Verdict::NotYet(from), Verdict::Met) | (Verdict::Met, Verdict::NotYet(from)) => Verdict::NotYet(from),
            (Verdict::Met, Verdict::Met) => Verdict::Met,
        };
        plans.iter().map(Self::verdict).reduce(worse).unwrap_or(Verdict::NotMet)
    }

    /// What follows. `NotMet` beats `Failed` beats `NotYet` beats `Met`; no guardrail at all is `NotMet`. What cannot be
    /// told is `NotMet`, or `Failed` when a remote is to blame.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let states = || self.guardrails.iter().map(|guardrail| guardrail.state);
        let is_no = |state| matches!(state, State::NotMet | State::Unknown { remote: false });
        if self.guardrails.is_empty() || states().any(is_no) {
            return Verdict::NotMet;
        }
        if states().any(|state| matches!(state, State::Unknown { .. })) {
            return Verdict::Failed;
        }
        let waits = || {
            states().filter_map(|state| match state {
                State::NotYet(until) => Some(until),
                State::Met | State::NotMet | State::Unknown { .. } => None,
            })
        };
        match waits().next() {
            None => Verdict::Met,
            // `None` in it: people, and not time alone, are waited for.
            Some(_) => Verdict::NotYet(waits().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max())),
        }
    }
}

#[cfg(test)]
mod tests;
