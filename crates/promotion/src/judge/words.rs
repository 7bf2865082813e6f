//! Times, lengths and foreign text in sentences for people.

use std::time::Duration;

use gitops::Image;
pub(super) use gitops::words::quoted;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How many things are listed by name.
const LISTED: usize = 20;

/// Foreign text on one line, with nothing in it that a terminal acts on or that turns text around, and not longer than
/// a line.
pub(crate) fn plain(text: &str) -> String {
    let quoted = quoted(text.trim());
    quoted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or_default().to_owned()
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    gitops::words::listed(words, LISTED)
}

/// `2026-11-30 14:21:05 UTC`.
pub(super) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `Mon 2026-11-30 15:21 CET (Europe/Berlin)`; in UTC where there is no such zone.
pub(super) fn local(at: Timestamp, zone: &str) -> String {
    match TimeZone::get(zone) {
        Ok(found) => format!("{} ({})", at.to_zoned(found).strftime("%a %Y-%m-%d %H:%M %Z"), plain(zone)),
        Err(_) => instant(at),
    }
}

/// `2d 3h`, `1h`, `20m 5s`, `0s`: the two largest units that are not zero, rounded down.
pub(super) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let units = [(seconds / 86_400, 'd'), (seconds / 3_600 % 24, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let shown: Vec<_> = units.iter().filter(|(n, _)| *n > 0).take(2).map(|(n, unit)| format!("{n}{unit}")).collect();
    if shown.is_empty() { "0s".to_owned() } else { shown.join(" ") }
}

/// How much time lies between two times; none when the second is the earlier one.
pub(super) fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// `1.4.2 (sha256:0123456789ab)`.
pub(super) fn version(image: &Image) -> String {
    match (&image.tag, &image.digest) {
        (Some(tag), Some(digest)) => format!("{tag} ({})", digest.short()),
        (Some(tag), None) => tag.to_string(),
        (None, Some(digest)) => digest.short(),
        (None, None) => "an image without tag and digest".to_owned(),
    }
}
