//! What exceptions were good for.

use jiff::civil::Date;

use super::{Exception, Exceptions, Use};
use crate::model::{AboutException, Lapse};

/// How many days before its end an exception is told about.
const SOON: i32 = 14;

pub(super) fn of(exceptions: &Exceptions) -> Vec<AboutException> {
    let all = exceptions.entries.iter().zip(&exceptions.uses).enumerate();
    let mut told: Vec<_> = all
        .filter_map(|(at, (entry, used))| {
            let (lapse, words) = lapse(entry, *used, exceptions.today)?;
            let message = format!("exception {} (`{}`) {words}", at + 1, entry.id.as_str());
            Some(AboutException { lapse, message })
        })
        .collect();
    told.sort_by_key(|about| about.lapse);
    told
}

fn lapse(entry: &Exception, used: Use, today: Date) -> Option<(Lapse, String)> {
    let Exception { expires, owner, .. } = entry;
    if *expires < today {
        let (lapse, needed) = match used {
            Use { missed: 0, matched: 0, .. } => (Lapse::Ended, "nothing needs it any more".to_owned()),
            Use { missed: 0, .. } => (Lapse::Ended, "other entries cover what it matches".to_owned()),
            Use { missed, .. } => {
                let findings = findings::words::count(missed, "finding");
                (Lapse::Expired, format!("{findings} would still need it; fix or renew, {owner}"))
            }
        };
        return Some((lapse, format!("ended on {expires}: {needed}")));
    }
    if used.matched == 0 {
        return Some((Lapse::Unused, "matches no finding: it can go, or it is misspelt".to_owned()));
    }
    if used.excused == 0 {
        return Some((Lapse::Shadowed, "only matches what an earlier exception excuses: it can go".to_owned()));
    }
    // A span of days between two dates always fits. How many are left is not said: the same finding would be another
    // one every day.
    let left = today.until(*expires).map_or(i32::MAX, |span| span.get_days());
    (left <= SOON).then(|| (Lapse::EndsSoon, format!("ends on {expires}: {owner} should fix or renew it")))
}
