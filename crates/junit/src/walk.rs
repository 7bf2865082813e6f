//! A JUnit document as suites, cases and their parts, whatever its shape: nested suites, several roots, none at all.
//!
//! What every reader of ours would have to straighten out is straightened out here, once: cases outside of any suite
//! get one, and an error of a suite itself (a `setUpBeforeClass` that threw) becomes a case of it, so that it counts.

use std::io::Read;

use xml::{Scanner, Tag, Text, TokenKind};

/// What comes next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'s> {
    /// `<testsuites>`.
    Root(Tag<'s>),
    RootEnd,
    /// `<testsuite>`; `None` around cases that are in none.
    Suite(Option<Tag<'s>>),
    SuiteEnd,
    /// `<testcase>`; `None` around an error of the suite itself.
    Case(Option<Tag<'s>>),
    CaseEnd,
    /// Any other element.
    Open(Part, Tag<'s>),
    Close,
    Text(Text<'s>),
}

/// What an element is to its case or suite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Failure,
    Error,
    Skipped,
    /// `rerunFailure`, `flakyFailure`: an earlier or later attempt that failed.
    AttemptFailure,
    /// `rerunError`, `flakyError`.
    AttemptError,
    SystemOut,
    SystemErr,
    /// `stackTrace` in an attempt.
    StackTrace,
    Property,
    Other,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Root,
    Suite,
    Case,
    Part(Part),
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "testcase" => Self::Case,
            "testsuite" => Self::Suite,
            "testsuites" => Self::Root,
            "failure" => Self::Part(Part::Failure),
            "error" => Self::Part(Part::Error),
            "skipped" | "ignored" | "disabled" => Self::Part(Part::Skipped),
            "rerunFailure" | "flakyFailure" => Self::Part(Part::AttemptFailure),
            "rerunError" | "flakyError" => Self::Part(Part::AttemptError),
            "system-out" => Self::Part(Part::SystemOut),
            "system-err" => Self::Part(Part::SystemErr),
            "stackTrace" => Self::Part(Part::StackTrace),
            "property" => Self::Part(Part::Property),
            _ => Self::Part(Part::Other),
        }
    }
}

/// Why a document is not walked on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The document itself.
    Xml(xml::Error),
    /// Its root is no root of JUnit.
    Root(String),
}

/// Walks through a document.
pub(crate) struct Walker<R> {
    scanner: Scanner<R>,
    kinds: Vec<Kind>,
    /// How many of `kinds` are suites, and how many cases.
    suites: usize,
    cases: usize,
    /// How many of `kinds` are open around the suite that is open around cases that are in none.
    loose: Option<usize>,
    /// How many of `kinds` are open around each error of a suite that is open.
    wrapped: Vec<usize>,
    /// A step that follows the one that was made up for it.
    held: Option<Held>,
}

#[derive(Clone, Copy, Debug)]
enum Held {
    Open(Kind),
    Close,
    CaseEnd,
    End,
}

/// A step, its tag and text yet to be taken from the scanner; `None` at the end.
pub(crate) type Given = Option<Move>;

pub(crate) enum Move {
    Root,
    RootEnd,
    Suite,
    LooseSuite,
    SuiteEnd,
    Case,
    SuiteFault,
    CaseEnd,
    Open(Part),
    Close,
    Text,
}

