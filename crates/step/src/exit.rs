//! The exit codes. They are API: the same for every program, never reused.

use std::process::ExitCode;

use findings::Outcome;

/// How a program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Exit {
    /// Pass, or done.
    Pass = 0,
    /// The gate says no.
    Fail = 1,
    /// Wrong usage.
    Usage = 2,
    /// A config file or an input cannot be used: missing, unreadable, not the format, cut short, incomplete.
    Input = 3,
    /// A remote (API, git, registry) failed after retries.
    Remote = 4,
    /// A guardrail says "not yet", or the measurement is inconclusive.
    NotYet = 5,
    /// A bug in stepgate.
    Bug = 70,
    /// Interrupted.
    Interrupted = 130,
}

/// The exit code that says what came of a gate.
impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail => Self::Fail,
            Outcome::Incomplete => Self::Input,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
