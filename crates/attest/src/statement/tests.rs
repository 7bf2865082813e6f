use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{COMMIT, DIGEST};

#[test]
fn a_statement_names_its_subjects_by_digest_and_binds_them() {
    let image = Subject::image("registry.example/shop/api", &format!("sha256:{}", DIGEST.to_uppercase()));
    let statement = Statement::new(
        vec![image.of_service("api").in_environment("production"), Subject::commit(COMMIT)],
        "https://example.com/x/v1",
        json!({}),
    );
    insta::assert_snapshot!(String::from_utf8_lossy(&statement.to_json()), @r#"{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://example.com/x/v1","subject":[{"annotations":{"environment":"production","service":"api"},"digest":{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"name":"registry.example/shop/api"},{"digest":{"gitCommit":"cccccccccccccccccccccccccccccccccccccccc"},"name":"git"}]}"#);
}

#[test]
fn what_is_no_statement_is_refused_with_the_reason() {
    let v1 = |rest: &str| format!(r#"{{"_type":"{STATEMENT_TYPE}",{rest}}}"#);
    let about = |subject: &str| v1(&format!(r#""predicateType":"t","subject":[{subject}]"#));
    let cases = [
        "null".to_owned(),
        "{}".to_owned(),
        r#"{"_type":"https://in-toto.io/Statement/v0.1"}"#.to_owned(),
        r#"{"_type":"https://in-toto.io/Statement/v2"}"#.to_owned(),
        v1(r#""predicateType":"""#),
        v1(r#""predicateType":"t""#),
        v1(r#""predicateType":"t","subject":{}"#),
        about(""),
        about(r#""sha256""#),
        about(r#"{"name":"x"}"#),
        about(r#"{"digest":{}}"#),
        about(r#"{"digest":{"sha256":1}}"#),
        about(r#"{"name":1,"digest":{"sha256":"a"}}"#),
        about(r#"{"digest":{"sha256":"a"},"annotations":[]}"#),
        about(r#"{"digest":{"sha256":"a"},"annotations":{"service":["api"]}}"#),
        about(r#"{"digest":{"sha256":"a","sha256":"b"}}"#),
        v1(r#""predicateType":"t","subject":[{"digest":{"sha256":"a"}}],"predicate":[]"#),
        v1(r#""predicateType":"t","subject":[{"digest":{"sha256":"a"}}],"predicate":{"a":{"b":1,"b":2}}"#),
    ];
    let told: Vec<_> =
        cases.iter().map(|json| Statement::parse(json.as_bytes()).expect_err(json).to_string()).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    it is no in-toto Statement: it is no JSON object
    it is no in-toto Statement: it has no `_type`
    it is no in-toto Statement: it is of version 0.1; have it written as https://in-toto.io/Statement/v1
    it is no in-toto Statement: its `_type` is `https://in-toto.io/Statement/v2`, not https://in-toto.io/Statement/v1
    it is no in-toto Statement: its `predicateType` is empty
    it is no in-toto Statement: it has no `subject`
    it is no in-toto Statement: `subject` is an object, not a list
    it is no in-toto Statement: it is about nothing: `subject` is empty
    it is no in-toto Statement: a subject is a text, not an object
    it is no in-toto Statement: a subject has no `digest`
    it is no in-toto Statement: a subject has an empty `digest`
    it is no in-toto Statement: a digest is a number, not a text
    it is no in-toto Statement: the `name` of a subject is a number, not a text
    it is no in-toto Statement: the `annotations` of a subject are a list, not an object
    it is no in-toto Statement: the annotation `service` is a list, not a text
    it is no in-toto Statement: the key `sha256` is there twice at line 1 column 111
    it is no in-toto Statement: `predicate` is a list, not an object
    it is no in-toto Statement: the key `b` is there twice at line 1 column 131
    ");
}

#[test]
fn what_others_add_is_passed_over() {
    let json = format!(
        r#"{{"_type":"{STATEMENT_TYPE}","subject":[{{"name":null,"uri":"pkg:x","digest":{{"sha512":"a"}},
        "annotations":{{"x":{{"y":1}},"z":"kept"}}}}],"predicateType":"t","more":1}}"#
    );
    let statement = Statement::parse(json.as_bytes()).expect("a statement");
    assert_eq!(statement.predicate, Value::Null);
    assert_eq!(statement.subject[0].annotations, BTreeMap::from([("z".to_owned(), "kept".to_owned())]));
}

fn subjects() -> impl Strategy<Value = Subject> {
    let texts = || prop::collection::btree_map(".*", ".*", 0..3);
    let digests = prop::collection::btree_map(".*", ".*", 1..3);
    (prop::option::of(".*"), digests, texts()).prop_map(|(name, digest, annotations)| Subject {
        name,
        digest,
        annotations,
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(
        subject in prop::collection::vec(subjects(), 1..4),
        predicate_type in ".+",
        predicate in prop::collection::btree_map(".*", any::<(bool, i64, String)>(), 0..4),
    ) {
        let statement = Statement::new(subject, &predicate_type, json!(predicate));
        prop_assert_eq!(Statement::parse(&statement.to_json()), Ok(statement));
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _refused = Statement::parse(&bytes);
    }
}
