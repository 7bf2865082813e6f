//! When to try again, and when not.

use std::time::Duration;

use crate::error::Error;
use crate::options::{Event, Options};
use crate::wait;

/// How often a refusal whose words sound like a passing fault is tried again.
const PASSING_REFUSALS: u32 = 5;

/// Why a turn came to nothing.
#[derive(Debug)]
pub(crate) enum Setback {
    /// The branch was not where it was any more.
    Moved { said: String },
    /// The remote said no.
    Refused { said: String },
    /// The remote was not reached, or its answer was lost.
    Lost { said: String },
}

/// The turns of a loop, until the deadline.
pub(crate) struct Pace<'o> {
    options: &'o Options,
    /// Where it is to land, for the words of errors.
    branch: &'o str,
    start: Duration,
    began: Duration,
    /// The shortest turn so far: what an attempt takes when nothing is in its way.
    quickest: Duration,
    attempt: u32,
    refusals: u32,
}

impl<'o> Pace<'o> {
    pub(crate) fn new(options: &'o Options, branch: &'o str) -> Self {
        let start = options.clock.elapsed();
        Self { options, branch, start, began: start, quickest: Duration::MAX, attempt: 0, refusals: 0 }
    }

    /// A turn begins. Its number, from 1.
    pub(crate) fn begin(&mut self) -> u32 {
        self.began = self.options.clock.elapsed();
        self.attempt += 1;
        self.attempt
    }

    /// Waits for the next turn, with full jitter.
    ///
    /// # Errors
    ///
    /// There will be none: the remote refuses for good, or time is up.
    pub(crate) async fn again(&mut self, setback: Setback) -> Result<(), Error> {
        let (clock, attempt) = (&self.options.clock, self.attempt);
        self.quickest = self.quickest.min(clock.elapsed().saturating_sub(self.began));
        let wait = wait::before_next(attempt, self.quickest);
        let event = match setback {
            Setback::Moved { said } => Event::Moved { attempt, said, wait },
            Setback::Lost { said } => Event::Lost { attempt, said, wait },
            Setback::Refused { said } if self.refusals == PASSING_REFUSALS || !may_pass(&said) => {
                return Err(Error::Refused { branch: self.branch.to_owned(), said });
            }
            Setback::Refused { said } => {
                self.refusals += 1;
                Event::Refused { attempt, said, wait }
            }
        };
        if clock.elapsed().saturating_sub(self.start).saturating_add(wait) >= self.options.deadline {
            let (branch, deadline, last) = (self.branch.to_owned(), self.options.deadline, event.said().to_owned());
            return Err(Error::Deadline { branch, deadline, attempts: attempt, last });
        }
        (self.options.tell)(&event);
        clock.sleep(wait).await;
        Ok(())
    }
}

/// Whether the words of a refusal tell of a fault that may pass by itself, not of a rule.
fn may_pass(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    let words = [
        "temporar",
        "try again",
        "retry",
        "timeout",
        "timed out",
        "unavailable",
        "too many",
        "rate limit",
        "failed to update ref",
        "failed to lock",
        "internal error",
        "internal server error",
        "unpacker error",
        "error: 429",
        "error: 5",
    ];
    words.iter().any(|words| said.contains(words))
}
