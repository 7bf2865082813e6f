use serde_json::Value;

use super::*;
use crate::write::fixture::{gate, incomplete, large, options, passing, written};
use crate::write::{Options, Output};

fn valid(text: &str) -> Value {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    let report = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    report
}

fn report(gate: &Gate) -> Value {
    valid(&written(Output::Json, gate, &Options::default()))
}

#[test]
fn the_committed_schema_is_made_from_what_is_written() {
    let mut schema = serde_json::to_string_pretty(&v1::schema()).unwrap();
    schema.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/tests.report.v1.schema.json");
    #[expect(clippy::disallowed_methods, reason = "a test that generates a committed file when asked to")]
    if std::env::var_os("STEPGATE_GENERATE").is_some() {
        std::fs::write(path, schema).unwrap();
        return;
    }
    assert!(
        schema == SCHEMA,
        "the report changed; if that is meant: STEPGATE_GENERATE=1 cargo test -p stepgate-tests schema"
    );
}

#[test]
fn everything_is_in_the_report_one_finding_a_line() {
    let text = written(Output::Json, &gate(), &options());
    valid(&text);
    let text = text.replace(&format!("\"version\": \"{}\"", Gate::VERSION), "\"version\": \"VERSION\"");
    // The one long text would drown the others.
    insta::assert_snapshot!(text.replace(&"0123456789".repeat(1_000), "0123456789…"));
}

#[test]
fn a_gate_with_nothing_to_say_is_valid_too() {
    let report = report(&passing());
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["inputs"][0]["problem"], Value::Null);
    assert_eq!([&report["comparison"], &report["coverage"]], [&Value::Null; 2]);
}

#[test]
fn an_input_that_cannot_be_relied_on_says_why() {
    let report = report(&incomplete());
    assert_eq!(report["verdict"], "incomplete");
    assert_eq!(report["inputs"][2]["complete"], false);
    assert_eq!(report["inputs"][2]["format"], Value::Null);
    assert_eq!(report["inputs"][2]["problem"], "the file is empty");
}

#[test]
fn a_fingerprint_is_of_the_test_and_not_of_what_it_said_or_where() {
    let fingerprint = |gate: &Gate, n: usize| report(gate)["findings"][n]["fingerprint"].clone();
    let mut other = gate();
    other.tests[0].case.faults[0].text = "something else".to_owned();
    other.tests[0].place = None;
    assert_eq!(fingerprint(&gate(), 0), fingerprint(&other, 0));
    assert_ne!(fingerprint(&gate(), 0), fingerprint(&gate(), 1));
    other.tests[0].case.status = junit::Status::Errored;
    assert_ne!(fingerprint(&gate(), 0), fingerprint(&other, 0));
}

#[test]
fn a_demand_on_coverage_is_the_same_finding_while_its_numbers_change() {
    let of = |reason: &str| {
        let mut gate = Gate { tests: Vec::new(), difference: None, ..gate() };
        gate.quarantine.expired.clear();
        gate.coverage.as_mut().unwrap().reasons = vec![reason.to_owned()];
        report(&gate)["findings"][0]["fingerprint"].clone()
    };
    assert_eq!(of("40% of the changed lines ran, 80% must"), of("39.5% of the changed lines ran, 80% must"));
    assert_ne!(of("40% of the changed lines ran, 80% must"), of("40% of the lines ran, 80% must"));
}

#[test]
fn a_large_report_is_valid() {
    let report = report(&Gate { difference: None, ..large(3_000) });
    let blocking = report["findings"].as_array().unwrap().iter().filter(|finding| finding["test"].is_string());
    assert_eq!(blocking.count(), 3_000);
    assert_eq!(report["inputs"][0]["findings"], 3_000);
}
