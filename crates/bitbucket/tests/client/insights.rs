//! Reports and annotations.

use bitbucket::{
    Annotation, AnnotationResult, AnnotationType, DataField, DataValue, Error, ReportResult, ReportType, Severity,
};
use fakes::{Fault, Shape};

use crate::stage::{COMMIT, Stage};

fn many(count: usize) -> Vec<Annotation> {
    (1..=count).map(|n| Annotation::new(format!("a-{n}"), "Too long").at("src/Cart.php", 1)).collect()
}

#[tokio::test]
async fn a_report_is_put_with_all_its_fields_read_back_listed_and_deleted() {
    let stage = Stage::new();
    let reports = stage.commit().reports();
    let link = DataValue::Link { text: "Build 12".to_owned(), href: "https://ci.example.com/12".to_owned() };
    let data = [
        DataField::new("New", DataValue::Count(3)),
        DataField::new("Safe", DataValue::Boolean(true)),
        DataField::new("Changed", DataValue::Percentage(12.5)),
        DataField::new("Took", DataValue::Duration(1500)),
        DataField::new("At", DataValue::Date(1_763_000_000_000)),
        DataField::new("Where", link),
        DataField::new("Ratio", DataValue::Number(0.5)),
        DataField::new("Tool", DataValue::Text("PHPStan 2.1".to_owned())),
    ];
    let put = reports
        .put("phpstan", "PHPStan")
        .details("3 new problems")
        .reporter("stepgate")
        .report_type(ReportType::Bug)
        .result(ReportResult::Failed)
        .link("https://ci.example.com/12")
        .logo_url("https://example.com/logo.png")
        .remote_link_enabled(false)
        .data(data.clone())
        .send()
        .await
        .unwrap();
    assert_eq!((put.result, put.report_type), (Some(ReportResult::Failed), Some(ReportType::Bug)));
    assert_eq!(put.data, data);

    let got = reports.get("phpstan").await.unwrap();
    assert_eq!((got.title.as_deref(), got.external_id.as_deref()), (Some("PHPStan"), Some("phpstan")));
    assert_eq!(reports.list().all().await.unwrap(), std::slice::from_ref(&got));
    assert_eq!(reports.get(&got.uuid.clone().unwrap()).await.unwrap(), got);

    reports.delete("phpstan").await.unwrap();
    reports.delete("phpstan").await.unwrap();
    let gone = reports.get("phpstan").await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
}

#[tokio::test]
async fn a_report_id_that_a_server_might_take_apart_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    for id in ["", "a/b", "a b", "..%2f", "é", "{}", "{a"] {
        let error = stage.commit().reports().put(id, "PHPStan").send().await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{id:?}: {error}");
        assert!(stage.commit().annotations(id).create_many(&many(1)).await.is_err(), "{id:?}");
    }
    assert!(stage.lines().is_empty());
}

#[tokio::test]
async fn annotations_go_out_in_hundreds_and_come_back_over_all_pages() {
    let stage = Stage::new();
    stage.commit().reports().put("phpcs", "PHPCS").send().await.unwrap();
    let annotations = stage.commit().annotations("phpcs");
    annotations.create_many(&many(250)).await.unwrap();
    annotations.create_many(&[]).await.unwrap();

    let posts = stage.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(posts, 3);
    let stored = annotations.list().unwrap().all().await.unwrap();
    assert_eq!(stored.len(), 250);
    assert_eq!((stored[249].external_id.as_str(), stored[249].line), ("a-250", Some(1)));
}

#[tokio::test]
async fn one_annotation_is_put_replaced_read_and_deleted() {
    let stage = Stage::new();
    stage.commit().reports().put("phpcs", "PHPCS").send().await.unwrap();
    let annotations = stage.commit().annotations("phpcs");
    let mut annotation = Annotation {
        details: Some("Longer than 120 characters.".to_owned()),
        annotation_type: Some(AnnotationType::CodeSmell),
        severity: Some(Severity::Low),
        result: Some(AnnotationResult::Failed),
        link: Some("https://example.com/rule".to_owned()),
        ..Annotation::new("a-1", "Line too long").at("src/Cart.php", 12)
    };
    annotations.put(&annotation).await.unwrap();
    annotation.severity = Some(Severity::Medium);
    annotations.put(&annotation).await.unwrap();

    let got = annotations.get("a-1").await.unwrap();
    assert_eq!(Annotation { uuid: None, ..got }, annotation);
    annotations.delete("a-1").await.unwrap();
    annotations.delete("a-1").await.unwrap();
    assert!(annotations.get("a-1").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn annotations_that_a_report_cannot_hold_are_refused_before_anything_is_sent() {
    let stage = Stage::new();
    let annotations = stage.commit().annotations("phpcs");
    let refused = async |list: &[Annotation]| annotations.create_many(list).await.unwrap_err().to_string();
    insta::assert_snapshot!(refused(&many(1001)).await, @"store 1001 annotations: a report holds 1000");
    insta::assert_snapshot!(
        refused(&[many(1), many(1)].concat()).await,
        @r#"store annotations: two have the external id "a-1""#
    );
    insta::assert_snapshot!(
        refused(&[Annotation::new("", "Too long")]).await,
        @r#"store the annotation "Too long": it has no external id"#
    );
    assert!(stage.lines().is_empty());
}

#[tokio::test]
async fn the_servers_own_words_say_what_is_wrong_with_a_batch_and_which_it_was() {
    let stage = Stage::new();
    stage.commit().reports().put("phpcs", "PHPCS").send().await.unwrap();
    let mut annotations = many(150);
    annotations[120].summary = "é".repeat(451);
    let error = stage.commit().annotations("phpcs").create_many(&annotations).await.unwrap_err();
    insta::assert_snapshot!(
        error.to_string().replace(COMMIT, "C"),
        @"annotations 101 to 150 of 150: POST /repositories/acme/shop/commit/C/reports/phpcs/annotations: 400 Bad Request: The summary field cannot contain more than 450 characters."
    );
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    assert_eq!(stage.fake.annotations(COMMIT, "phpcs").len(), 100);
}

#[tokio::test]
async fn a_batch_whose_answer_was_lost_is_sent_again_and_stored_once() {
    let stage = Stage::new();
    stage.commit().reports().put("phpcs", "PHPCS").send().await.unwrap();
    stage.fake.inject(Fault::reset().on("POST", "/annotations").after_applying());
    stage.fake.inject(Fault::status(502).on("POST", "/annotations").after_applying());
    stage.commit().annotations("phpcs").create_many(&many(120)).await.unwrap();
    assert_eq!(stage.fake.pending_faults(), 0);
    assert_eq!(stage.fake.annotations(COMMIT, "phpcs").len(), 120);
}

#[tokio::test]
async fn an_error_keeps_its_message_whatever_shape_it_comes_in() {
    for shape in [Shape::Envelope, Shape::KeyMessage, Shape::CodeMessage, Shape::Text, Shape::Html, Shape::Empty] {
        let stage = Stage::failing([Fault::status(403).shape(shape).message("Not on your plan")]);
        let error = stage.commit().reports().get("phpstan").await.unwrap_err();
        assert!(error.is_denied(), "{shape:?}: {error}");
        let said = if shape == Shape::Empty { "403 Forbidden" } else { "Not on your plan" };
        assert!(error.to_string().ends_with(said), "{shape:?}: {error}");
    }
}
