//! The program over every file of a corpus of real reports and what lies beside them. They are other people's and not
//! part of the repository: without them these tests say so and pass.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up is to stop there, and is told by the environment where the corpus is"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use jsonschema::Validator;
use serde_json::{Value, json};

/// Values of the environment that are no more than what other parts of the report say as well.
const SHORT: usize = 7;

/// Where the corpus of reports is: `$STEPGATE_CORPUS/trivy`, or beside the workspace.
fn corpus() -> Option<PathBuf> {
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(4)?.join("shared/corpus"));
    let trivy = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or_else(beside)?.join("trivy");
    let found = trivy.is_dir().then_some(trivy);
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

/// The schemas that what is written has to agree with.
struct Schemas {
    report: Validator,
    gitlab: Validator,
}

impl Schemas {
    fn new() -> Self {
        let report: Value = serde_json::from_str(findings::write::REPORT_SCHEMA).expect("JSON");
        let compiled = |schema| jsonschema::validator_for(schema).expect("a schema");
        Self { report: compiled(&report), gitlab: compiled(&gitlab_schema()) }
    }
}

/// What GitLab demands of the parts that we write, version 15.0.7 of
/// <https://gitlab.com/gitlab-org/security-products/security-report-schemas>; and no part that it does not know.
fn gitlab_schema() -> Value {
    let filled = json!({ "type": "string", "minLength": 1 });
    let text = |most: u32| json!({ "type": "string", "maxLength": most });
    let object = |properties: Value, optional: &[&str]| {
        let keys = properties.as_object().expect("an object").keys();
        let required: Vec<&String> = keys.filter(|key| !optional.contains(&key.as_str())).collect();
        json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
    };
    let list = |items: Value, least: u32| json!({ "type": "array", "minItems": least, "items": items });
    let time = json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$" });
    let url = json!({ "type": "string", "pattern": "^(https?|ftp)://.+" });
    let vendor = object(json!({ "name": filled }), &[]);
    let tool = object(json!({ "id": filled, "name": filled, "version": filled, "vendor": vendor }), &[]);
    let message = object(json!({ "level": { "enum": ["info", "warn", "fatal"] }, "value": filled }), &[]);
    let scan = json!({
        "analyzer": tool, "scanner": tool, "type": { "const": "container_scanning" }, "start_time": time,
        "end_time": time, "status": { "enum": ["success", "failure"] }, "messages": list(message, 0),
    });
    let package = object(json!({ "name": { "type": "string" } }), &[]);
    let dependency = object(json!({ "package": package, "version": { "type": "string" } }), &[]);
    let identifier = json!({ "type": filled, "name": filled, "value": filled, "url": url });
    let vulnerability = json!({
        "id": { "type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" },
        "name": text(255), "description": text(1_048_576), "solution": text(7_000),
        "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
        "location": object(json!({ "dependency": dependency, "operating_system": filled, "image": filled }), &[]),
        "identifiers": list(object(identifier, &["url"]), 1), "links": list(object(json!({ "url": url }), &[]), 0),
    });
    let vulnerabilities = list(object(vulnerability, &["solution"]), 0);
    let report = json!({
        "version": { "type": "string", "pattern": "^[0-9]+[.][0-9]+[.][0-9]+$" },
        "scan": object(scan, &["messages"]), "vulnerabilities": vulnerabilities,
    });
    object(report, &[])
}

/// What is written besides the report as JSON.
const FORMATS: [&str; 5] = ["sarif", "junit", "markdown", "html", "gitlab"];

