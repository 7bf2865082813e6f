//! Writing a merged report: documents copied one behind the other into one, piece by piece, with totals that are made
//! from their cases.
//!
//! A document is read twice: [`scan`](crate::scan()) counts, then [`Writer::copy`] copies, since the totals of a suite
//! stand before its cases. Nothing is held in memory but counts. What stands in the report as it is (`verbatim`) is not
//! taken apart the second time; all else is.
//!
//! What Bitbucket's Tests tab demands is there on every suite and case: `tests`, `failures`, `errors` and `skipped` on
//! suites (a suite without them is silently not shown), `classname` and `time` on cases. All else that a document says
//! is copied as it is: attributes, properties, output, nested suites, elements that we do not know.

use std::io::{self, Read, Write};

use xml::{Attribute, Tag, Text, text};

use crate::build::{BROKEN_OFF, SUITE_CASE, is_red, is_skipped};
use crate::case::{Fault, Status};
use crate::numbers::{seconds, time};
use crate::scan::{Attempt, Fold, PROJECT, Scan, is_count};
use crate::totals::{SuiteCounts, Totals, with_nested};
use crate::verbatim::{Verbatim, is_free, is_plain_number};
use crate::walk::{Part, Step, Stop, Walker};

/// Writes one merged report.
pub struct Writer<'o> {
    out: &'o mut dyn Write,
}

/// Why a document could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The merged report cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The document cannot be read once more.
    #[error("it could not be read: {0}")]
    Read(#[source] io::Error),
    /// The document is not what it was when it was counted.
    #[error("it changed while it was read")]
    Changed,
}

impl<'o> Writer<'o> {
    /// Starts a report over `documents`.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn start(documents: &[&Scan], out: &'o mut dyn Write) -> io::Result<Self> {
        let mut totals = Totals::default();
        let mut duration = 0_u64;
        for document in documents {
            totals.join(&document.totals());
            let nested = with_nested(&document.suites);
            let outer = document.suites.iter().zip(&nested).filter(|(suite, _)| suite.parent.is_none());
            duration =
                outer.fold(duration, |sum, (suite, nested)| sum.saturating_add(suite.time.unwrap_or(nested.time)));
        }
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites")?;
        for (name, value) in common(documents) {
            attribute(name, value, out)?;
        }
        write_totals(&totals, duration, out)?;
        out.write_all(b">\n")?;
        Ok(Self { out })
    }

    /// Copies a document, which is what `scan` was made of, once more from its start.
    ///
    /// # Errors
    ///
    /// When the report cannot be written, or the document is another than it was.
    pub fn copy(&mut self, mut document: impl Read, scan: &Scan) -> Result<(), CopyError> {
        self.copy_from(&mut document, scan)
    }

    /// Not generic, so that it is compiled in this crate, which is optimised for speed, and not in the program's.
    fn copy_from(&mut self, document: &mut dyn Read, scan: &Scan) -> Result<(), CopyError> {
        let mut copy = Copy::new(scan, self.out);
        if let Some(verbatim) = scan.verbatim.as_ref().filter(|_| scan.folds.is_empty()) {
            return copy.verbatim(verbatim, document);
        }
        let mut walker = Walker::new(document);
        loop {
            match walker.next() {
                Ok(Some(step)) => copy.take(step)?,
                Ok(None) => break,
                Err(Stop::Xml(error)) if error.kind == xml::ErrorKind::Io => {
                    return Err(CopyError::Read(io::Error::other(error.what)));
                }
                // It was read up to here the first time too, and that is said elsewhere.
                Err(_) => break,
            }
        }
        copy.finish()
    }

    /// Ends the report.
    ///
    /// # Errors
    ///
    /// When it cannot be written to.
    pub fn end(self) -> io::Result<()> {
        self.out.write_all(b"</testsuites>\n")
    }
}

