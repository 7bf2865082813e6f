//! What may be sent again, after how long.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::StatusCode;

/// How a failed attempt bears on another one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Again {
    /// The server did not act on it (it refused for now, or no connection came about): safe for every method.
    NotActedOn,
    /// The server may have acted on it: safe where doing it twice is the same as once.
    MayHaveActed,
    /// Another attempt would fail in the same way.
    Never,
}

/// How a status bears on another attempt. 555 is Bitbucket's "took too long, retry later".
pub(crate) fn after_status(status: StatusCode) -> Again {
    match status.as_u16() {
        429 => Again::NotActedOn,
        408 | 500 | 502 | 503 | 504 | 555 => Again::MayHaveActed,
        _ => Again::Never,
    }
}

/// The wait that a `Retry-After` header asks for: seconds, or an HTTP-date (RFC 9110, section 10.2.3). A date in the
/// past is no wait; what is neither form is `None`.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a u64 holds is "very long", not "malformed".
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<Duration> {
        retry_after(value, "2026-11-23T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        assert_eq!(wait("120"), Some(Duration::from_secs(120)));
        assert_eq!(wait(" 0 "), Some(Duration::ZERO));
        assert_eq!(wait("Mon, 23 Nov 2026 10:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(wait("Mon, 23 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn a_retry_after_that_is_neither_is_no_answer_and_a_huge_one_is_huge() {
        for value in ["", "-1", "1.5", "soon", "Mon, 99 Nov 2026 10:00:00 GMT"] {
            assert_eq!(wait(value), None, "{value:?}");
        }
        assert_eq!(wait("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn only_statuses_that_pass_with_time_are_retried() {
        let again = |code| after_status(StatusCode::from_u16(code).unwrap());
        assert_eq!(again(429), Again::NotActedOn);
        for code in [408, 500, 502, 503, 504, 555] {
            assert_eq!(again(code), Again::MayHaveActed, "{code}");
        }
        for code in [400, 401, 403, 404, 409, 413, 501] {
            assert_eq!(again(code), Again::Never, "{code}");
        }
    }
}
