//! Open Test Reporting, written as events or as a hierarchy. <https://github.com/ota4j-team/open-test-reporting>
//!
//! PHPUnit adds `phpunit:issue` (its `src/Logging/OpenTestReporting/schema/phpunit.xsd`), JUnit 5 `junit:type` and
//! `junit:legacyReportingName`. Events can come in any order: a child before its parent.

use std::collections::{BTreeMap, HashMap};

use xml::Tag;

use crate::numbers;

use super::Path;
use super::draft::Draft;
use super::text::{Kept, count, long, shown, word};

mod tree;

#[derive(Default)]
pub(super) struct Reader {
    nodes: Vec<Node>,
    /// Where the node is that has this `id`.
    ids: HashMap<String, usize>,
    /// The nodes that are open, the innermost last; of events there is one at most.
    open: Vec<usize>,
    host: String,
    /// What is said of the text that is open: of an `output` its `source`, of an `entry` its `key`.
    source: String,
    /// How many issues there are of a type.
    issues: BTreeMap<&'static str, usize>,
    /// `phpunit-error`s of no test.
    broken: Vec<String>,
}

/// A container or a test.
#[derive(Default)]
struct Node {
    /// As the `parentId` says, or, in a hierarchy, as it stands.
    parent: Parent,
    name: String,
    kind: Kind,
    /// JUnit 5's name of it in its own XML, which is the same from run to run.
    legacy: String,
    /// The class that it is.
    class: String,
    /// The class that has its method.
    method_of: String,
    file: String,
    line: u32,
    started: bool,
    start: String,
    finished: bool,
    end: String,
    time: Option<u64>,
    status: Option<String>,
    reason: String,
    throwable: Throwable,
    out: Kept,
    err: Kept,
    /// The `phpunit-error`s.
    broken: Vec<String>,
}

#[derive(Default)]
enum Parent {
    #[default]
    None,
    Id(String),
    At(usize),
}

/// `junit:type`.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
enum Kind {
    #[default]
    Unknown,
    Container,
    Test,
    Both,
}

#[derive(Default)]
struct Throwable {
    kind: String,
    /// `assertionError`.
    assertion: Option<bool>,
    text: String,
}

impl Reader {
    pub(super) fn open(&mut self, draft: &mut Draft, path: &Path, tag: &Tag<'_>) -> bool {
        match (path.up(0), path.up(1)) {
            ("started", _) => self.started(draft, tag),
            ("finished", _) => {
                let node = self.event(tag);
                node.finished = true;
                node.end = word(tag, "time");
            }
            ("reported", _) => {
                let known = !word(tag, "id").is_empty();
                if known {
                    self.event(tag);
                } else {
                    self.open.clear();
                }
            }
            ("root" | "child", _) => self.nested(tag),
            ("filePosition", "fileSource" | "classSource") => {
                let line = u32::try_from(count(tag, "line")).unwrap_or_default();
                self.node(|node| node.line = line);
            }
            ("fileSource", _) => self.node(|node| node.file = word(tag, "path")),
            ("classSource", _) => self.node(|node| node.class = word(tag, "className")),
            ("methodSource", _) => self.node(|node| node.method_of = word(tag, "className")),
            ("result", _) => self.node(|node| node.status = Some(word(tag, "status"))),
            ("throwable", "result") => self.node(|node| {
                let assertion = tag.attribute("assertionError").map(|value| value == "true" || value == "1");
                node.throwable = Throwable { kind: word(tag, "type"), assertion, text: String::new() };
            }),
            ("resourceUsage", _) => {
                let time = tag.attribute("time").and_then(|time| numbers::time(&time));
                self.node(|node| node.time = time);
            }
            ("issue", _) => self.issue(draft.limit, tag),
            ("file", "attachments") => {
                let line = format!("[[ATTACHMENT|{}]]", word(tag, "path"));
                self.node(|node| node.out.push_line(&line, draft.limit));
            }
            ("output", _) => self.source = word(tag, "source"),
            ("entry", "data") => self.source = word(tag, "key"),
            _ => {}
        }
        is_text(path)
    }

    pub(super) fn close(&mut self, draft: &mut Draft, path: &Path, text: Kept) {
        let limit = draft.limit;
        match (path.up(0), path.up(1)) {
            ("started" | "finished" | "reported", _) => self.open.clear(),
            ("root" | "child", _) => {
                self.open.pop();
            }
            ("hostName", "infrastructure") => self.host = text.finish(),
            ("type", "metadata") => {
                let kind = match text.finish().trim() {
                    "CONTAINER" => Kind::Container,
                    "TEST" => Kind::Test,
                    "CONTAINER_AND_TEST" => Kind::Both,
                    _ => Kind::Unknown,
                };
                self.node(|node| node.kind = kind);
            }
            ("legacyReportingName", "metadata") => self.node(|node| text.finish().trim().clone_into(&mut node.legacy)),
            ("reason", "result") => self.node(|node| node.reason = text.finish()),
            ("throwable", "result") => self.node(|node| node.throwable.text = text.finish()),
            ("output", "attachments") | ("entry", "data") => {
                let source = std::mem::take(&mut self.source);
                self.node(|node| match source.as_str() {
                    "stderr" => node.err.append(&text, limit),
                    "stdout" | "" => node.out.append(&text, limit),
                    source => {
                        node.out.push_line(&format!("{source}:"), limit);
                        node.out.append(&text, limit);
                    }
                });
            }
            _ => {}
        }
    }

