//! The rate limit: so many requests to `/2.0/repositories`, then 429.
//!
//! The real one counts over a rolling hour; this one has no clock and waits to be refilled.

use crate::server::{Reply, Shape};

/// How many requests are allowed.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    limit: u64,
    /// Whether answers tell, as they do only to tokens of plans with scaled limits.
    told: bool,
}

impl Budget {
    pub(super) fn new(limit: u64, told: bool) -> Self {
        Self { left: limit, limit, told }
    }

    pub(super) fn refill(&mut self, requests: u64) {
        self.left = requests;
    }

    /// Takes one request. The refusal is the real one's: plain text and no `Retry-After`.
    pub(super) fn spend(&mut self) -> Result<(), Reply> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Shape::Text.reply(429, "Rate limit for this resource has been exceeded")),
        }
    }

    /// Adds what the answer tells of the limit; "near" is the last fifth.
    pub(super) fn tell(&self, reply: Reply) -> Reply {
        if !self.told {
            return reply;
        }
        let near = self.left.saturating_mul(5) < self.limit;
        reply
            .with_header("x-ratelimit-limit", self.limit.to_string())
            .with_header("x-ratelimit-resource", "api-repositories")
            .with_header("x-ratelimit-nearlimit", near.to_string())
    }
}
