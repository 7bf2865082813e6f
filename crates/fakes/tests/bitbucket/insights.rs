//! Code Insights: what is kept, what is refused, and how.

use fakes::Bitbucket;
use serde_json::{Value, json};

use crate::client::{COMMIT, Client, REPO, with};

fn report_path() -> String {
    format!("{REPO}/commit/{COMMIT}/reports/lint")
}

fn annotations_path() -> String {
    format!("{}/annotations", report_path())
}

fn report() -> Value {
    json!({"title": "Lint", "details": "2 new findings", "report_type": "BUG", "result": "FAILED"})
}

fn annotation(id: usize) -> Value {
    json!({
        "external_id": format!("a{id}"),
        "annotation_type": "CODE_SMELL",
        "summary": "Unused",
        "path": "src/a.php",
        "line": 3,
    })
}

fn annotations(ids: std::ops::Range<usize>) -> Value {
    ids.map(annotation).collect()
}

fn with_a_report() -> (Bitbucket, Client) {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!(client.put(&report_path(), &report()).status, 200);
    (bitbucket, client)
}

#[test]
fn a_report_is_kept_with_its_annotations_until_it_is_deleted() {
    let (bitbucket, client) = with_a_report();
    assert_eq!(client.post(&annotations_path(), &annotations(0..2)).status, 200);
    assert_eq!(client.put(&report_path(), &with(report(), "result", json!("PASSED"))).status, 200);

    let [kept] = &bitbucket.reports(COMMIT)[..] else { panic!("one report") };
    assert_eq!((kept.external_id.as_str(), &kept.body["result"]), ("lint", &json!("PASSED")));
    assert_eq!(kept.annotations.len(), 2, "a report that is replaced keeps its old annotations");
    assert_eq!(client.get(&report_path()).json(), kept.body);

    assert_eq!(client.delete(&report_path()).status, 204);
    assert_eq!(client.get(&report_path()).status, 404);
    assert_eq!(client.put(&report_path(), &report()).status, 200);
    assert!(bitbucket.annotations(COMMIT, "lint").is_empty());
}

#[test]
fn reports_answer_to_their_uuid_and_are_listed() {
    let (bitbucket, client) = with_a_report();
    let [kept] = &bitbucket.reports(COMMIT)[..] else { panic!("one report") };
    let uuid = kept.uuid.replace('{', "%7B").replace('}', "%7D");
    assert_eq!(client.get(&format!("{REPO}/commit/{COMMIT}/reports/{uuid}")).json(), kept.body);
    let list = client.get(&format!("{REPO}/commit/{COMMIT}/reports")).json();
    assert_eq!(list["values"], json!([kept.body]));
}

#[test]
fn deleting_a_report_that_is_not_there_is_answered_as_configured() {
    let strict = Bitbucket::start().expect("started");
    assert_eq!(Client::new(&strict).delete(&report_path()).status, 404);
    let lenient = Bitbucket::builder().deletes_missing_reports().start().expect("started");
    assert_eq!(Client::new(&lenient).delete(&report_path()).status, 204);
}

#[test]
fn a_report_that_breaks_a_rule_is_refused_and_not_kept() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    let field = json!({"title": "Findings", "type": "NUMBER", "value": 2});
    let data = |field: Value| with(report(), "data", json!([field]));
    for (bad, message) in [
        (with(report(), "title", json!("")), "some of required attributes are not set [title]"),
        (with(report(), "details", Value::Null), "some of required attributes are not set [details]"),
        (with(report(), "details", json!("é".repeat(2001))), "details field cannot contain more than 2000"),
        (with(report(), "report_type", json!("LINT")), "report_type field must be one of"),
        (with(report(), "result", json!("SKIPPED")), "result field must be one of"),
        (with(report(), "link", json!("/report.html")), "link field is not a valid URL"),
        (with(report(), "link", json!("http://localhost:8080/")), "link field is not a valid URL"),
        (with(report(), "data", json!(vec![field.clone(); 11])), "more than 10 elements"),
        (data(with(field.clone(), "type", json!("COUNT"))), "type field must be one of"),
        (data(with(field.clone(), "value", json!("2"))), "does not fit its type"),
        (data(json!({"title": "Share", "type": "PERCENTAGE", "value": 101})), "does not fit its type"),
        (data(json!({"title": "Where", "type": "LINK", "value": "https://a"})), "does not fit its type"),
        (json!([report()]), "not an object"),
    ] {
        let (status, told) = client.put(&report_path(), &bad).refusal();
        assert_eq!((status, told.contains(message)), (400, true), "{told}");
    }
    assert!(bitbucket.reports(COMMIT).is_empty());
}

