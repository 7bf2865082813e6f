//! The one place where this program asks for the time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Today, in UTC: pipelines run there.
pub(crate) fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}
