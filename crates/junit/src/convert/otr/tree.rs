//! From nodes that name their parents to suites and cases.

use std::collections::HashMap;

use crate::case::Status;

use super::super::document::{ROOT, Suite};
use super::super::draft::{Draft, Test, errored, fault};
use super::super::text::{Kept, shown};
use super::{Kind, Node, Parent, Reader};

/// Where nodes are in the tree.
struct Links {
    /// By node.
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    /// Whether a node, or one below it, was never finished.
    unfinished: Vec<bool>,
}

/// Fills the document.
pub(super) fn build(reader: Reader, draft: &mut Draft) {
    let Reader { mut nodes, ids, host, broken, .. } = reader;
    let links = link(&nodes, &ids, draft);
    let top = Top { start: nodes.first().map_or("", |node| node.start.as_str()).to_owned(), host };
    // Nodes that are to be written, with the suite and the class they are in.
    let mut stack: Vec<(usize, usize, Option<usize>)> = links.roots.iter().rev().map(|&at| (at, ROOT, None)).collect();
    let mut classes: Vec<String> = Vec::new();
    while let Some((at, parent, class)) = stack.pop() {
        let children = &links.children[at];
        let innermost = links.unfinished[at] && !children.iter().any(|&child| links.unfinished[child]);
        let node = std::mem::take(&mut nodes[at]);
        let place = Place { leaf: children.is_empty(), innermost };
        let class = if node.class.is_empty() {
            class
        } else {
            classes.push(node.class.clone());
            Some(classes.len() - 1)
        };
        let around = class.and_then(|at| classes.get(at)).map_or("", String::as_str);
        let suite = node.is_suite(place).then(|| {
            let suite = top.suite(parent, &node);
            draft.document.add_suite(parent, suite)
        });
        if innermost {
            draft.problems.push(format!("the run ended while {} was running", node.shown(around)));
        } else if !node.started {
            draft.problems.push(format!("{} was reported, but never started", node.shown(around)));
        }
        let own = node.is_case(place);
        match suite.and_then(|suite| draft.document.suite_mut(suite)) {
            Some(suite) if !own => suite.out = node.printed(draft.limit),
            _ if own => draft.add(suite.unwrap_or(parent), node.test(around, place)),
            _ => {}
        }
        stack.extend(children.iter().rev().map(|&child| (child, suite.unwrap_or(parent), class)));
    }
    for message in broken {
        let name = shown(&message);
        draft.add(ROOT, Test::stand_in(&name, "", errored("phpunit-error", &message, "")));
    }
}

fn link(nodes: &[Node], ids: &HashMap<String, usize>, draft: &mut Draft) -> Links {
    let mut parents: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        parents.push(match &node.parent {
            Parent::None => None,
            Parent::At(at) => Some(*at),
            Parent::Id(id) => {
                let parent = ids.get(id).copied();
                if parent.is_none() {
                    draft.problems.push(format!("the report lacks {}, the parent of {}", shown(id), shown(&node.name)));
                }
                parent
            }
        });
    }
    let order = break_circles(&mut parents, draft);
    let mut links = Links {
        children: vec![Vec::new(); nodes.len()],
        roots: Vec::new(),
        unfinished: nodes.iter().map(|node| node.started && !node.finished).collect(),
    };
    for (at, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => links.children[*parent].push(at),
            None => links.roots.push(at),
        }
    }
    // From the leaves up.
    for &at in order.iter().rev() {
        if let Some(parent) = parents[at] {
            links.unfinished[parent] |= links.unfinished[at];
        }
    }
    links
}

/// Makes roots of nodes that are their own ancestors. Gives the nodes so that parents come before their children.
fn break_circles(parents: &mut [Option<usize>], draft: &mut Draft) -> Vec<usize> {
    #[derive(Clone, Copy, Eq, PartialEq)]
    enum Mark {
        New,
        OnTheWay,
        Done,
    }
    let mut marks = vec![Mark::New; parents.len()];
    let mut order = Vec::with_capacity(parents.len());
    let mut way = Vec::new();
    for start in 0..parents.len() {
        let mut at = start;
        while marks[at] == Mark::New {
            marks[at] = Mark::OnTheWay;
            way.push(at);
            match parents[at] {
                Some(parent) if marks[parent] == Mark::OnTheWay => {
                    draft.problems.push("a test is its own ancestor".to_owned());
                    parents[at] = None;
                }
                Some(parent) => at = parent,
                None => {}
            }
        }
        while let Some(at) = way.pop() {
            marks[at] = Mark::Done;
            order.push(at);
        }
    }
    order
}

