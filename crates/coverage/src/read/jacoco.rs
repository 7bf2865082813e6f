//! JaCoCo XML: `report[/group]/package/sourcefile/line`.
//!
//! The format is that of <https://www.jacoco.org/jacoco/trunk/coverage/report.dtd>. It knows whether a line ran, not how
//! often: `ci` and `mi` are covered and missed instructions, `cb` and `mb` branches. Paths are package and file name,
//! the tail of a path in the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use xml::{Scanner, Tag, Token};

use super::draft::{Draft, attribute, fewer, shown, state};
use crate::merge::unite;
use crate::model::{Branch, BranchId, Function, Ratio};

/// Reads what is in the root element.
pub(super) fn read<R: Read>(scanner: &mut Scanner<R>, draft: &mut Draft) -> Result<(), xml::Error> {
    let mut jacoco = Jacoco::default();
    let mut open = vec![Element::Root];
    while let Some(token) = scanner.next()? {
        match token {
            Token::Open(tag) => {
                let inside = open.last().copied().unwrap_or(Element::Other);
                open.push(jacoco.open(tag, inside, draft));
            }
            Token::Close => match open.pop() {
                Some(Element::Root) | None => break,
                Some(Element::Group) => drop(jacoco.groups.pop()),
                Some(Element::Method) => jacoco.end_method(draft),
                Some(Element::File) => jacoco.end_file(draft),
                Some(_) => {}
            },
            Token::Text(_) => {}
        }
    }
    jacoco.compare(draft);
    Ok(())
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Element {
    Root,
    Group,
    Package,
    Class,
    Method,
    File,
    Other,
}

#[derive(Default)]
struct Jacoco {
    /// The names of the groups that are open: modules of a build.
    groups: Vec<String>,
    package: String,
    /// Of the class or source file that is open; empty when it names none.
    path: String,
    method: Option<(Function, u64)>,
    /// Lines of the source file that is open, and those it states.
    lines: Ratio,
    stated: Option<Ratio>,
    /// Of the report as a whole.
    all_lines: u64,
    all_stated: Option<u64>,
    /// Which group each path was in first. Paths of two groups are two files, and cannot be told apart.
    seen: BTreeMap<String, String>,
    twice: BTreeSet<String>,
}

impl Jacoco {
    fn open(&mut self, tag: Tag<'_>, inside: Element, draft: &mut Draft) -> Element {
        let text = |name| tag.attribute(name).unwrap_or_default();
        match (inside, tag.name()) {
            (Element::Root | Element::Group, "group") => {
                self.groups.push(shown(&text("name")).into_owned());
                Element::Group
            }
            (Element::Root | Element::Group, "package") => {
                self.package = text("name").trim().trim_matches('/').to_owned();
                Element::Package
            }
            (Element::Package, "class") => {
                self.path = self.path_of(&text("sourcefilename"));
                Element::Class
            }
            (Element::Class, "method") => {
                let name = format!("{}{}", text("name"), text("desc"));
                self.method = Some((Function { line: attribute(tag, "line").unwrap_or_default(), name }, 0));
                Element::Method
            }
            (Element::Package, "sourcefile") => {
                self.path = self.path_of(&text("name"));
                (self.lines, self.stated) = (Ratio::default(), None);
                self.begin_file(draft);
                Element::File
            }
            (Element::File, "line") => {
                self.line(tag, draft);
                Element::Other
            }
            (_, "counter") => {
                self.counter(tag, inside);
                Element::Other
            }
            _ => Element::Other,
        }
    }

    fn path_of(&self, name: &str) -> String {
        let name = name.trim();
        if name.is_empty() || self.package.is_empty() { name.to_owned() } else { format!("{}/{name}", self.package) }
    }

    fn begin_file(&mut self, draft: &mut Draft) {
        if self.path.is_empty() {
            return draft.problem(|| "a source file has no name".to_owned());
        }
        draft.file(&self.path);
        // Builds nest no deeper.
        let group = self.groups[self.groups.len().saturating_sub(8)..].join("/");
        let first = self.seen.entry(self.path.clone()).or_insert_with(|| group.clone());
        if *first != group && self.twice.insert(self.path.clone()) {
            let path = &self.path;
            draft.problem(|| {
                format!(
                    "{} is in the groups {} and {}, and the report does not say where they are: hand over one report \
                     per module",
                    shown(path),
                    shown(first),
                    shown(&group)
                )
            });
        }
    }

    fn line(&mut self, tag: Tag<'_>, draft: &mut Draft) {
        let Some(number) = draft.line_number(tag, "nr") else { return };
        let counted = |name| attribute::<u32>(tag, name);
        let (missed, covered) = (counted("mi"), counted("ci"));
        if missed.is_none() || covered.is_none() {
            draft.problem(|| format!("line {number} of a file does not say how much of it ran (mi, ci)"));
        }
        let ran = covered.unwrap_or_default() > 0;
        self.lines += Ratio::of(ran);
        if self.path.is_empty() {
            return;
        }
        let (missed_branches, taken) = (counted("mb").unwrap_or_default(), counted("cb").unwrap_or_default());
        let line = state(draft.file(&self.path), number, u64::from(ran));
        let branch = Branch::new(taken, taken.saturating_add(missed_branches)).filter(|branch| branch.total > 0);
        unite(&mut line.branches, branch.map(|branch| (BranchId::Whole, branch)).into_iter().collect());
    }

    fn counter(&mut self, tag: Tag<'_>, inside: Element) {
        let number = |name| attribute::<u64>(tag, name).unwrap_or_default();
        let all = number("missed").saturating_add(number("covered"));
        match (inside, tag.attribute("type").as_deref()) {
            (Element::Method, Some("METHOD")) => {
                if let Some((_, hits)) = &mut self.method {
                    *hits = number("covered");
                }
            }
            (Element::File, Some("LINE")) => self.stated = Some(Ratio { covered: number("covered"), total: all }),
            (Element::Root, Some("LINE")) => self.all_stated = Some(all),
            _ => {}
        }
    }

    fn end_method(&mut self, draft: &mut Draft) {
        if let Some((function, hits)) = self.method.take()
            && !self.path.is_empty()
        {
            let known = draft.file(&self.path).functions.entry(function).or_default();
            *known = hits.max(*known);
        }
    }

    fn end_file(&mut self, draft: &mut Draft) {
        let (lines, path) = (self.lines, &self.path);
        self.all_lines = self.all_lines.saturating_add(lines.total);
        let Some(stated) = self.stated.filter(|&stated| stated != lines) else { return };
        if stated.total > lines.total {
            draft.file(path).executable = stated.total;
            draft.problem(|| format!("{}: {}", shown(path), fewer(lines.total, stated.total, "of code")));
        } else if stated.total < lines.total {
            draft.note(|| format!("{}: {}", shown(path), fewer(lines.total, stated.total, "of code")));
        } else {
            let (stated, lines) = (stated.covered, lines.covered);
            draft.note(|| format!("{}: it states {stated} covered lines and lists {lines}", shown(path)));
        }
    }

    fn compare(&self, draft: &mut Draft) {
        if let Some(stated) = self.all_stated.filter(|&stated| stated > self.all_lines) {
            draft.problem(|| fewer(self.all_lines, stated, "in all"));
        }
    }
}
