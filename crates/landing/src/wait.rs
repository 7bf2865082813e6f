//! How long to wait before the next attempt.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// An attempt counts as taking at least this long.
const QUICKEST: Duration = Duration::from_millis(20);

/// How many attempts the first wait has room for. Writers who met once meet again in a shorter one: by simulation,
/// eight that land ten commits each are rejected half as often with room for four as for one, in the same time.
const FIRST_ROOM: u32 = 4;

/// How many attempts the longest wait has room for: some thirty writers at once get by with that.
const MOST_ROOM: u32 = 64;

/// No wait is longer.
const CAP: Duration = Duration::from_secs(30);

/// A wait of full jitter: anything up to a limit that doubles with each attempt that failed in a row
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>). `took` is how long an attempt takes.
pub(crate) fn before_next(failures: u32, took: Duration) -> Duration {
    scaled(limit(failures, took), RandomState::new().hash_one(failures))
}

fn limit(failures: u32, took: Duration) -> Duration {
    let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let room = FIRST_ROOM.saturating_mul(doubled).min(MOST_ROOM);
    took.max(QUICKEST).saturating_mul(room).min(CAP)
}

/// The part of `limit` that `random` is of all numbers.
fn scaled(limit: Duration, random: u64) -> Duration {
    let nanos = (u128::from(random) * limit.as_nanos()) >> 64;
    u64::try_from(nanos).map_or(limit, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_with_failures_and_with_the_length_of_an_attempt_up_to_a_cap() {
        let ms = Duration::from_millis;
        assert_eq!(limit(1, ms(3)), ms(80));
        assert_eq!(limit(1, ms(100)), ms(400));
        assert_eq!(limit(3, ms(100)), ms(1600));
        for failures in [6, 31, 32, 33, u32::MAX] {
            assert_eq!(limit(failures, ms(100)), ms(6400), "{failures}");
            assert_eq!(limit(failures, ms(60_000)), CAP, "{failures}");
        }
    }

    #[test]
    fn any_random_number_gives_a_wait_within_the_limit() {
        let limit = Duration::from_secs(4);
        assert_eq!(scaled(limit, 0), Duration::ZERO);
        assert_eq!(scaled(limit, u64::MAX / 2 + 1), Duration::from_secs(2));
        assert!(scaled(limit, u64::MAX) < limit);
        assert!(before_next(9, limit) <= CAP);
    }
}