    pub(super) fn finish(self, draft: &mut Draft) {
        for (kind, number) in &self.issues {
            draft.notes.push(format!("{number} {kind}{}", if *number == 1 { "" } else { "s" }));
        }
        tree::build(self, draft);
    }

    fn started(&mut self, draft: &mut Draft, tag: &Tag<'_>) {
        let id = word(tag, "id");
        // A second one of the same id is another test, whatever the report meant.
        if self.ids.get(&id).and_then(|&at| self.nodes.get(at)).is_some_and(|node| node.started) {
            draft.problems.push(format!("two tests have the same id {}", shown(&id)));
            self.ids.remove(&id);
        }
        let node = self.event(tag);
        node.started = true;
        node.name = word(tag, "name");
        node.start = word(tag, "time");
        if tag.attribute("parentId").is_some() {
            node.parent = Parent::Id(word(tag, "parentId"));
        }
    }

    /// The node of an event, which is now the open one.
    fn event(&mut self, tag: &Tag<'_>) -> &mut Node {
        let new = self.nodes.len();
        let at = *self.ids.entry(word(tag, "id")).or_insert(new);
        if at == new {
            self.nodes.push(Node::default());
        }
        self.open.clear();
        self.open.push(at);
        &mut self.nodes[at]
    }

    /// A node of a hierarchy.
    fn nested(&mut self, tag: &Tag<'_>) {
        let parent = self.open.last().map_or(Parent::None, |&at| Parent::At(at));
        self.open.push(self.nodes.len());
        self.nodes.push(Node {
            parent,
            name: word(tag, "name"),
            started: true,
            start: word(tag, "start"),
            finished: true,
            time: tag.attribute("duration").and_then(|time| duration(&time)),
            ..Node::default()
        });
    }

    fn node(&mut self, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.open.last().and_then(|&at| self.nodes.get_mut(at)) {
            change(node);
        }
    }

    fn issue(&mut self, limit: usize, tag: &Tag<'_>) {
        let is = |name: &str| tag.attribute(name).is_some_and(|value| value == "true" || value == "1");
        let kind = word(tag, "type");
        let message = long(tag, "message", limit);
        // What nobody knows but calls itself an error is no reason to be green.
        if kind != "error" && kind.ends_with("error") {
            return match self.open.last().and_then(|&at| self.nodes.get_mut(at)) {
                Some(node) => node.broken.push(message),
                None => self.broken.push(message),
            };
        }
        if is("suppressed") || is("ignoredByBaseline") || is("ignoredByTest") {
            return;
        }
        *self.issues.entry(counted(&kind)).or_default() += 1;
        let mut line = format!("{kind}: {message}");
        let file = word(tag, "file");
        if !file.is_empty() {
            line.push_str(&format!(" ({file}:{})", word(tag, "line")));
        }
        self.node(|node| node.err.push_line(&line, limit));
    }
}

fn is_text(path: &Path) -> bool {
    matches!(
        (path.up(0), path.up(1)),
        ("hostName", "infrastructure")
            | ("type" | "legacyReportingName", "metadata")
            | ("reason" | "throwable", "result")
            | ("output", "attachments")
            | ("entry", "data")
    )
}

/// What an issue is called when there is one of it.
fn counted(kind: &str) -> &'static str {
    match kind {
        "error" => "error",
        "deprecation" => "deprecation",
        "php-deprecation" => "PHP deprecation",
        "phpunit-deprecation" => "PHPUnit deprecation",
        "notice" => "notice",
        "php-notice" => "PHP notice",
        "phpunit-notice" => "PHPUnit notice",
        "warning" => "warning",
        "php-warning" => "PHP warning",
        "phpunit-warning" => "PHPUnit warning",
        "risky" => "risky test",
        _ => "other issue",
    }
}

/// A duration of XML Schema (`PT0.013404S`) in nanoseconds.
fn duration(text: &str) -> Option<u64> {
    let duration: jiff::SignedDuration = text.trim().parse().ok()?;
    u64::try_from(duration.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT0.013404S"), Some(13_404_000));
        assert_eq!(duration("PT1M2S"), Some(62_000_000_000));
        assert_eq!(duration("-PT1S"), None);
        assert_eq!(duration("soon"), None);
    }
}
