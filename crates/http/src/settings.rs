//! What a client can be told.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::Url;

/// Time-outs and sizes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// For each wait for more of an answer.
    pub read: Duration,
    /// For one attempt as a whole.
    pub total: Duration,
    /// For an answer's body, in bytes.
    pub body: u64,
    /// How many redirects a GET may follow.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            total: Duration::from_secs(60),
            body: 32 << 20,
            redirects: 5,
        }
    }
}

/// When a request is sent again. Only one that is idempotent is, or one that the server did not act on (429, or no
/// connection at all).
#[derive(Clone, Debug)]
pub struct Retries {
    /// How many times after a fault: no connection, a broken one, a time-out, 408, 500, 502, 503, 504, 555.
    /// A 429 is bounded by the budget only.
    pub faults: u32,
    /// The first wait. Each is twice the one before, plus up to as much again by chance.
    pub first_wait: Duration,
    /// The longest wait that we choose ourselves, before chance.
    pub longest_wait: Duration,
    /// How long all waits since the last success may take together, those for answers that never came included.
    pub budget: Duration,
    /// What chance starts from. `None` differs for every client.
    pub seed: Option<u64>,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            faults: 4,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            budget: Duration::from_secs(300),
            seed: None,
        }
    }
}

impl Retries {
    pub(crate) fn waits(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .without_max_times()
            .with_jitter()
            .with_jitter_seed(self.seed.unwrap_or_else(|| RandomState::new().hash_one(0)))
            .build()
    }
}

/// A proxy. None is used unless it is given here; the environment's are not looked at.
#[derive(Clone, Debug)]
pub enum Proxy {
    /// For `http://` URLs only, asked with the absolute URL in the request line: the in-step proxy of Bitbucket Pipelines.
    PlainHttp(Url),
    /// For every URL; `https://` goes through a `CONNECT` tunnel.
    Everything(Url),
}
