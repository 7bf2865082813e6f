//! Clover XML: `coverage/project[/package]/file/line`, as PHPUnit, OpenClover, Istanbul and ReportGenerator write it.
//!
//! The schema is OpenClover's (<https://openclover.org/doc/manual/latest/general--clover-xml-format.html>); the tools
//! disagree about what its numbers mean, and the metrics of each file tell who wrote it:
//!
//! - A `method` is a declaration, not an executable line. PHPUnit leaves the executable line out where a method of one
//!   line starts on it; ReportGenerator counts every method as a statement. Both state more statements than they list.
//! - `truecount` and `falsecount` are how often a condition was true and false; Istanbul and ReportGenerator write
//!   the numbers of taken and of other branches there.

use std::collections::BTreeMap;
use std::io::Read;

use xml::{Scanner, Tag, Token};

use super::draft::{Draft, attribute, fewer, shown, state};
use crate::model::{Branch, BranchId, FileCoverage, Function, Ratio};

/// Reads what is in the root element. `phpunit`: it is PHPUnit's dialect, in which every executable line is one
/// statement.
pub(super) fn read<R: Read>(scanner: &mut Scanner<R>, phpunit: bool, draft: &mut Draft) -> Result<(), xml::Error> {
    let mut clover = Clover { phpunit, ..Clover::default() };
    let mut open = vec![Element::Root];
    while let Some(token) = scanner.next()? {
        match token {
            Token::Open(tag) => {
                let inside = open.last().copied().unwrap_or(Element::Other);
                open.push(clover.open(tag, inside, draft));
            }
            Token::Close => match open.pop() {
                Some(Element::File) => clover.end_file(draft),
                Some(Element::Root) | None => break,
                Some(_) => {}
            },
            Token::Text(_) => {}
        }
    }
    clover.end(draft);
    Ok(())
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Element {
    Root,
    Project,
    /// `testproject` and its packages.
    Tests,
    Package,
    File,
    Class,
    Other,
}

/// What the `metrics` of a file or project state.
#[derive(Clone, Copy, Default)]
struct Metrics {
    statements: u64,
    covered: u64,
    branches: Ratio,
    files: Option<u64>,
}

#[derive(Default)]
struct Clover {
    phpunit: bool,
    file: File,
    /// Of the project as a whole.
    stated: Option<Metrics>,
    files: u64,
    /// What the files state, when each of them does.
    statements: Option<u64>,
    tests: bool,
}

/// The file whose element is open.
#[derive(Default)]
struct File {
    path: String,
    lines: FileCoverage,
    /// Statements and conditions that are listed, some lines more than once.
    listed: u64,
    /// Conditions: line, `truecount`, `falsecount`.
    conditions: Vec<(u32, u64, u64)>,
    /// Methods in the order of the document: line, hits, and whether a statement follows before the next one.
    methods: Vec<(u32, u64, bool)>,
    stated: Option<Metrics>,
}

impl Clover {
    fn open(&mut self, tag: Tag<'_>, inside: Element, draft: &mut Draft) -> Element {
        match (inside, tag.name()) {
            (Element::Root, "project") => Element::Project,
            (Element::Root, "testproject") | (Element::Tests, "package") => Element::Tests,
            (Element::Tests, "file") => {
                self.tests = true;
                Element::Other
            }
            (Element::Project, "package") => Element::Package,
            (Element::Project | Element::Package, "file") => {
                let path = ["path", "name"].into_iter().find_map(|name| tag.attribute(name));
                self.file = File { path: path.unwrap_or_default().trim().to_owned(), ..File::default() };
                self.files += 1;
                Element::File
            }
            (Element::File, "class") => Element::Class,
            (Element::File | Element::Class, "line") => {
                self.file.line(tag, draft);
                Element::Other
            }
            (Element::File, "metrics") => {
                self.file.stated = Some(metrics(tag));
                Element::Other
            }
            (Element::Project, "metrics") => {
                self.stated = Some(metrics(tag));
                Element::Other
            }
            _ => Element::Other,
        }
    }

    fn end_file(&mut self, draft: &mut Draft) {
        let mut file = std::mem::take(&mut self.file);
        let statements = file.stated.map(|stated| stated.statements);
        let so_far = if self.files == 1 { Some(0) } else { self.statements };
        self.statements = so_far.zip(statements).map(|(sum, more)| sum.saturating_add(more));
        if file.path.is_empty() {
            return draft.problem(|| "a file has no path".to_owned());
        }
        file.judge_conditions();
        if let Some(stated) = file.stated {
            file.compare(stated, self.phpunit, draft);
        }
        let known = draft.file(&file.path);
        for (number, line) in file.lines.lines {
            let known = state(known, number, line.hits);
            crate::merge::unite(&mut known.branches, line.branches);
        }
        known.functions.append(&mut file.lines.functions);
        known.executable = known.executable.max(file.lines.executable);
    }

    fn end(&mut self, draft: &mut Draft) {
        if self.tests {
            draft.note(|| "the code of the tests (<testproject>) is not counted".to_owned());
        }
        let Some(stated) = self.stated else { return };
        if let Some(files) = stated.files.filter(|&files| files > self.files) {
            draft.problem(|| format!("it states {files} files and lists {}", self.files));
        }
        if let Some(statements) = self.statements.filter(|&statements| statements < stated.statements) {
            let all = stated.statements;
            draft.problem(|| format!("it states {all} statements for the project and {statements} for its files"));
        }
    }
}

fn metrics(tag: Tag<'_>) -> Metrics {
    let number = |name| attribute(tag, name).unwrap_or_default();
    Metrics {
        statements: number("statements"),
        covered: number("coveredstatements"),
        branches: Ratio { covered: number("coveredconditionals"), total: number("conditionals") },
        files: attribute(tag, "files"),
    }
}

impl File {
    fn line(&mut self, tag: Tag<'_>, draft: &mut Draft) {
        let Some(number) = draft.line_number(tag, "num") else { return };
        let kind = tag.attribute("type").unwrap_or_default();
        if kind == "method" {
            let hits = draft.hits(tag, "count", number);
            let name = ["name", "signature"].into_iter().find_map(|name| tag.attribute(name)).unwrap_or_default();
            self.lines.functions.insert(Function { line: number, name: name.into_owned() }, hits);
            return self.methods.push((number, hits, false));
        }
        self.listed += 1;
        if let Some((_, _, followed)) = self.methods.last_mut() {
            *followed = true;
        }
        let mut hits = None;
        if kind == "cond" {
            let outcomes = |name| attribute::<u64>(tag, name).unwrap_or_default();
            let (yes, no) = (outcomes("truecount"), outcomes("falsecount"));
            self.conditions.push((number, yes, no));
            // ReportGenerator gives no count then.
            hits = tag.attribute("count").is_none().then(|| u64::from(yes > 0));
        }
        let hits = hits.unwrap_or_else(|| draft.hits(tag, "count", number));
        state(&mut self.lines, number, hits);
    }

    /// Takes the conditions as Istanbul means them where that gives what the metrics state, else as OpenClover does.
    fn judge_conditions(&mut self) {
        let counted = |&(_, yes, no): &(u32, u64, u64)| Ratio { covered: yes, total: yes.saturating_add(no) };
        let sum = self.conditions.iter().map(counted).fold(Ratio::default(), |mut sum, more| {
            sum += more;
            sum
        });
        let counts = self.stated.is_some_and(|stated| stated.branches == sum);
        for (number, yes, no) in std::mem::take(&mut self.conditions) {
            let Some(line) = self.lines.lines.get_mut(&number) else { continue };
            if counts {
                let (covered, total) = (u32::try_from(yes), u32::try_from(yes.saturating_add(no)));
                let branch = covered.ok().zip(total.ok()).and_then(|(covered, total)| Branch::new(covered, total));
                add(&mut line.branches, BranchId::Whole, branch.unwrap_or_default());
            } else {
                for (outcome, times) in [(true, yes), (false, no)] {
                    let branch = Branch { covered: u32::from(times > 0), total: 1 };
                    add(&mut line.branches, BranchId::Outcome(outcome), branch);
                }
            }
        }
    }

    /// What to make of a file that states more statements than it lists.
    fn compare(&mut self, stated: Metrics, phpunit: bool, draft: &mut Draft) {
        let missing = stated.statements.saturating_sub(self.listed);
        let methods = self.methods.len() as u64;
        // A method that is listed has an executable line; when no statement follows, that is its own.
        let alone = self.methods.iter().filter(|(_, _, followed)| !followed).count() as u64;
        let path = &self.path;
        if missing > methods && (phpunit || methods > 0 || self.listed == 0) {
            draft.problem(|| format!("{}: {}", shown(path), fewer(self.listed, stated.statements, "of code")));
            self.lines.executable = stated.statements;
        } else if missing > 0 && methods > 0 {
            for &(number, hits, followed) in &self.methods {
                if !followed || missing == methods {
                    state(&mut self.lines, number, hits);
                }
            }
            if missing != alone && missing != methods {
                let lost = missing.abs_diff(alone);
                draft.note(|| format!("{}: {lost} of its lines are counted and not listed", shown(path)));
                self.lines.executable = stated.statements;
            }
        }
        let covered = self.lines.lines.values().filter(|line| line.hits > 0).count() as u64;
        if phpunit && missing == 0 && covered != stated.covered {
            draft.note(|| format!("{}: it states {} covered lines and lists {covered}", shown(path), stated.covered));
        }
    }
}

/// Adds up the conditions of one line.
fn add(branches: &mut BTreeMap<BranchId, Branch>, id: BranchId, more: Branch) {
    let known = branches.entry(id).or_default();
    let sum = Branch::new(known.covered.saturating_add(more.covered), known.total.saturating_add(more.total));
    *known = sum.unwrap_or(*known);
}