/// Judges one file, looks at whether everything that is said is in order, and gives the verdict and in a few words what
/// decided.
fn judge(dir: &Path, file: &Path, schemas: &Schemas) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepgate-scan"));
    command.args(["gate", "--output", "json=-"]).arg(file).current_dir(dir).env_clear();
    for format in FORMATS {
        command.args(["--output", &format!("{format}={format}.out")]);
    }
    let output = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let written = FORMATS.map(|format| std::fs::read(dir.join(format).with_extension("out")).expect("it is written"));
    let (out, err, written) = (text(output.stdout), text(output.stderr), written.map(text));
    let secrets = environment(file);
    for said in written.iter().chain([&out, &err]) {
        let told = secrets.iter().find(|secret| said.contains(secret.as_str()));
        // A check of Trivy's may name the variable; nothing may tell its value.
        assert!(told.is_none(), "{}: {told:?} is told", file.display());
    }

    let name = file.display();
    let json: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{name}: {error}: {out}{err}"));
    agrees(&schemas.report, &json, file);
    agrees(&schemas.gitlab, &serde_json::from_str(&written[4]).expect("JSON"), file);
    let status = output.status.code().expect("no signal");
    let verdict = match status {
        0 => "pass",
        1 => "fail",
        3 => "incomplete",
        _ => panic!("{name}: status {status}: {err}"),
    };
    assert_eq!(json["verdict"], verdict, "{name}");
    let reason = json["reasons"][0].as_str().unwrap_or_default();
    assert!(!reason.is_empty(), "{name}: {verdict} for no reason");
    if status == 0 { verdict.to_owned() } else { format!("{verdict}: {}", glimpse(reason)) }
}

fn agrees(schema: &Validator, json: &Value, file: &Path) {
    let errors: Vec<String> = schema.iter_errors(json).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {errors:?}", file.display());
}

/// The values in the environment of the image that a report is of.
fn environment(file: &Path) -> Vec<String> {
    let bytes = std::fs::read(file).expect("the corpus can be read");
    let report: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let set = report.pointer("/Metadata/ImageConfig/config/Env").and_then(Value::as_array).into_iter().flatten();
    let values = set.filter_map(|one| Some(one.as_str()?.split_once('=')?.1.to_owned()));
    values.filter(|value| value.len() >= SHORT).collect()
}

/// The beginning of a reason, without what is of this file only: its name, numbers.
fn glimpse(reason: &str) -> String {
    let about = reason.split_once(": ").filter(|(name, _)| !name.contains("blocked by rule"));
    let about = about.map_or(reason, |(_, about)| about);
    let words = about.split(' ').filter(|word| !word.starts_with(|first: char| first.is_ascii_digit()));
    words.take(5).collect::<Vec<_>>().join(" ").replace("findings", "finding").trim_end_matches(':').to_owned()
}

#[test]
fn every_file_gets_a_verdict_that_every_format_tells_and_no_secret_is_told() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    files_below(&corpus, &mut files);
    files.sort();
    let schemas = Schemas::new();
    let judge = |files: &[PathBuf]| -> Vec<String> {
        let dir = tempfile::tempdir().expect("a directory");
        files.iter().map(|file| judge(dir.path(), file, &schemas)).collect()
    };
    let (one, other) = files.split_at(files.len() / 2);
    let decided = thread::scope(|scope| {
        let one = scope.spawn(|| judge(one));
        let other = judge(other);
        [one.join().expect("all are in order"), other].concat()
    });
    let mut counts = BTreeMap::<String, u32>::new();
    decided.into_iter().for_each(|what| *counts.entry(what).or_default() += 1);
    let counts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    insta::assert_snapshot!(counts.join("\n"), @"
        194 fail: finding blocked by rule `fixable`
        1 fail: finding blocked by rule `known-exploited`
        40 fail: finding blocked by rule `misconfiguration`
        4 fail: finding blocked by rule `secret`
        20 fail: nobody looks after alpine any
        7 fail: nobody looks after centos any
        12 fail: nobody looks after debian any
        2 fail: nobody looks after opensuse-leap any
        7 fail: nobody looks after opensuse.leap any
        6 fail: nobody looks after ubuntu any
        1 incomplete: no package was found in
        1 incomplete: not a usable report of
        19 incomplete: the scanner does not know
        1 incomplete: this is UTF-16, as PowerShell
        4 incomplete: this is XML or HTML,
        2 incomplete: this is a CSAF advisory,
        35 incomplete: this is a CycloneDX bill
        8 incomplete: this is a GitLab report,
        7 incomplete: this is a SARIF log,
        2 incomplete: this is a compliance report,
        6 incomplete: this is a list of
        7 incomplete: this is a list, but
        3 incomplete: this is a snapshot of
        12 incomplete: this is an OpenVEX document
        15 incomplete: this is an SPDX bill
        9 incomplete: this is neither a report
        73 incomplete: this is not JSON; run
        276 pass
        ");
}