/// What outermost suites have.
struct Top {
    start: String,
    host: String,
}

impl Top {
    fn suite(&self, parent: usize, node: &Node) -> Suite {
        let mut suite = Suite { name: node.name.clone(), time: node.nanoseconds(), ..Suite::default() };
        if parent == ROOT {
            (suite.timestamp, suite.hostname) = (self.start.clone(), self.host.trim().to_owned());
        }
        suite
    }
}

/// What a node is by where it stands.
#[derive(Clone, Copy)]
struct Place {
    /// Whether it has no children.
    leaf: bool,
    /// Whether it was never finished, and all below it were.
    innermost: bool,
}

impl Node {
    fn is_suite(&self, place: Place) -> bool {
        !place.leaf || !self.is_test(place)
    }

    /// Whether it is to be a case: a test, or a container of which there is more to say than its children do.
    fn is_case(&self, place: Place) -> bool {
        let status = self.status.as_deref().unwrap_or("SUCCESSFUL");
        let skipped = matches!(status, "SKIPPED" | "ABORTED");
        let red = !skipped && status != "SUCCESSFUL";
        self.is_test(place) || place.innermost || !self.broken.is_empty() || red || (skipped && place.leaf)
    }

    fn is_test(&self, place: Place) -> bool {
        match self.kind {
            Kind::Test => true,
            Kind::Container => false,
            Kind::Both => place.leaf,
            Kind::Unknown if !self.class.is_empty() || !place.leaf => false,
            // PHPUnit gives no result to a suite that is fine.
            Kind::Unknown => !self.method_of.is_empty() || self.status.is_some() || place.innermost || !self.started,
        }
    }

    fn test(self, around: &str, place: Place) -> Test {
        let is_test = self.is_test(place);
        let mut test = Test::default();
        if place.innermost {
            let what = if is_test { "the test" } else { "it" };
            test.blame(errored("unfinished", &format!("{what} was running when the run ended"), ""));
        } else if !self.started {
            test.blame(errored("never-started", "it was reported, but never started", ""));
        }
        self.judge(&mut test, is_test);
        for message in &self.broken {
            test.blame(errored("phpunit-error", message, ""));
        }
        let case = &mut test.case;
        case.time = self.nanoseconds();
        case.class = if self.method_of.is_empty() { around.to_owned() } else { self.method_of };
        case.name = if self.legacy.is_empty() || !is_test { self.name } else { self.legacy };
        (case.file, case.line) = (self.file, self.line);
        (test.out, test.err) = (self.out, self.err);
        test
    }

    fn judge(&self, test: &mut Test, is_test: bool) {
        let throwable = &self.throwable;
        let red = |status| fault(status, &throwable.kind, &self.reason, &throwable.text);
        match self.status.as_deref() {
            Some("SUCCESSFUL") => {}
            Some("FAILED") if throwable.assertion == Some(false) => test.blame(red(Status::Errored)),
            Some("FAILED") => test.blame(red(Status::Failed)),
            Some("ERRORED") => test.blame(red(Status::Errored)),
            Some("SKIPPED" | "ABORTED") if test.case.status.is_red() => {}
            Some("SKIPPED" | "ABORTED") => test.skip(&self.reason),
            Some(other) => {
                let message = format!("the report says \"{}\", which is no status", shown(other));
                test.blame(errored("unknown-status", &message, &throwable.text));
            }
            None if test.case.status.is_red() || !is_test => {}
            None => test.blame(errored("no-result", "the report has no result of it", "")),
        }
    }

    /// How long it took, else how much later it was finished than started.
    fn nanoseconds(&self) -> Option<u64> {
        self.time.or_else(|| {
            let start: jiff::Timestamp = self.start.parse().ok()?;
            let end: jiff::Timestamp = self.end.parse().ok()?;
            u64::try_from(end.as_nanosecond() - start.as_nanosecond()).ok()
        })
    }

    /// What a container printed, or what was remarked of it.
    fn printed(self, limit: usize) -> Kept {
        let mut out = self.out;
        out.append(&self.err, limit);
        out
    }

    /// `App\Tests\PriceTest::testVat`.
    fn shown(&self, around: &str) -> String {
        let class = if self.method_of.is_empty() { around } else { &self.method_of };
        match (class, self.name.as_str()) {
            ("", "") => "a test without a name".to_owned(),
            ("", name) => shown(name),
            (class, name) if class == name => shown(name),
            (class, name) => shown(&format!("{class}::{name}")),
        }
    }
}
