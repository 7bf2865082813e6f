//! Pull requests.

use bitbucket::{MergeStrategy, Merged, PullRequestState};
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

const ADA: &str = "{00000000-0000-4000-8000-0000000000ad}";

/// `acme/shop` with a branch that differs from `main`.
fn bumped() -> fakes::bitbucket::Builder {
    fake()
        .default_reviewer("acme", "shop", ADA)
        .member(ADA)
        .file("acme", "shop", "main", "a", "1")
        .file("acme", "shop", "bump/api", "a", "2")
}

#[tokio::test]
async fn a_pull_request_is_opened_changed_and_merged_with_its_branch() {
    let stage = Stage::with(bumped(), |builder| builder);
    let pull_requests = stage.repository().pull_requests();
    let reviewers = stage.repository().default_reviewers().all().await.unwrap();
    let reviewers: Vec<String> = reviewers.into_iter().filter_map(|reviewer| reviewer.user.uuid).collect();
    assert_eq!(reviewers, [ADA]);

    let create = pull_requests.create("Bump", "bump/api").destination("main").description("From 1 to 2");
    let opened = create.reviewers(reviewers).close_source_branch(true).draft(false).send().await.unwrap();
    assert_eq!((opened.id, opened.reviewers.len(), opened.close_source_branch), (8, 1, Some(true)));
    assert!(opened.links.html.unwrap().href.ends_with("/acme/shop/pull-requests/8"));
    let found = pull_requests.list().query(r#"source.branch.name = "bump/api""#).all().await.unwrap();
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), [8]);

    let update = pull_requests.update(8).title("Bump it").description("New").close_source_branch(true);
    assert_eq!(update.reviewers([ADA]).send().await.unwrap().reviewers.len(), 1);
    // Whoever is not named again is gone.
    let updated = pull_requests.update(8).title("Bump it").send().await.unwrap();
    assert_eq!((updated.title.as_deref(), updated.description.as_deref()), (Some("Bump it"), Some("New")));
    assert_eq!(updated.reviewers, []);

    let merge = pull_requests.merge(8).strategy(MergeStrategy::Squash).message("Bump a").close_source_branch(true);
    let Merged::Done(merged) = merge.send().await.unwrap() else { panic!("not merged") };
    assert_eq!(merged.state, Some(PullRequestState::Merged));
    let log = stage.fake.log("acme", "shop", "main");
    assert!(log[0].hash.starts_with(&merged.merge_commit.unwrap().hash));
    assert_eq!((log[0].message.as_str(), log[0].parents.len()), ("Bump a", 1));
    assert_eq!(stage.fake.text("acme", "shop", "main", "a").as_deref(), Some("2"));
    assert_eq!(stage.fake.branches("acme", "shop"), ["main"]);
}

#[tokio::test]
async fn a_merge_in_the_background_is_waited_for_but_not_for_ever() {
    for (polls, done) in [(2, true), (1_000, false)] {
        let stage = Stage::with(bumped().slow_merges(polls), |builder| builder);
        let pull_requests = stage.repository().pull_requests();
        let opened = pull_requests.create("Bump", "bump/api").send().await.unwrap();
        let merged = pull_requests.merge(opened.id).send().await.unwrap();
        assert_eq!(matches!(merged, Merged::Done(_)), done);
        assert!(stage.slept().iter().sum::<u64>() < 70, "{:?}", stage.slept());
    }
}

#[tokio::test]
async fn a_pull_request_that_cannot_be_is_refused_with_the_reason() {
    let stage = Stage::with(bumped(), |builder| builder);
    let pull_requests = stage.repository().pull_requests();
    let refusal = async |create: bitbucket::CreatePullRequest| create.send().await.unwrap_err().to_string();
    let bump = || pull_requests.create("Bump", "bump/api");
    let author = stage.bb.current_user().await.unwrap().uuid.unwrap();
    let cases = [
        (pull_requests.create("Bump", "nowhere"), "source: branch not found: nowhere"),
        (bump().destination("nowhere"), "destination: branch not found: nowhere"),
        (pull_requests.create("Bump", "main").destination("bump/api"), "There are no changes to be pulled"),
        (bump().reviewers([author]), "is the author and cannot be included as a reviewer."),
        (bump().reviewers(["{1}"]), "is not a member of this workspace"),
        (bump().reviewers(["ada"]), "Malformed reviewers list"),
    ];
    for (create, expected) in cases {
        let refusal = refusal(create).await;
        assert!(refusal.contains("400 Bad Request") && refusal.contains(expected), "{refusal}");
    }

    let opened = bump().send().await.unwrap();
    assert_eq!(bump().send().await.unwrap().id, opened.id, "one that is open is given again");
    stage.fake.merge_check("acme", "shop", Some("1 approval is missing"));
    let error = pull_requests.merge(opened.id).send().await.unwrap_err();
    assert!(error.to_string().ends_with("400 Bad Request: 1 approval is missing"), "{error}");
    stage.fake.merge_check("acme", "shop", None);
    stage.fake.push("acme", "shop", "main", "Theirs", &[("a", b"3")]);
    let error = pull_requests.merge(opened.id).send().await.unwrap_err();
    assert!(error.to_string().ends_with("Conflicts during merge."), "{error}");

    let declined = pull_requests.decline(opened.id).await.unwrap();
    assert_eq!(declined.state, Some(PullRequestState::Declined));
    assert!(pull_requests.decline(opened.id).await.is_err());
    assert!(pull_requests.update(opened.id).title("Late").send().await.is_err());
}
