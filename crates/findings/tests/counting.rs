//! The JSON readers against a count made with nothing but `serde_json::Value`, over reports that lie beside the
//! repository where they are at hand.

#![expect(clippy::unwrap_used, reason = "these are tests")]
#![expect(clippy::disallowed_methods, reason = "tests have no step::Env, and only look for their data")]

use std::path::{Path, PathBuf};

use findings::paths::Roots;
use findings::read::{Context, Format, read};
use findings::{Arena, Report};
use serde_json::Value;

#[test]
fn every_sound_json_report_gives_as_many_findings_as_it_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let corpus = std::env::var_os("STEPGATE_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    let mut files = Vec::new();
    list(&corpus.join("lint"), &mut files);
    if files.is_empty() {
        println!("skipped: no corpus");
        return;
    }
    let mut counted = 0;
    let mut refused = Vec::new();
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let Some((format, expected)) = count(&document) else { continue };
        let bump = bumpalo::Bump::new();
        let context = Context { arena: &Arena::new(&bump), roots: &Roots::default(), tool: None };
        match read(&bytes, Some(format), &context) {
            Err(error) => refused.push((file, error.to_string())),
            Ok(reports) => {
                let found: usize = reports.iter().map(|report| report.findings.len()).sum();
                assert_eq!(found, expected, "{}", file.display());
                assert!(stated(&document).is_none_or(|stated| stated == expected || !is_complete(&reports)));
                counted += 1;
            }
        }
    }
    for (file, error) in &refused {
        let name = file.file_name().unwrap().to_string_lossy();
        let meant = ["invalid", "missing", "error", "edge-cases", "without-violations", "report.json"];
        assert!(meant.iter().any(|word| name.contains(word)), "{}: {error}", file.display());
        println!("{name}: {error}");
    }
    println!("{counted} counted, {} refused", refused.len());
    assert!(counted > 60, "{counted}");
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

fn is_complete(reports: &[Report<'_>]) -> bool {
    reports.iter().all(Report::is_complete)
}

/// What the report itself says that it holds.
fn stated(document: &Value) -> Option<usize> {
    let totals = document.get("totals")?;
    let number = |key: &str| totals.get(key).and_then(Value::as_u64);
    let total = number("file_errors").or_else(|| Some(number("errors")? + number("warnings")?))?;
    usize::try_from(total).ok()
}

fn len(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

/// The format of `document` and how many findings there are in it.
fn count(document: &Value) -> Option<(Format, usize)> {
    if let Some(runs) = document.get("runs").and_then(Value::as_array) {
        let results = runs.iter().flat_map(|run| run["results"].as_array().into_iter().flatten());
        let other = |result: &&Value| {
            matches!(result["kind"].as_str(), Some("pass" | "notApplicable" | "informational"))
                || result["baselineState"] == "absent"
        };
        return Some((Format::Sarif, results.filter(|result| !other(result)).count()));
    }
    if let Some(issues) = document.as_array().filter(|issues| !issues.is_empty()) {
        if issues.iter().any(|issue| issue.get("line_from").is_some()) {
            return Some((Format::PsalmJson, issues.len()));
        }
        let on_files = issues.iter().filter(|issue| issue["location"]["path"] != "").count();
        return issues[0].get("location").map(|_| (Format::Gitlab, on_files));
    }
    let totals = document.get("totals");
    let files = document.get("files")?;
    let messages = || files.as_object().into_iter().flatten().map(|(_, file)| len(&file["messages"])).sum();
    if totals.is_some_and(|totals| totals.get("file_errors").is_some()) {
        return Some((Format::PhpstanJson, messages()));
    }
    if totals.is_some() {
        return Some((Format::PhpcsJson, messages()));
    }
    if document.get("about").is_some() {
        return Some((Format::CsFixerJson, files.as_array()?.iter().map(proposed).sum()));
    }
    let violations = files.as_array()?.iter().map(|file| len(&file["violations"]));
    Some((Format::PhpmdJson, violations.sum()))
}

/// A finding for each rule, and one for a file of which no rule is told.
fn proposed(file: &Value) -> usize {
    len(&file["appliedFixers"]).max(1)
}
