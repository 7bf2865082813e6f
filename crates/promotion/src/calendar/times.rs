//! A period as times that can be reckoned with.

use gitops::words::{nearest, quoted};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::Period;

/// A period whose texts were understood.
pub(super) enum Times {
    /// Every week.
    Weekly {
        /// On which days it begins, Monday first.
        days: [bool; 7],
        /// When on that day.
        from: Time,
        /// How many days later it ends: 0 or 1.
        days_later: i32,
        /// When on that day.
        to: Time,
        /// Where.
        zone: TimeZone,
    },
    /// Once.
    Dated {
        /// When it begins.
        from: Timestamp,
        /// The first moment after it.
        to: Timestamp,
    },
}

/// How many days are searched for the next beginning: a week, and those on which clocks skip it.
const DAYS: i32 = 60;

impl Times {
    /// # Errors
    ///
    /// What cannot be understood.
    pub(super) fn of(period: &Period) -> Result<Self, String> {
        let zone = zone(&period.zone)?;
        match (moment(&period.from, "from")?, moment(&period.to, "to")?) {
            (Moment { date: None, time: from, days_later: 0 }, Moment { date: None, time: to, days_later }) => {
                let days_later = if days_later == 0 && to <= from { 1 } else { days_later };
                Ok(Self::Weekly { days: days(&period.days)?, from, days_later, to, zone })
            }
            (
                Moment { date: Some(from_date), time: from, days_later: 0 },
                Moment { date: Some(date), time, days_later },
            ) => {
                if !period.days.is_empty() {
                    return Err("`days` are of a weekly period, and this one has dates: leave them out".to_owned());
                }
                let from = start(&zone, from_date.to_datetime(from));
                let to = date.checked_add(days_later.days()).ok().and_then(|date| end(&zone, date.to_datetime(time)));
                match (from, to) {
                    (Some(from), Some(to)) if from < to => Ok(Self::Dated { from, to }),
                    (Some(_), Some(_)) => Err(format!(
                        "it ends before it begins: `to` {} must be after `from` {}",
                        quoted(&period.to),
                        quoted(&period.from)
                    )),
                    _ => Err("the dates are beyond what can be reckoned with".to_owned()),
                }
            }
            (Moment { days_later: 0, .. }, _) => {
                Err("`from` and `to` must both be times of day (`09:00`) or both be dates (`2026-12-24T08:00`)"
                    .to_owned())
            }
            _ => Err("a beginning is at 23:59 at the latest: for 24:00 write 00:00 of the next day".to_owned()),
        }
    }

    /// When it ends, if it is on at that time: the latest, when it goes on before it has ended.
    pub(super) fn end(&self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Dated { from, to } => (*from <= at && at < *to).then_some(*to),
            // One that is on began yesterday or today; another day around that is for days that clocks make longer.
            Self::Weekly { zone, .. } => {
                let ends = around(zone, at, -2, 1).filter_map(|day| self.on(day));
                ends.filter(|(from, to)| *from <= at && at < *to).map(|(_, to)| to).max()
            }
        }
    }

    /// When it begins next, if it is not on at that time.
    pub(super) fn next(&self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Dated { from, .. } => (*from > at).then_some(*from),
            Self::Weekly { zone, .. } => around(zone, at, -1, DAYS)
                .filter_map(|day| self.on(day))
                .find(|(from, to)| from < to && *from > at)
                .map(|(from, _)| from),
        }
    }

    /// Beginning and end of the weekly one that begins on a day, if one does.
    fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let Self::Weekly { days, from, days_later, to, zone } = self else { return None };
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
        days.get(weekday).filter(|is_on| **is_on)?;
        let last = day.checked_add(days_later.days()).ok()?;
        Some((start(zone, day.to_datetime(*from))?, end(zone, last.to_datetime(*to))?))
    }
}

/// The days around a time in a zone.
fn around(zone: &TimeZone, at: Timestamp, first: i32, last: i32) -> impl Iterator<Item = Date> {
    let today = zone.to_datetime(at).date();
    (first..=last).filter_map(move |days| today.checked_add(days.days()).ok())
}

/// The first of the moments that a civil time means.
fn start(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(time).ok()
        }
        AmbiguousOffset::Gap { before, .. } => behind_gap(zone, before.to_timestamp(time).ok()?),
    }
}

/// The last of the moments that a civil time means.
fn end(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { after: offset, .. } => {
            offset.to_timestamp(time).ok()
        }
        AmbiguousOffset::Gap { before, .. } => behind_gap(zone, before.to_timestamp(time).ok()?),
    }
}

/// The moment at which clocks were put forward over a time; `late` is that time on clocks that were not.
fn behind_gap(zone: &TimeZone, late: Timestamp) -> Option<Timestamp> {
    let behind = late.checked_add(SignedDuration::from_secs(1)).ok()?;
    zone.preceding(behind).next().map(|transition| transition.timestamp())
}

/// A time of day, and the date if it has one; `24:00` is 00:00 one day later.
struct Moment {
    date: Option<Date>,
    time: Time,
    days_later: i32,
}

fn moment(text: &str, key: &str) -> Result<Moment, String> {
    let wrong = || {
        format!(
            "`{key}` is {}, which is neither a time of day (`09:00`) nor a date with a time (`2026-12-24T08:00`)",
            quoted(text)
        )
    };
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (Some(self::date(date).ok_or_else(wrong)?), time),
        None if date(text).is_some() => {
            return Err(format!("`{key}` lacks a time: write {}", quoted(&format!("{text}T00:00"))));
        }
        None => (None, text),
    };
    if time == "24:00" {
        return Ok(Moment { date, time: Time::midnight(), days_later: 1 });
    }
    let (hour, minute) = time.split_once(':').ok_or_else(wrong)?;
    let time = two(hour).zip(two(minute)).and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    Ok(Moment { date, time: time.ok_or_else(wrong)?, days_later: 0 })
}

/// `2026-12-24`.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) && parts.next().is_none();
    Date::new(year.parse().ok().filter(|_| is_year)?, two(month)?, two(day)?).ok()
}

/// Two digits.
fn two(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The days that are named, Monday first; all when none is.
fn days(named: &[String]) -> Result<[bool; 7], String> {
    let mut days = [named.is_empty(); 7];
    for text in named {
        let position = |name: &str| WEEK.iter().position(|day| *day == name);
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (Some(first), Some(last)) = (position(first), position(last)) else {
            return Err(format!(
                "{} in `days` is no day: write mon, tue, wed, thu, fri, sat, sun, or from one to another: mon-fri",
                quoted(text)
            ));
        };
        let count = (last + 7 - first) % 7 + 1;
        for (day, is_on) in days.iter_mut().enumerate() {
            *is_on |= (day + 7 - first) % 7 < count;
        }
    }
    Ok(days)
}

fn zone(name: &str) -> Result<TimeZone, String> {
    let known = TimeZoneDatabase::bundled();
    let found = known.get(name).ok().filter(|zone| !zone.is_unknown());
    found.ok_or_else(|| {
        let names: Vec<String> = known.available().map(|name| name.to_string()).collect();
        let nearest = nearest(name, names.iter().map(String::as_str));
        let hint = nearest.map_or("write an IANA time zone such as `Europe/Berlin`".to_owned(), |nearest| {
            format!("did you mean {}?", quoted(nearest))
        });
        format!("there is no time zone {}: {hint}", quoted(name))
    })
}
