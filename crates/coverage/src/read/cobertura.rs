//! Cobertura XML: `coverage/packages/package/classes/class/lines/line`.
//!
//! The format is that of <http://cobertura.sourceforge.net/xml/coverage-04.dtd>. A file is the union of the classes
//! that name it. The lines of a class repeat those of its methods, and are taken alone unless there are none.

use std::collections::BTreeMap;
use std::io::Read;

use xml::{Scanner, Tag, Token};

use super::draft::{Draft, attribute, fewer, state};
use crate::merge::unite;
use crate::model::{Branch, BranchId, Function};

/// What the root element states.
#[derive(Clone, Copy, Default)]
pub(super) struct Stated {
    lines: Option<u64>,
    covered: Option<u64>,
    phpunit: bool,
}

impl Stated {
    /// From the root element.
    pub(super) fn of(tag: Tag<'_>) -> Self {
        Self {
            lines: attribute(tag, "lines-valid"),
            covered: attribute(tag, "lines-covered"),
            // https://github.com/sebastianbergmann/php-code-coverage/blob/main/src/Report/Cobertura.php
            phpunit: tag.attribute("version").as_deref() == Some("0.4"),
        }
    }
}

/// Reads what is in the root element.
pub(super) fn read<R: Read>(scanner: &mut Scanner<R>, stated: Stated, draft: &mut Draft) -> Result<(), xml::Error> {
    let mut cobertura = Cobertura::default();
    let mut open = vec![Element::Root];
    while let Some(token) = scanner.next()? {
        match token {
            Token::Open(tag) => {
                let inside = open.last().copied().unwrap_or(Element::Other);
                open.push(cobertura.open(tag, inside, draft));
            }
            Token::Close => match open.pop() {
                Some(Element::Root) | None => break,
                Some(Element::Source) => cobertura.end_source(draft),
                Some(Element::Class) => cobertura.end_class(draft),
                Some(Element::Method) => cobertura.class.end_method(),
                Some(_) => {}
            },
            Token::Text(text) => {
                let longest_path = 1 << 16;
                if open.last() == Some(&Element::Source) && cobertura.source.len() < longest_path {
                    cobertura.source.push_str(&text.decode());
                }
            }
        }
    }
    cobertura.compare(stated, draft);
    Ok(())
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Element {
    Root,
    /// `sources`, `packages`, `package`, `classes`.
    Holder,
    Source,
    Class,
    /// `methods` and `lines` of a class.
    OfClass,
    Method,
    /// `lines` of a method.
    OfMethod,
    Line,
    Conditions,
    Other,
}

#[derive(Default)]
struct Cobertura {
    source: String,
    class: Class,
    /// Lines of classes, some of them of several, and how many of them ran.
    listed: u64,
    covered: u64,
}

/// The class whose element is open.
#[derive(Default)]
struct Class {
    path: String,
    lines: Vec<ClassLine>,
    method_lines: Vec<ClassLine>,
    method: Option<Method>,
    methods: Vec<(Function, u64)>,
}

struct Method {
    name: String,
    /// The first of its lines, 0 before it is known.
    line: u32,
    /// The most that one of its lines ran.
    hits: u64,
}

struct ClassLine {
    number: u32,
    hits: u64,
    /// `condition-coverage="50% (1/2)"`
    whole: Option<Branch>,
    conditions: BTreeMap<BranchId, Branch>,
}

impl Cobertura {
    fn open(&mut self, tag: Tag<'_>, inside: Element, draft: &mut Draft) -> Element {
        match (inside, tag.name()) {
            (Element::Root | Element::Holder, "sources" | "packages" | "package" | "classes") => Element::Holder,
            (Element::Holder, "source") => Element::Source,
            (Element::Holder, "class") => {
                let path = tag.attribute("filename").unwrap_or_default().trim().to_owned();
                self.class = Class { path, ..Class::default() };
                Element::Class
            }
            (Element::Class, "methods" | "lines") => Element::OfClass,
            (Element::OfClass, "method") => {
                let part = |name| tag.attribute(name).unwrap_or_default();
                let name = format!("{}{}", part("name"), in_brackets(&part("signature")));
                self.class.method = Some(Method { name, line: 0, hits: 0 });
                Element::Method
            }
            (Element::Method, "lines") => Element::OfMethod,
            (Element::OfClass | Element::OfMethod, "line") => {
                self.class.line(tag, draft);
                Element::Line
            }
            (Element::Line, "conditions") => Element::Conditions,
            (Element::Conditions, "condition") => {
                self.class.condition(tag);
                Element::Other
            }
            _ => Element::Other,
        }
    }

    fn end_source(&mut self, draft: &mut Draft) {
        // Each path is tried below each of them.
        const MOST: usize = 64;
        let source = std::mem::take(&mut self.source);
        let source = source.trim();
        if source.is_empty() || draft.sources.iter().any(|known| known == source) {
            return;
        }
        if draft.sources.len() == MOST {
            return draft.problem(|| format!("it names more than {MOST} source directories"));
        }
        draft.sources.push(source.to_owned());
    }

    fn end_class(&mut self, draft: &mut Draft) {
        let class = std::mem::take(&mut self.class);
        if class.path.is_empty() {
            return draft.problem(|| "a class has no filename".to_owned());
        }
        let file = draft.file(&class.path);
        for line in if class.lines.is_empty() { class.method_lines } else { class.lines } {
            self.listed += 1;
            self.covered += u64::from(line.hits > 0);
            let known = state(file, line.number, line.hits);
            unite(&mut known.branches, line.branches());
        }
        for (function, hits) in class.methods {
            let known = file.functions.entry(function).or_default();
            *known = hits.max(*known);
        }
    }

    fn compare(&self, stated: Stated, draft: &mut Draft) {
        let lines = || draft.coverage.files.values().flat_map(|file| file.lines.values());
        let (distinct, distinct_covered) =
            (lines().count() as u64, lines().filter(|line| line.hits > 0).count() as u64);
        let Some(all) = stated.lines else { return };
        if all > distinct.max(self.listed) {
            let what = fewer(distinct, all, "in all");
            draft.coverage.unlisted = all - distinct.max(self.listed);
            return if stated.phpunit {
                draft.note(|| {
                    format!(
                        "{what}: PHPUnit leaves lines outside of classes and functions out of Cobertura. They count \
                             as not covered; Clover has them"
                    )
                });
            } else {
                draft.problem(|| what);
            };
        }
        if all != distinct && all != self.listed {
            draft.note(|| fewer(distinct, all, "in all"));
        }
        if let Some(covered) = stated.covered.filter(|&covered| covered != distinct_covered && covered != self.covered)
        {
            draft.note(|| format!("it states {covered} covered lines and lists {distinct_covered}"));
        }
    }
}

impl Class {
    fn line(&mut self, tag: Tag<'_>, draft: &mut Draft) {
        let Some(number) = draft.line_number(tag, "number") else { return };
        let hits = draft.hits(tag, "hits", number);
        let whole = tag.attribute("condition-coverage").as_deref().and_then(counted);
        let line = ClassLine { number, hits, whole, conditions: BTreeMap::new() };
        match &mut self.method {
            Some(method) => {
                method.line = if method.line == 0 { number } else { method.line.min(number) };
                method.hits = method.hits.max(hits);
                self.method_lines.push(line);
            }
            None => self.lines.push(line),
        }
    }

    /// `<condition number="0" type="jump" coverage="50%"/>`: a jump has two branches. Of a switch the format does not
    /// say how many.
    fn condition(&mut self, tag: Tag<'_>) {
        let lines = if self.method.is_some() { &mut self.method_lines } else { &mut self.lines };
        let Some(line) = lines.last_mut() else { return };
        let covered = match tag.attribute("coverage").as_deref().map(str::trim) {
            Some("0%") => 0,
            Some("50%") => 1,
            Some("100%") => 2,
            _ => return,
        };
        if let (Some("jump"), Some(number)) = (tag.attribute("type").as_deref(), attribute(tag, "number")) {
            line.conditions.insert(BranchId::Condition(number), Branch { covered, total: 2 });
        }
    }

    fn end_method(&mut self) {
        if let Some(Method { name, line, hits }) = self.method.take() {
            self.methods.push((Function { line, name }, hits));
        }
    }
}

impl ClassLine {
    /// The conditions one by one where they add up to what the line states, else all together.
    fn branches(self) -> BTreeMap<BranchId, Branch> {
        let Some(whole) = self.whole.filter(|whole| whole.total > 0) else { return self.conditions };
        let sum = self.conditions.values().fold((0_u32, 0_u32), |(covered, total), condition| {
            (covered.saturating_add(condition.covered), total.saturating_add(condition.total))
        });
        if sum == (whole.covered, whole.total) {
            return self.conditions;
        }
        BTreeMap::from([(BranchId::Whole, whole)])
    }
}

/// `50% (1/2)`
fn counted(text: &str) -> Option<Branch> {
    let (_, counts) = text.split_once('(')?;
    let (covered, total) = counts.trim_end().strip_suffix(')')?.split_once('/')?;
    Branch::new(covered.trim().parse().ok()?, total.trim().parse().ok()?)
}

/// PHPUnit's signatures are bare parameters, those of others have brackets.
fn in_brackets(signature: &str) -> String {
    if signature.is_empty() || signature.contains('(') { signature.to_owned() } else { format!("({signature})") }
}
