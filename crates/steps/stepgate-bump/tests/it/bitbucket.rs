//! Into a GitOps repository on Bitbucket without a clone: commits and pull requests by the API.

use fakes::bitbucket::{Bitbucket, TOKEN};
use insta::assert_snapshot;

use crate::support::{DIGEST, Run, World, open_example, told};

const VALUES: &str = "environments/staging/orders-api/values.yaml";

/// The GitOps repository of the examples on a Bitbucket, and somebody who puts images into it.
struct Hosted {
    bitbucket: Bitbucket,
    world: World,
}

impl Hosted {
    fn new() -> Self {
        let mut builder = Bitbucket::builder();
        for (name, content) in open_example() {
            builder = builder.file("acme", "gitops", "main", &name, content);
        }
        let bitbucket = builder.start().expect("a Bitbucket");
        let mut world = World::new();
        world.env("STEPGATE_BITBUCKET_TOKEN", TOKEN).env("STEPGATE_BITBUCKET_URL", &bitbucket.api_url());
        Self { bitbucket, world }
    }

    fn put(&self, via: &str, tag: &str, more: &[&str]) -> Run {
        let image = format!("registry.example.com/acme/orders-api:{tag}@{DIGEST}");
        let args = ["put", &image, "--repo", "acme/gitops", "--via", via, "--service", "orders-api", "--environment"];
        self.world.run(&[&args[..], &["staging"], more].concat())
    }

    fn text(&self, branch: &str) -> String {
        self.bitbucket.text("acme", "gitops", branch, VALUES).expect("the file")
    }
}

#[test]
fn a_commit_by_the_api_changes_the_same_two_lines() {
    let hosted = Hosted::new();
    let before = hosted.text("main");
    assert_snapshot!(told([
        hosted.put("api", "1.8.2", &[]),
        hosted.put("api", "1.8.2", &[]),
        hosted.put("api", "1.8.3", &["--dry-run"]),
    ]));
    let after = hosted.text("main");
    let differs = before.lines().zip(after.lines()).filter(|(before, after)| before != after).count();
    assert_eq!((differs, before.lines().count()), (2, after.lines().count()));
}

#[test]
fn there_is_one_pull_request_for_each_service_and_environment_and_it_is_kept_up_to_date() {
    let hosted = Hosted::new();
    let branch = "stepgate/orders-api/staging";
    let source = |build: &'static str| ["--source-repository", "acme/orders-api", "--build-number", build];
    assert_snapshot!(told([
        hosted.put("pull-request", "1.8.2", &source("42")),
        hosted.put("pull-request", "1.8.3", &source("43")),
        hosted.put("pull-request", "1.8.3", &source("43")),
        hosted.put("pull-request", "1.8.2", &source("42")),
        hosted.put("pull-request", "1.8.4", &[&source("44")[..], &["--dry-run"]].concat()),
    ]));
    assert!(hosted.text(branch).contains("1.8.3") && hosted.text("main").contains("1.8.1"));
    // Somebody has done it by other means: nothing is left to propose.
    assert_eq!(hosted.put("api", "1.8.3", &[]).status, Some(0));
    assert_snapshot!(hosted.put("pull-request", "1.8.3", &source("43")));
}

#[test]
fn a_pull_request_is_merged_where_that_is_allowed() {
    let hosted = Hosted::new();
    assert_snapshot!(hosted.put("pull-request", "1.8.2", &["--merge"]));
    assert!(hosted.text("main").contains("1.8.2"));
}

#[test]
fn without_credentials_or_a_repository_on_bitbucket_it_is_told_what_is_missing() {
    let hosted = Hosted::new();
    let plain = World::new();
    let image = format!("registry.example.com/acme/orders-api:1.8.2@{DIGEST}");
    let args =
        |repo: &'static str| ["put", &image, "--repo", repo, "--via", "api", "--service", "a", "--environment", "b"];
    assert_snapshot!(told([
        plain.run(&args("acme/gitops")),
        hosted.world.run(&args("git@example.com:acme/gitops.git"))
    ]));
}

#[test]
fn a_pull_request_that_is_signed_does_not_change_when_it_is_asked_for_again() {
    let mut hosted = Hosted::new();
    hosted.world.env("STEPGATE_SIGNING_KEY", &attest::SigningKey::from_seed(&[7; 32]).to_pem());
    let source = ["--source-repository", "acme/orders-api", "--build-number", "42", "--source-commit"];
    let source = [&source[..], &["0123456789abcdef0123456789abcdef01234567"]].concat();
    let bundle = format!("attestations/orders-api/{}.intoto.jsonl", DIGEST.replace(':', "-"));
    let proposed = || hosted.bitbucket.text("acme", "gitops", "stepgate/orders-api/staging", &bundle);
    let opened = hosted.put("pull-request", "1.8.2", &source);
    assert_eq!(opened.status, Some(0), "{opened}");
    let first = proposed().expect("statements");
    assert_eq!(first.lines().count(), 2, "where it came from, and that it is proposed: {first}");
    let again = hosted.put("pull-request", "1.8.2", &source);
    assert!(again.to_string().contains("unchanged pull request"), "{again}");
    assert_eq!(proposed(), Some(first));
}