/// The attributes that all roots have in common.
fn common<'s>(documents: &[&'s Scan]) -> Vec<(&'s str, &'s str)> {
    let Some((first, rest)) = documents.split_first() else { return Vec::new() };
    let is_shared = |(name, value): &(&String, &String)| {
        xml::is_name(name) && rest.iter().all(|other| other.root.get(*name) == Some(value))
    };
    first.root.iter().filter(is_shared).map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// A document on its way into the report.
struct Copy<'c> {
    scan: &'c Scan,
    nested: Vec<Totals>,
    out: &'c mut dyn Write,
    /// A start tag is written up to its `>`.
    unfinished: bool,
    /// The names of the elements that are open in the report, one after the other, and where each starts.
    names: String,
    starts: Vec<usize>,
    /// The names of the suites that are open.
    suite_names: Vec<String>,
    /// A CDATA section has begun.
    in_cdata: bool,
    /// What was written last is text.
    after_text: bool,
    suites: usize,
    cases: u64,
    /// How many elements deep the document is in what is left out.
    dropped: usize,
    /// The cases that are open.
    open: Vec<OpenCase>,
}

/// What a case still has to have when it ends.
#[derive(Default)]
struct OpenCase {
    ordinal: u64,
    /// How many elements are open in the report within it and around it.
    depth: usize,
    /// How many elements deep the document was in what is left out, when the case began.
    dropped: usize,
    word: String,
    has_fault: bool,
    has_skipped: bool,
}

impl<'c> Copy<'c> {
    fn new(scan: &'c Scan, out: &'c mut dyn Write) -> Self {
        Self {
            scan,
            nested: with_nested(&scan.suites),
            out,
            unfinished: false,
            names: String::new(),
            starts: Vec::new(),
            suite_names: Vec::new(),
            in_cdata: false,
            after_text: false,
            suites: 0,
            cases: 0,
            dropped: 0,
            open: Vec::new(),
        }
    }

    fn verbatim(&mut self, verbatim: &Verbatim, document: impl Read) -> Result<(), CopyError> {
        let mut suites = self.scan.suites.iter().zip(&self.nested);
        verbatim.copy(document, self.out, &mut |tag, is_empty, out| {
            let Some((counts, totals)) = suites.next() else { return Ok(()) }; // it was counted
            out.write_all(b"<testsuite")?;
            suite_attributes(Some(tag), counts, totals, out)?;
            out.write_all(if is_empty { b"/>" } else { b">" })
        })?;
        Ok(self.out.write_all(b"\n")?)
    }

    fn take(&mut self, step: Step<'_>) -> Result<(), CopyError> {
        match step {
            Step::Root(_) | Step::RootEnd => {}
            Step::Suite(tag) => self.suite(tag.as_ref())?,
            Step::Case(tag) => self.case(tag.as_ref())?,
            Step::SuiteEnd => {
                self.suite_names.pop();
                self.close()?;
            }
            Step::Close => self.close()?,
            Step::CaseEnd => self.case_end()?,
            Step::Open(part, tag) => self.open(part, &tag)?,
            Step::Text(text) => self.text(&text)?,
        }
        Ok(())
    }

    fn suite(&mut self, tag: Option<&Tag<'_>>) -> Result<(), CopyError> {
        let number = self.suites;
        self.suites += 1;
        let counts = self.scan.suites.get(number).ok_or(CopyError::Changed)?;
        let totals = self.nested[number];
        let name = tag.and_then(|tag| tag.attribute("name")).unwrap_or_default();
        self.suite_names.push(name.into_owned());
        if self.dropped > 0 || is_emptied(counts, &totals) {
            self.dropped += 1;
            return Ok(());
        }
        self.start("testsuite")?;
        Ok(suite_attributes(tag, counts, &totals, self.out)?)
    }

    fn case(&mut self, tag: Option<&Tag<'_>>) -> Result<(), CopyError> {
        let ordinal = self.cases;
        self.cases += 1;
        if matches!(self.scan.folds.get(&ordinal), Some(Fold::Dropped)) {
            self.dropped += 1;
            return Ok(());
        }
        // A case within one that is left out counts all the same.
        let dropped = std::mem::take(&mut self.dropped);
        self.start("testcase")?;
        let mut open = OpenCase { ordinal, depth: self.starts.len(), dropped, ..OpenCase::default() };
        match tag {
            Some(tag) => self.case_attributes(tag, &mut open)?,
            None => {
                open.has_fault = true;
                attribute("name", SUITE_CASE, self.out)?;
                attribute("classname", self.suite_names.last().map_or("", String::as_str), self.out)?;
                attribute("time", "0.000000", self.out)?;
            }
        }
        self.open.push(open);
        Ok(())
    }

