//! Which lines ran: coverage reports read, brought home, merged, and held against the change.

use std::fs::File;
use std::io::BufReader;
use std::ops::Range;
use std::path::{Path, PathBuf};

use coverage::change::ChangeCoverage;
use coverage::read::{Parsed, phpunit_xml};
use coverage::thresholds::Thresholds;
use coverage::{Coverage, Totals};
use findings::diff::FileDiff;
use findings::paths::Roots;
use step::{Failure, Result, files};

use crate::config;
use crate::inputs::{paths, with_hints};
use crate::report::{self, Input, Source, SourceLine};

/// The coverage reports of a run.
#[derive(Default)]
pub(crate) struct Covered {
    /// All of them, merged.
    pub(crate) coverage: Coverage,
    /// What was read, for the report.
    pub(crate) inputs: Vec<Input>,
}

/// Reads the reports that `patterns` name, and brings their paths home.
pub(crate) fn read(patterns: &[String], roots: &Roots, sources: &[String], dir: &Path) -> Covered {
    let mut covered = Covered::default();
    let mut seen = std::collections::BTreeSet::new();
    for pattern in patterns {
        match paths(pattern, dir) {
            Ok(paths) => {
                for path in paths.into_iter().filter(|path| seen.insert(files::one_name(path))) {
                    covered.add(&path, roots, sources, dir);
                }
            }
            Err(problem) => covered.inputs.push(Input {
                path: pattern.clone(),
                tool: UNKNOWN.to_owned(),
                problems: vec![problem],
                ..Input::default()
            }),
        }
    }
    covered
}

/// A coverage report does not say who wrote it.
const UNKNOWN: &str = "coverage";

impl Covered {
    fn add(&mut self, path: &Path, roots: &Roots, sources: &[String], dir: &Path) {
        let source = files::shown(path, dir).to_string();
        let mut input = Input { path: source, tool: UNKNOWN.to_owned(), ..Input::default() };
        match parse(path) {
            Err(problem) => input.problems.push(problem),
            Ok(parsed) => {
                input.format = Some(parsed.format.as_str());
                input.holds = parsed.coverage.files.len() as u64;
                match coverage::paths::resolve(parsed, roots, sources) {
                    Err(mismatch) => input.problems.push(mismatch.to_string()),
                    Ok(parsed) => {
                        input.problems.extend(parsed.problems);
                        input.notes.extend(parsed.notes);
                        self.coverage.merge(parsed.coverage);
                    }
                }
            }
        }
        self.inputs.push(input);
    }
}

/// The file that names the others of PHPUnit's XML.
const INDEX: &str = "index.xml";

/// One report; of PHPUnit's XML the whole directory.
fn parse(path: &Path) -> std::result::Result<Parsed, String> {
    if path.is_dir() {
        return parse(&path.join(INDEX));
    }
    let open = |path: &Path| match files::open(path, 1 << 40) {
        Ok(files::Opened::File(file, _)) => Ok(Box::new(BufReader::new(file)) as Box<dyn std::io::Read>),
        Ok(files::Opened::Stream(bytes)) => Ok(Box::new(std::io::Cursor::new(bytes)) as Box<dyn std::io::Read>),
        Err(failure) => Err(with_hints(&failure)),
    };
    if path.ends_with(INDEX)
        && let Ok(index) = phpunit_xml::index(open(path)?)
    {
        let around = path.parent().unwrap_or(Path::new("."));
        let documents = index.documents.iter().filter_map(|document| {
            let file = File::open(around.join(document)).ok()?;
            coverage::read::read(Some(coverage::read::Format::PhpunitXml), BufReader::new(file)).ok()
        });
        return Ok(index.gather(documents));
    }
    coverage::read::read(None, open(path)?).map_err(|error| {
        let is_of_tests =
            open(path).ok().and_then(|file| junit::root(file).ok()).is_some_and(|root| root.starts_with("testsuite"));
        let hint = if is_of_tests { "; reports of tests are named before --coverage" } else { "" };
        format!("{error}{hint}")
    })
}

