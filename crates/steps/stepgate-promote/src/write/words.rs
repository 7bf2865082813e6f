//! What every format says in the same words.

use attest::Holding;
use findings::words::count;
use gitops::Image;
use jiff::Timestamp;
use promotion::board::Cell;
use promotion::{Board, Hold, State};

use super::Context;

/// `1.4.1`.
pub(super) fn tag(image: &Image) -> &str {
    image.tag.as_ref().map_or("(no tag)", |tag| tag.as_str())
}

/// The first twelve digits of the digest, which people compare.
pub(super) fn digits(image: &Image) -> &str {
    image.digest.as_ref().map_or("(no digest)", |digest| digest.hex().get(..12).unwrap_or_default())
}

/// `1.4.1 (0123456789ab)`.
pub(super) fn version(image: &Image) -> String {
    match &image.digest {
        Some(_) => format!("{} ({})", tag(image), digits(image)),
        None => format!("{} (no digest)", tag(image)),
    }
}

/// `2026-11-30 09:00 UTC`.
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `Mon 2026-11-30 09:00 UTC`, for a time to come.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%a %Y-%m-%d %H:%M UTC").to_string()
}

/// `2026-11-30 09:00 UTC (3d ago)`, `2026-12-01 09:00 UTC (in 20h)`.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", utc(at), distance(at, now))
}

/// `3d ago`, `in 20h`, `now`.
pub(super) fn distance(at: Timestamp, now: Timestamp) -> String {
    match now.as_second().saturating_sub(at.as_second()) {
        0 => "now".to_owned(),
        past @ 1.. => format!("{} ago", length(past)),
        coming => format!("in {}", length(coming.saturating_neg())),
    }
}

/// For how long something has been so: `3d`. What is not yet so by this clock has been so for no time.
pub(super) fn age(since: Timestamp, now: Timestamp) -> String {
    length(now.as_second().saturating_sub(since.as_second()).max(0))
}

/// `a, b and 3 more`.
pub(super) fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A length of time in its largest unit, rounded down: `45s`, `12m`, `47h`, `3d`, `2y`.
fn length(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    match seconds {
        ..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..172_800 => format!("{}h", seconds / HOUR),
        172_800..63_072_000 => format!("{}d", seconds / DAY),
        _ => format!("{}y", seconds / YEAR),
    }
}

/// What is to be seen of a cell at once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Marks {
    /// Its targets contradict each other, or cannot be read.
    pub(super) unreadable: bool,
    /// It was found unhealthy.
    pub(super) unhealthy: bool,
    /// It was found healthy.
    pub(super) healthy: bool,
    /// An emergency stop is in force.
    pub(super) held: bool,
    /// An environment before it has another image.
    pub(super) drift: bool,
    /// So many of the claims that come next are proved …
    pub(super) attested: usize,
    /// … of so many.
    pub(super) asked: usize,
}

impl Marks {
    pub(super) fn of(cell: &Cell) -> Self {
        let proved = |(_, holding): &&(String, Holding)| matches!(holding, Holding::Holds { .. });
        Self {
            unreadable: cell.standing.image.is_err(),
            unhealthy: cell.health == Some(false),
            healthy: cell.health == Some(true),
            held: !cell.holds.is_empty(),
            drift: !cell.drift.is_empty(),
            attested: cell.attestations.iter().filter(proved).count(),
            asked: cell.attestations.len(),
        }
    }
}

/// How many cells of a board have which mark.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Counts {
    /// Services.
    pub(super) services: u64,
    /// Cells that cannot be read.
    pub(super) unreadable: u64,
    /// Cells found unhealthy.
    pub(super) unhealthy: u64,
    /// Cells with an emergency stop.
    pub(super) held: u64,
    /// Cells with another image than before them.
    pub(super) drift: u64,
    /// Cells whose image lacks something for what comes next.
    pub(super) unproved: u64,
}

impl Counts {
    pub(super) fn of(board: &Board) -> Self {
        let mut counts = Self { services: board.rows.len() as u64, ..Self::default() };
        for cell in cells(board).map(|(_, cell)| cell) {
            let marks = Marks::of(cell);
            counts.unreadable += u64::from(marks.unreadable);
            counts.unhealthy += u64::from(marks.unhealthy);
            counts.held += u64::from(marks.held);
            counts.drift += u64::from(marks.drift);
            counts.unproved += u64::from(marks.attested < marks.asked);
        }
        counts
    }
}

/// Every cell, with its service.
pub(super) fn cells(board: &Board) -> impl Iterator<Item = (&str, &Cell)> {
    board.rows.iter().flat_map(|row| row.cells.iter().flatten().map(|cell| (row.service.as_str(), cell)))
}

