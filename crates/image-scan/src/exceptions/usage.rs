//! What exceptions were good for.

use jiff::civil::Date;

use super::{Exception, Exceptions, Use};

/// How many days before its end an exception is told about.
const SOON: i32 = 14;

/// What is to be said of the entries, in sentences that name each by its id and its place in the list, from 1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Usage {
    /// Entries that have ended, and that findings would still need. To be refused.
    pub expired: Vec<String>,
    /// Entries that have ended, and that nothing needs. To be warned of, as are all others.
    pub ended: Vec<String>,
    /// Entries that match no finding.
    pub unused: Vec<String>,
    /// Entries that only match what an earlier entry excuses.
    pub shadowed: Vec<String>,
    /// Entries in use that end within two weeks.
    pub ends_soon: Vec<String>,
}

impl Usage {
    /// All sentences that are no refusals.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        [&self.ended, &self.unused, &self.shadowed, &self.ends_soon].into_iter().flatten().map(String::as_str)
    }
}

pub(super) fn of(exceptions: &Exceptions) -> Usage {
    let mut usage = Usage::default();
    for (at, (entry, used)) in exceptions.entries.iter().zip(&exceptions.uses).enumerate() {
        add(&mut usage, &format!("exception {} (`{}`)", at + 1, entry.id.as_str()), entry, *used, exceptions.today);
    }
    usage
}

fn add(usage: &mut Usage, name: &str, entry: &Exception, used: Use, today: Date) {
    let Exception { expires, owner, .. } = entry;
    if *expires < today {
        let (list, needed) = match used {
            Use { missed: 0, matched: 0, .. } => (&mut usage.ended, "nothing needs it any more".to_owned()),
            Use { missed: 0, .. } => (&mut usage.ended, "other entries cover what it matches".to_owned()),
            Use { missed, .. } => {
                let findings = findings::words::count(missed, "finding");
                (&mut usage.expired, format!("{findings} would still need it; fix or renew, {owner}"))
            }
        };
        list.push(format!("{name} ended on {expires}: {needed}"));
        return;
    }
    if used.matched == 0 {
        usage.unused.push(format!("{name} matches no finding: it can go, or it is misspelt"));
        return;
    }
    if used.excused == 0 {
        usage.shadowed.push(format!("{name} only matches what an earlier exception excuses: it can go"));
        return;
    }
    // A span of days between two dates always fits.
    let left = today.until(*expires).map_or(i32::MAX, |span| span.get_days());
    if left <= SOON {
        let left = match u64::try_from(left) {
            Ok(days @ 1..) => format!("on {expires}, in {}", findings::words::count(days, "day")),
            _ => "today".to_owned(),
        };
        usage.ends_soon.push(format!("{name} ends {left}: {owner} should fix or renew it"));
    }
}
