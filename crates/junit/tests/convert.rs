//! Real reports of formats other than JUnit. They are other people's and not part of the repository: without them these
//! tests say so and pass.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "tests may, and clippy sees only what is marked as one")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use junit::convert::{Converted, Foreign, convert};
use proptest::prelude::*;
use xml::{Scanner, Token};

/// Where the corpus of reports is: `$STEPGATE_CORPUS/junit`, or beside the workspace.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?.join("shared/corpus"));
    let junit = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("junit");
    let found = junit.is_dir().then_some(junit);
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

fn files_below(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("the corpus can be listed") {
        let path = entry.expect("the corpus can be listed").path();
        if path.is_dir() { files_below(&path, files) } else { files.push(path) }
    }
}

/// Every report of a format that can be converted.
fn reports(corpus: &Path) -> Vec<(PathBuf, Foreign, Vec<u8>)> {
    let mut files = Vec::new();
    files_below(corpus, &mut files);
    files.sort();
    let known = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("the corpus can be read");
        let format = match Scanner::new(bytes.as_slice()).next() {
            Ok(Some(Token::Open(tag))) => Foreign::of_root(tag.name())?,
            _ => return None,
        };
        Some((path, format, bytes))
    };
    files.into_iter().filter_map(known).collect()
}

/// What a JUnit document holds, by its cases.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Counts {
    tests: usize,
    failed: usize,
    errored: usize,
    skipped: usize,
}

impl Counts {
    /// Passed, failed or errored, skipped.
    fn ends(self) -> (usize, usize, usize) {
        let red = self.failed + self.errored;
        (self.tests - red - self.skipped, red, self.skipped)
    }
}

/// Counts the cases of a document, which must be well-formed and state the same.
fn counts(junit: &[u8]) -> Counts {
    let mut scanner = Scanner::new(junit);
    let (mut stated, mut counts, mut ended) = (None, Counts::default(), false);
    while let Some(token) = scanner.next().expect("a well-formed document") {
        let Token::Open(tag) = token else { continue };
        let end = match tag.name() {
            "testsuites" => {
                let number = |name| tag.attribute(name).expect("totals").parse().expect("a number");
                stated = Some(Counts {
                    tests: number("tests"),
                    failed: number("failures"),
                    errored: number("errors"),
                    skipped: number("skipped"),
                });
                continue;
            }
            "testcase" => {
                counts.tests += 1;
                ended = false;
                continue;
            }
            "failure" => &mut counts.failed,
            "error" => &mut counts.errored,
            "skipped" => &mut counts.skipped,
            _ => continue,
        };
        *end += usize::from(!ended);
        ended = true;
    }
    assert_eq!(stated, Some(counts));
    counts
}

fn converted(format: Foreign, report: &[u8]) -> (Counts, Converted) {
    let mut out = Vec::new();
    let converted = convert(format, report, 4096, &mut out).expect("a report");
    (counts(&out), converted)
}

#[test]
fn every_report_gives_the_known_counts() {
    let Some(corpus) = corpus() else { return };
    let mut outcomes = String::new();
    for (path, format, bytes) in reports(&corpus) {
        let (Counts { tests, failed, errored, skipped }, Converted { problems, notes }) = converted(format, &bytes);
        let name = path.strip_prefix(&corpus).expect("it is below").display();
        let format = format.as_str();
        writeln!(
            outcomes,
            "{name}\n    {format}: {tests} tests, {failed} failed, {errored} errored, {skipped} skipped"
        )
        .expect("strings take everything");
        for (what, lines) in [("problem", problems), ("note", notes)] {
            for line in lines {
                writeln!(outcomes, "    {what}: {line}").expect("strings take everything");
            }
        }
    }
    insta::assert_snapshot!("outcomes", outcomes);
}

/// Where EnricoMi/publish-unit-test-result-action expects something else of its fixtures, and why we do not.
const OTHERWISE: [(&str, &str, (usize, usize, usize)); 2] = [
    (
        "yami_YAMILEX_2015-10-24_04_18_59.trx",
        "a test that was aborted with its host, and one that could not be run, are skipped there",
        (2, 4, 19),
    ),
    ("NUnit-correct.xml", "three tests that could not be run are skipped there; NUnit's exit code is red", (18, 5, 5)),
];