/// `3 services in 3 environments: 1 unhealthy, 2 held`.
pub(super) fn headline(board: &Board) -> String {
    let counts = Counts::of(board);
    let all =
        format!("{} in {}", count(counts.services, "service"), count(board.environments.len() as u64, "environment"));
    let parts = [
        (counts.unreadable, "unreadable"),
        (counts.unhealthy, "unhealthy"),
        (counts.held, "held"),
        (counts.drift, "different from the environment before"),
        (board.freezes.len() as u64, if board.freezes.len() == 1 { "freeze" } else { "freezes" }),
    ];
    let told: Vec<_> =
        parts.iter().filter(|(times, _)| *times > 0).map(|(times, word)| format!("{times} {word}")).collect();
    if told.is_empty() { all } else { format!("{all}: {}", told.join(", ")) }
}

/// `main of acme/gitops at 0123456789ab, 2026-11-30 09:00 UTC; policy 0123456789ab`.
pub(super) fn origin(context: &Context) -> String {
    let Context { repository, branch, tip, policy_commit, policy_sha256, now } = context;
    format!(
        "{branch} of {repository} at {tip:.12}, {}; promotion.yaml of {policy_commit:.12} (sha256 {policy_sha256:.12})",
        utc(*now)
    )
}

/// `everything: database is down (by ada, since …, until …)`.
pub(super) fn hold(hold: &Hold, now: Timestamp) -> String {
    let by = hold.by.as_ref().map(|by| format!("by {by}, ")).unwrap_or_default();
    let until = match hold.until {
        Some(until) => format!("until {}", ago(until, now)),
        None => "until it is released".to_owned(),
    };
    format!("{}: {} ({by}since {}, {until})", hold.scope(), hold.reason, ago(hold.since, now))
}

/// How it stands with a claim, in one or two words, the same in every format.
pub(super) const fn holding_word(holding: &Holding) -> &'static str {
    match holding {
        Holding::Holds { .. } => "holds",
        Holding::Missing => "missing",
        Holding::Failed { .. } => "failed",
        Holding::TooOld { .. } => "too old",
        Holding::TooFew { .. } => "too few keys",
    }
}

/// `holds since 2026-11-30 09:00 UTC (3d ago) by ci`, `too few keys: 1 of 2`.
pub(super) fn holding(holding: &Holding, now: Timestamp) -> String {
    let word = holding_word(holding);
    let by = |keys: &[String]| if keys.is_empty() { String::new() } else { format!(" by {}", keys.join(", ")) };
    let time = |lead: &str, at: &Option<Timestamp>| at.map(|at| format!("{lead}{}", ago(at, now))).unwrap_or_default();
    match holding {
        Holding::Holds { keys, since, .. } => format!("{word}{}{}", time(" since ", since), by(keys)),
        Holding::Missing => word.to_owned(),
        Holding::Failed { at, keys, .. } => format!("{word}{}{}", time(" at ", at), by(keys)),
        Holding::TooOld { at } => format!("{word}{}", time(": of ", at)),
        Holding::TooFew { have, want } => format!("{word}: {have} of {want}"),
    }
}

/// What of the claims that come next is not proved: `tests missing, scan too old: of …`.
pub(super) fn unproved(cell: &Cell, now: Timestamp) -> Option<String> {
    let lacking = cell.attestations.iter().filter(|(_, holding)| !matches!(holding, Holding::Holds { .. }));
    let words: Vec<_> = lacking.map(|(claim, how)| format!("{claim} {}", holding(how, now))).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Whether it was found healthy: `healthy`, `unhealthy`, `unknown`.
pub(super) const fn health(health: Option<bool>) -> &'static str {
    match health {
        Some(true) => "healthy",
        Some(false) => "unhealthy",
        None => "unknown",
    }
}

/// `met`, `not met`, `not yet`, `unknown`: as in what is attested of a deployment.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Met => "met",
        State::NotMet => "not met",
        State::NotYet(_) => "not yet",
        State::Unknown { .. } => "unknown",
    }
}

/// `1.4.1 (0123456789ab) since 2026-11-30 09:00 UTC (3d ago), commit 0123456789ab by Ada`.
pub(super) fn standing(cell: &Cell, now: Timestamp) -> String {
    let image = cell.standing.image.as_ref().map_or_else(|_| "unreadable".to_owned(), version);
    let commit = cell.standing.commit.as_ref().map(|commit| format!(", commit {commit:.12}")).unwrap_or_default();
    let author = cell.standing.author.as_ref().map(|author| format!(" by {author}")).unwrap_or_default();
    format!("{image} {}{commit}{author}", since(cell.standing.since, now))
}

/// `since 2026-11-30 09:00 UTC (3d ago)`.
pub(super) fn since(since: Option<Timestamp>, now: Timestamp) -> String {
    match since {
        Some(since) => format!("since {}", ago(since, now)),
        None => "since before the history that is known".to_owned(),
    }
}
