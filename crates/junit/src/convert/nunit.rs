//! NUnit 2 to 4. <https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html>

use xml::Tag;

use crate::case::Status;
use crate::numbers;

use super::Path;
use super::document::{ROOT, Suite};
use super::draft::{Draft, Test, errored, fault};
use super::text::{Kept, base_name, count, shown, tidy, without_class, word};

/// So many suites around a case are asked for its class.
const NEAR: usize = 3;

#[derive(Default)]
pub(super) struct Reader {
    suites: Vec<Open>,
    /// The case that is open.
    test: Option<Item>,
    run: Run,
    timestamp: String,
    host: String,
    tests: usize,
    warnings: usize,
}

/// What the root states.
#[derive(Default)]
struct Run {
    tests: usize,
    red: usize,
    failed: bool,
}

/// A suite that is open.
struct Open {
    node: usize,
    item: Item,
    /// How many red cases there were when it was opened.
    red: usize,
}

/// What suites and cases have in common.
#[derive(Default)]
struct Item {
    name: String,
    class: String,
    /// `type` of a suite.
    kind: String,
    result: String,
    label: String,
    site: String,
    executed: String,
    success: String,
    time: Option<u64>,
    broken: bool,
    message: String,
    trace: String,
    reason: String,
    output: Kept,
}

impl Reader {
    pub(super) fn open(&mut self, draft: &mut Draft, path: &Path, tag: &Tag<'_>) -> bool {
        match (path.up(0), path.up(1)) {
            ("test-run" | "test-results", "") => self.open_run(tag),
            ("test-suite", _) => self.open_suite(draft, tag),
            ("test-case", _) => {
                self.close_case(draft);
                self.test = Some(Item::of(tag));
            }
            ("environment", "test-suite" | "test-results" | "test-run") => self.environment(draft, tag),
            ("failure", "test-suite" | "test-case") => {
                if let Some(item) = self.item() {
                    item.broken = true;
                }
            }
            ("message", "failure" | "reason") | ("stack-trace", "failure") => return true,
            ("output", "test-case" | "test-suite") => return true,
            _ => {}
        }
        false
    }

    pub(super) fn close(&mut self, draft: &mut Draft, path: &Path, text: Kept) {
        match (path.up(0), path.up(1)) {
            ("test-suite", _) => self.close_suite(draft),
            ("test-case", _) => self.close_case(draft),
            ("message", "failure") => self.set(path, |item| &mut item.message, text.finish()),
            ("stack-trace", "failure") => self.set(path, |item| &mut item.trace, text.finish()),
            ("message", "reason") => self.set(path, |item| &mut item.reason, text.finish()),
            ("output", "test-case" | "test-suite") => {
                if let Some(item) = self.item() {
                    item.output = text;
                }
            }
            _ => {}
        }
    }

    pub(super) fn finish(mut self, draft: &mut Draft) {
        self.close_case(draft);
        while !self.suites.is_empty() {
            self.close_suite(draft);
        }
        draft.compare("the run", "tests", self.run.tests, self.tests);
        draft.compare("the run", "failed tests", self.run.red, draft.red);
        if self.run.failed && draft.red == 0 && self.run.red == 0 {
            draft.problems.push("the run failed, but none of its tests did".to_owned());
        }
        match self.warnings {
            0 => {}
            1 => draft.notes.push("1 test with a warning".to_owned()),
            many => draft.notes.push(format!("{many} tests with a warning")),
        }
    }

    fn open_run(&mut self, tag: &Tag<'_>) {
        let start = word(tag, "start-time");
        self.timestamp = if start.is_empty() { format!("{}T{}", word(tag, "date"), word(tag, "time")) } else { start };
        self.run = Run {
            tests: count(tag, "total"),
            red: count(tag, "failed") + count(tag, "failures") + count(tag, "errors"),
            failed: word(tag, "result").starts_with("Failed"),
        };
    }

