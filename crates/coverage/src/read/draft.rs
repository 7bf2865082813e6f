//! A report that is being read.

use std::borrow::Cow;
use std::str::FromStr;

use findings::escape;
use findings::words::{count, number};
use xml::Tag;

use super::{Format, Parsed};
use crate::model::{Coverage, FileCoverage, Line};

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) coverage: Coverage,
    pub(super) sources: Vec<String>,
    problems: Remarks,
    notes: Remarks,
}

/// A report can be wrong in every line. That is said a few times.
#[derive(Debug, Default)]
struct Remarks {
    texts: Vec<String>,
    more: u64,
}

const MOST_REMARKS: usize = 20;

impl Remarks {
    fn add(&mut self, text: impl FnOnce() -> String) {
        if self.texts.len() < MOST_REMARKS {
            self.texts.push(text());
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.texts.push(format!("{} more like these", number(self.more)));
        }
        self.texts
    }
}

impl Draft {
    /// Notes what shows that the report is not whole.
    pub(super) fn problem(&mut self, text: impl FnOnce() -> String) {
        self.problems.add(text);
    }

    /// Notes what is odd and harmless.
    pub(super) fn note(&mut self, text: impl FnOnce() -> String) {
        self.notes.add(text);
    }

    /// What is known of the file at `path`, as printed.
    pub(super) fn file(&mut self, path: &str) -> &mut FileCoverage {
        self.coverage.files.entry(path.to_owned()).or_default()
    }

    pub(super) fn finish(self, format: Format) -> Parsed {
        Parsed {
            coverage: self.coverage,
            format,
            sources: self.sources,
            problems: self.problems.finish(),
            notes: self.notes.finish(),
        }
    }

    /// The number in the attribute `name` of a `<line>`; a line without it, or with another text, is a problem.
    pub(super) fn line_number(&mut self, tag: Tag<'_>, name: &str) -> Option<u32> {
        let text = tag.attribute(name);
        let number = text.as_deref().and_then(|text| text.trim().parse().ok()).filter(|&number| number > 0);
        if number.is_none() {
            self.problem(|| match text {
                Some(text) => format!("a line has the number `{}`", shown(&text)),
                None => format!("a line has no number ({name})"),
            });
        }
        number
    }

    /// The hits in the attribute `name` of the line `number`. Without it, or with another text, they are a problem and
    /// the line did not run.
    pub(super) fn hits(&mut self, tag: Tag<'_>, name: &str, number: u32) -> u64 {
        let Some(text) = tag.attribute(name) else {
            self.problem(|| format!("line {number} of a file does not say how often it ran ({name})"));
            return 0;
        };
        self.hits_in(&text, number)
    }

    /// The hits that `text` says. Negative ones (gcov counts over) are none.
    pub(super) fn hits_in(&mut self, text: &str, number: u32) -> u64 {
        let text = text.trim();
        if let Ok(hits) = text.parse() {
            return hits;
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits(text) {
            return u64::MAX; // more than can be counted
        }
        if text.strip_prefix('-').is_some_and(digits) {
            self.note(|| format!("line {number} of a file ran {} times, which is taken as none", shown(text)));
        } else {
            self.problem(|| format!("line {number} of a file ran `{}` times", shown(text)));
        }
        0
    }
}

/// Notes that line `number` ran `hits` times, which may have been said before: within one document a line is listed
/// again for a method or an inner class, not for another run.
pub(super) fn state(file: &mut FileCoverage, number: u32, hits: u64) -> &mut Line {
    let line = file.lines.entry(number).or_default();
    line.hits = line.hits.max(hits);
    line
}

/// The number in the attribute `name`, if there is one.
pub(super) fn attribute<N: FromStr>(tag: Tag<'_>, name: &str) -> Option<N> {
    tag.attribute(name)?.trim().parse().ok()
}

/// A text of the report, fit to be part of a sentence.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    escape::cut(text, 120)
}

/// `4 of 19 lines are listed`: what to say when a report lists fewer lines than it states.
pub(super) fn fewer(listed: u64, stated: u64, of: &str) -> String {
    format!("it states {} {of} and lists {}", count(stated, "line"), number(listed))
}
