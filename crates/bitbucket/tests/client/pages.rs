//! Lists that come in pages.

use bitbucket::Annotation;
use fakes::Fault;
use futures_util::StreamExt;

use crate::stage::{COMMIT, Stage, fake, parrot};

async fn with_annotations(count: usize) -> Stage {
    let stage = Stage::new();
    stage.commit().reports().put("phpcs", "PHPCS").send().await.unwrap();
    let many: Vec<_> = (1..=count).map(|n| Annotation::new(format!("a-{n}"), "Too long")).collect();
    stage.commit().annotations("phpcs").create_many(&many).await.unwrap();
    stage.fake.clear_requests();
    stage
}

#[tokio::test]
async fn pages_are_asked_for_only_as_they_are_needed() {
    let stage = with_annotations(25).await;
    let list = stage.commit().annotations("phpcs").list().unwrap().page_length(10);
    let mut items = std::pin::pin!(list.stream());
    for n in 1..=10 {
        assert_eq!(items.next().await.unwrap().unwrap().external_id, format!("a-{n}"));
    }
    assert_eq!(stage.lines().len(), 1);
    assert_eq!(items.by_ref().count().await, 15);
    assert_eq!(stage.lines().len(), 3);
}

#[tokio::test]
async fn an_empty_page_in_the_middle_does_not_end_a_list() {
    let stage = with_annotations(25).await;
    stage.fake.inject(Fault::empty_page().on("GET", "page="));
    let list = stage.commit().annotations("phpcs").list().unwrap().page_length(10);
    let first = list.send().await.unwrap();
    let empty = first.next_page().await.unwrap().unwrap();
    assert_eq!((first.values.len(), empty.values.len()), (10, 0));
    let rest = empty.into_stream().count().await;
    assert_eq!(rest, 15);
}

#[tokio::test]
async fn a_list_without_end_is_an_error() {
    let stage = with_annotations(5).await;
    stage.fake.inject(Fault::endless_pages());
    let error = stage.commit().annotations("phpcs").list().unwrap().all().await.unwrap_err();
    insta::assert_snapshot!(
        error.to_string().replace(COMMIT, "C"),
        @"list /2.0/repositories/acme/shop/commit/C/reports/phpcs/annotations: no end after 500 pages"
    );
}

#[tokio::test]
async fn an_error_on_a_late_page_comes_after_the_items_before_it_and_ends_the_list() {
    let stage = with_annotations(25).await;
    stage.fake.inject(Fault::status(403).on("GET", "page="));
    let list = stage.commit().annotations("phpcs").list().unwrap().page_length(10);
    let items: Vec<_> = list.stream().collect().await;
    assert_eq!(items.len(), 11);
    assert!(items[10].as_ref().is_err_and(bitbucket::Error::is_denied));
}

#[tokio::test]
async fn a_list_that_leads_in_a_circle_or_out_of_the_api_is_an_error() {
    let listed = async |next: &str| {
        let address = parrot("content-type: application/json\r\n", &format!(r#"{{"values":[],"next":"{next}"}}"#));
        let stage = Stage::with(fake(), |builder| builder.base_uri(&address));
        stage.commit().reports().list().all().await.unwrap_err().to_string().replace(COMMIT, "C").replace(&address, "A")
    };
    insta::assert_snapshot!(
        listed("ADDRESS/x?page=2").await,
        @"list /repositories/acme/shop/commit/C/reports: page 2 leads back to a page before it"
    );
    insta::assert_snapshot!(
        listed("http://elsewhere.example.com/x?page=2").await,
        @"follow the server's link to http://elsewhere.example.com/x: that leaves A/"
    );
}