    fn open_suite(&mut self, draft: &mut Draft, tag: &Tag<'_>) {
        self.close_case(draft);
        let item = Item::of(tag);
        let parent = self.suites.last().map_or(ROOT, |open| open.node);
        let top = parent == ROOT;
        let suite = Suite {
            name: if top { base_name(&item.name).to_owned() } else { item.name.clone() },
            timestamp: if top { self.timestamp.clone() } else { String::new() },
            hostname: if top { self.host.clone() } else { String::new() },
            time: item.time,
            ..Suite::default()
        };
        let node = draft.document.add_suite(parent, suite);
        self.suites.push(Open { node, item, red: draft.red });
    }

    /// NUnit 2 has it before the suites, NUnit 3 in the outermost one.
    fn environment(&mut self, draft: &mut Draft, tag: &Tag<'_>) {
        self.host = word(tag, "machine-name");
        if let Some(suite) = self.suites.first().and_then(|open| draft.document.suite_mut(open.node)) {
            self.host.clone_into(&mut suite.hostname);
        }
    }

    fn item(&mut self) -> Option<&mut Item> {
        match &mut self.test {
            Some(item) => Some(item),
            None => self.suites.last_mut().map(|open| &mut open.item),
        }
    }

    /// Sets a text of the suite or case around, not of the `assertion`s within: these repeat it.
    fn set(&mut self, path: &Path, field: fn(&mut Item) -> &mut String, text: String) {
        if matches!(path.up(2), "test-case" | "test-suite")
            && let Some(item) = self.item()
        {
            *field(item) = text;
        }
    }

    fn close_suite(&mut self, draft: &mut Draft) {
        self.close_case(draft);
        let Some(Open { node, item, red }) = self.suites.pop() else { return };
        if let Some(suite) = draft.document.suite_mut(node) {
            suite.out.append(&item.output, draft.limit);
        }
        // Of a fixture that could not be set up, which says so itself.
        if item.site == "Parent" {
            return;
        }
        // "One or more child tests had errors" is no failure of its own.
        let own = item.broken && item.site != "Child";
        let inside = draft.red > red;
        if own && (item.is_of_tear_down() || !inside) {
            let text = if item.trace.is_empty() { item.output.finish() } else { item.trace.clone() };
            let class = if item.class.is_empty() { class_in(&self.suites, &item.name).0 } else { item.class.clone() };
            draft.add(node, Test::stand_in(&item.name, &class, errored("suite", &item.message, &text)));
        } else if !inside && item.is_red() {
            let name = shown(&item.name);
            draft.problems.push(format!("the suite {name} failed, but none of its tests did"));
        }
    }

    fn close_case(&mut self, draft: &mut Draft) {
        let Some(item) = self.test.take() else { return };
        self.tests += 1;
        let mut test = Test::default();
        item.judge(&mut test, draft.limit);
        self.warnings += usize::from(item.result == "Warning");
        test.out.append(&item.output, draft.limit);
        test.case.time = item.time;
        (test.case.class, test.case.name) = if item.class.is_empty() {
            class_in(&self.suites, &item.name)
        } else {
            (item.class.clone(), without_class(&item.name, &item.class).to_owned())
        };
        draft.add(self.suites.last().map_or(ROOT, |open| open.node), test);
    }
}

impl Item {
    fn of(tag: &Tag<'_>) -> Self {
        let time = tag.attribute("duration").or_else(|| tag.attribute("time"));
        Self {
            name: word(tag, "name"),
            class: word(tag, "classname"),
            kind: word(tag, "type"),
            result: word(tag, "result"),
            label: word(tag, "label"),
            site: word(tag, "site"),
            executed: word(tag, "executed"),
            success: word(tag, "success"),
            time: time.and_then(|time| numbers::time(&time)),
            ..Self::default()
        }
    }

