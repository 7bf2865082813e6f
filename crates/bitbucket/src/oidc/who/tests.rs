use serde_json::{Value, json};

use super::*;

const REPOSITORY: &str = "{00000000-0000-4000-8000-000000000001}";
const PIPELINE: &str = "{00000000-0000-4000-8000-000000000002}";
const ADA: &str = "{00000000-0000-4000-8000-0000000000ad}";

fn step(number: u8) -> String {
    format!("{{00000000-0000-4000-8000-00000000010{number}}}")
}

fn claims() -> Claims {
    let claims =
        json!({"iss": "i", "exp": 1, "repositoryUuid": REPOSITORY, "pipelineUuid": PIPELINE, "stepUuid": step(2)});
    serde_json::from_value(claims).unwrap()
}

fn pipeline() -> Value {
    json!({
        "uuid": PIPELINE,
        "build_number": 42,
        "creator": {"type": "user", "uuid": ADA, "display_name": "Ada"},
        "repository": {"uuid": REPOSITORY},
        "trigger": {"type": "pipeline_trigger_manual"},
        "state": {"name": "IN_PROGRESS"},
    })
}

fn steps() -> Value {
    let step = |number, state: &str| {
        json!({"uuid": step(number), "name": format!("Step {number}"), "state": {"name": state}, "run_number": 1,
            "trigger": {"type": "pipeline_step_trigger_automatic"}})
    };
    json!([step(1, "COMPLETED"), step(2, "IN_PROGRESS"), step(3, "PENDING")])
}

fn judged(pipeline: Value, steps: Value) -> Result<Triggered, String> {
    let steps: Vec<Step> = serde_json::from_value(steps).unwrap();
    judge(REPOSITORY, &claims(), serde_json::from_value(pipeline).unwrap(), &steps)
}

/// The answer with what a JSON pointer names set to `value`.
fn with(mut json: Value, pointer: &str, value: Value) -> Value {
    *json.pointer_mut(pointer).unwrap() = value;
    json
}

#[test]
fn the_creator_of_a_running_pipeline_is_who_triggered_it() {
    let triggered = judged(pipeline(), steps()).unwrap();
    assert_eq!((triggered.uuid.as_str(), triggered.display_name.as_deref()), (ADA, Some("Ada")));
    assert_eq!(triggered.how(), "the step's identity token names pipeline 42, whose creator Bitbucket told");
    // A button further down was not pressed yet.
    let later = with(steps(), "/2/trigger/type", json!("pipeline_step_trigger_manual"));
    assert_eq!(judged(pipeline(), later).unwrap(), triggered);
}

#[test]
fn a_pipeline_that_shows_no_person_is_refused_in_words() {
    let cases = [
        ("/uuid", json!(ADA), "another pipeline"),
        ("/repository/uuid", json!(ADA), "not of this repository"),
        ("/repository", json!(null), "not of this repository"),
        ("/state/name", json!("COMPLETED"), "pipeline of the token is over"),
        ("/state/name", json!("DANCING"), "does not say that the pipeline"),
        ("/state", json!(null), "does not say that the pipeline"),
        ("/trigger/type", json!("pipeline_trigger_schedule"), "by a timetable, not by a person"),
        ("/trigger/type", json!("pipeline_trigger_moon"), "what started the pipeline"),
        ("/trigger", json!(null), "what started the pipeline"),
        ("/creator/type", json!("app_user"), "no person"),
        ("/creator/uuid", json!(null), "does not say who created"),
        ("/creator/uuid", json!("ada"), "does not say who created"),
        ("/creator", json!(null), "does not say who created"),
    ];
    for (pointer, value, expected) in cases {
        let refusal = judged(with(pipeline(), pointer, value), steps()).unwrap_err();
        assert!(refusal.contains(expected), "{pointer}: {refusal}");
    }
}

#[test]
fn a_button_pressed_on_the_way_hides_who_is_behind_it() {
    let cases = [
        ("/1/trigger/type", json!("pipeline_step_trigger_manual"), "\"Step 2\" was started by hand"),
        ("/0/trigger/type", json!("pipeline_step_trigger_manual"), "\"Step 1\" was started by hand"),
        ("/1/trigger/type", json!("pipeline_step_trigger_redeploy"), "\"Step 2\" is a redeployment"),
        ("/1/trigger/type", json!("pipeline_step_trigger_moon"), "how the step \"Step 2\" was started"),
        ("/0/trigger", json!(null), "how the step \"Step 1\" was started"),
        ("/1/run_number", json!(2), "\"Step 2\" was run again"),
        ("/0/run_number", json!(2), "\"Step 1\" was run again"),
        ("/1/state/name", json!("COMPLETED"), "step of the token is over"),
        ("/1/state", json!(null), "does not say that the step"),
        ("/1/uuid", json!(ADA), "does not have the step"),
    ];
    for (pointer, value, expected) in cases {
        let refusal = judged(pipeline(), with(steps(), pointer, value)).unwrap_err();
        assert!(refusal.contains(expected), "{pointer}: {refusal}");
    }
    assert!(judged(pipeline(), json!([])).unwrap_err().contains("does not have the step"));
    // The name of a step is whatever its file says.
    let hostile = with(steps(), "/1/name", json!("x\u{1b}[2J\u{202e}"));
    let hostile = with(hostile, "/1/run_number", json!(2));
    let refusal = judged(pipeline(), hostile).unwrap_err();
    assert!(!refusal.contains(['\u{1b}', '\u{202e}']), "{refusal}");
}
