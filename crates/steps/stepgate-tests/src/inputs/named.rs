//! Report files as they are named on the command line: paths, globs, `-`, directories of attempts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use step::files;

use super::with_hints;
use crate::args::InputArgs;

/// One report, not read yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    /// What it is called in every output.
    pub(crate) source: String,
    /// Where it is; `-` is standard input.
    pub(crate) path: PathBuf,
    /// Which attempt it is of, from 1.
    pub(crate) attempt: u32,
    /// Why it cannot be had.
    pub(crate) problems: Vec<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The reports, each once.
    pub(crate) reports: Vec<Named>,
    /// What is worth knowing of how they were found.
    pub(crate) notes: Vec<String>,
}

/// The reports that `args` names, each once, also when the same content lies in two places: a glob that matches the
/// copies of an artifact counts no test twice. What cannot be found becomes a report with a problem.
pub(crate) fn find(args: &InputArgs, dir: &Path) -> Found {
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    for pattern in &args.files {
        add(pattern, dir, &mut seen, &mut found);
    }
    let first = if args.files.is_empty() { 1 } else { 2 };
    for (attempt, number) in args.attempt_dirs.iter().zip(first..) {
        add_attempt(attempt, number, dir, &mut seen, &mut found);
    }
    drop_copies(&mut found);
    found
}

/// The files that `pattern` names.
///
/// # Errors
///
/// Why there is none, in words.
pub(crate) fn paths(pattern: &str, dir: &Path) -> Result<Vec<PathBuf>, String> {
    let named = Path::new(pattern);
    if pattern.is_empty() {
        return Err("its name is empty; is a variable on the command line not set?".to_owned());
    }
    if named == Path::new("-") {
        return Ok(vec![named.to_owned()]);
    }
    if dir.join(named).exists() || !pattern.contains(['*', '?', '[', '{']) {
        return Ok(vec![dir.join(named)]);
    }
    files::expand(&[pattern.to_owned()], dir).map_err(|failure| with_hints(&failure))
}

fn add(pattern: &str, dir: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Found) {
    match paths(pattern, dir) {
        Ok(paths) => {
            let reports = paths.into_iter().filter_map(report);
            for path in reports.filter(|path| seen.insert(files::one_name(path))) {
                let source = files::shown(&path, dir).to_string();
                found.reports.push(Named { source, path, attempt: 1, problems: Vec::new() });
            }
        }
        Err(problem) => {
            let source = if pattern.is_empty() { "\"\"".to_owned() } else { pattern.to_owned() };
            found.reports.push(Named { source, attempt: 1, problems: vec![problem], ..Named::default() });
        }
    }
}

/// The report that `path` is, or beside which it lies: `junit.xml.exit` tells that there was to be a `junit.xml`, which is
/// missed when it is not there. `None` for an exit code that lies beside none.
fn report(path: PathBuf) -> Option<PathBuf> {
    if path.extension().is_none_or(|end| end != "exit") {
        return Some(path);
    }
    let report = path.with_extension("");
    report.extension().is_some_and(|end| ENDS.iter().any(|known| end == *known)).then_some(report)
}

/// What the names of reports end with, where they are not named one by one.
const ENDS: [&str; 2] = ["xml", "trx"];

/// The XML and TRX files below a directory, but for coverage reports, which runners write beside.
fn add_attempt(attempt: &Path, number: u32, dir: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Found) {
    let pattern = |end: &str| format!("{}/**/*.{end}", attempt.display());
    let mut paths: Vec<PathBuf> = Vec::new();
    for end in ENDS.into_iter().chain(["xml.exit", "trx.exit"]) {
        paths.extend(files::expand(&[pattern(end)], dir).unwrap_or_default().into_iter().filter_map(report));
    }
    paths.sort();
    let before = found.reports.len();
    for path in paths.into_iter().filter(|path| seen.insert(files::one_name(path))) {
        if is_coverage(&path) {
            continue;
        }
        let source = files::shown(&path, dir).to_string();
        found.reports.push(Named { source, path, attempt: number, problems: Vec::new() });
    }
    if found.reports.len() == before {
        let problem = if dir.join(attempt).is_dir() {
            "there is no report (*.xml, *.trx) in this directory".to_owned()
        } else {
            "there is no such directory".to_owned()
        };
        let source = attempt.display().to_string();
        found.reports.push(Named { source, attempt: number, problems: vec![problem], ..Named::default() });
    }
}

fn is_coverage(path: &Path) -> bool {
    let root = File::open(path).ok().and_then(|file| junit::root(file).ok());
    root.is_some_and(|root| matches!(root.as_str(), "coverage" | "report" | "phpunit" | "crap_result"))
}

/// Takes out what is byte for byte what another input of the same attempt is. Only files of one size are looked at.
fn drop_copies(found: &mut Found) {
    let size = |report: &Named| {
        let about = std::fs::metadata(&report.path).ok().filter(std::fs::Metadata::is_file)?;
        (about.len() > 0).then_some((report.attempt, about.len()))
    };
    let mut of_size: BTreeMap<(u32, u64), usize> = BTreeMap::new();
    for size in found.reports.iter().filter_map(size) {
        *of_size.entry(size).or_default() += 1;
    }
    let mut kept: Vec<Named> = Vec::with_capacity(found.reports.len());
    let mut known: HashMap<(u32, u64, u64), usize> = HashMap::new();
    for report in std::mem::take(&mut found.reports) {
        let shared = size(&report).filter(|size| of_size.get(size).is_some_and(|files| *files > 1));
        let hash = shared.and_then(|(attempt, size)| Some((attempt, size, hash(&report.path).ok()?)));
        let same = hash.and_then(|hash| known.get(&hash)).map(|at| &kept[*at]);
        if let Some(other) = same.filter(|other| same_content(&other.path, &report.path).unwrap_or(false)) {
            found.notes.push(format!("{} is the same file as {}, and counts once", report.source, other.source));
            continue;
        }
        known.extend(hash.map(|hash| (hash, kept.len())));
        kept.push(report);
    }
    found.reports = kept;
}

fn hash(path: &Path) -> io::Result<u64> {
    let (mut file, mut buffer) = (File::open(path)?, vec![0; 1 << 16]);
    let mut hasher = DefaultHasher::new();
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            count => hasher.write(&buffer[..count]),
        }
    }
}

fn same_content(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let count = one.read(&mut left)?;
        if count == 0 {
            return Ok(true);
        }
        // The files have the same size.
        other.read_exact(&mut right[..count])?;
        if left[..count] != right[..count] {
            return Ok(false);
        }
    }
}
