//! Configs as data: the name of a file says what it is about. Program and schema have to agree about each, but where
//! the first line of a file says why a schema cannot know.

use std::fs;

use serde_json::Value;

use crate::support::{Place, data, yaml};

/// Name and text of each file in `folder`.
fn samples(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(data(folder)).expect("a folder");
    let mut samples: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("text"))
        })
        .collect();
    samples.sort();
    samples
}

fn is_valid_by_schema(text: &str) -> bool {
    let schema = serde_json::from_str(stepgate::schema::CONFIG).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    match yaml(text) {
        // Editors have nothing to check in a file of comments.
        Value::Null => true,
        value => validator.is_valid(&value),
    }
}

#[test]
fn valid_configs_are_valid_by_program_and_schema() {
    for (name, text) in samples("configs/valid") {
        let run = Place::plain().write("stepgate.yaml", &text).run("config");
        assert_eq!(run.status, 0, "{name}: {run}");
        assert!(is_valid_by_schema(&text), "{name} is not valid by the schema");
    }
}

#[test]
fn invalid_configs_are_refused_by_program_and_schema() {
    let mut said = String::new();
    for (name, text) in samples("configs/invalid") {
        let run = Place::plain().write("stepgate.yaml", &text).run("config");
        said += &format!("=== {name}\n{run}\n");
        if !text.starts_with("# Not in the schema:") {
            assert!(!is_valid_by_schema(&text), "{name} is valid by the schema");
        }
    }
    insta::assert_snapshot!(said);
    assert_eq!(said.matches("[exit status: 3]").count(), samples("configs/invalid").len());
}
