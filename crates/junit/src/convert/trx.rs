//! Visual Studio's test results: `vstst.xsd`, namespace `http://microsoft.com/schemas/VisualStudio/TeamTest/2010`.

use std::collections::HashMap;

use xml::Tag;

use crate::case::Status;

use super::Path;
use super::document::{ROOT, Suite};
use super::draft::{Draft, Test, errored, fault};
use super::text::{Kept, base_name, count, shown, time_span, without_class, word};

#[derive(Default)]
pub(super) struct Reader {
    rows: Vec<Row>,
    /// The results that are open, the innermost last.
    open: Vec<usize>,
    /// By the id of a test; definitions come before results, or after.
    definitions: HashMap<String, Definition>,
    defining: String,
    start: String,
    host: String,
    summary: Summary,
}

/// A result.
#[derive(Default)]
struct Row {
    /// The result that it is a part of.
    parent: Option<usize>,
    has_parts: bool,
    id: String,
    name: String,
    outcome: String,
    time: Option<u64>,
    message: String,
    trace: String,
    out: Kept,
    err: Kept,
}

#[derive(Default)]
struct Definition {
    class: String,
    storage: String,
}

#[derive(Default)]
struct Summary {
    outcome: String,
    total: usize,
    red: usize,
    /// `outcome` of the `RunInfo` that is open.
    info: String,
    errors: Vec<String>,
    warnings: usize,
}

impl Reader {
    pub(super) fn open(&mut self, draft: &mut Draft, path: &Path, tag: &Tag<'_>) -> bool {
        match (path.up(0), path.up(1)) {
            // Unit tests, web tests, load tests, …: each has an element of its own.
            (_, "Results" | "InnerResults") => self.open_row(tag),
            ("UnitTest", _) => {
                self.defining = word(tag, "id");
                let storage = base_name(&word(tag, "storage")).to_owned();
                self.definitions.entry(self.defining.clone()).or_default().storage = storage;
            }
            ("TestMethod", _) => {
                let class = plain_class(&word(tag, "className")).to_owned();
                self.definitions.entry(self.defining.clone()).or_default().class = class;
            }
            ("Times", "TestRun") => self.start = word(tag, "start"),
            ("ResultSummary", _) => self.summary.outcome = word(tag, "outcome"),
            ("Counters", _) => self.summary.count(tag),
            ("RunInfo", _) => self.summary.info = word(tag, "outcome"),
            ("Text", "RunInfo") => return true,
            ("Message" | "StackTrace", "ErrorInfo") | ("StdOut" | "StdErr" | "DebugTrace", "Output") => {
                return !self.open.is_empty();
            }
            ("Message", "TextMessages") => return !self.open.is_empty(),
            ("ResultFile", "ResultFiles") => {
                let path = word(tag, "path");
                if let Some(row) = self.row() {
                    row.out.push_line(&format!("[[ATTACHMENT|{path}]]"), draft.limit);
                }
            }
            _ => {}
        }
        false
    }

    pub(super) fn close(&mut self, draft: &mut Draft, path: &Path, text: Kept) {
        let (name, parent) = (path.up(0), path.up(1));
        if name == "Text" && parent == "RunInfo" {
            return self.summary.told(text.finish());
        }
        if matches!(parent, "Results" | "InnerResults") {
            self.open.pop();
            return;
        }
        let limit = draft.limit;
        let Some(row) = self.row() else { return };
        match (name, parent) {
            ("Message", "ErrorInfo") => row.message = text.finish(),
            ("StackTrace", "ErrorInfo") => row.trace = text.finish(),
            ("StdOut", "Output") | ("Message", "TextMessages") => row.out.append(&text, limit),
            ("StdErr" | "DebugTrace", "Output") => row.err.append(&text, limit),
            _ => {}
        }
    }

    pub(super) fn finish(self, draft: &mut Draft) {
        let Self { rows, definitions, start, host, summary, .. } = self;
        let found = rows.len();
        let red = rows.iter().filter(|row| row.is_red()).count();
        build(rows, &definitions, (&start, &host), draft);
        draft.compare("the summary of the run", "results", summary.total, found);
        draft.compare("the summary of the run", "failed tests", summary.red, red);
        summary.judge(red, draft);
    }

    fn open_row(&mut self, tag: &Tag<'_>) {
        let parent = self.open.last().copied();
        if let Some(row) = parent.and_then(|parent| self.rows.get_mut(parent)) {
            row.has_parts = true;
        }
        if self.host.is_empty() {
            self.host = word(tag, "computerName");
        }
        self.open.push(self.rows.len());
        self.rows.push(Row {
            parent,
            id: word(tag, "testId"),
            name: word(tag, "testName"),
            outcome: word(tag, "outcome"),
            time: tag.attribute("duration").and_then(|time| time_span(&time)),
            ..Row::default()
        });
    }

    fn row(&mut self) -> Option<&mut Row> {
        self.open.last().and_then(|&at| self.rows.get_mut(at))
    }
}

impl Row {
    fn is_red(&self) -> bool {
        let fine = ["Passed", "PassedButRunAborted", "Warning", "NotExecuted", "Inconclusive", "Completed"];
        !fine.contains(&self.outcome.as_str())
    }