    fn case_attributes(&mut self, tag: &Tag<'_>, open: &mut OpenCase) -> Result<(), CopyError> {
        let (mut has_name, mut has_classname, mut has_time) = (false, false, false);
        for kept in tag.attributes() {
            match kept.full_name {
                "name" => has_name = true,
                "classname" => has_classname = true,
                "time" => {
                    has_time = true;
                    if let Some(time) = time(&kept.value()).filter(|_| !is_plain_number(kept.raw)) {
                        attribute("time", &seconds(time), self.out)?;
                        continue;
                    }
                }
                "status" | "result" if !is_red(&open.word) => open.word = kept.value().into_owned(),
                _ => {}
            }
            copy_attribute(&kept, self.out)?;
        }
        if !has_name {
            attribute("name", "", self.out)?;
        }
        if !has_classname {
            // As PHPUnit writes it: Bitbucket takes it apart at its dots.
            let class = tag.attribute("class").unwrap_or_default().replace('\\', ".");
            attribute("classname", &class, self.out)?;
        }
        if !has_time {
            attribute("time", "0.000000", self.out)?;
        }
        Ok(())
    }

    fn case_end(&mut self) -> Result<(), CopyError> {
        if self.dropped > 0 {
            self.dropped -= 1;
            return Ok(());
        }
        let case = self.open.pop().unwrap_or_default();
        if !case.has_fault && is_red(&case.word) {
            let fault = Fault { message: format!("its status is `{}`", case.word), ..Fault::default() };
            self.fault("failure", &fault, "")?;
        } else if !case.has_fault && !case.has_skipped && is_skipped(&case.word) {
            self.start("skipped")?;
            self.close()?;
        }
        if let Some(Fold::Deciding(attempts)) = self.scan.folds.get(&case.ordinal) {
            let prefix = if case.has_fault { "rerun" } else { "flaky" };
            for Attempt { fault, output } in attempts {
                let kind = if fault.status == Status::Errored { "Error" } else { "Failure" };
                self.fault(&format!("{prefix}{kind}"), fault, output)?;
            }
        }
        self.close()?;
        self.dropped = case.dropped;
        Ok(())
    }

    /// A fault as Surefire's schema has attempts: message, type, trace, output.
    fn fault(&mut self, name: &str, fault: &Fault, output: &str) -> io::Result<()> {
        self.start(name)?;
        attribute("message", fault.headline(), self.out)?;
        if !fault.kind.is_empty() {
            attribute("type", &fault.kind, self.out)?;
        }
        for (part, text) in [("stackTrace", fault.text.as_str()), ("system-out", output)] {
            if !text.is_empty() {
                self.start(part)?;
                self.finish_tag()?;
                text::write(text, false, self.out)?;
                self.close()?;
            }
        }
        self.close()
    }

    fn open(&mut self, part: Part, tag: &Tag<'_>) -> io::Result<()> {
        if self.dropped > 0 {
            self.dropped += 1;
            return Ok(());
        }
        if let Some(case) = self.open.last_mut() {
            case.has_fault |= matches!(part, Part::Failure | Part::Error);
            case.has_skipped |= part == Part::Skipped;
        }
        match tag.name() {
            name if xml::is_name(name) && !name.contains(':') => self.start(name)?,
            // Of `a:1` and `a::b` what stands behind the prefix is no name, or is one with another prefix.
            _ => self.start(&tag.full_name().replace(':', "_"))?,
        }
        for kept in tag.attributes() {
            copy_attribute(&kept, self.out)?;
        }
        Ok(())
    }

    fn text(&mut self, piece: &Text<'_>) -> io::Result<()> {
        let is_between_suites = self.starts.is_empty() && piece.raw.trim_ascii().is_empty();
        if self.dropped > 0 || is_between_suites && !piece.cdata {
            return Ok(());
        }
        self.finish_tag()?;
        self.in_cdata = piece.cdata && !piece.last;
        // A comment that is left out may have stood within `]]>`.
        let joins = std::mem::replace(&mut self.after_text, !piece.cdata) && piece.first;
        match (piece.cdata, joins) {
            (false, false) => return text::copy(piece.raw, false, self.out),
            (false, true) => return text::write(&piece.decode(), false, self.out),
            (true, _) => {}
        }
        if piece.first {
            self.out.write_all(b"<![CDATA[")?;
        }
        text::copy_cdata(piece.raw, self.out)?;
        if piece.last { self.out.write_all(b"]]>") } else { Ok(()) }
    }

