//! The tree of suites and cases, and how it is written.

use std::io::{self, Write};

use crate::case::{Case, Fault, Status};
use crate::numbers;

use super::draft::Test;
use super::text::Kept;

/// The node that stands for `<testsuites>`.
pub(super) const ROOT: usize = 0;

/// Suites and cases. A node comes after its parent.
pub(super) struct Document {
    nodes: Vec<Node>,
    /// The suite for cases that have none.
    loose: Option<usize>,
}

struct Node {
    parent: usize,
    children: Vec<usize>,
    what: What,
}

enum What {
    Suite(Box<Suite>),
    Case(Box<Test>),
}

/// A suite.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub(super) name: String,
    /// As reported. Written when it is a time stamp.
    pub(super) timestamp: String,
    pub(super) hostname: String,
    /// In nanoseconds; the sum of its cases when unknown.
    pub(super) time: Option<u64>,
    pub(super) out: Kept,
}

/// Recomputed from the cases.
#[derive(Clone, Copy, Default)]
struct Totals {
    tests: u64,
    failed: u64,
    errored: u64,
    skipped: u64,
    time: u64,
}

impl Default for Document {
    fn default() -> Self {
        let root = Node { parent: ROOT, children: Vec::new(), what: What::Suite(Box::default()) };
        Self { nodes: vec![root], loose: None }
    }
}

impl Document {
    /// Adds a suite and gives its number.
    pub(super) fn add_suite(&mut self, parent: usize, suite: Suite) -> usize {
        self.add(parent, What::Suite(Box::new(suite)))
    }

    /// Adds a case. One without a suite gets one: `<testsuites>` cannot hold it.
    pub(super) fn add_case(&mut self, parent: usize, test: Test) {
        let parent = match self.loose {
            _ if parent != ROOT => parent,
            Some(loose) => loose,
            None => {
                let loose = self.add_suite(ROOT, Suite::default());
                self.loose = Some(loose);
                loose
            }
        };
        self.add(parent, What::Case(Box::new(test)));
    }

    /// The suite `at`; `None` when that is a case.
    pub(super) fn suite_mut(&mut self, at: usize) -> Option<&mut Suite> {
        match &mut self.nodes.get_mut(at)?.what {
            What::Suite(suite) => Some(suite),
            What::Case(_) => None,
        }
    }

    fn add(&mut self, parent: usize, what: What) -> usize {
        let at = self.nodes.len();
        self.nodes.push(Node { parent, children: Vec::new(), what });
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.children.push(at);
        }
        at
    }

    /// Writes the document. Nothing is indented: depth must not cost.
    pub(super) fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        let totals = self.totals();
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        // A suite is visited twice: to be opened, and behind its children to be closed.
        let mut stack = vec![(ROOT, false)];
        while let Some((at, done)) = stack.pop() {
            let Some(node) = self.nodes.get_mut(at) else { continue };
            match &mut node.what {
                What::Case(test) => write_case(&mut *test, out)?,
                What::Suite(suite) if done => close_suite(suite, at == ROOT, out)?,
                What::Suite(suite) => {
                    open_suite(suite, totals.get(at).copied().unwrap_or_default(), at == ROOT, out)?;
                    stack.push((at, true));
                    stack.extend(node.children.iter().rev().map(|&child| (child, false)));
                }
            }
        }
        Ok(())
    }

    fn totals(&self) -> Vec<Totals> {
        let mut totals = vec![Totals::default(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            match &node.what {
                What::Case(test) => totals[at] = Totals::of(&test.case),
                What::Suite(suite) => totals[at].time = suite.time.unwrap_or(totals[at].time),
            }
            if at != ROOT {
                let own = totals[at];
                totals[node.parent].add(own);
            }
        }
        totals
    }
}

impl Totals {
    fn of(case: &Case) -> Self {
        let is = |status| u64::from(case.status == status);
        Self {
            tests: 1,
            failed: is(Status::Failed),
            errored: is(Status::Errored),
            skipped: is(Status::Skipped),
            time: case.time.unwrap_or_default(),
        }
    }

    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failed += other.failed;
        self.errored += other.errored;
        self.skipped += other.skipped;
        self.time = self.time.saturating_add(other.time);
    }
}

fn open_suite(suite: &Suite, totals: Totals, root: bool, out: &mut dyn Write) -> io::Result<()> {
    if root {
        out.write_all(b"<testsuites")?;
    } else {
        out.write_all(b"<testsuite")?;
        attribute("name", &suite.name, out)?;
    }
    let Totals { tests, failed, errored, skipped, time } = totals;
    let time = numbers::seconds(time);
    write!(out, " tests=\"{tests}\" failures=\"{failed}\" errors=\"{errored}\" skipped=\"{skipped}\" time=\"{time}\"")?;
    if numbers::timestamp(&suite.timestamp).is_some() {
        attribute("timestamp", suite.timestamp.trim(), out)?;
    }
    optional("hostname", &suite.hostname, out)?;
    out.write_all(b">\n")
}

fn close_suite(suite: &mut Suite, root: bool, out: &mut dyn Write) -> io::Result<()> {
    write_output("system-out", std::mem::take(&mut suite.out), out)?;
    out.write_all(if root { b"</testsuites>\n" } else { b"</testsuite>\n" })
}

fn write_case(test: &mut Test, out: &mut dyn Write) -> io::Result<()> {
    let case = &test.case;
    out.write_all(b"<testcase")?;
    attribute("name", &case.name, out)?;
    if case.class.contains('\\') {
        attribute("class", &case.class, out)?;
    }
    optional("classname", &case.class.replace('\\', "."), out)?;
    optional("file", &case.file, out)?;
    if case.line > 0 {
        write!(out, " line=\"{}\"", case.line)?;
    }
    if let Some(time) = case.time {
        write!(out, " time=\"{}\"", numbers::seconds(time))?;
    }
    if case.status == Status::Passed && test.out.is_empty() && test.err.is_empty() {
        return out.write_all(b"/>\n");
    }
    out.write_all(b">\n")?;
    for fault in &case.faults {
        write_fault(fault, out)?;
    }
    if case.status == Status::Skipped {
        out.write_all(b"<skipped")?;
        optional("message", &case.skipped, out)?;
        out.write_all(b"/>\n")?;
    }
    write_output("system-out", std::mem::take(&mut test.out), out)?;
    write_output("system-err", std::mem::take(&mut test.err), out)?;
    out.write_all(b"</testcase>\n")
}

fn write_fault(fault: &Fault, out: &mut dyn Write) -> io::Result<()> {
    let name = if fault.status == Status::Errored { "error" } else { "failure" };
    write!(out, "<{name}")?;
    optional("type", &fault.kind, out)?;
    optional("message", &fault.message, out)?;
    out.write_all(b">")?;
    if !fault.text.contains(&fault.message) {
        xml::text::write(&fault.message, false, out)?;
        out.write_all(if fault.text.is_empty() { b"" } else { b"\n" })?;
    }
    xml::text::write(&fault.text, false, out)?;
    writeln!(out, "</{name}>")
}

fn write_output(name: &str, text: Kept, out: &mut dyn Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    write!(out, "<{name}>")?;
    xml::text::write(&text.finish(), false, out)?;
    writeln!(out, "</{name}>")
}

fn optional(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    if value.is_empty() { Ok(()) } else { attribute(name, value, out) }
}

fn attribute(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, " {name}=\"")?;
    xml::text::write(value, true, out)?;
    out.write_all(b"\"")
}
