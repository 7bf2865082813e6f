//! Waiting and the time of day.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Where waiting and time come from: the machine, or a test that drives them by hand.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System { start: Instant },
    Manual(Arc<Mutex<Manual>>),
}

#[derive(Debug, Default)]
struct Manual {
    elapsed: Duration,
    slept: Vec<Duration>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Kind::System { start: Instant::now() })
    }

    /// A clock that stands still at the Unix epoch: a wait ends at once, moves it on and is recorded.
    #[must_use]
    pub fn manual() -> Self {
        Self(Kind::Manual(Arc::default()))
    }

    /// Time since this clock was made. It never goes backwards.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Kind::System { start } => start.elapsed(),
            Kind::Manual(_) => self.manual_state(|manual| manual.elapsed),
        }
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System { .. } => Timestamp::now(),
            Kind::Manual(_) => Timestamp::UNIX_EPOCH.checked_add(self.elapsed()).unwrap_or(Timestamp::MAX),
        }
    }

    /// Waits.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Kind::System { .. } => tokio::time::sleep(wait).await,
            Kind::Manual(_) => {
                self.advance(wait);
                self.manual_state(|manual| manual.slept.push(wait));
            }
        }
    }

    /// Moves a manual clock on. The machine's clock is not moved.
    pub fn advance(&self, by: Duration) {
        self.manual_state(|manual| manual.elapsed = manual.elapsed.saturating_add(by));
    }

    /// Every wait of a manual clock so far, in order. The machine's clock keeps no record.
    #[must_use]
    pub fn slept(&self) -> Vec<Duration> {
        self.manual_state(|manual| manual.slept.clone())
    }

    fn manual_state<T: Default>(&self, f: impl FnOnce(&mut Manual) -> T) -> T {
        match &self.0 {
            Kind::System { .. } => T::default(),
            Kind::Manual(state) => f(&mut state.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
