use serde_json::Value;

use crate::write::fixture::{clean, gate, written};
use crate::write::{Options, Output};

fn log(gate: &crate::Gate<'_>) -> Value {
    serde_json::from_str(&written(Output::Sarif, gate, &Options::default())).unwrap()
}

#[test]
fn a_run_for_each_tool_holds_rules_results_and_whether_it_went_well() {
    insta::assert_json_snapshot!(log(&gate()));
}

#[test]
fn a_clean_run_has_results_and_none() {
    let log = log(&clean());
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}