    fn start(&mut self, name: &str) -> io::Result<()> {
        self.finish_tag()?;
        self.after_text = false;
        self.starts.push(self.names.len());
        self.names.push_str(name);
        self.unfinished = true;
        self.out.write_all(b"<")?;
        self.out.write_all(name.as_bytes())
    }

    fn finish_tag(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.unfinished) { self.out.write_all(b">") } else { Ok(()) }
    }

    fn close(&mut self) -> io::Result<()> {
        if self.dropped > 0 {
            self.dropped -= 1;
            return Ok(());
        }
        let Some(start) = self.starts.pop() else { return Ok(()) };
        self.after_text = false;
        if std::mem::take(&mut self.unfinished) {
            self.out.write_all(b"/>")?;
        } else {
            self.out.write_all(b"</")?;
            self.out.write_all(&self.names.as_bytes()[start..])?;
            self.out.write_all(b">")?;
        }
        self.names.truncate(start);
        if self.starts.is_empty() { self.out.write_all(b"\n") } else { Ok(()) }
    }

    /// Closes what a document that breaks off left open.
    fn finish(mut self) -> Result<(), CopyError> {
        if std::mem::take(&mut self.in_cdata) {
            self.out.write_all(b"]]>")?;
        }
        self.dropped = 0;
        while let Some(case) = self.open.last_mut() {
            case.has_fault = true;
            let depth = case.depth;
            while self.starts.len() > depth {
                self.close()?;
            }
            let fault = Fault { message: BROKEN_OFF.to_owned(), ..Fault::default() };
            self.fault("error", &fault, "")?;
            self.case_end()?;
            self.dropped = 0;
        }
        while !self.starts.is_empty() {
            self.close()?;
        }
        let is_same = self.suites == self.scan.suites.len() && self.cases == self.scan.cases;
        if is_same { Ok(()) } else { Err(CopyError::Changed) }
    }
}

/// Whether every case that was in the suite is folded into another now, so that nothing of it is left.
fn is_emptied(suite: &SuiteCounts, totals: &Totals) -> bool {
    totals.tests == 0 && suite.had_cases
}

/// Writes the attributes of a suite of this document.
fn suite_attributes(
    tag: Option<&Tag<'_>>,
    counts: &SuiteCounts,
    totals: &Totals,
    out: &mut dyn Write,
) -> io::Result<()> {
    let stated = |name: &str| tag.and_then(|tag| tag.attribute(name));
    attribute("name", &stated("name").unwrap_or_default(), out)?;
    for kept in tag.into_iter().flat_map(Tag::attributes) {
        if kept.full_name != "name" && !is_count(kept.name) {
            copy_attribute(&kept, out)?;
        }
    }
    // Beside reports of others the host name would no longer be known to be one.
    if let Some(project) = stated("hostname").filter(|_| counts.is_project) {
        attribute(PROJECT, &project, out)?;
    }
    write_totals(totals, counts.time.unwrap_or(totals.time), out)
}

fn write_totals(totals: &Totals, duration: u64, out: &mut dyn Write) -> io::Result<()> {
    let Totals { tests, failed, errored, skipped, .. } = totals;
    write!(
        out,
        " tests=\"{tests}\" failures=\"{failed}\" errors=\"{errored}\" skipped=\"{skipped}\" time=\"{}\"",
        seconds(duration)
    )
}

fn attribute(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, " {name}=\"")?;
    text::write(value, true, out)?;
    out.write_all(b"\"")
}

/// Copies an attribute, but for those that bind it to the document it was in.
fn copy_attribute(kept: &Attribute<'_>, out: &mut dyn Write) -> io::Result<()> {
    if !is_free(kept) {
        return Ok(());
    }
    out.write_all(b" ")?;
    out.write_all(kept.name.as_bytes())?;
    out.write_all(b"=\"")?;
    text::copy(kept.raw, true, out)?;
    out.write_all(b"\"")
}

#[cfg(test)]
mod tests;
