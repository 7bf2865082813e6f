use serde_json::Value;
use stepgate::init::{CONFIG, Pipeline};

use crate::support::{Place, yaml};

#[test]
fn init_writes_config_schema_and_pipeline() {
    let place = Place::plain();
    insta::assert_snapshot!(place.run("init"), @"
    wrote stepgate.yaml
    wrote bitbucket-pipelines.yml
    wrote stepgate.schema.json
    next: read the first two, commit all three, and run `stepgate doctor`
    the steps for tests: `stepgate init --print --pipeline tests`
    the steps for images: `stepgate init --print --pipeline scan`
    the steps for GitOps: `stepgate init --print --pipeline bump`
    the steps for promotion: `stepgate init --print --pipeline promote`
    [exit status: 0]
    ");
    assert_eq!(place.files(), ["bitbucket-pipelines.yml", "stepgate.schema.json", "stepgate.yaml"]);
    assert_eq!(
        (place.read("stepgate.yaml").as_str(), place.read("bitbucket-pipelines.yml").as_str()),
        (CONFIG, Pipeline::Lint.text())
    );
    assert_eq!(place.read("stepgate.schema.json"), place.run("schema config").stdout);
    let (_, schema) = CONFIG.lines().next().and_then(|line| line.split_once("$schema=")).expect("a schema is named");
    assert!(place.path(schema).exists(), "{schema}");
}

#[test]
fn init_does_not_replace_what_is_there_and_leaves_nothing_behind() {
    let place = Place::plain().write("bitbucket-pipelines.yml", "ours\n");
    insta::assert_snapshot!(place.run("init"), @r"
    ------- stderr -------
    error: cannot write bitbucket-pipelines.yml: it is there already
    hint: stepgate init --print shows what would be written, to be merged by hand
    hint: stepgate init --force replaces it
    [exit status: 3]
    ");
    assert_eq!(place.files(), ["bitbucket-pipelines.yml"]);
    assert_eq!(place.read("bitbucket-pipelines.yml"), "ours\n");
    assert_eq!(place.run("init --force").status, 0);
    assert_eq!(place.read("bitbucket-pipelines.yml"), Pipeline::Lint.text());
}

#[test]
fn init_writes_the_pipeline_that_is_asked_for() {
    let place = Place::plain();
    let said = place.run("init --pipeline tests");
    let others = "the steps for static analysis: `stepgate init --print --pipeline lint`\n\
                  the steps for images: `stepgate init --print --pipeline scan`\n\
                  the steps for GitOps: `stepgate init --print --pipeline bump`\n\
                  the steps for promotion: `stepgate init --print --pipeline promote`\n";
    assert!(said.stdout.ends_with(others), "{said}");
    assert_eq!(place.read("bitbucket-pipelines.yml"), Pipeline::Tests.text());
    assert_eq!(place.run("init --force --pipeline scan").status, 0);
    assert_eq!(place.read("bitbucket-pipelines.yml"), Pipeline::Scan.text());
}

#[test]
fn init_can_print_instead() {
    let place = Place::plain().write("stepgate.yaml", "ours\n");
    for (line, pipeline) in [("init --print", Pipeline::Lint), ("init --print --pipeline tests", Pipeline::Tests)] {
        let printed = place.run(line);
        let pipeline = pipeline.text();
        let expected =
            format!("# ---- stepgate.yaml ----\n{CONFIG}\n# ---- bitbucket-pipelines.yml ----\n{pipeline}\n");
        assert_eq!((printed.status, printed.stdout), (0, expected));
    }
    assert_eq!(place.files(), ["stepgate.yaml"]);
}

#[test]
fn init_writes_promotion_yaml_into_a_gitops_repository_and_never_over_one() {
    let place = Place::plain();
    insta::assert_snapshot!(place.run("init --promotion"), @r"
    wrote promotion.yaml
    wrote promotion.schema.json
    next: put your services and environments into promotion.yaml, and commit both
    [exit status: 0]
    ");
    assert_eq!(place.files(), ["promotion.schema.json", "promotion.yaml"]);
    assert_eq!(place.read("promotion.schema.json"), place.run("schema promotion").stdout);
    let text = place.read("promotion.yaml");
    assert_eq!(place.run("init --promotion --print").stdout, format!("# ---- promotion.yaml ----\n{text}\n"));
    let (_, schema) = text.lines().next().and_then(|line| line.split_once("$schema=")).expect("a schema is named");
    assert!(place.path(schema).exists(), "{schema}");
    insta::assert_snapshot!(place.run("init --promotion"), @r"
    ------- stderr -------
    error: cannot write promotion.yaml: it is there already
    hint: stepgate init --promotion --print shows what would be written, to be merged by hand
    [exit status: 3]
    ");
    assert_eq!(place.run("init --promotion --force").status, 2);
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let place = Place::plain();
    insta::assert_snapshot!(place.run("init nowhere"), @r"
    ------- stderr -------
    error: cannot write into nowhere: it is no directory
    [exit status: 3]
    ");
}

#[test]
fn the_template_changes_nothing() {
    let (with, without) = (Place::plain(), Place::plain());
    assert_eq!(with.run("init").status, 0);
    assert_eq!(with.run("config").to_string(), without.run("config").to_string());
}

/// The template with its commented keys in force, all of them or only those that are not under the word Example.
fn in_force(examples: bool) -> String {
    let mut text = String::new();
    let mut in_example = false;
    for line in CONFIG.lines() {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        let comment = rest.strip_prefix("# ").unwrap_or_default();
        let words = comment.trim_start();
        in_example = !line.is_empty() && (in_example || words.contains("Example"));
        let is_key = words.starts_with("- ")
            || words.split_once(':').is_some_and(|(key, value)| {
                key.chars().all(|c| c.is_ascii_lowercase() || c == '-') && (value.is_empty() || value.starts_with(' '))
            });
        // The first line is for editors.
        if is_key && !indent.is_empty() && (examples || !in_example) {
            text += &format!("{indent}{comment}\n");
        } else {
            text += &format!("{line}\n");
        }
    }
    text
}

#[test]
fn the_template_is_a_valid_config_when_its_comments_are_taken_away() {
    let place = Place::plain().write("stepgate.yaml", &in_force(true));
    let config = place.run("config --explain");
    assert_eq!(config.status, 0, "{config}\n{}", in_force(true));
    for line in config.stdout.lines() {
        // Exceptions for tools, and environments, hold only what differs.
        let differs = line.contains(".tools.") || line.contains(".environments.");
        let in_template = line.ends_with("# stepgate.yaml") || differs;
        assert!(in_template, "the template does not have {line}");
    }
}

#[test]
fn the_values_in_the_template_are_the_defaults() {
    let text = in_force(false);
    let written = yaml(&text);
    let (lint, tests) = (stepgate_lint::Config::default(), stepgate_tests::Config::default());
    let (scan, bump) = (stepgate_scan::Config::default(), stepgate_bump::Config::default());
    let promote = stepgate_promote::Config::default();
    let mut default =
        serde_json::json!({ "lint": lint, "tests": tests, "scan": scan, "bump": bump, "promote": promote });
    // The file says what the default of these means.
    default["lint"]["baseline"] = lint.baseline_path().to_string_lossy().into();
    default["lint"]["policy"]["severity"] = "info".into();
    default["tests"]["expect-files"] = 1.into();
    for (key, value) in [("branch", "main"), ("deadline", "5m"), ("message", "{service}: {environment} to {tag}")] {
        default["bump"][key] = value.into();
    }
    for (key, value) in [("branch", "main"), ("deadline", "5m")] {
        default["promote"][key] = value.into();
    }
    for section in step::config::SECTIONS {
        let written = written[section].as_object().expect("a section");
        assert!(written.len() > 3, "{text}");
        are_the_defaults(written, &mut default[section]);
    }
}

fn are_the_defaults(written: &serde_json::Map<String, Value>, default: &mut Value) {
    for (key, value) in written {
        match (value.as_object(), default[key].as_object_mut()) {
            (Some(value), Some(default)) => {
                assert!(!value.is_empty(), "{key}");
                default.retain(|key, _| value.contains_key(key));
                assert_eq!(value, default, "{key}");
            }
            _ => assert_eq!(*value, default[key], "{key}"),
        }
    }
}
