//! xUnit.net 1 to 3. <https://xunit.net/docs/format-xml-v2>, <https://xunit.net/docs/format-xml-v3>

use xml::Tag;

use crate::case::Status;
use crate::numbers;

use super::Path;
use super::document::{ROOT, Suite};
use super::draft::{Draft, Test, errored, fault};
use super::text::{Kept, base_name, count, shown, tidy, without_class, word};

#[derive(Default)]
pub(super) struct Reader {
    assembly: Option<Assembly>,
    /// The `collection`, or in version 1 the `class`.
    collection: Option<Collection>,
    test: Option<Item>,
    /// The `error` outside of any test.
    error: Option<Item>,
}

struct Assembly {
    node: usize,
    name: String,
    stated: Stated,
    /// What was found in it; `red` with all that was before it.
    tests: usize,
    red: usize,
    errors: usize,
}

#[derive(Default)]
struct Stated {
    tests: usize,
    red: usize,
    errors: usize,
}

struct Collection {
    node: usize,
    item: Item,
}

/// What tests, classes and errors have in common.
#[derive(Default)]
struct Item {
    name: String,
    class: String,
    result: String,
    time: Option<u64>,
    file: String,
    line: u32,
    broken: bool,
    kind: String,
    message: String,
    trace: String,
    reason: String,
    output: Kept,
    warnings: Vec<String>,
}

impl Reader {
    pub(super) fn open(&mut self, draft: &mut Draft, path: &Path, tag: &Tag<'_>) -> bool {
        match (path.up(0), path.up(1)) {
            ("assembly", _) => self.open_assembly(draft, tag),
            ("collection" | "class", "assembly") => {
                self.close_collection(draft);
                let item = Item::of(tag);
                let suite = Suite { name: item.name.clone(), time: item.time, ..Suite::default() };
                let parent = self.assembly.as_ref().map_or(ROOT, |assembly| assembly.node);
                self.collection = Some(Collection { node: draft.document.add_suite(parent, suite), item });
            }
            ("test", "collection" | "class" | "assembly") => {
                self.close_test(draft);
                self.test = Some(Item::of(tag));
            }
            ("error", "errors") => {
                self.close_error(draft);
                self.error = Some(Item::of(tag));
            }
            ("failure", _) => {
                if let Some(item) = self.item() {
                    item.broken = true;
                    item.kind = word(tag, "exception-type");
                }
            }
            ("message" | "stack-trace", "failure") => return true,
            ("reason" | "output", "test") | ("warning", "warnings") => return true,
            _ => {}
        }
        false
    }

    pub(super) fn close(&mut self, draft: &mut Draft, path: &Path, text: Kept) {
        match (path.up(0), path.up(1)) {
            ("assembly", _) => self.close_assembly(draft),
            ("collection" | "class", "assembly") => self.close_collection(draft),
            ("test", "collection" | "class" | "assembly") => self.close_test(draft),
            ("error", "errors") => self.close_error(draft),
            ("message", "failure") => self.set(|item| &mut item.message, text.finish()),
            ("stack-trace", "failure") => self.set(|item| &mut item.trace, text.finish()),
            // Version 1 has a `message` in it.
            ("reason", "test") => self.set(|item| &mut item.reason, text.finish()),
            ("output", "test") => {
                if let Some(item) = self.item() {
                    item.output = text;
                }
            }
            ("warning", "warnings") => {
                if let Some(item) = self.item() {
                    item.warnings.push(text.finish());
                }
            }
            _ => {}
        }
    }

    pub(super) fn finish(mut self, draft: &mut Draft) {
        self.close_assembly(draft);
    }

