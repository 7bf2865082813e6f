//! The reports of other people: read, counted, merged into one. They are not in this repository; `STEPGATE_CORPUS` names
//! the folder they are in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use junit::merge::Writer;
use junit::{Limits, ReadError, Scan, Totals, scan};

/// The folder of JUnit reports, when it is there.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("STEPGATE_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let folder = root.join("junit");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus");
    None
}

/// All files under `folder` with this extension, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|its| its == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> Result<Scan, ReadError> {
    scan(std::fs::File::open(path).unwrap(), Limits::default(), &mut |_, _| {})
}

fn is_of_junit(error: &ReadError) -> bool {
    !error.what.contains("which is no report of tests")
}

#[test]
fn every_report_is_read_or_refused() {
    let Some(folder) = corpus() else { return };
    let mut lines = String::new();
    for path in files(&folder, "xml") {
        let shown = path.strip_prefix(&folder).unwrap().display();
        match read(&path) {
            Ok(scan) => {
                let Totals { tests, failed, errored, skipped, flaky, .. } = scan.totals();
                write!(lines, "{shown}: {} {tests} {failed} {errored} {skipped} {flaky}", scan.tool).unwrap();
                writeln!(lines, " [{}] [{}]", scan.problems.join("; "), scan.notes.join("; ")).unwrap();
            }
            Err(error) if is_of_junit(&error) => writeln!(lines, "{shown}: {error}").unwrap(),
            Err(_) => {}
        }
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn all_of_them_are_merged_into_one_that_is_well_formed_and_counts_them_all() {
    let Some(folder) = corpus() else { return };
    let documents: Vec<(PathBuf, Scan)> =
        files(&folder, "xml").into_iter().filter_map(|path| Some((path.clone(), read(&path).ok()?))).collect();
    let mut sum = Totals::default();
    for (path, document) in &documents {
        sum.join(&document.totals());
        let alone = merge(&[(path, document)]);
        assert_well_formed(&alone);
        let again = scan(&alone[..], Limits::default(), &mut |_, _| {}).unwrap();
        assert_eq!(counts(&again.totals()), counts(&document.totals()), "{}", path.display());
    }
    let merged = merge(&documents.iter().map(|(path, scan)| (path.as_path(), scan)).collect::<Vec<_>>());
    assert_well_formed(&merged);
    let scan = scan(&merged[..], Limits::default(), &mut |_, _| {}).unwrap();
    assert_eq!(counts(&scan.totals()), counts(&sum));
    assert!(scan.notes.iter().all(|note| note.ends_with("could not be read and count as 0")), "{:?}", scan.notes);
}

fn counts(totals: &Totals) -> [u64; 6] {
    let Totals { tests, passed, failed, errored, skipped, flaky, .. } = *totals;
    [tests, passed, failed, errored, skipped, flaky]
}

fn merge(documents: &[(impl AsRef<Path>, &Scan)]) -> Vec<u8> {
    let mut out = Vec::new();
    let scans: Vec<&Scan> = documents.iter().map(|(_, scan)| *scan).collect();
    let mut writer = Writer::start(&scans, &mut out).unwrap();
    for (path, scan) in documents {
        writer.copy(std::fs::File::open(path).unwrap(), scan).unwrap();
    }
    writer.end().unwrap();
    out
}

fn assert_well_formed(document: &[u8]) {
    let mut scanner = xml::Scanner::new(document);
    while scanner.next().unwrap().is_some() {}
    assert!(scanner.is_exact(), "{:?}", scanner.notes());
    let mut reader = quick_xml::Reader::from_reader(document);
    let mut buffer = Vec::new();
    while !matches!(reader.read_event_into(&mut buffer).unwrap(), quick_xml::events::Event::Eof) {
        buffer.clear();
    }
}

#[test]
fn counts_are_those_that_the_fixtures_of_others_state() {
    let Some(folder) = corpus() else { return };
    let (mut compared, mut deviations) = (0, BTreeMap::new());
    let folder = folder.join("EnricoMi_publish-unit-test-result-action/junit-xml");
    for path in files(&folder, "results") {
        let text = std::fs::read_to_string(&path).unwrap();
        let stated = ["suite_tests", "suite_failures", "suite_errors", "suite_skipped"].map(|name| {
            let value = text.split_once(&format!("{name}=")).and_then(|(_, rest)| rest.split_once(','));
            value.and_then(|(value, _)| value.parse::<u64>().ok())
        });
        let [Some(tests), Some(failed), Some(errored), Some(skipped)] = stated else { continue };
        let Ok(scan) = read(&path.with_extension("xml")) else { continue };
        let totals = scan.totals();
        compared += 1;
        let (stated, ours) =
            ([tests, failed, errored, skipped], [totals.tests, totals.failed, totals.errored, totals.skipped]);
        if stated != ours {
            let name = path.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
            deviations.insert(name, format!("stated {stated:?}, ours {ours:?}"));
        }
    }
    assert!(compared > 10, "{compared}");
    let expected = [
        // A case with several results counts once each there, so that more tests are red or skipped than there are.
        ("junit.multiresult", "stated [4, 2, 1, 3], ours [4, 1, 1, 1]"),
        // They believe a suite that holds no case; here that is a problem of the report.
        ("no-cases-but-tests", "stated [6, 1, 0, 2], ours [0, 0, 0, 0]"),
        // The five tests that GoogleTest did not run stand in an attribute that they do not read.
        ("tst/disabled", "stated [31, 19, 1, 0], ours [31, 19, 1, 5]"),
    ];
    let expected = expected.map(|(name, deviation)| (name.to_owned(), deviation.to_owned()));
    assert_eq!(deviations, BTreeMap::from(expected));
}
