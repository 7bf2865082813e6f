use fakes::Bitbucket;
use fakes::bitbucket::{PullRequest, TOKEN};
use serde_json::Value;
use step::args::{AccessArgs, PublishArgs};
use step::publish::{Published, publish};
use step::{Env, Pipeline};

use super::*;
use crate::write::fixture;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn server() -> Bitbucket {
    let pull_request = PullRequest::new(7, "feature/x", "main");
    Bitbucket::builder().pull_request("acme", "shop", pull_request).start().expect("a free port")
}

/// Publishes `gate`, of which nothing may be refused.
async fn published(gate: &Gate<'_>, server: &Bitbucket) -> Published {
    let env = Env::from_iter([
        ("BITBUCKET_BUILD_NUMBER", "42"),
        ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
        ("BITBUCKET_COMMIT", COMMIT),
        ("BITBUCKET_PR_ID", "7"),
        ("STEPGATE_BITBUCKET_TOKEN", TOKEN),
    ]);
    let access = AccessArgs { bitbucket_url: Some(server.api_url()), ..AccessArgs::default() };
    let args = PublishArgs { access, ..PublishArgs::default() };
    let found = Target::find(&args, &Pipeline::from_env(&env), &env, None).await;
    let target = found.expect("all is known").expect("a step publishes");
    let places = Places::new([fixture::LOCK, fixture::DOCKERFILE]);
    let published = publish(bulletin(gate, Some(&places), None, &target), &target).await;
    assert_eq!(published.failed, [""; 0]);
    published
}

fn annotations(server: &Bitbucket) -> Vec<Value> {
    server.annotations(COMMIT, PROGRAM).into_iter().map(|found| found.body).collect()
}

#[tokio::test]
async fn there_is_a_security_report_with_what_blocks_in_its_details() {
    let server = server();
    let done = published(&fixture::gate(), &server).await;
    assert_eq!((done.reports, done.done.len()), (1, 2));
    let body = server.reports(COMMIT).remove(0).body;
    assert_eq!((&body["report_type"], &body["result"]), (&"SECURITY".into(), &"FAILED".into()));
    let data = body["data"].as_array().expect("data").iter();
    let data = data.map(|field| format!("{}: {}", field["title"].as_str().expect("a label"), field["value"]));
    let details = body["details"].as_str().expect("details").to_owned();
    insta::assert_snapshot!(std::iter::once(details).chain(data).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn vulnerabilities_are_annotated_where_the_repository_names_their_package() {
    let server = server();
    published(&fixture::gate(), &server).await;
    let shown = |found: &Value| {
        ["path", "line", "annotation_type", "severity", "result", "summary"]
            .map(|name| found[name].to_string())
            .join(" ")
    };
    insta::assert_snapshot!(annotations(&server).iter().map(shown).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn a_pass_passes_and_what_cannot_be_relied_on_does_not() {
    for (gate, result) in [(fixture::clean(), "PASSED"), (fixture::incomplete(), "FAILED")] {
        let server = server();
        published(&gate, &server).await;
        assert_eq!(server.reports(COMMIT)[0].body["result"], result);
        assert_eq!(annotations(&server), [Value::Null; 0]);
    }
}

#[tokio::test]
async fn many_vulnerabilities_are_no_more_than_bitbucket_takes() {
    let server = server();
    published(&fixture::large(1_500), &server).await;
    assert_eq!(annotations(&server).len(), 1_000);
}
