//! Real reports of real tools. They are other people's and not part of the repository: without them these tests say
//! so and pass.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may, and clippy sees only what is marked as one"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use coverage::read::{Parsed, ReadError, read};

/// Where the corpus of reports is: `$STEPGATE_CORPUS/junit`, or beside the workspace.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("../shared/corpus"));
    let junit = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("junit");
    let found = junit.is_dir().then_some(junit);
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

fn parse(path: &Path) -> Result<Parsed, ReadError> {
    read(None, std::fs::File::open(path).expect("the corpus can be read"))
}

fn good(path: &Path) -> Parsed {
    parse(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files below `folder` that are reports of coverage, or look like some.
fn reports(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the corpus can be read") {
        let path = entry.expect("the corpus can be read").path();
        if path.is_dir() {
            reports(&path, found);
            continue;
        }
        let name = path.to_string_lossy().to_lowercase();
        let in_coverage = name.contains("/junit/coverage/") || name.contains("plugin-coverage");
        let is_report = [".xml", ".info", ".lcov", ".dat", ".data"].iter().any(|ending| name.ends_with(ending));
        if is_report && (in_coverage || name.contains("clover") || name.contains("cobertura")) {
            found.push(path);
        }
    }
}

fn outcome(path: &Path) -> String {
    match parse(path) {
        Ok(parsed) => {
            let totals = parsed.coverage.totals();
            let mut text = format!(
                "{}: {} files, lines {}/{}, branches {}/{}, functions {}/{}",
                parsed.format,
                parsed.coverage.files.len(),
                totals.lines.covered,
                totals.lines.total,
                totals.branches.covered,
                totals.branches.total,
                totals.functions.covered,
                totals.functions.total,
            );
            for (kind, remarks) in [("problem", &parsed.problems), ("note", &parsed.notes)] {
                for remark in remarks {
                    text.push_str(&format!("\n    {kind}: {remark}"));
                }
            }
            text
        }
        Err(error) => format!("refused: {error}"),
    }
}

#[test]
fn every_report_of_the_corpus_is_read_or_refused_with_a_reason() {
    let Some(corpus) = corpus() else { return };
    let mut found = Vec::new();
    reports(&corpus, &mut found);
    found.sort();
    assert!(found.len() > 40, "{} reports", found.len());
    let lines: Vec<_> = found
        .iter()
        .map(|path| format!("{}\n  {}\n", path.strip_prefix(&corpus).unwrap_or(path).display(), outcome(path)))
        .collect();
    insta::assert_snapshot!(lines.concat());
}

/// The value of the first attribute `name` behind `from`.
fn stated(text: &str, from: usize, name: &str) -> Option<u64> {
    let text = &text[from..];
    let value = &text[text.find(&format!(" {name}=\""))? + name.len() + 3..];
    value[..value.find('"')?].parse().ok()
}

#[test]
fn what_sources_state_is_what_is_counted() {
    let Some(corpus) = corpus() else { return };
    for report in [
        "coverage/php-code-coverage/tests/_files/Report/Clover/BankAccount-line.xml",
        "coverage/php-code-coverage/tests/_files/Report/OpenClover/NamespacedBankAccount.xml",
        "coverage/diff_cover/tests/test_clover_violations_reporter/test.xml",
        "own_phpunit11/unit-run2.clover.xml",
        "own_phpunit9/unit-xdebug.clover.xml",
    ] {
        let path = corpus.join(report);
        let text = std::fs::read_to_string(&path).expect("the corpus can be read");
        // The metrics of the project: first of all or last of all.
        let first = text.find("<project").and_then(|at| Some(at + text[at..].find('>')? + 1)).expect("a project");
        let metrics = if text[first..].trim_start().starts_with("<metrics") {
            first
        } else {
            text.rfind("<metrics").expect("metrics")
        };
        let totals = good(&path).coverage.totals();
        assert_eq!(Some(totals.lines.total), stated(&text, metrics, "statements"), "{report}");
        assert_eq!(Some(totals.lines.covered), stated(&text, metrics, "coveredstatements"), "{report}");
        // Istanbul counts functions without listing them.
        if totals.functions.total > 0 {
            assert_eq!(Some(totals.functions.total), stated(&text, metrics, "methods"), "{report}");
        }
        assert_eq!(Some(totals.branches.total), stated(&text, metrics, "conditionals"), "{report}");
        assert_eq!(Some(totals.branches.covered), stated(&text, metrics, "coveredconditionals"), "{report}");
    }
    for report in [
        "coverage/php-code-coverage/tests/_files/Report/Cobertura/BankAccount-line.xml",
        "coverage/php-code-coverage/tests/_files/Report/Cobertura/class-with-anonymous-function.xml",
        "coverage/php-code-coverage/tests/_files/Report/Cobertura/class-with-outside-function.xml",
        "own_phpunit11/unit-run2.cobertura.xml",
        "own_phpunit9/unit-xdebug.cobertura.xml",
    ] {
        let path = corpus.join(report);
        let text = std::fs::read_to_string(&path).expect("the corpus can be read");
        let totals = good(&path).coverage.totals();
        assert_eq!(Some(totals.lines.total), stated(&text, 0, "lines-valid"), "{report}");
        assert_eq!(Some(totals.lines.covered), stated(&text, 0, "lines-covered"), "{report}");
    }
}

/// Lines and hits by the name of the file.
fn lines(path: &Path) -> BTreeMap<(String, u32), u64> {
    let parsed = good(path);
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let files = parsed.coverage.files.iter();
    files
        .flat_map(|(path, file)| file.lines.iter().map(move |(&number, line)| ((name(path), number), line.hits)))
        .collect()
}

#[test]
fn clover_and_cobertura_of_one_run_say_the_same_of_every_line() {
    let Some(corpus) = corpus() else { return };
    for run in ["own_phpunit11/unit-run2", "own_phpunit9/unit-xdebug"] {
        let report = |format: &str| lines(&corpus.join(format!("{run}.{format}.xml")));
        let (clover, cobertura) = (report("clover"), report("cobertura"));
        assert!(!clover.is_empty());
        assert_eq!(clover, cobertura, "{run}");
    }
}
