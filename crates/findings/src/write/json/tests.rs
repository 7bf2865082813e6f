use serde_json::Value;

use super::*;
use crate::write::fixture::{clean, gate, large, written};
use crate::write::{Options, Output};

fn valid(text: &str) -> Value {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    let report = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    report
}

#[test]
fn the_committed_schema_is_made_from_what_is_written() {
    let mut schema = serde_json::to_string_pretty(&v1::schema()).unwrap();
    schema.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.v1.schema.json");
    #[expect(clippy::disallowed_methods, reason = "a test that generates a committed file when asked to")]
    if std::env::var_os("STEPGATE_GENERATE").is_some() {
        std::fs::write(path, schema).unwrap();
        return;
    }
    assert!(
        schema == SCHEMA,
        "the report changed; if that is meant: STEPGATE_GENERATE=1 cargo test -p findings schema"
    );
}

#[test]
fn everything_is_in_the_report_one_finding_a_line() {
    let text = written(Output::Json, &gate(), &Options::default());
    valid(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_report_of_nothing_is_valid_too() {
    let report = valid(&written(Output::Json, &clean(), &Options::default()));
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["inputs"][0]["problem"], Value::Null);
}

#[test]
fn totals_count_every_occurrence() {
    let report = valid(&written(Output::Json, &gate(), &Options::default()));
    assert_eq!(report["totals"]["findings"], 9);
    assert_eq!(report["totals"]["by_severity"]["high"], 4);
    assert_eq!(report["tools"][0]["muted"], 3);
    assert_eq!(report["inputs"][0]["findings"], 5);
}

#[test]
fn a_large_report_is_valid() {
    let bump = bumpalo::Bump::new();
    let report = valid(&written(Output::Json, &large(&bump, 3_000), &Options::default()));
    assert_eq!(report["findings"].as_array().unwrap().len(), 3_000);
}
