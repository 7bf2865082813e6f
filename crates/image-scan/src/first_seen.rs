//! When a finding was first seen in this project: an append-only file of JSON Lines, for rules with `seen-for`.
//!
//! ```json
//! {"id":"CVE-2026-1","package":"deb/debian/curl","path":"","first_seen":"2026-11-24"}
//! ```

use std::borrow::Cow;
use std::collections::hash_map::Entry;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::Finding;
use crate::identity::{self, Identity};

/// What the file says.
#[derive(Clone, Debug, Default)]
pub struct FirstSeen {
    /// By id, package and path.
    days: FxHashMap<String, Date>,
    /// What was odd and mended.
    pub notes: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    id: Cow<'l, str>,
    package: Cow<'l, str>,
    path: Cow<'l, str>,
    first_seen: Cow<'l, str>,
}

impl FirstSeen {
    /// Reads the file. A last line that was cut short is left out, with a note: it was being written when that run
    /// ended. Where a finding stands twice, the earlier day counts.
    ///
    /// # Errors
    ///
    /// When another line is not an entry, with its number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut all = Self::default();
        let last = text.lines().count();
        for (line, at) in text.lines().zip(1..) {
            if line.trim().is_empty() {
                continue;
            }
            match entry(line) {
                Ok((line, first)) => {
                    let known = all.days.entry(key(&line.id, &line.package, &line.path)).or_insert(first);
                    *known = first.min(*known);
                }
                Err(_) if at == last && !text.ends_with('\n') => {
                    all.notes.push(format!("line {at} is cut short and was left out"));
                }
                Err(error) => return Err(format!("line {at}: {error}")),
            }
        }
        Ok(all)
    }

    /// The day on which `finding` was first seen, as far as the file knows.
    #[must_use]
    pub fn since(&self, finding: &Finding<'_>) -> Option<Date> {
        let Identity { id, package, path, .. } = identity::of(finding);
        self.days.get(&key(&id, &package, &path)).copied()
    }

    /// Adds those of `findings` that are not there yet as first seen `today`, and gives back the lines to append to the
    /// file, each with its end; empty when there is nothing new.
    ///
    /// Called before judging it gives new findings their grace. Not called, a new finding is one of unknown age, and
    /// blocks where a rule with `seen-for` does.
    pub fn record<'f, 'a: 'f>(&mut self, findings: impl IntoIterator<Item = &'f Finding<'a>>, today: Date) -> String {
        let mut lines = String::new();
        for finding in findings {
            let Identity { id, package, path, .. } = identity::of(finding);
            let Entry::Vacant(new) = self.days.entry(key(&id, &package, &path)) else { continue };
            let line = Line { id, package, path, first_seen: today.to_string().into() };
            if let Ok(line) = serde_json::to_string(&line) {
                lines.push_str(&line);
                lines.push('\n');
                new.insert(today);
            }
        }
        lines
    }
}

fn key(id: &str, package: &str, path: &str) -> String {
    format!("{id}\0{package}\0{path}")
}

fn entry(line: &str) -> Result<(Line<'_>, Date), String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let first = line.first_seen.parse().map_err(|_bad| format!("`{}` is not a day, as in 2026-12-31", line.first_seen));
    first.map(|first| (line, first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::fixture::{curl, vulnerability};

    const LINE: &str = r#"{"id":"CVE-1","package":"deb/debian/curl","path":"","first_seen":"2026-11-01"}"#;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_finding_keeps_its_first_day_when_its_version_moves() {
        let known = FirstSeen::parse(&format!("{LINE}\n\n{}\n", LINE.replace("11-01", "11-20"))).unwrap();
        assert_eq!(known.since(&vulnerability("CVE-1", curl())), Some(day("2026-11-01")));
        assert_eq!(known.since(&vulnerability("CVE-2", curl())), None);
    }

    #[test]
    fn new_findings_are_recorded_once_and_read_again() {
        let mut known = FirstSeen::parse(LINE).unwrap();
        let findings = [vulnerability("CVE-1", curl()), vulnerability("CVE-2", curl()), vulnerability("CVE-2", curl())];
        let lines = known.record(&findings, day("2026-11-24"));
        assert_eq!(lines, format!("{}\n", LINE.replace("CVE-1", "CVE-2").replace("11-01", "11-24")));
        assert_eq!(known.record(&findings, day("2026-11-25")), "");
        let again = FirstSeen::parse(&format!("{LINE}\n{lines}")).unwrap();
        assert_eq!(again.since(&findings[1]), Some(day("2026-11-24")));
    }

    #[test]
    fn only_the_last_line_may_be_cut_short() {
        let cut = FirstSeen::parse(&format!("{LINE}\n{}", &LINE[..30])).unwrap();
        assert_eq!(cut.notes, ["line 2 is cut short and was left out"]);
        assert!(FirstSeen::parse(&format!("{}\n{LINE}\n", &LINE[..30])).unwrap_err().starts_with("line 1: "));
        assert!(FirstSeen::parse(&format!("{}\n", &LINE[..30])).unwrap_err().starts_with("line 1: "), "it has its end");
        let wrong = LINE.replace("2026-11-01", "2026-11-31");
        assert_eq!(
            FirstSeen::parse(&format!("{wrong}\n")).unwrap_err(),
            "line 1: `2026-11-31` is not a day, as in 2026-12-31"
        );
    }
}
