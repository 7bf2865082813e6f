//! The time of a fake, which stands still until something happens.

use jiff::Timestamp;

use super::Bitbucket;
use super::state::State;

/// 2026-01-01T00:00:00Z, so that answers can be compared.
pub(super) const BEGIN: i64 = 1_767_225_600;

impl State {
    /// A time later than those before.
    pub(super) fn now(&mut self) -> String {
        self.tick();
        self.last_time()
    }

    /// The time of what happened last.
    pub(super) fn last_time(&self) -> String {
        self.time().strftime("%Y-%m-%dT%H:%M:%S.000000+00:00").to_string()
    }

    pub(super) fn time(&self) -> Timestamp {
        let second = self.begin.saturating_add_unsigned(self.ticks);
        Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
    }
}

impl Bitbucket {
    /// The time of what happened last. Whatever happens next happens a second later or more.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.shared.state().time()
    }

    /// Sets the time, also backwards.
    pub fn set_time(&self, time: Timestamp) {
        let mut state = self.shared.state();
        state.begin = time.as_second().saturating_sub_unsigned(state.ticks);
    }
}
