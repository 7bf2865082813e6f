//! From a build to production and back.

use std::time::Duration;

use attest::Outcome;
use fakes::bitbucket::NextMerge;
use step::Exit;

use crate::support::{As, IMAGE, NEXT, World, ann, ben, cem, health, values, verification_key};

const HOUR: Duration = Duration::from_secs(3600);

/// An image that is in dev, and healthy there.
fn in_dev(world: &World, tag: &str, digest: &str) {
    world.put("dev", tag, digest);
    world.attest(digest, &world.built(digest));
    world.attest(digest, &[health("dev", digest, Outcome::Pass, world.now(), &verification_key())]);
}

/// The same in staging, an hour ago.
async fn in_staging(world: &World, tag: &str, digest: &str) {
    in_dev(world, tag, digest);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    world.attest(digest, &[health("staging", digest, Outcome::Pass, world.now(), &verification_key())]);
    world.pass(HOUR + Duration::from_secs(60));
}

/// The same in production, by a pull request that two others approved.
async fn in_production(world: &World, tag: &str, digest: &str) -> u64 {
    in_staging(world, tag, digest).await;
    let run = world.run("run orders-api --to production", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::NotYet, "{run}");
    let id = world.last_pull_request();
    for person in [ben(), cem()] {
        assert!(world.bitbucket.approve("acme", "gitops", id, &person));
    }
    let run = world.run(&format!("merge {id}"), As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    world.pass(Duration::from_secs(60));
    id
}

#[tokio::test]
async fn an_image_goes_on_when_it_was_healthy_and_every_gate_said_yes() {
    let world = World::new();
    world.put("dev", "1.9.1", IMAGE);
    world.attest(IMAGE, &world.built(IMAGE));
    let early = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(early.exit, Exit::NotYet, "{early}");
    world.attest(IMAGE, &[health("dev", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    let plan = world.run("plan orders-api --to staging", As::Step(&ann())).await;
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!((plan.exit, run.exit), (Exit::Pass, Exit::Pass), "{plan}{run}");
    assert_eq!(world.stands("staging"), IMAGE);
    let again = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(again.exit, Exit::Pass, "{again}");
    let bundle = world.file(&format!("attestations/orders-api/sha256-{IMAGE}.intoto.jsonl"));
    assert_eq!(bundle.lines().count(), 5, "three of the build, health, and one promotion: {bundle}");
}

#[tokio::test]
async fn production_waits_for_the_soak_and_for_two_who_did_not_ask_for_it() {
    let world = World::new();
    in_dev(&world, "1.9.1", IMAGE);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    world.attest(IMAGE, &[health("staging", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    let soaking = world.run("plan orders-api --to production", As::Step(&ann())).await;
    assert_eq!(soaking.exit, Exit::NotYet, "{soaking}");
    world.pass(HOUR);
    let proposed = world.run("run orders-api --to production", As::Step(&ann())).await;
    assert_eq!(proposed.exit, Exit::NotYet, "{proposed}");
    let id = world.last_pull_request();
    assert!(world.bitbucket.approve("acme", "gitops", id, &ann()), "her own");
    assert!(world.bitbucket.approve("acme", "gitops", id, &ben()));
    let one = world.run(&format!("merge {id}"), As::Step(&ben())).await;
    assert_eq!(one.exit, Exit::NotYet, "{one}");
    assert!(world.bitbucket.approve("acme", "gitops", id, &cem()));
    let merged = world.run(&format!("merge {id}"), As::Step(&ben())).await;
    assert_eq!(merged.exit, Exit::Pass, "{merged}");
    assert_eq!(world.stands("production"), IMAGE);
    let again = world.run(&format!("merge {id}"), As::Step(&ben())).await;
    assert_eq!(again.exit, Exit::Pass, "what is merged already is fine: {again}");
    let history = world.run("history orders-api --environment production", As::Nobody).await;
    assert!(history.text.contains("Ben") && history.text.contains("Cem"), "{history}");
}

#[tokio::test]
async fn a_bad_release_is_rolled_back_and_does_not_come_back_until_it_is_released() {
    let world = World::new();
    in_production(&world, "1.9.1", IMAGE).await;
    world.attest(IMAGE, &[health("production", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    world.pass(HOUR);
    in_production(&world, "1.9.2", NEXT).await;
    world.attest(NEXT, &[health("production", NEXT, Outcome::Fail, world.now(), &verification_key())]);
    world.pass(Duration::from_secs(60));
    let back = world.run("rollback orders-api --environment production --reason \"errors\"", As::Step(&ann())).await;
    assert_eq!(back.exit, Exit::Pass, "{back}");
    assert_eq!(world.stands("production"), IMAGE);
    assert!(world.file("holds.yaml").contains(NEXT), "the bad image is held");
    let again = world
        .run(
            &format!("plan orders-api=registry.example.com/acme/orders-api:1.9.2@sha256:{NEXT} --to production"),
            As::Step(&ann()),
        )
        .await;
    assert_eq!(again.exit, Exit::Fail, "{again}");
    assert!(again.text.contains("rolled back: errors"), "{again}");
    let line = format!(
        "release --service orders-api --environment production --digest {NEXT} --reason \"it was the load test\""
    );
    let released = world.run(&line, As::Step(&ann())).await;
    assert_eq!(released.exit, Exit::Pass, "{released}");
    let history = world.run("history orders-api --environment production", As::Nobody).await;
    assert_eq!(history.exit, Exit::Pass, "the chain is whole: {history}");
}

#[tokio::test]
async fn two_services_go_together_or_not_at_all() {
    let world = World::new();
    in_dev(&world, "1.9.1", IMAGE);
    let run = world.run("run orders-api orders-worker --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Fail, "{run}");
    assert_ne!(world.stands("staging"), IMAGE, "the worker has no attestations, so neither goes");
}

#[tokio::test]
async fn a_check_says_on_bitbucket_what_it_found() {
    let world = World::new();
    let id = world.proposed_by_hand(
        &ben(),
        "by-hand",
        &[("environments/production/orders-api/values.yaml", &values("1.9.1", IMAGE))],
    );
    let commit = world.remote.git(&["rev-parse", "by-hand"]);
    let run = world
        .run(
            &format!("check --pull-request {id} --workspace acme --repo-slug gitops --commit {commit}"),
            As::Step(&ben()),
        )
        .await;
    assert_eq!(run.exit, Exit::Fail, "{run}");
    let statuses = world.bitbucket.statuses(&commit);
    assert!(statuses.iter().any(|it| it.key == "stepgate-promote" && it.state == "FAILED"), "{statuses:?}\n{run}");
    let reports = world.bitbucket.reports(&commit);
    assert_eq!(reports.first().map(|it| it.body["result"].as_str()), Some(Some("FAILED")), "{reports:?}");
    assert_eq!(world.bitbucket.comments(id).len(), 1);
}

#[tokio::test]
async fn an_audit_names_what_is_open_and_who_can_read_what() {
    let world = World::new();
    let run = world.run("audit", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Fail, "{run}");
    for word in ["push", "force", "approvals", "environment"] {
        assert!(run.text.contains(word), "{word}: {run}");
    }
}

#[tokio::test]
async fn a_merge_that_meets_another_one_or_loses_its_answer_is_brought_to_its_end() {
    let world = World::new();
    in_staging(&world, "1.9.1", IMAGE).await;
    let run = world.run("run orders-api --to production", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::NotYet, "{run}");
    let id = world.last_pull_request();
    for person in [ben(), cem()] {
        assert!(world.bitbucket.approve("acme", "gitops", id, &person));
    }
    world.bitbucket.next_merge("acme", "gitops", NextMerge::RefsMove);
    let moved = world.run(&format!("merge {id}"), As::Step(&ann())).await;
    assert_eq!(moved.exit, Exit::Remote, "{moved}");
    assert_ne!(world.stands("production"), IMAGE);
    world.bitbucket.next_merge("acme", "gitops", NextMerge::TimesOutButMerges);
    let lost = world.run(&format!("merge {id}"), As::Step(&ann())).await;
    assert_eq!(lost.exit, Exit::Pass, "{lost}");
    assert_eq!(world.stands("production"), IMAGE);
    let history = world.run("history orders-api --environment production", As::Nobody).await;
    assert!(history.text.contains("promoted"), "what was done is attested: {history}");
}

#[tokio::test]
async fn regions_that_share_a_stage_move_in_waves() {
    let eu =
        "      production:\n        targets: [{ file: environments/production/orders-api/values.yaml, path: image }]\n";
    let us = "      production-us:\n        targets: [{ file: environments/us/orders-api/values.yaml, path: image }]\n";
    let world = World::with(|policy| {
        let policy = policy.replacen(eu, &format!("{eu}{us}"), 1);
        let stage = "  production:\n    stage: live\n    from: [staging]\n";
        let policy = policy.replacen("  production:\n    from: [staging]\n", stage, 1);
        policy.replacen("\nkeys:", "\n  production-us: { stage: live, from: [production] }\n\nkeys:", 1)
    });
    world.by_hand("Another region", &[("environments/us/orders-api/values.yaml", &values("1.8.0", NEXT))]);
    world.attest(NEXT, &[health("production-us", NEXT, Outcome::Pass, world.now(), &verification_key())]);
    let first = world.run("plan orders-api --to live", As::Step(&ann())).await;
    assert!(first.text.contains("orders-api to production:") && !first.text.contains("production-us"), "{first}");
    in_production(&world, "1.9.1", IMAGE).await;
    let second = world.run("plan orders-api --to live", As::Step(&ann())).await;
    assert!(second.text.contains("orders-api to production-us: not yet"), "{second}");
    world.attest(IMAGE, &[health("production", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    let run = world.run("run orders-api --to live", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    assert_eq!(world.stands("us"), IMAGE);
}