    fn open_assembly(&mut self, draft: &mut Draft, tag: &Tag<'_>) {
        self.close_assembly(draft);
        let start = word(tag, "start-rtf");
        let name = base_name(&word(tag, "name")).to_owned();
        let suite = Suite {
            name: name.clone(),
            timestamp: if start.is_empty() {
                format!("{}T{}", word(tag, "run-date"), word(tag, "run-time"))
            } else {
                start
            },
            time: tag.attribute("time").and_then(|time| numbers::time(&time)),
            ..Suite::default()
        };
        let node = draft.document.add_suite(ROOT, suite);
        let stated = Stated { tests: count(tag, "total"), red: count(tag, "failed"), errors: count(tag, "errors") };
        self.assembly = Some(Assembly { node, name, stated, tests: 0, red: draft.red, errors: 0 });
    }

    /// What a `failure` belongs to.
    fn item(&mut self) -> Option<&mut Item> {
        match (&mut self.test, &mut self.error, &mut self.collection) {
            (Some(item), _, _) | (None, Some(item), _) => Some(item),
            (None, None, collection) => collection.as_mut().map(|collection| &mut collection.item),
        }
    }

    fn set(&mut self, field: fn(&mut Item) -> &mut String, text: String) {
        if let Some(item) = self.item() {
            *field(item) = text;
        }
    }

    fn close_assembly(&mut self, draft: &mut Draft) {
        self.close_error(draft);
        self.close_collection(draft);
        let Some(Assembly { name, stated, tests, red, errors, .. }) = self.assembly.take() else { return };
        draft.compare(&name, "tests", stated.tests, tests);
        draft.compare(&name, "failed tests", stated.red, draft.red - red);
        draft.compare(&name, "errors", stated.errors, errors);
    }

    fn close_collection(&mut self, draft: &mut Draft) {
        self.close_test(draft);
        let Some(Collection { node, item }) = self.collection.take() else { return };
        if item.broken {
            let fault = errored(&item.kind, &item.message, &item.trace);
            draft.add(node, Test::stand_in(&item.name, &item.name, fault));
        }
    }

    fn close_error(&mut self, draft: &mut Draft) {
        self.close_test(draft);
        let Some(item) = self.error.take() else { return };
        let name = [&item.class, &item.name].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>();
        let fault = errored(&item.kind, &item.message, &item.trace);
        draft.add(self.suite(), Test::stand_in(&name.join(" "), "", fault));
        if let Some(assembly) = &mut self.assembly {
            assembly.errors += 1;
        }
    }

    fn close_test(&mut self, draft: &mut Draft) {
        let Some(item) = self.test.take() else { return };
        let mut test = Test::default();
        item.judge(&mut test);
        for warning in &item.warnings {
            test.err.push_line(&format!("warning: {}", tidy(warning)), draft.limit);
        }
        test.out.append(&item.output, draft.limit);
        without_class(&item.name, &item.class).clone_into(&mut test.case.name);
        test.case.class = item.class;
        test.case.time = item.time;
        test.case.file = item.file;
        test.case.line = item.line;
        draft.add(self.suite(), test);
        if let Some(assembly) = &mut self.assembly {
            assembly.tests += 1;
        }
    }

    fn suite(&self) -> usize {
        match (&self.collection, &self.assembly) {
            (Some(collection), _) => collection.node,
            (None, Some(assembly)) => assembly.node,
            (None, None) => ROOT,
        }
    }
}

impl Item {
    fn of(tag: &Tag<'_>) -> Self {
        Self {
            name: word(tag, "name"),
            class: word(tag, "type"),
            result: word(tag, "result"),
            time: tag.attribute("time").and_then(|time| numbers::time(&time)),
            file: word(tag, "source-file"),
            line: u32::try_from(count(tag, "source-line")).unwrap_or_default(),
            ..Self::default()
        }
    }

    fn judge(&self, test: &mut Test) {
        match self.result.as_str() {
            "Pass" if !self.broken => {}
            "Pass" | "Fail" => test.blame(fault(Status::Failed, &self.kind, &self.message, &self.trace)),
            "Skip" => test.skip(&self.reason),
            "NotRun" => test.skip(if self.reason.is_empty() { "not run: it is explicit" } else { &self.reason }),
            other => {
                let message = format!("the report says \"{}\", which is no result", shown(other));
                test.blame(errored("unknown-result", &message, &self.message));
            }
        }
    }
}
