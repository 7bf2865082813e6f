//! `gate`: what blocks, against what, and where it is said.

use crate::support::{Project, id, report, version};

const HIGH: (&str, &str) = ("CVE-2099-0001", "HIGH");
const LOW: (&str, &str) = ("CVE-2099-0002", "LOW");

/// A repository with a report of the image of `shop:1`, and what Trivy says of itself.
fn project(found: &[(&str, &str)]) -> Project {
    let project = Project::new();
    project.write("web.json", report("shop:1", found)).write("web.json.version.json", version("0.76.0", 1));
    project
}

#[test]
fn an_image_without_findings_passes() {
    let run = project(&[]).run(&["gate", "web.json"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn what_is_bad_and_can_be_mended_blocks_by_a_rule_that_is_named() {
    let run = project(&[HIGH, LOW]).run(&["gate", "web.json"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("CVE-2099-0001") && run.contains("rule `fixable`"), "{run}");
    let run = project(&[LOW]).run(&["gate", "web.json"]);
    assert_eq!(run.status, 0, "{run}");
}

#[test]
fn fail_on_takes_the_place_of_the_rules() {
    let project = project(&[LOW]);
    assert_eq!(project.run(&["gate", "web.json", "--fail-on", "medium"]).status, 0);
    let run = project.run(&["gate", "web.json", "--fail-on", "low", "--only-fixable"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("--fail-on low --only-fixable"), "{run}");
}

#[test]
fn the_rules_of_an_environment_come_first() {
    let project = project(&[LOW]);
    project.write(
        "stepgate.yaml",
        "scan:\n  policy:\n    environments:\n      production: [{ name: all, action: block, severity: low }]\n",
    );
    assert_eq!(project.run(&["gate", "web.json"]).status, 0);
    assert_eq!(project.run(&["gate", "web.json", "--environment", "production"]).status, 1);
    let run = project.run(&["gate", "web.json", "--environment", "prodction"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("production"), "{run}");
}

#[test]
fn what_runs_already_is_told_from_what_is_introduced() {
    let project = project(&[HIGH]);
    let rules = "[{ name: introduced, action: block, news: [introduced] }, { name: rest, action: report }]";
    project.write("stepgate.yaml", format!("scan:\n  policy:\n    rules: {rules}\n"));
    project.write("same.json", report("shop:0", &[HIGH])).write("older.json", report("shop:0", &[]));
    assert_eq!(project.run(&["gate", "web.json", "--against", "same.json"]).status, 0);
    let run = project.run(&["gate", "web.json", "--against", "older.json"]);
    assert_eq!(run.status, 0, "the same package is there, so that it was disclosed: {run}");
    let run = project.run(&["gate", "web.json", "--against", "lost.json"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("cannot compare with lost.json"), "{run}");
}

#[test]
fn known_exploited_vulnerabilities_and_likely_ones_are_read_from_files() {
    let project = project(&[LOW]);
    project
        .write("kev.json", r#"{"dateReleased":"2026-01-01T00:00:00Z","vulnerabilities":[{"cveID":"CVE-2099-0002"}]}"#);
    let run = project.run(&["gate", "web.json", "--kev", "kev.json"]);
    assert_eq!(run.status, 3, "the catalogue is old: {run}");
    project.write("kev.json", "[]");
    assert_eq!(project.run(&["gate", "web.json", "--kev", "kev.json"]).status, 3);
    let run = project.run(&["gate", "web.json", "--epss", "lost.csv.gz"]);
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("lost.csv.gz"), "{run}");
}

#[test]
fn what_was_first_seen_is_remembered_once() {
    let project = project(&[HIGH]);
    for _ in 1..=2 {
        assert_eq!(project.run(&["gate", "web.json", "--first-seen", "seen/first.jsonl"]).status, 1);
        assert_eq!(project.read("seen/first.jsonl").lines().count(), 1);
    }
    // What cannot be relied on teaches nothing.
    project.write("web.json", "");
    assert_eq!(project.run(&["gate", "web.json", "--first-seen", "seen/first.jsonl"]).status, 3);
    assert_eq!(project.read("seen/first.jsonl").lines().count(), 1);
}

#[test]
fn several_images_are_judged_in_one_run() {
    let project = project(&[]);
    project.write("worker.json", report("worker:1", &[HIGH])).write("worker.json.version.json", version("0.76.0", 1));
    let run = project.run(&["gate", "*.json"]);
    assert_eq!(run.status, 1, "{run}");
    let images = ["--image", &id("shop:1"), "--image", &id("worker:1")];
    assert_eq!(project.run(&[&["gate", "web.json", "worker.json"][..], &images].concat()).status, 1);
    let run = project.run(&[&["gate", "web.json"][..], &images].concat());
    assert_eq!(run.status, 3, "{run}");
    assert!(run.contains("no report is of this image"), "{run}");
}

#[test]
fn every_output_is_written_and_none_has_the_environment_of_the_image() {
    let project = project(&[HIGH]);
    let outputs = ["json", "sarif", "junit", "markdown", "html", "gitlab", "vulns"];
    let args: Vec<String> = outputs.iter().flat_map(|name| ["-o".to_owned(), format!("{name}=out.{name}")]).collect();
    let args: Vec<&str> = ["gate", "web.json"].into_iter().chain(args.iter().map(String::as_str)).collect();
    let run = project.run(&args);
    assert_eq!(run.status, 1, "{run}");
    for name in outputs {
        let text = project.read(&format!("out.{name}"));
        assert!(!text.is_empty() && !text.contains("hunter2"), "{name}");
    }
}

#[test]
fn a_report_is_read_from_standard_input() {
    let project = project(&[]);
    let run = project.run_with_stdin(&["gate", "-"], &report("shop:1", &[HIGH]));
    assert_eq!(run.status, 1, "{run}");
}

#[test]
fn a_report_is_not_written_over() {
    let run = project(&[]).run(&["gate", "web.json", "-o", "json=web.json"]);
    assert_eq!(run.status, 2, "{run}");
    let run = project(&[]).run(&["gate", "web.json", "--against", "web.json", "-o", "json=web.json"]);
    assert_eq!(run.status, 2, "{run}");
}