/// How much the base covers: a coverage report of any format, or the JSON report of an earlier gate.
pub(crate) fn base(path: &Path, roots: &Roots, sources: &[String]) -> Result<Totals> {
    let name = path.display();
    let cannot = |why: String| {
        Failure::input(format!("cannot compare the coverage with {name}"))
            .because(why)
            .hint("without an earlier run, as on the first one, leave out --coverage-base")
    };
    // PHPUnit's XML is a directory, of which the files are found from its index.
    let is_many = path.is_dir() || path.ends_with(INDEX);
    let bytes = if is_many { Vec::new() } else { files::read(path, 1 << 30)? };
    if bytes.trim_ascii_start().starts_with(b"{") {
        let report: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|error| cannot(format!("it is no JSON: {error}")))?;
        let ratio = |what: &str| {
            let part = &report["coverage"][what];
            Some(coverage::Ratio { covered: part["covered"].as_u64()?, total: part["total"].as_u64()? })
        };
        let lines = ratio("lines").filter(|lines| lines.covered <= lines.total);
        let lines = lines.ok_or_else(|| cannot("it is no report of stepgate-tests with coverage".to_owned()))?;
        let (branches, functions) = (ratio("branches").unwrap_or_default(), ratio("functions").unwrap_or_default());
        return Ok(Totals { lines, branches, functions });
    }
    let parsed = if is_many { parse(path) } else { coverage::read::read(None, &bytes[..]).map_err(|e| e.to_string()) };
    let parsed = parsed.map_err(cannot)?;
    if let Some(problem) = parsed.problems.first() {
        return Err(cannot(problem.clone()));
    }
    let parsed = coverage::paths::resolve(parsed, roots, sources).map_err(|error| cannot(error.to_string()))?;
    Ok(parsed.coverage.totals())
}

/// Holds the coverage against what is demanded. `diff` is the change; `root` the work tree, where its files are read.
pub(crate) fn judge(
    covered: &Coverage,
    diff: Option<&[FileDiff]>,
    base: Option<Totals>,
    thresholds: &Thresholds,
    config: &config::Coverage,
    root: &Path,
) -> report::Coverage {
    let lines = |path: &str, changed: &[Range<u32>]| code_lines(root, path, changed);
    let change = diff.map(|diff| ChangeCoverage::measure(covered, diff, &config.exclude, &lines));
    let reasons = coverage::thresholds::judge(covered, change.as_ref(), base.as_ref(), thresholds);
    let sources = change.iter().zip(diff).flat_map(|(change, diff)| sources(change, diff, root)).collect();
    let inside = covered.files.iter().filter(|(_, file)| !file.outside);
    report::Coverage {
        totals: covered.totals(),
        base,
        files: inside.map(|(path, file)| (path.clone(), file.totals())).collect(),
        change,
        sources,
        reasons,
    }
}

/// How many of the changed lines can be code: neither blank nor nothing but a comment or a brace. All of them, when the
/// file cannot be read.
fn code_lines(root: &Path, path: &str, changed: &[Range<u32>]) -> u64 {
    // Of a file that git does not know yet the change is said to be everything, without an end.
    let all = || changed.iter().map(|range| u64::from(range.end.saturating_sub(range.start)).min(10_000)).sum();
    let Some(text) = text_of(root, path) else { return all() };
    let is_code = |line: &str| {
        let line = line.trim();
        let comment = ["//", "#", "*", "/*"].iter().any(|start| line.starts_with(start)) && !line.starts_with("#[");
        !comment && line.contains(|c: char| c.is_alphanumeric()) && line != "<?php"
    };
    let numbered = text.lines().zip(1_u32..);
    numbered.filter(|(line, number)| changed.iter().any(|range| range.contains(number)) && is_code(line)).count() as u64
}

/// The text of a file of the work tree, when it is one and not too large to be looked at. Its path comes from git, but a
/// symbolic link may lead anywhere.
fn text_of(root: &Path, path: &str) -> Option<String> {
    const LOOKED_AT: u64 = 4 << 20;
    let file: PathBuf = root.join(path).canonicalize().ok()?;
    let inside = file.starts_with(root.canonicalize().ok()?) && file.is_file();
    let bytes = inside.then(|| files::read(&file, LOOKED_AT).ok())??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// So many files are shown with their source, and so many lines around each change.
const SHOWN_FILES: usize = 50;
const CONTEXT: u32 = 3;

/// The changed files with lines that did not run.
fn sources(change: &ChangeCoverage, diff: &[FileDiff], root: &Path) -> Vec<Source> {
    let uncovered = change.files.iter().filter(|file| !file.uncovered.is_empty());
    let shown = uncovered.take(SHOWN_FILES).filter_map(|file| {
        let text = text_of(root, &file.path)?;
        let own = diff.iter().filter(|own| own.new.as_deref() == Some(file.path.as_str()));
        let touched: Vec<Range<u32>> = own.flat_map(|own| own.hunks.iter().map(|hunk| hunk.new_lines())).collect();
        let is_near = |number: u32| {
            touched.iter().any(|range| number + CONTEXT >= range.start && number < range.end.saturating_add(CONTEXT))
        };
        let lines = text.lines().zip(1_u32..).filter(|(_, number)| is_near(*number)).take(2_000);
        let line = |(text, number): (&str, u32)| SourceLine {
            number,
            text: text.to_owned(),
            touched: touched.iter().any(|range| range.contains(&number)),
            covered: match (file.covered.binary_search(&number), file.uncovered.binary_search(&number)) {
                (Ok(_), _) => Some(true),
                (_, Ok(_)) => Some(false),
                _ => None,
            },
        };
        Some(Source { path: file.path.clone(), lines: lines.map(line).collect() })
    });
    shown.collect()
}