#[test]
fn counts_are_what_others_expect_of_their_fixtures() {
    let Some(corpus) = corpus() else { return };
    let mut compared = 0;
    for (path, format, bytes) in reports(&corpus.join("EnricoMi_publish-unit-test-result-action")) {
        let Ok(expected) = std::fs::read_to_string(path.with_extension("results")) else { continue };
        let cases = |result: &str| expected.matches(&format!("result='{result}',")).count();
        let expected = (cases("success"), cases("failure") + cases("error"), cases("skipped"));
        let found = converted(format, &bytes).0.ends();
        match OTHERWISE.iter().find(|(file, ..)| path.ends_with(file)) {
            Some((_, why, ours)) => assert_eq!((found, found == expected), (*ours, false), "{}: {why}", path.display()),
            None => assert_eq!(found, expected, "{}", path.display()),
        }
        compared += 1;
    }
    assert_eq!(compared, 20);
    // dorny/test-reporter states it in its __outputs__: passed, failed, skipped.
    for (file, expected) in
        [("dotnet-nunit.xml", (3, 5, 1)), ("dotnet-trx.trx", (5, 5, 1)), ("dotnet-xunitv3.trx", (1, 3, 0))]
    {
        let path = corpus.join("dorny_test-reporter/__tests__/fixtures").join(file);
        let (_, format, bytes) = reports_at(&path);
        assert_eq!(converted(format, &bytes).0.ends(), expected, "{file}");
    }
}

fn reports_at(path: &Path) -> (PathBuf, Foreign, Vec<u8>) {
    let dir = path.parent().expect("a folder");
    reports(dir).into_iter().find(|(found, ..)| found == path).expect("the report")
}

#[test]
fn open_test_reporting_says_what_junit_of_the_same_run_says() {
    let Some(corpus) = corpus() else { return };
    let (_, format, otr) = reports_at(&corpus.join("own_phpunit13/issues.otr.xml"));
    let junit = std::fs::read(corpus.join("own_phpunit13/issues.junit.xml")).expect("the corpus can be read");
    let mut made = Vec::new();
    convert(format, otr.as_slice(), 4096, &mut made).expect("a report");
    assert_eq!(identities(&made), identities(&junit));
}

/// Name, class, file and line of every case.
fn identities(junit: &[u8]) -> Vec<[Option<String>; 5]> {
    let mut scanner = Scanner::new(junit);
    let mut found = Vec::new();
    while let Some(token) = scanner.next().expect("a well-formed document") {
        if let Token::Open(tag) = token
            && tag.name() == "testcase"
        {
            let of = |name| tag.attribute(name).map(std::borrow::Cow::into_owned);
            found.push(["name", "class", "classname", "file", "line"].map(of));
        }
    }
    found
}

/// The smaller reports: each is converted many times.
static SMALL: LazyLock<Vec<(PathBuf, Foreign, Vec<u8>)>> = LazyLock::new(|| {
    let mut small = corpus().map(|corpus| reports(&corpus)).unwrap_or_default();
    small.retain(|(_, _, bytes)| bytes.len() <= 50_000);
    small
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_cut_or_damaged_never_panics_and_is_never_whole(
        at in 0.0_f64..1.0,
        damage in proptest::collection::vec((0.0_f64..1.0, any::<u8>()), 0..4),
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a short file")]
        let place = |at: f64, length: usize| (at * length as f64) as usize;
        for (path, format, bytes) in SMALL.iter() {
            let mut bytes = bytes.clone();
            let mut out = Vec::new();
            let cut = &bytes[..place(at, bytes.trim_ascii_end().len())];
            if let Ok(converted) = convert(*format, cut, 200, &mut out) {
                counts(&out);
                prop_assert!(!converted.problems.is_empty(), "{} cut at {}", path.display(), cut.len());
            }
            for (at, byte) in &damage {
                let at = place(*at, bytes.len());
                bytes[at] = *byte;
            }
            let mut out = Vec::new();
            if convert(*format, bytes.as_slice(), 200, &mut out).is_ok() {
                counts(&out);
            }
        }
    }
}
