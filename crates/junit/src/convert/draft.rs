//! What a reader fills.

use crate::case::{Case, Fault, Status};

use super::document::Document;
use super::text::{Kept, shown, tidy};

/// What a reader fills.
pub(super) struct Draft {
    /// How many bytes a text may have.
    pub(super) limit: usize,
    pub(super) document: Document,
    pub(super) problems: Lines,
    pub(super) notes: Lines,
    /// How many red cases the document has.
    pub(super) red: usize,
}

impl Draft {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, document: Document::default(), problems: Lines::default(), notes: Lines::default(), red: 0 }
    }

    /// Adds a case to the suite `parent`.
    pub(super) fn add(&mut self, parent: usize, test: Test) {
        self.red += usize::from(test.case.status.is_red());
        self.document.add_case(parent, test);
    }

    /// Says so when a report states more than it holds. Its numbers are not believed, but what is missing was there once.
    pub(super) fn compare(&mut self, of: &str, what: &str, stated: usize, found: usize) {
        if stated > found {
            let of = shown(of);
            self.problems.push(format!("{of} states {stated} {what}, but holds {found}: it is not whole"));
        }
    }
}

/// Lines for people, of which there are never too many.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<String>,
    more: usize,
}

impl Lines {
    const MOST: usize = 50;

    pub(super) fn push(&mut self, line: String) {
        if self.lines.len() < Self::MOST {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}

/// A case with what it printed.
#[derive(Debug, Default)]
pub(super) struct Test {
    pub(super) case: Case,
    pub(super) out: Kept,
    pub(super) err: Kept,
}

impl Test {
    /// A case that stands for what failed outside of any test.
    pub(super) fn stand_in(name: &str, class: &str, fault: Fault) -> Self {
        let mut test = Self::default();
        test.case.name = if name.is_empty() { "(without a name)".to_owned() } else { name.to_owned() };
        test.case.class = class.to_owned();
        test.blame(fault);
        test
    }

    /// Makes it red.
    pub(super) fn blame(&mut self, fault: Fault) {
        self.case.status = self.case.status.max(fault.status);
        self.case.skipped.clear();
        self.case.faults.push(fault);
    }

    /// Makes it skipped.
    pub(super) fn skip(&mut self, reason: &str) {
        self.case.status = Status::Skipped;
        tidy(reason).clone_into(&mut self.case.skipped);
    }
}

/// What broke.
pub(super) fn errored(kind: &str, message: &str, text: &str) -> Fault {
    fault(Status::Errored, kind, message, text)
}

/// What went wrong.
pub(super) fn fault(status: Status, kind: &str, message: &str, text: &str) -> Fault {
    let (message, text) = (tidy(message).to_owned(), tidy(text).to_owned());
    Fault { status, kind: kind.to_owned(), message, text }
}
