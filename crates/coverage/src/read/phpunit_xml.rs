//! PHPUnit's own XML (`--coverage-xml DIRECTORY`): `index.xml` and one document per source file.
//!
//! The namespace is <https://schema.phpunit.de/coverage/1.0>. A document lists the lines that ran and the tests that ran
//! them; of the others it states only how many there are. The caller reads the index, then each of its documents with
//! [`super::read`], and puts them together with [`Index::gather`].

use std::io::Read;

use xml::{Scanner, Tag, Token};

use super::draft::{Draft, attribute, fewer, shown, state};
use super::{Format, Parsed, ReadError};
use crate::model::{Function, Ratio};

/// What `index.xml` says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Index {
    /// The directory from which the paths in the documents go, as printed.
    pub source: String,
    /// The documents, relative to the index. No path leaves its directory.
    pub documents: Vec<String>,
    /// Executable lines of all files, and those that ran.
    pub lines: Ratio,
}

impl Index {
    /// All documents together as one report, with the source directory of the index. A document that is missing is a
    /// problem, and so are fewer lines than the index states.
    #[must_use]
    pub fn gather(&self, documents: impl IntoIterator<Item = Parsed>) -> Parsed {
        let mut all = Draft::default().finish(Format::PhpunitXml);
        all.sources.extend(Some(&self.source).filter(|source| !source.is_empty()).cloned());
        let mut read = 0;
        for document in documents {
            read += 1;
            all.coverage.merge(document.coverage);
            all.problems.extend(document.problems);
            all.notes.extend(document.notes);
        }
        let stated = self.documents.len();
        if read != stated || all.coverage.files.len() < stated {
            let files = all.coverage.files.len();
            all.problems
                .push(format!("the index lists {stated} documents; {read} were read, with {files} files in them"));
        }
        let lines = all.coverage.totals().lines.total;
        if lines < self.lines.total {
            all.problems.push(fewer(lines, self.lines.total, "in all"));
        }
        if lines == 0 {
            all.problems.push(super::NO_LINE.to_owned());
        }
        all
    }
}

/// Reads an `index.xml`.
///
/// # Errors
///
/// When it cannot be read, is none, lists no document, or one outside of its directory.
pub fn index(input: impl Read) -> Result<Index, ReadError> {
    let mut scanner = Scanner::new(input).external_dtd_allowed();
    let mut index = Index::default();
    let mut totals = None;
    let mut open: Vec<bool> = Vec::new();
    while let Some(token) = scanner.next()? {
        match token {
            Token::Open(tag) => {
                let in_file = open.last().copied().unwrap_or_default() || tag.name() == "file";
                index.open(tag, open.len(), in_file, &mut totals)?;
                open.push(in_file);
            }
            Token::Close => drop(open.pop()),
            Token::Text(_) => {}
        }
    }
    if index.documents.is_empty() {
        return Err(ReadError::new("the index of PHPUnit's XML coverage lists no file"));
    }
    index.lines = totals.unwrap_or_default();
    Ok(index)
}

impl Index {
    fn open(&mut self, tag: Tag<'_>, depth: usize, in_file: bool, totals: &mut Option<Ratio>) -> Result<(), ReadError> {
        match tag.name() {
            "phpunit" if depth == 0 => {}
            name if depth == 0 => {
                return Err(ReadError::new(format!("its root element is <{}>, not PHPUnit's <phpunit>", shown(name))));
            }
            "project" if depth == 1 => {
                let source = ["source", "name"].into_iter().find_map(|name| tag.attribute(name));
                self.source = source.unwrap_or_default().into_owned();
            }
            "file" => {
                let href = tag.attribute("href").unwrap_or_default().replace('\\', "/");
                let leaves = |segment: &str| matches!(segment, "" | "." | "..") || segment.contains(':');
                if href.split('/').any(leaves) {
                    return Err(ReadError::new(format!(
                        "it names a document that is not below it: `{}`",
                        shown(&href)
                    )));
                }
                self.documents.push(href);
            }
            // The first totals are those of the root directory.
            "lines" if !in_file && totals.is_none() => *totals = Some(lines(tag)),
            _ => {}
        }
        Ok(())
    }
}