    fn test(self, class: &str, limit: usize) -> Test {
        let mut test = Test { out: self.out, err: self.err, ..Test::default() };
        let (message, trace) = (&self.message, &self.trace);
        match self.outcome.as_str() {
            "Passed" | "PassedButRunAborted" => {}
            "Warning" => test.err.push_line(&format!("warning: {message}"), limit),
            "NotExecuted" | "Inconclusive" => test.skip(message),
            "Completed" => test.skip("it was completed without a verdict"),
            "Failed" => test.blame(fault(Status::Failed, "", message, trace)),
            // The default of the attribute.
            "" => test.blame(errored("Error", message, trace)),
            // Error, Timeout, Aborted, Disconnected, NotRunnable, InProgress, Pending, and what nobody knows.
            other if message.is_empty() => {
                let message = format!("the outcome is \"{}\"", shown(other));
                test.blame(errored(other, &message, trace));
            }
            other => test.blame(errored(other, message, trace)),
        }
        without_class(&self.name, class).clone_into(&mut test.case.name);
        class.clone_into(&mut test.case.class);
        test.case.time = self.time;
        test
    }
}

impl Summary {
    fn count(&mut self, tag: &Tag<'_>) {
        self.total = count(tag, "total");
        let red = ["failed", "error", "timeout", "aborted", "disconnected", "notRunnable", "inProgress", "pending"];
        self.red = red.iter().map(|name| count(tag, name)).sum();
    }

    fn told(&mut self, text: String) {
        const MOST: usize = 100;
        match self.info.as_str() {
            "Passed" | "Completed" => {}
            "Warning" => self.warnings += 1,
            // The adapter of xUnit.net repeats every failed test.
            _ if text.starts_with("[xUnit.net ") && text.trim_end().ends_with("[FAIL]") => {}
            _ if self.errors.len() < MOST => self.errors.push(text),
            _ => {}
        }
    }

    fn judge(self, red: usize, draft: &mut Draft) {
        for text in self.errors {
            let line = shown(text.trim());
            // The code that says that tests failed: https://aka.ms/testingplatform/exitcodes
            if red > 0 && line.starts_with("Exit code indicates failure: '2'") {
                draft.notes.push(line);
            } else {
                draft.problems.push(format!("the run had an error: {line}"));
            }
        }
        match self.outcome.as_str() {
            "Failed" if red == 0 => draft.problems.push("the run failed, but none of its tests did".to_owned()),
            "" | "Completed" | "Passed" | "Failed" | "Warning" | "Inconclusive" => {}
            other => draft.problems.push(format!("the outcome of the run is \"{}\"", shown(other))),
        }
        match self.warnings {
            0 => {}
            1 => draft.notes.push("the run had 1 warning".to_owned()),
            many => draft.notes.push(format!("the run had {many} warnings")),
        }
    }
}

/// Makes suites of classes, and of results that have parts.
fn build(rows: Vec<Row>, definitions: &HashMap<String, Definition>, (start, host): (&str, &str), draft: &mut Draft) {
    let red_inside = red_inside(&rows);
    let mut suites: HashMap<String, usize> = HashMap::new();
    let mut places: Vec<(usize, &str)> = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        let definition = definitions.get(&row.id);
        let own = definition.map_or("", |definition| definition.class.as_str());
        let around = row.parent.and_then(|parent| places.get(parent)).copied();
        let class = if own.is_empty() { around.map_or("", |(_, class)| class) } else { own };
        let suite = around.map(|(suite, _)| suite).unwrap_or_else(|| {
            let storage = definition.map_or("", |definition| definition.storage.as_str());
            let name = if class.is_empty() { storage } else { class };
            *suites.entry(name.to_owned()).or_insert_with(|| {
                let (name, timestamp, hostname) = (name.to_owned(), start.to_owned(), host.to_owned());
                draft.document.add_suite(ROOT, Suite { name, timestamp, hostname, ..Suite::default() })
            })
        });
        if row.outcome == "PassedButRunAborted" {
            draft.problems.push(format!("{} passed, but the run was aborted", shown(&row.name)));
        }
        if !row.has_parts {
            places.push((suite, class));
            draft.add(suite, row.test(class, draft.limit));
            continue;
        }
        let name = without_class(&row.name, class).to_owned();
        let inner = draft.document.add_suite(suite, Suite { name, time: row.time, ..Suite::default() });
        places.push((inner, class));
        if row.is_red() && !red_inside.get(at).is_some_and(|&red| red) {
            draft.add(inner, row.test(class, draft.limit));
        } else if let Some(suite) = draft.document.suite_mut(inner) {
            suite.out = row.out;
            suite.out.append(&row.err, draft.limit);
            suite.out.push_line(&row.message, draft.limit);
        }
    }
}

/// Which results have a part that is red.
fn red_inside(rows: &[Row]) -> Vec<bool> {
    let mut inside = vec![false; rows.len()];
    for (at, row) in rows.iter().enumerate().rev() {
        if let Some(parent) = row.parent {
            inside[parent] |= inside[at] || row.is_red();
        }
    }
    inside
}

/// `Shop.PriceTest, Shop, Version=1.0.0.0, …`: `Shop.PriceTest`. Commas in brackets are of generic types.
fn plain_class(name: &str) -> &str {
    let mut depth = 0_usize;
    let end = name.find(|c| {
        match c {
            '[' | '<' | '(' => depth += 1,
            ']' | '>' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    name[..end.unwrap_or(name.len())].trim_end()
}

#[cfg(test)]
mod tests {
    use super::plain_class;

    #[test]
    fn a_class_loses_its_assembly() {
        assert_eq!(plain_class("Shop.PriceTest, Shop, Version=1.0.0.0"), "Shop.PriceTest");
        assert_eq!(plain_class("Shop.Box`1[[System.Int32, mscorlib]], Shop"), "Shop.Box`1[[System.Int32, mscorlib]]");
        assert_eq!(plain_class("Shop.PriceTest"), "Shop.PriceTest");
    }
}
