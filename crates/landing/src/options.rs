//! How to land.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Clock;

/// How to land.
#[derive(Clone)]
pub struct Options {
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// How long to go on trying. An attempt that has begun is brought to its end.
    pub deadline: Duration,
    /// Whether to sign the commit; left out: as the user's git is configured. The API cannot sign.
    pub sign: Option<bool>,
    /// Where waiting and time come from.
    pub clock: Clock,
    /// Who is told what happens on the way.
    pub tell: Tell,
}

/// A listener.
pub type Tell = Arc<dyn Fn(&Event) + Send + Sync>;

/// Why an attempt did not land, and how long it is until the next one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// Someone else's commit landed first.
    Moved {
        /// Which attempt it was, from 1.
        attempt: u32,
        /// The remote's words.
        said: String,
        /// Until the next one.
        wait: Duration,
    },
    /// The remote refused, for a reason that may pass.
    Refused {
        /// Which attempt it was, from 1.
        attempt: u32,
        /// The remote's words.
        said: String,
        /// Until the next one.
        wait: Duration,
    },
    /// The remote was not reached, or its answer was lost and the commit is not on the branch.
    Lost {
        /// Which attempt it was, from 1.
        attempt: u32,
        /// What came instead.
        said: String,
        /// Until the next one.
        wait: Duration,
    },
}

impl Event {
    /// What came back instead of success.
    #[must_use]
    pub fn said(&self) -> &str {
        match self {
            Self::Moved { said, .. } | Self::Refused { said, .. } | Self::Lost { said, .. } => said,
        }
    }
}

impl Options {
    /// Land on `branch`, within five minutes, signed as git is configured, by the machine's clock, in silence.
    #[must_use]
    pub fn new(branch: impl Into<String>) -> Self {
        Self {
            branch: branch.into(),
            deadline: Duration::from_secs(300),
            sign: None,
            clock: Clock::system(),
            tell: Arc::new(|_| ()),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { branch, deadline, sign, clock, tell: _ } = self;
        let mut out = f.debug_struct("Options");
        out.field("branch", branch).field("deadline", deadline).field("sign", sign).field("clock", clock);
        out.finish_non_exhaustive()
    }
}
