//! Reading a JUnit document once: every case is handed on, and what is known of the whole is given back.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use xml::Scanner;

use crate::build::Builder;
use crate::case::{Case, Fault, Status};
use crate::tool;
use crate::totals::{SuiteCounts, Totals};
use crate::verbatim::{Verbatim, Watch};
use crate::walk::{Part, Step, Stop, Walker};

/// How much of a report is kept in memory.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one text: a message, a trace, an output. The rest is passed over; the merged JUnit has it.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { text: 16 << 10 }
    }
}

/// Where a case stands in its document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// Its number, from 0, in the order in which cases open.
    pub ordinal: u64,
    /// The number of its suite, in the order in which suites open.
    pub suite: usize,
}

/// What becomes of a case in the merged report that is not just copied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fold {
    /// It is an earlier attempt of another case and stands there.
    Dropped,
    /// It has earlier attempts.
    Deciding(Vec<Attempt>),
}

/// An earlier attempt of a case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attempt {
    /// What went wrong.
    pub fault: Fault,
    /// What it printed, the start of it.
    pub output: String,
}

/// What is known of a document that was read.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// What wrote it, as far as can be told: `phpunit`, `pytest`, `playwright` …, else `junit`.
    pub tool: &'static str,
    /// Its suites in the order in which they open.
    pub suites: Vec<SuiteCounts>,
    /// How many cases there are, those that are earlier attempts of others included.
    pub cases: u64,
    /// Cases that are attempts of each other, by ordinal.
    pub folds: BTreeMap<u64, Fold>,
    /// The attributes that all its `<testsuites>` share, but for counts; none when something is outside of them.
    pub root: BTreeMap<String, String>,
    /// The latest time stamp in it, in milliseconds since 1970.
    pub stamp: Option<i64>,
    /// Why it cannot be relied on to be whole.
    pub problems: Vec<String>,
    /// What was odd about it.
    pub notes: Vec<String>,
    /// How to copy it without taking it apart, where that can be done unless something is folded.
    pub(crate) verbatim: Option<Verbatim>,
}

impl Scan {
    /// Counts over everything.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for suite in &self.suites {
            totals.join(&suite.own);
        }
        totals
    }
}

/// Why a document could not be read at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct ReadError {
    /// Why, with the place in the document.
    pub what: String,
}

/// Reads a JUnit document and hands each case to `each`, in the order in which cases end. A document that turns out to
/// be cut short or not well-formed is read up to there, and has a problem.
///
/// # Errors
///
/// When there is no document of JUnit to begin with.
pub fn scan(mut input: impl Read, limits: Limits, each: &mut dyn FnMut(&Case, Place)) -> Result<Scan, ReadError> {
    scan_from(&mut input, limits, each)
}

/// Not generic, so that it is compiled in this crate, which is optimised for speed, and not in the program's.
fn scan_from(input: &mut dyn Read, limits: Limits, each: &mut dyn FnMut(&Case, Place)) -> Result<Scan, ReadError> {
    let mut walker = Walker::new(input);
    let mut reading = Reading::new(limits);
    loop {
        match walker.advance() {
            Ok(Some(given)) => {
                let step = walker.step(&given);
                reading.watch.take(&step, walker.scanner().span());
                reading.take(step, each);
            }
            Ok(None) => break,
            Err(Stop::Root(name)) if reading.is_empty() => return Err(ReadError { what: not_junit(&name) }),
            Err(Stop::Root(name)) => {
                reading
                    .scan
                    .problems
                    .push(format!("behind the report there is another document: {}", not_junit(&name)));
                reading.watch.fail();
                break;
            }
            Err(Stop::Xml(error)) if reading.is_empty() => return Err(ReadError { what: error.to_string() }),
            Err(Stop::Xml(error)) => {
                reading.scan.problems.push(format!("{error}; nothing behind that was read"));
                reading.break_off(each);
                break;
            }
        }
    }
    if reading.is_empty() {
        return Err(ReadError { what: "there is no document in it".to_owned() });
    }
    Ok(reading.finish(walker.scanner()))
}

fn not_junit(root: &str) -> String {
    let hint = match root {
        "coverage" | "report" => "; coverage reports are given with --coverage",
        "checkstyle" | "phpcs" | "files" => "; reports of static analysis are judged by stepgate-lint",
        "html" | "HTML" => "; that is a page, perhaps of a server that had an error to tell",
        _ => "",
    };
    format!("the root is <{root}>, which is no report of tests that we read{hint}")
}

/// What is open, and what was found so far.
struct Reading {
    limits: Limits,
    scan: Scan,
    /// The suites that are open, by number, with their names.
    open: Vec<OpenSuite>,
    /// The cases that are open; more than one only where a case stands in another.
    cases: Vec<(Builder, Place)>,
    spare: Vec<Builder>,
    ordinals: u64,
    opened: bool,
    /// Of each root that is open: whether it is pytest's.
    roots: Vec<bool>,
    /// Of pytest: what was seen of each test in the suite that is open.
    seen: HashMap<String, Seen>,
    odd_times: u64,
    miscounted: u64,
    watch: Watch,
}

