//! The program over every real report of a corpus. They are other people's and not part of the repository: without them
//! these tests say so and pass.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up is to stop there, and is told by the environment where the corpus is"
)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use jsonschema::Validator;
use serde_json::Value;

/// How the gate is to end on each hostile file: 1 where what it holds is known to the last case, one of which failed;
/// 3 where it is not.
const HOSTILE: &[(&str, i32)] = &[
    ("billion-laughs.xml", 3),
    ("cdata-end-split.xml", 1),
    ("ctrl-chars-charref.xml", 1),
    ("ctrl-chars-raw.xml", 1),
    ("dtd-internal-entity.xml", 3),
    ("empty.xml", 3),
    ("garbage-after.xml", 3),
    ("html-instead.xml", 3),
    ("invalid-utf8-bytes.xml", 1),
    ("iso-8859-1.xml", 1),
    ("namespaced.xml", 1),
    ("not-junit-pom.xml", 3),
    ("quadratic-blowup.xml", 3),
    ("skipped-then-failure.xml", 1),
    ("truncated-in-cdata.xml", 3),
    ("unescaped-amp.xml", 1),
    ("utf16be-bom.xml", 1),
    ("utf16le-bom.xml", 1),
    ("utf8-bom.xml", 1),
    ("whitespace-only.xml", 3),
    ("windows-1252.xml", 1),
    ("xml11-ctrl.xml", 1),
    ("xxe-file.xml", 3),
];

/// Where the corpus of reports is: `$STEPGATE_CORPUS/junit`, or beside the workspace.
fn corpus() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(4)?.join("shared/corpus"));
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

/// Runs the program in an empty directory, with nothing of the environment of whoever runs the tests. Gives the exit
/// status, what it printed, and what it said besides.
fn run(dir: &Path, args: &[&str], files: &[&Path]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_stepgate-tests"))
        .args(args)
        .args(files)
        .current_dir(dir)
        .env_clear()
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}

/// What the gate made of one or several reports.
struct Gated {
    status: i32,
    json: Value,
}

impl Gated {
    /// Judges, and looks at whether what is said is in order and agrees.
    fn new(dir: &Path, files: &[&Path], schema: &Validator) -> Self {
        let (status, out, err) = run(dir, &["gate", "--output", "json=-"], files);
        let json: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{files:?}: {error}: {out}{err}"));
        let errors: Vec<String> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{files:?}: {errors:?}");
        let gated = Self { status, json };
        let verdict = match status {
            0 => "pass",
            1 => "fail",
            3 => "incomplete",
            _ => panic!("{files:?}: status {status}: {err}"),
        };
        assert_eq!(gated.json["verdict"], verdict, "{files:?}");
        let [tests, passed, failed, errored, skipped, _] = gated.totals();
        assert_eq!(tests, passed + failed + errored + skipped, "{files:?}");
        match status {
            0 => assert!(failed + errored == 0 && tests > 0, "{files:?}: {}", gated.json["totals"]),
            1 => assert!(failed + errored > 0, "{files:?}: {}", gated.json["totals"]),
            _ => assert!(gated.json["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()), "{files:?}"),
        }
        gated
    }

    /// Tests, passed, failed, errored, skipped, flaky.
    fn totals(&self) -> [u64; 6] {
        ["tests", "passed", "failed", "errored", "skipped", "flaky"]
            .map(|name| self.json["totals"][name].as_u64().expect("a count"))
    }

    fn duration(&self) -> f64 {
        self.json["totals"]["duration"].as_f64().expect("seconds")
    }

    /// Whether it is a report of tests that is known to be whole.
    fn is_whole(&self) -> bool {
        self.status != 3
    }
}

fn schema() -> Validator {
    let schema: Value = serde_json::from_str(stepgate_tests::REPORT_SCHEMA).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// Judges each file by itself, on two threads.
fn judge_each<'f>(dir: &Path, files: &'f [PathBuf], schema: &Validator) -> Vec<(&'f Path, Gated)> {
    let judge = |files: &'f [PathBuf]| -> Vec<(&'f Path, Gated)> {
        files.iter().map(|file| (file.as_path(), Gated::new(dir, &[file], schema))).collect()
    };
    let (one, other) = files.split_at(files.len() / 2);
    thread::scope(|scope| {
        let one = scope.spawn(|| judge(one));
        let other = judge(other);
        one.join().expect("all are in order").into_iter().chain(other).collect()
    })
}

#[test]
fn every_real_report_gets_a_verdict_and_the_whole_ones_merge_without_a_loss() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    files_below(&corpus, &mut files);
    files.sort();
    // The same file under two names counts once, also for the program.
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(std::fs::read(file).expect("the corpus can be read")));
    let (dir, schema) = (tempfile::tempdir().expect("a directory"), schema());
    let judged = judge_each(dir.path(), &files, &schema);
    let whole: Vec<&(&Path, Gated)> = judged.iter().filter(|(_, gated)| gated.is_whole()).collect();
    let whole_files: Vec<&Path> = whole.iter().map(|(file, _)| *file).collect();
    println!("{} files, of which {} are whole reports of tests", files.len(), whole.len());

    let merged = dir.path().join("merged.xml");
    let (status, out, err) = run(dir.path(), &["merge", "--output", "junit=merged.xml"], &whole_files);
    assert_eq!(status, 0, "{out}{err}");
    let again = Gated::new(dir.path(), &[&merged], &schema);
    let mut sums = [0; 6];
    for (_, gated) in &whole {
        sums.iter_mut().zip(gated.totals()).for_each(|(sum, count)| *sum += count);
    }
    assert_eq!(again.totals(), sums);
    let duration: f64 = whole.iter().map(|(_, gated)| gated.duration()).sum();
    assert!((again.duration() - duration).abs() < 0.01 * whole.len() as f64, "{} {duration}", again.duration());
    // What nobody can read stays as it was reported; all else that was odd is mended.
    let notes = again.json["notes"].as_array().expect("a list");
    assert!(
        notes.iter().all(|note| note.as_str().is_some_and(|note| note.contains("times could not be read"))),
        "{notes:?}"
    );
}

#[test]
fn every_hostile_file_ends_as_it_should() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    files_below(&corpus.join("hostile"), &mut files);
    let (dir, schema) = (tempfile::tempdir().expect("a directory"), schema());
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let gated = Gated::new(dir.path(), &[file], &schema);
        // One that is not listed here may be anything but fine.
        let wanted = HOSTILE.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
        if wanted.map_or(gated.status == 0, |wanted| wanted != gated.status) {
            wrong.push(format!("{name}: wanted {wanted:?}, is {}: {}", gated.status, gated.json["reasons"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
