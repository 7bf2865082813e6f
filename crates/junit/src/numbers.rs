//! Numbers as reports have them: times with a thousands separator, a decimal comma, an exponent, or nothing at all.

/// A time in nanoseconds: `0.123`, `1,234.5`, `0,5`, `4e-05`. `None` for what is no time, negative ones included.
#[must_use]
pub fn time(text: &str) -> Option<u64> {
    let text = text.trim();
    plain(text).or_else(|| odd(text))
}

/// Digits, perhaps with a dot and at most nine more. The common case, without rounding.
fn plain(text: &str) -> Option<u64> {
    let mut value = 0_u64;
    let mut dot = None;
    if text.len() > 19 {
        return None;
    }
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + u64::from(byte - b'0'),
            b'.' if dot.is_none() => dot = Some(at),
            _ => return None,
        }
    }
    let whole = dot.unwrap_or(text.len());
    let decimals = text.len() - (whole + 1).min(text.len());
    if whole == 0 || whole > 9 || decimals > 9 {
        return None;
    }
    Some(value * 10_u64.pow(9 - u32::try_from(decimals).ok()?))
}

fn odd(text: &str) -> Option<u64> {
    let commas = text.matches(',').count();
    let grouped = commas > 1 || text.contains('.') || text.rsplit(',').next().is_some_and(|end| end.len() == 3);
    let text = match commas {
        0 => text.to_owned(),
        _ if grouped => text.replace(',', ""),
        _ => text.replace(',', "."),
    };
    let seconds: f64 = text.parse().ok()?;
    let nanoseconds = seconds * 1e9;
    // What is finite and not negative fits, or is cut to the largest there is.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be finite and not negative"
    )]
    (nanoseconds.is_finite() && nanoseconds >= 0.0).then_some(nanoseconds as u64)
}

/// A time in seconds with six decimals, as PHPUnit writes it.
#[must_use]
pub fn seconds(nanoseconds: u64) -> String {
    format!("{}.{:06}", nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000 / 1_000)
}

/// A time stamp in milliseconds since 1970: RFC 3339 with or without a zone (then UTC), RFC 1123 (`Mon, 23 Nov 2026
/// 02:35:08 GMT`), ` UTC` at the end, or an epoch in seconds or milliseconds.
#[must_use]
pub fn timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(epoch) = text.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        return (epoch.is_finite() && epoch >= 0.0).then_some(if epoch > 1e11 {
            epoch as i64
        } else {
            (epoch * 1e3) as i64
        });
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_millisecond());
    }
    if let Ok(instant) = jiff::fmt::rfc2822::parse(text) {
        return Some(instant.timestamp().as_millisecond());
    }
    let civil = text.strip_suffix(" UTC").unwrap_or(text).trim().parse::<jiff::civil::DateTime>().ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_times_are_read() {
        for (text, nanoseconds) in [
            ("0.001093", 1_093_000),
            ("1,234.5", 1_234_500_000_000),
            ("1,234", 1_234_000_000_000),
            ("0,5", 500_000_000),
            ("4e-05", 40_000),
            ("12", 12_000_000_000),
            (" 0.5 ", 500_000_000),
            ("0.000000001", 1),
            ("999999999.999999999", 999_999_999_999_999_999),
            ("1234567890.5", 1_234_567_890_500_000_000),
            ("3.", 3_000_000_000),
            (".5", 500_000_000),
        ] {
            assert_eq!(time(text), Some(nanoseconds), "{text}");
        }
        for none in ["", "-1.2", "<<computed>>", "NaN", "inf", "1.2.3", "abc"] {
            assert_eq!(time(none), None, "{none}");
        }
    }

    #[test]
    fn time_stamps_of_every_kind_are_one_instant() {
        for text in [
            "2026-11-23T02:35:08Z",
            "2026-11-23T03:35:08+01:00",
            "2026-11-23T02:35:08",
            "2026-11-23 02:35:08 UTC",
            "Mon, 23 Nov 2026 02:35:08 GMT",
            "1795401308",
            "1795401308000",
        ] {
            assert_eq!(timestamp(text), Some(1_795_401_308_000), "{text}");
        }
        assert_eq!(timestamp("yesterday"), None);
    }

    proptest! {
        #[test]
        fn a_time_that_is_written_is_read_back(micros in 0_u64..1_000_000_000_000) {
            prop_assert_eq!(time(&seconds(micros * 1_000)), Some(micros * 1_000));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,20}") {
            let _any = (time(&text), timestamp(&text));
        }
    }
}