impl<R: Read> Walker<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            scanner: Scanner::new(input),
            kinds: Vec::new(),
            suites: 0,
            cases: 0,
            loose: None,
            wrapped: Vec::new(),
            held: None,
        }
    }

    /// The next step; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Step<'_>>, Stop> {
        Ok(self.advance()?.map(|given| self.step(&given)))
    }

    /// The same without borrowing: for [`Walker::step`], and `None` at the end.
    pub(crate) fn advance(&mut self) -> Result<Given, Stop> {
        Ok(match self.held.take() {
            Some(held) => self.release(held),
            None => match self.scanner.advance().map_err(Stop::Xml)? {
                None => self.end(),
                Some(TokenKind::Text) => Some(Move::Text),
                Some(TokenKind::Close) => self.close(),
                Some(TokenKind::Open) => {
                    let kind = Kind::of(self.scanner.tag().name());
                    if self.kinds.is_empty() && matches!(kind, Kind::Part(_)) {
                        return Err(Stop::Root(self.scanner.tag().name().to_owned()));
                    }
                    self.open(kind)
                }
            },
        })
    }

    /// What the document is made of, to ask for more than its steps.
    pub(crate) fn scanner(&self) -> &Scanner<R> {
        &self.scanner
    }

    /// The step that [`Walker::advance`] gave.
    pub(crate) fn step(&self, given: &Move) -> Step<'_> {
        match *given {
            Move::Root => Step::Root(self.scanner.tag()),
            Move::RootEnd => Step::RootEnd,
            Move::Suite => Step::Suite(Some(self.scanner.tag())),
            Move::LooseSuite => Step::Suite(None),
            Move::SuiteEnd => Step::SuiteEnd,
            Move::Case => Step::Case(Some(self.scanner.tag())),
            Move::SuiteFault => Step::Case(None),
            Move::CaseEnd => Step::CaseEnd,
            Move::Open(part) => Step::Open(part, self.scanner.tag()),
            Move::Close => Step::Close,
            Move::Text => Step::Text(self.scanner.text()),
        }
    }

    fn open(&mut self, kind: Kind) -> Given {
        let top = self.kinds.last().copied();
        let given = match kind {
            Kind::Root | Kind::Suite if self.is_right_in_loose() => {
                self.loose = None;
                self.held = Some(Held::Open(kind));
                return Some(Move::SuiteEnd);
            }
            Kind::Case if self.is_without_suite() && self.cases == 0 => return self.open_loose(kind),
            Kind::Part(Part::Failure | Part::Error)
                if self.wrapped.last() != Some(&self.kinds.len())
                    && (self.is_right_in_loose() || matches!(top, Some(Kind::Suite | Kind::Root))) =>
            {
                if self.is_without_suite() {
                    return self.open_loose(kind);
                }
                self.wrapped.push(self.kinds.len());
                self.held = Some(Held::Open(kind));
                return Some(Move::SuiteFault);
            }
            Kind::Root => Move::Root,
            Kind::Suite => {
                self.suites += 1;
                Move::Suite
            }
            Kind::Case => {
                self.cases += 1;
                Move::Case
            }
            Kind::Part(part) => Move::Open(part),
        };
        self.kinds.push(kind);
        Some(given)
    }

    fn is_without_suite(&self) -> bool {
        self.suites == 0 && self.loose.is_none()
    }

    /// Whether what comes next is no part of anything in the suite that was made up.
    fn is_right_in_loose(&self) -> bool {
        self.loose == Some(self.kinds.len())
    }

    fn open_loose(&mut self, kind: Kind) -> Given {
        self.loose = Some(self.kinds.len());
        self.held = Some(Held::Open(kind));
        Some(Move::LooseSuite)
    }

    fn close(&mut self) -> Given {
        if self.is_right_in_loose() {
            self.loose = None;
            self.held = Some(Held::Close);
            return Some(Move::SuiteEnd);
        }
        Some(match self.kinds.pop()? {
            Kind::Root => Move::RootEnd,
            Kind::Suite => {
                self.suites -= 1;
                Move::SuiteEnd
            }
            Kind::Case => {
                self.cases -= 1;
                Move::CaseEnd
            }
            Kind::Part(_) => {
                if self.wrapped.last() == Some(&self.kinds.len()) {
                    self.wrapped.pop();
                    self.held = Some(Held::CaseEnd);
                }
                Move::Close
            }
        })
    }

    fn release(&mut self, held: Held) -> Given {
        match held {
            Held::Open(kind) => self.open(kind),
            Held::Close => self.close(),
            Held::CaseEnd => Some(Move::CaseEnd),
            Held::End => None,
        }
    }

    fn end(&mut self) -> Given {
        self.loose.take()?;
        self.held = Some(Held::End);
        Some(Move::SuiteEnd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of a document on one line.
    fn steps(document: &str) -> String {
        let mut walker = Walker::new(document.as_bytes());
        let mut out = Vec::new();
        loop {
            out.push(match walker.next() {
                Err(Stop::Xml(error)) => error.to_string(),
                Err(Stop::Root(name)) => return format!("root {name}"),
                Ok(None) => return out.join(" "),
                Ok(Some(step)) => match step {
                    Step::Root(_) => "root".to_owned(),
                    Step::RootEnd => "/root".to_owned(),
                    Step::Suite(tag) => format!(
                        "suite{}",
                        tag.map_or("?".to_owned(), |tag| tag.attribute("name").unwrap_or_default().into_owned())
                    ),
                    Step::SuiteEnd => "/suite".to_owned(),
                    Step::Case(tag) => format!(
                        "case{}",
                        tag.map_or("?".to_owned(), |tag| tag.attribute("name").unwrap_or_default().into_owned())
                    ),
                    Step::CaseEnd => "/case".to_owned(),
                    Step::Open(_, tag) => tag.name().to_owned(),
                    Step::Close => "/".to_owned(),
                    Step::Text(text) => text.raw.to_owned(),
                },
            });
        }
    }

    #[test]
    fn suites_may_be_nested_and_roots_repeated() {
        let document = "<testsuites><testsuite name='A'><testsuite name='B'><testcase name='1'/></testsuite></testsuite></testsuites><testsuite name='C'/>";
        assert_eq!(steps(document), "root suiteA suiteB case1 /case /suite /suite /root suiteC /suite");
    }

    #[test]
    fn cases_outside_of_a_suite_get_one() {
        assert_eq!(steps("<testcase name='1'/><testcase name='2'/>"), "suite? case1 /case case2 /case /suite");
        let mixed = "<testsuites><testcase name='1'/><testsuite name='A'/><testcase name='2'/></testsuites>";
        assert_eq!(steps(mixed), "root suite? case1 /case /suite suiteA /suite suite? case2 /case /suite /root");
    }

    #[test]
    fn an_error_of_a_suite_is_a_case_of_it() {
        let document = "<testsuite name='A'><error>x</error><testcase name='1'><failure/></testcase></testsuite>";
        assert_eq!(steps(document), "suiteA case? error x / /case case1 failure / /case /suite");
        assert_eq!(steps("<testsuites><failure/></testsuites>"), "root suite? case? failure / /case /suite /root");
    }

    #[test]
    fn an_error_of_a_suite_within_one_is_another() {
        let document = "<testsuite name='A'><error><testsuite name='B'><error/></testsuite></error></testsuite>";
        assert_eq!(steps(document), "suiteA case? error suiteB case? error / /case /suite / /case /suite");
    }

    #[test]
    fn a_suite_that_was_made_up_ends_with_the_element_it_is_in() {
        let document = "<testsuites><x><testcase name='1'/><failure/></x><testcase name='2'/></testsuites>";
        let steps = steps(document);
        assert_eq!(steps, "root x suite? case1 /case case? failure / /case /suite / suite? case2 /case /suite /root");
    }

    #[test]
    fn another_root_is_not_walked() {
        assert_eq!(steps("<html><body/></html>"), "root html");
    }

    #[test]
    fn a_case_within_a_case_is_one_of_its_own() {
        assert_eq!(
            steps("<testcase name='1'><testcase name='2'/></testcase>"),
            "suite? case1 case2 /case /case /suite"
        );
    }
}