/// Reads the document of one source file.
pub(super) fn read<R: Read>(scanner: &mut Scanner<R>, draft: &mut Draft) -> Result<(), ReadError> {
    let mut document = Document::default();
    let mut open = vec![Element::Root];
    while let Some(token) = scanner.next()? {
        match token {
            Token::Open(tag) => {
                let inside = open.last().copied().unwrap_or(Element::Other);
                open.push(document.open(tag, inside, draft)?);
            }
            Token::Close => match open.pop() {
                Some(Element::Root) | None => break,
                Some(Element::Line) => document.end_line(draft),
                Some(Element::File) => document.end_file(draft),
                Some(_) => {}
            },
            Token::Text(_) => {}
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Element {
    Root,
    File,
    Totals,
    Unit,
    Coverage,
    Line,
    Other,
}

#[derive(Default)]
struct Document {
    path: String,
    stated: Option<Ratio>,
    /// The line that is open, and how many tests ran it.
    line: Option<(u32, u64)>,
}

impl Document {
    fn open(&mut self, tag: Tag<'_>, inside: Element, draft: &mut Draft) -> Result<Element, ReadError> {
        Ok(match (inside, tag.name()) {
            (Element::Root, "file") => {
                *self = Self { path: path_of(tag), ..Self::default() };
                if self.path.is_empty() {
                    return Err(ReadError::new("its file has no name"));
                }
                draft.file(&self.path);
                Element::File
            }
            (Element::Root, "project") => {
                let what = "it is the index of PHPUnit's XML coverage; hand over its directory";
                return Err(ReadError::new(what));
            }
            (Element::File, "totals") => Element::Totals,
            (Element::Totals, "lines") => {
                self.stated = Some(lines(tag));
                Element::Other
            }
            (Element::File, "class" | "trait") => Element::Unit,
            (Element::File, "function") | (Element::Unit, "method") => {
                self.function(tag, draft);
                Element::Other
            }
            (Element::File, "coverage") => Element::Coverage,
            (Element::Coverage, "line") => {
                self.line = draft.line_number(tag, "nr").map(|number| (number, 0));
                Element::Line
            }
            (Element::Line, "covered") => {
                if let Some((_, tests)) = &mut self.line {
                    *tests += 1;
                }
                Element::Other
            }
            _ => Element::Other,
        })
    }

    fn function(&self, tag: Tag<'_>, draft: &mut Draft) {
        let lines = lines(tag);
        if lines.total > 0 {
            let name = tag.attribute("name").unwrap_or_default().into_owned();
            let function = Function { line: attribute(tag, "start").unwrap_or_default(), name };
            draft.file(&self.path).functions.insert(function, u64::from(lines.covered > 0));
        }
    }

    fn end_line(&mut self, draft: &mut Draft) {
        let Some((number, tests)) = self.line.take() else { return };
        if tests == 0 {
            draft.problem(|| format!("line {number} is listed, but no test that ran it"));
        }
        state(draft.file(&self.path), number, tests);
    }

    fn end_file(&mut self, draft: &mut Draft) {
        let path = self.path.clone();
        let Some(stated) = self.stated else {
            return draft.problem(|| format!("{}: it does not say how many lines are executable", shown(&path)));
        };
        let file = draft.file(&path);
        file.executable = stated.total;
        let listed = file.lines.len() as u64;
        if listed != stated.covered {
            // PHPUnit loses the lines that a test ran whose name holds what XML forbids.
            draft.problem(|| format!("{}: {}", shown(&path), fewer(listed, stated.covered, "that ran")));
        }
    }
}

/// `<lines executable="7" executed="6"/>`, and the same attributes of a method.
fn lines(tag: Tag<'_>) -> Ratio {
    let number = |name| u64::from(attribute::<u32>(tag, name).unwrap_or_default());
    let (covered, total) = (number("executed"), number("executable"));
    Ratio { covered: covered.min(total), total }
}

/// `name="A.php" path="/Sub"`: relative to the source directory of the index.
fn path_of(tag: Tag<'_>) -> String {
    let (folder, name) = (tag.attribute("path").unwrap_or_default(), tag.attribute("name").unwrap_or_default());
    let folder = folder.trim_matches(['/', '\\']);
    if folder.is_empty() || name.is_empty() { name.into_owned() } else { format!("{folder}/{name}") }
}