    /// Whether a suite says that it, or something in it, failed.
    fn is_red(&self) -> bool {
        matches!(self.result.as_str(), "Failure" | "Error" | "NotRunnable" | "Cancelled")
            || self.result.starts_with("Failed")
            || (self.result.is_empty() && self.success.eq_ignore_ascii_case("false"))
    }

    fn is_of_tear_down(&self) -> bool {
        self.site == "TearDown" || self.message.contains("TearDown")
    }

    fn judge(&self, test: &mut Test, limit: usize) {
        let red = |status| fault(status, &self.label, &self.message, &self.trace);
        match self.result.as_str() {
            // Contradictory: what passed has no failure.
            "Passed" | "Success" | "Warning" if self.broken => test.blame(red(Status::Failed)),
            "Passed" | "Success" => test.out.push_line(tidy(&self.reason), limit),
            "Warning" => test.err.push_line(&format!("warning: {}", tidy(&self.reason)), limit),
            "Failed" if matches!(self.label.as_str(), "Error" | "Invalid" | "Cancelled" | "NotRunnable") => {
                test.blame(red(Status::Errored));
            }
            "Failed" | "Failure" => test.blame(red(Status::Failed)),
            "Error" | "Cancelled" => test.blame(red(Status::Errored)),
            // NUnit's own exit code counts it among the errors.
            "NotRunnable" => test.blame(errored("NotRunnable", &self.reason, &self.trace)),
            "Skipped" | "Ignored" | "Inconclusive" | "Explicit" => test.skip(&self.reason),
            "" => self.judge_old(test),
            other => {
                let message = format!("the report says \"{}\", which is no result", shown(other));
                test.blame(errored("unknown-result", &message, &self.message));
            }
        }
    }

    /// Before 2.5 there is no `result`.
    fn judge_old(&self, test: &mut Test) {
        let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
        if self.broken || is(&self.success, "false") {
            test.blame(fault(Status::Failed, "", &self.message, &self.trace));
        } else if is(&self.executed, "false") {
            test.skip(&self.reason);
        } else if !is(&self.success, "true") && !is(&self.executed, "true") {
            test.blame(errored("no-result", "the report has no result of it", ""));
        }
    }
}

/// Class and name of the case `name` of NUnit 2, which has both in one: `Shop.PriceTest.Vat(20)`. What the class is, is
/// told by the suites around it: `PriceTest`, or `Shop.PriceTest` before 2.5.
fn class_in(suites: &[Open], name: &str) -> (String, String) {
    for open in suites.iter().rev().take(NEAR) {
        let suite = open.item.name.as_str();
        if suite.is_empty() || matches!(open.item.kind.as_str(), "Namespace" | "Assembly" | "Project") {
            break;
        }
        if let Some(end) = class_end(name, suite) {
            return (name[..end].to_owned(), name[end + 1..].to_owned());
        }
    }
    (String::new(), name.to_owned())
}

/// Where the class ends whose last part, or whole, is `suite`.
fn class_end(name: &str, suite: &str) -> Option<usize> {
    let is_end = |end: usize| name[end..].starts_with('.') && end + 1 < name.len();
    if name.starts_with(suite) && is_end(suite.len()) {
        return Some(suite.len());
    }
    let end = name.find(&format!(".{suite}."))? + 1 + suite.len();
    is_end(end).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::class_end;

    #[test]
    fn the_class_is_what_the_suite_around_is_called() {
        assert_eq!(class_end("Shop.PriceTest.Vat(20)", "PriceTest"), Some(14));
        assert_eq!(class_end("Shop.PriceTest.Vat(20)", "Shop.PriceTest"), Some(14));
        assert_eq!(class_end("Shop.Box<Double>(11.5d).Open", "Box<Double>(11.5d)"), Some(23));
        assert_eq!(class_end("Shop.PriceTest.Vat(20)", "Vat"), None);
        assert_eq!(class_end("PriceTest.", "PriceTest"), None);
    }
}