#[test]
fn over_a_hundred_annotations_in_one_request_are_refused_in_the_words_of_the_real_one() {
    let (bitbucket, client) = with_a_report();
    assert_eq!(
        client.post(&annotations_path(), &annotations(0..101)).told(),
        (400, json!({"code": 400, "message": "Bulk upload supports a maximum of /100 annotations."})),
    );
    assert!(bitbucket.annotations(COMMIT, "lint").is_empty());
    assert_eq!(client.post(&annotations_path(), &annotations(0..100)).status, 200);
}

#[test]
fn a_report_takes_a_thousand_annotations_and_changes_to_them() {
    let (bitbucket, client) = with_a_report();
    for hundred in 0..10 {
        let ids = hundred * 100..(hundred + 1) * 100;
        assert_eq!(client.post(&annotations_path(), &annotations(ids)).status, 200);
    }
    assert_eq!(client.post(&annotations_path(), &annotations(1000..1001)).status, 400);
    let changed = with(annotation(999), "summary", json!("Used after all"));
    assert_eq!(client.post(&annotations_path(), &json!([changed])).status, 200);

    let kept = bitbucket.annotations(COMMIT, "lint");
    assert_eq!((kept.len(), &kept[999].body["summary"]), (1000, &json!("Used after all")));
}

#[test]
fn a_summary_is_measured_in_characters() {
    let (_bitbucket, client) = with_a_report();
    let summary = |length| json!([with(annotation(1), "summary", json!("é".repeat(length)))]);
    assert_eq!(client.post(&annotations_path(), &summary(450)).status, 200);
    assert_eq!(
        client.post(&annotations_path(), &summary(451)).told(),
        (
            400,
            json!({
                "key": "report-service.general.bad-request",
                "message": "The summary field cannot contain more than 450 characters.",
                "arguments": {},
            })
        ),
    );
}

#[test]
fn an_annotation_that_breaks_a_rule_takes_the_whole_request_with_it() {
    let (bitbucket, client) = with_a_report();
    let bad = |name, value| with(annotation(2), name, value);
    for (bad, message) in [
        (bad("summary", Value::Null), "Cannot build Annotation, some of required attributes are not set [summary]"),
        (bad("external_id", json!("")), "not set [external_id]"),
        (bad("external_id", json!("a1")), "a1 occurs more than once"),
        (bad("details", json!("x".repeat(2001))), "details field cannot contain more than 2000"),
        (bad("annotation_type", json!("STYLE")), "annotation_type field must be one of"),
        (bad("severity", json!("INFO")), "severity field must be one of"),
        (bad("result", json!("PENDING")), "result field must be one of"),
        (bad("line", json!(0)), "line field must be a positive integer"),
        (bad("line", json!("3")), "line field must be a positive integer"),
        (bad("path", json!(3)), "path field must be a string"),
        (bad("link", json!("javascript:alert(1)")), "link field is not a valid URL"),
        (json!("annotation"), "not an object"),
    ] {
        let (status, told) = client.post(&annotations_path(), &json!([annotation(1), bad])).refusal();
        assert_eq!((status, told.contains(message)), (400, true), "{told}");
    }
    for (body, message) in [(json!([]), "at least one"), (annotation(1), "not an array")] {
        let (status, told) = client.post(&annotations_path(), &body).refusal();
        assert_eq!((status, told.contains(message)), (400, true), "{told}");
    }
    assert!(bitbucket.annotations(COMMIT, "lint").is_empty());
}

#[test]
fn annotations_need_their_report_first() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!(client.post(&annotations_path(), &annotations(0..1)).status, 404);
    assert_eq!(client.get(&annotations_path()).status, 404);
}

#[test]
fn a_single_annotation_is_put_read_and_deleted_by_its_external_id() {
    let (bitbucket, client) = with_a_report();
    let path = format!("{}/a1", annotations_path());
    assert_eq!(client.get(&path).status, 404);
    assert_eq!(client.put(&path, &with(annotation(1), "line", json!(0))).status, 400);
    let made = client.put(&path, &annotation(1));
    let changed = client.put(&path, &with(annotation(1), "line", json!(4)));
    assert_eq!((made.status, changed.status), (200, 200));
    assert_eq!(made.json()["uuid"], changed.json()["uuid"]);
    assert_eq!(client.get(&path).json(), bitbucket.annotations(COMMIT, "lint")[0].body);
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(client.delete(&path).status, 404);
    assert!(bitbucket.annotations(COMMIT, "lint").is_empty());
}

#[test]
fn a_body_of_another_media_type_or_no_json_is_refused() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    let put = |media_type, body: &str| {
        client.try_raw("PUT", &report_path(), media_type, body).expect("a whole answer").status
    };
    let body = report().to_string();
    assert_eq!(put("text/plain", &body), 415);
    assert_eq!(put("application/json", &body[1..]), 400);
    assert_eq!(put("application/json; charset=utf-8", &body), 200);
}
