//! Pull requests.

use bitbucket::PullRequestState;
use fakes::bitbucket::PullRequest;

use crate::stage::{Stage, fake};

#[tokio::test]
async fn pull_requests_are_listed_by_state_and_read_one_by_one() {
    let merged = PullRequest::new(6, "feature/old", "main").state("MERGED").title("Old");
    let stage = Stage::with(fake().pull_request("acme", "shop", merged), |builder| builder);
    let pull_requests = stage.repository().pull_requests();

    let open = pull_requests.list().all().await.unwrap();
    assert_eq!(open.iter().map(|it| it.id).collect::<Vec<_>>(), [7]);
    let merged = pull_requests.list().state(&PullRequestState::Merged).sort("-updated_on").send().await.unwrap();
    assert_eq!(merged.values.iter().map(|it| it.id).collect::<Vec<_>>(), [6]);

    let one = pull_requests.get(7).await.unwrap();
    assert_eq!(one.state, Some(PullRequestState::Open));
    let branch = |side: Option<bitbucket::Endpoint>| side.and_then(|side| side.branch).map(|branch| branch.name);
    assert_eq!(branch(one.source).as_deref(), Some("feature/cart"));
    assert_eq!(branch(one.destination).as_deref(), Some("main"));
    assert!(pull_requests.get(8).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_query_is_encoded_and_sent_as_it_was_written() {
    let stage = Stage::new();
    let query = r#"source.branch.name = "feature/ü&x""#;
    stage.repository().pull_requests().list().query(query).send().await.unwrap();
    insta::assert_debug_snapshot!(stage.lines(), @r#"
    [
        "GET /pullrequests?pagelen=50&q=source.branch.name+%3D+%22feature%2F%C3%BC%26x%22",
    ]
    "#);
}