#[derive(Default)]
struct OpenSuite {
    number: usize,
    name: String,
    project: String,
    /// Its cases may be attempts of each other.
    is_pytest: bool,
    stated: Stated,
    /// Counts of the suites in it that are closed.
    nested: Totals,
}

/// What a suite says of its cases, as far as it can be read.
#[derive(Clone, Copy, Default)]
struct Stated {
    tests: Option<u64>,
    red: u64,
}

/// The result of a test that may turn out to be an attempt of a later one.
struct Seen {
    place: Place,
    status: Status,
    flaky: bool,
    time: Option<u64>,
    attempts: u32,
}

impl Reading {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            scan: Scan { tool: tool::UNKNOWN, ..Scan::default() },
            open: Vec::new(),
            cases: Vec::new(),
            spare: Vec::new(),
            ordinals: 0,
            opened: false,
            roots: Vec::new(),
            seen: HashMap::new(),
            odd_times: 0,
            miscounted: 0,
            watch: Watch::default(),
        }
    }

    fn is_empty(&self) -> bool {
        !self.opened
    }

    fn take(&mut self, step: Step<'_>, each: &mut dyn FnMut(&Case, Place)) {
        match step {
            Step::Root(tag) => self.root(&tag),
            Step::Suite(tag) => self.suite(tag.as_ref()),
            Step::SuiteEnd => self.suite_end(),
            Step::Case(tag) => self.case(tag.as_ref()),
            Step::CaseEnd => self.case_end(each),
            Step::Open(part, tag) => {
                if part == Part::Property {
                    self.scan.tool = tool::of_property(self.scan.tool, &tag);
                }
                if let Some((builder, _)) = self.cases.last_mut() {
                    builder.open(part, &tag, self.limits.text);
                }
            }
            Step::Close => {
                if let Some((builder, _)) = self.cases.last_mut() {
                    builder.close();
                }
            }
            Step::Text(text) => {
                if let Some((builder, _)) = self.cases.last_mut() {
                    builder.text(&text, self.limits.text);
                }
            }
            Step::RootEnd => drop(self.roots.pop()),
        }
    }

    fn root(&mut self, tag: &xml::Tag<'_>) {
        self.scan.tool = tool::of_root(self.scan.tool, tag);
        self.roots.push(tool::of_root(tool::UNKNOWN, tag) == tool::PYTEST);
        let own =
            tag.attributes().filter(|attribute| !is_count(attribute.name) && attribute.name == attribute.full_name);
        self.share(own.map(|attribute| (attribute.name.to_owned(), attribute.value().into_owned())).collect());
    }

    /// Keeps of the attributes of all roots what a further one has too. What is in no root has none.
    fn share(&mut self, own: BTreeMap<String, String>) {
        if std::mem::replace(&mut self.opened, true) {
            self.scan.root.retain(|name, value| own.get(name) == Some(value));
        } else {
            self.scan.root = own;
        }
    }

    fn suite(&mut self, tag: Option<&xml::Tag<'_>>) {
        if self.roots.is_empty() {
            self.share(BTreeMap::new());
        }
        let number = self.scan.suites.len();
        let mut open = OpenSuite { number, ..OpenSuite::default() };
        let mut counts = SuiteCounts { parent: self.open.last().map(|suite| suite.number), ..SuiteCounts::default() };
        for attribute in tag.into_iter().flat_map(xml::Tag::attributes) {
            let value = attribute.value();
            match attribute.full_name {
                "name" => open.name.push_str(&value),
                PROJECT => open.project = value.clone().into_owned(),
                "tests" => open.stated.tests = value.trim().parse().ok(),
                "failures" | "errors" => open.stated.red += value.trim().parse().unwrap_or(0),
                "time" => counts.time = crate::numbers::time(&value),
                "timestamp" => self.scan.stamp = self.scan.stamp.max(crate::numbers::timestamp(&value)),
                _ => {}
            }
        }
        if let Some(tag) = tag {
            self.scan.tool = tool::of_suite(self.scan.tool, tag);
            counts.is_project = self.scan.tool == tool::PLAYWRIGHT && tag.attribute(PROJECT).is_none();
            if counts.is_project {
                open.project = tag.attribute("hostname").unwrap_or_default().into_owned();
            }
        }
        open.is_pytest = self.roots.last().is_some_and(|is_pytest| *is_pytest)
            || self.open.last().map_or_else(|| tool::is_pytest_suite(&open.name), |around| around.is_pytest);
        self.scan.suites.push(counts);
        self.open.push(open);
    }

    fn suite_end(&mut self) {
        let Some(suite) = self.open.pop() else { return };
        self.seen.clear();
        let mut held = suite.nested;
        held.join(&self.scan.suites[suite.number].own);
        if let Some(around) = self.open.last_mut() {
            around.nested.join(&held);
        }
        if let Some(tests) = suite.stated.tests {
            self.compare(&suite, tests, &held);
        }
    }

    /// Totals are never believed; but what says that there is more than can be seen was cut, or written wrong.
    fn compare(&mut self, suite: &OpenSuite, tests: u64, held: &Totals) {
        if tests > 0 && held.tests == 0 {
            self.scan.problems.push(format!("the suite `{}` states {tests} tests and holds none", suite.name));
        } else if suite.stated.red > 0 && held.red() == 0 && held.flaky == 0 && self.open.is_empty() {
            let red = suite.stated.red;
            self.scan
                .problems
                .push(format!("the suite `{}` states {red} failures and errors, and holds none", suite.name));
        } else if tests != held.tests {
            self.miscounted += 1;
        }
    }

    fn case(&mut self, tag: Option<&xml::Tag<'_>>) {
        self.opened = true;
        let Some(suite) = self.open.last() else { return }; // the walker opens a suite for every case
        let mut builder = self.spare.pop().unwrap_or_default();
        match tag {
            Some(tag) => {
                builder.begin(tag, &suite.name);
                // What the first case of a suite does not tell, the others do not either.
                if !self.scan.suites[suite.number].had_cases {
                    self.scan.tool = tool::of_case(self.scan.tool, tag);
                }
            }
            None => builder.begin_suite(&suite.name),
        }
        builder.project(&suite.project);
        self.odd_times += u64::from(builder.has_odd_time());
        if !builder.is_in_order() {
            self.watch.fail();
        }
        let place = Place { ordinal: self.ordinals, suite: suite.number };
        self.ordinals += 1;
        self.scan.suites[suite.number].had_cases = true;
        self.cases.push((builder, place));
    }

    fn case_end(&mut self, each: &mut dyn FnMut(&Case, Place)) {
        let Some((mut builder, place)) = self.cases.pop() else { return };
        builder.end();
        if self.open.last().is_some_and(|suite| suite.is_pytest) {
            self.fold(&mut builder, place);
        }
        let case = builder.case();
        self.scan.suites[place.suite].own.add(case.status, case.is_flaky(), case.time);
        each(case, place);
        self.spare.push(builder);
    }

    /// Of pytest: node ids are unique, so what has the id of an earlier result is either the error of its teardown or
    /// a further attempt by a rerun plugin. Those write an attempt that failed as a bare case, which looks passed.
    /// A result that is red is never taken for an attempt.
    fn fold(&mut self, builder: &mut Builder, place: Place) {
        if builder.case().message().starts_with("failed on teardown") {
            return;
        }
        // As the merged report will have it, in which the same tests are to be the same.
        let id = builder.case().id().replace(xml::text::is_forbidden, "\u{FFFD}");
        let mut attempts = 0;
        if let Some(earlier) =
            self.seen.get(&id).filter(|earlier| !earlier.status.is_red() && earlier.place.suite == place.suite)
        {
            attempts = earlier.attempts + 1;
            self.scan.suites[place.suite].own.take(earlier.status, earlier.flaky, earlier.time);
            self.scan.folds.insert(earlier.place.ordinal, Fold::Dropped);
            let untold = Attempt {
                output: String::new(),
                fault: Fault {
                    status: Status::Failed,
                    message: "an earlier attempt; the report does not say how it failed".to_owned(),
                    ..Fault::default()
                },
            };
            self.scan.folds.insert(place.ordinal, Fold::Deciding(vec![untold; attempts as usize]));
            builder.retried(attempts);
        }
        let case = builder.case();
        let seen = Seen { place, status: case.status, flaky: case.is_flaky(), time: case.time, attempts };
        self.seen.insert(id, seen);
    }

    /// The document ends here, against the rules: what is open is not known to have ended well.
    fn break_off(&mut self, each: &mut dyn FnMut(&Case, Place)) {
        self.watch.fail();
        while let Some((builder, _)) = self.cases.last_mut() {
            builder.break_off();
            self.case_end(each);
        }
    }

    fn finish<R: Read>(mut self, scanner: &Scanner<R>) -> Scan {
        self.scan.cases = self.ordinals;
        self.scan.notes.extend(scanner.notes().iter().cloned());
        if scanner.is_exact() {
            self.scan.verbatim = self.watch.finish(scanner.span().1);
        }
        if self.odd_times > 0 {
            let count = self.odd_times;
            self.scan.notes.push(format!("{count} times could not be read and count as 0"));
        }
        if self.miscounted > 0 {
            let count = self.miscounted;
            self.scan.notes.push(format!("{count} suites state totals that differ from their cases; the cases count"));
        }
        let retried = self.scan.folds.values().filter(|fold| matches!(fold, Fold::Deciding(_))).count();
        if retried > 0 {
            self.scan
                .notes
                .push(format!("{retried} tests were retried; results of one test in the same suite are its attempts"));
        }
        self.scan
    }
}

/// The attribute that tells the project of Playwright in a merged report. Its own reports have it as the host name.
pub(crate) const PROJECT: &str = "project";

/// Whether an attribute of a suite counts its cases.
pub(crate) fn is_count(name: &str) -> bool {
    matches!(name, "tests" | "failures" | "errors" | "skipped" | "skip" | "skips" | "disabled" | "time")
}

#[cfg(test)]
mod tests;
