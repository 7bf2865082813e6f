//! Code Insights: what is kept, what is refused, and how.

use crate::client::{COMMIT, Client, REPO};
use fakes::Bitbucket;
use serde_json::{Value, json};

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
    json!({"external_id": format!("a{id}"), "annotation_type": "CODE_SMELL", "summary": "Unused", "path": "src/a.php", "line": 3})
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

#[test]
fn a_report_is_kept_with_its_annotations_until_it_is_deleted() {
    let bitbucket = Bitbucket::start().expect("started");
    let client = Client::new(&bitbucket);
    assert_eq!(client.put(&report_path(), &report()).status, 200);
    assert_eq!(client.post(&annotations_path(), &json!([annotation(1), annotation(2)])).status, 200);
    assert_eq!(client.put(&report_path(), &with(report(), "result", json!("PASSED"))).status, 200);

    let [kept] = &bitbucket.reports(COMMIT)[..] else { panic!("one report") };
    assert_eq!((kept.external_id.as_str(), &kept.body["result"]), ("lint", &json!("PASSED")));
    assert_eq!(kept.annotations.len(), 2, "a report that is replaced keeps its old annotations");
    assert_eq!(client.get(&format!("{REPO}/commit/{COMMIT}/reports/{}", kept.uuid)).status, 200);

    assert_eq!(client.delete(&report_path()).status, 204);
    assert_eq!(client.put(&report_path(), &report()).status, 200);
    assert!(bitbucket.annotations(COMMIT, "lint").is_empty());
}
