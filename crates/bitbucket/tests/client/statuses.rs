//! Build statuses.

use bitbucket::{BuildState, Error};
use fakes::Fault;

use crate::stage::{COMMIT, Stage};

#[tokio::test]
async fn a_status_is_stored_by_its_key_changed_read_and_listed() {
    let stage = Stage::new();
    let statuses = stage.commit().statuses();
    let started = statuses.upsert("stepgate-lint", BuildState::InProgress, "https://ci.example.com/12");
    started.name("Lint").refname("feature/cart").send().await.unwrap();
    let again = statuses.upsert("stepgate-lint", BuildState::Failed, "https://ci.example.com/12");
    again.name("Lint").description("3 new problems").send().await.unwrap();
    let changed = statuses.update("stepgate-lint", BuildState::Successful).description("none").send().await.unwrap();
    assert_eq!(changed.state, BuildState::Successful);

    let got = statuses.get("stepgate-lint").await.unwrap();
    assert_eq!((got.description.as_deref(), got.name.as_deref()), (Some("none"), Some("Lint")));
    assert_eq!(statuses.list().all().await.unwrap(), [got]);
    assert_eq!(stage.fake.statuses(COMMIT).len(), 1);
}

#[tokio::test]
async fn a_key_of_more_than_forty_characters_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    let store = async |key: &str| {
        let put = stage.commit().statuses().upsert(key, BuildState::Failed, "https://ci.example.com/12");
        put.send().await.map(drop)
    };
    for key in ["", &"k".repeat(41)] {
        assert!(matches!(store(key).await, Err(Error::Invalid(_))), "{key:?}");
    }
    assert!(stage.lines().is_empty());
    store(&"é".repeat(40)).await.unwrap();
}

#[tokio::test]
async fn a_status_survives_an_answer_that_is_lost() {
    let stage = Stage::failing([Fault::close().on("POST", "/statuses/build").after_applying()]);
    let put = stage.commit().statuses().upsert("lint", BuildState::Failed, "https://ci.example.com/12");
    put.send().await.unwrap();
    assert_eq!(stage.fake.statuses(COMMIT).len(), 1);
}

#[tokio::test]
async fn a_field_that_the_server_refuses_is_named() {
    let stage = Stage::new();
    let error = stage.commit().statuses().upsert("lint", BuildState::Failed, "nowhere").send().await.unwrap_err();
    insta::assert_snapshot!(
        error.to_string().replace(COMMIT, "C"),
        @"POST /repositories/acme/shop/commit/C/statuses/build: 400 Bad Request: url: Enter a valid URL."
    );
}
