//! Every way past the guardrails that is known (the bypasses of promotion tools in use, and our own), tried. Each is refused,
//! with the reason in words.

use std::time::Duration;

use attest::Outcome;
use step::Exit;

use crate::support::{
    As, IMAGE, NEXT, Run, SOURCE, World, ann, ben, build_key, cem, eve, health, promotion_key, provenance, scan, tests,
    values, verification_key,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn assert_refused(run: &Run, why: &str) {
    assert_eq!(run.exit, Exit::Fail, "{run}");
    assert!(run.text.contains(why), "{why:?} is not in:\n{run}");
}

/// An image in dev with everything that staging asks for.
fn ready(world: &World) {
    world.put("dev", "1.9.1", IMAGE);
    world.attest(IMAGE, &world.built(IMAGE));
    world.attest(IMAGE, &[health("dev", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
}

/// The same image in staging, with everything that production asks for but approvals.
async fn soaked(world: &World) {
    ready(world);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    world.attest(IMAGE, &[health("staging", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    world.pass(Duration::from_secs(3700));
}

/// A pull request to production by Ann.
async fn proposed(world: &World) -> u64 {
    soaked(world).await;
    let run = world.run("run orders-api --to production", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::NotYet, "{run}");
    world.last_pull_request()
}

#[tokio::test]
async fn whoever_skips_the_tool_and_pushes_is_found_out() {
    let world = World::new();
    let commit = world.put("production", "1.9.1", IMAGE);
    let run = world.run(&format!("check --head {commit} --publish never"), As::Step(&eve())).await;
    assert_refused(&run, "order");
    let history = world.run("history orders-api --environment production", As::Nobody).await;
    assert!(history.text.contains("1.9.1"), "{history}");
}

#[tokio::test]
async fn a_policy_that_is_edited_in_the_same_pull_request_does_not_count() {
    let world = World::new();
    soaked(&world).await;
    let lax = world.file("promotion.yaml").replace("count: 2", "count: 1");
    let production = "environments/production/orders-api/values.yaml";
    let files = [("promotion.yaml", lax.as_str()), (production, &values("1.9.1", IMAGE))];
    let id = world.proposed_by_hand(&eve(), "lax", &files);
    let run = world.run(&format!("check --pull-request {id} --publish never"), As::Step(&eve())).await;
    assert_refused(&run, "promotion.yaml and images at once");
    assert_refused(&run, "may not change the policy");
}

#[tokio::test]
async fn a_variable_that_names_somebody_else_changes_nothing() {
    let world = World::new();
    soaked(&world).await;
    let run = world.run("plan orders-api --to production", As::Spoofed(&eve(), &ann())).await;
    assert_refused(&run, "may not");
}

#[tokio::test]
async fn what_an_unknown_key_signs_is_no_evidence() {
    let world = World::new();
    world.put("dev", "1.9.1", IMAGE);
    let at = world.now();
    let forger = attest::SigningKey::from_seed(&[66; 32]);
    world.attest(
        IMAGE,
        &[
            provenance(IMAGE, SOURCE, at, &forger),
            tests(SOURCE, "PASSED", at, &forger),
            health("dev", IMAGE, Outcome::Pass, at, &forger),
        ],
    );
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_refused(&run, "attestation tests");
    assert_ne!(world.stands("staging"), IMAGE);
}

#[tokio::test]
async fn a_key_says_only_what_it_may() {
    let world = World::new();
    world.put("dev", "1.9.1", IMAGE);
    let at = world.now();
    // The build's key calls itself healthy, and promotion's key says that tests passed.
    world.attest(
        IMAGE,
        &[
            provenance(IMAGE, SOURCE, at, &build_key()),
            tests(SOURCE, "PASSED", at, &promotion_key()),
            health("dev", IMAGE, Outcome::Pass, at, &build_key()),
        ],
    );
    let run = world.run("plan orders-api --to staging", As::Step(&ann())).await;
    assert_refused(&run, "attestation tests");
}

#[tokio::test]
async fn evidence_of_another_image_or_environment_is_not_carried_over() {
    let world = World::new();
    world.put("dev", "1.9.2", NEXT);
    let at = world.now();
    // The bundle of the next image holds what was said of the one before, and of another environment.
    world.attest(NEXT, &world.built(IMAGE));
    world.attest(
        NEXT,
        &[
            health("dev", IMAGE, Outcome::Pass, at, &verification_key()),
            health("staging", NEXT, Outcome::Pass, at, &verification_key()),
        ],
    );
    let run = world.run("plan orders-api --to staging", As::Step(&ann())).await;
    assert_refused(&run, "attestation tests");
    assert!(!run.text.contains("healthy there since"), "{run}");
}

#[tokio::test]
async fn evidence_grows_old_and_a_later_fail_beats_an_earlier_pass() {
    let world = World::new();
    ready(&world);
    world.pass(8 * DAY);
    let run = world.run("plan orders-api --to staging", As::Step(&ann())).await;
    assert_refused(&run, "attestation tests");
    let at = world.now();
    world.attest(IMAGE, &[tests(SOURCE, "PASSED", at, &build_key())]);
    let run = world.run("plan orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    world.attest(IMAGE, &[tests(SOURCE, "FAILED", at, &build_key())]);
    let run = world.run("plan orders-api --to staging", As::Step(&ann())).await;
    assert_refused(&run, "attestation tests");
}

#[tokio::test]
async fn a_tag_that_was_moved_is_another_image() {
    let world = World::new();
    soaked(&world).await;
    world.attest(NEXT, &[scan(NEXT, Outcome::Pass, world.now(), &build_key())]);
    let image = format!("registry.example.com/acme/orders-api:1.9.1@sha256:{NEXT}");
    let run = world.run(&format!("plan orders-api={image} --to production"), As::Step(&ann())).await;
    assert_refused(&run, "order");
}

#[tokio::test]
async fn an_approval_counts_only_for_what_was_approved() {
    let world = World::new();
    let id = proposed(&world).await;
    for person in [ben(), cem()] {
        assert!(world.bitbucket.approve("acme", "gitops", id, &person));
    }
    let check = world.run(&format!("check --pull-request {id} --publish never"), As::Step(&ann())).await;
    assert_eq!(check.exit, Exit::Pass, "{check}");
    // Somebody pushes to the branch afterwards.
    world.work.git(&["fetch", "--quiet", "origin", "stepgate/orders-api/production"]);
    world.work.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    world.work.write(
        "environments/production/orders-api/values.yaml",
        values("1.9.1", IMAGE).replace("replicas: 1", "replicas: 9"),
    );
    world.work.commit("And more of it");
    world.work.git(&["push", "--quiet", "origin", "HEAD:stepgate/orders-api/production"]);
    let run = world.run(&format!("merge {id}"), As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::NotYet, "{run}");
    assert!(run.text.contains("approved an earlier state of it"), "{run}");
    assert_ne!(world.stands("production"), IMAGE);
}

#[tokio::test]
async fn two_promotions_at_once_land_once() {
    let world = World::new();
    ready(&world);
    let (ann, ben) = (ann(), ben());
    let (one, other) = tokio::join!(
        world.run("run orders-api --to staging", As::Step(&ann)),
        world.run("run orders-api --to staging", As::Step(&ben)),
    );
    assert_eq!((one.exit, other.exit), (Exit::Pass, Exit::Pass), "{one}{other}");
    let landed = [&one, &other].iter().filter(|run| run.text.contains("done: committed")).count();
    assert_eq!(landed, 1, "{one}{other}");
    assert_eq!(world.stands("staging"), IMAGE);
}

#[tokio::test]
async fn a_hold_that_comes_between_the_judgement_and_the_push_stops_it() {
    let world = World::new();
    ready(&world);
    // The branch moves at the moment of the push, to a commit that holds the service.
    let main = world.remote.git(&["rev-parse", "main"]);
    let held = "holds:\n  - service: \"orders-api\"\n    reason: \"incident\"\n    since: \"2020-01-01T00:00:00Z\"\n";
    let hold = world.by_hand("Hold", &[("holds.yaml", held)]);
    world.remote.git(&["update-ref", "refs/heads/main", &main]);
    let mark = world.remote.path().join("moved");
    let mark = mark.display();
    let body = format!("[ -e {mark} ] || {{ touch {mark} && git update-ref refs/heads/main {hold}; }}");
    world.remote.hook("update", &body);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert!(world.remote.path().join("moved").exists(), "it was pushed: {run}");
    assert_refused(&run, "incident");
    assert_eq!(world.remote.git(&["rev-parse", "main"]), hold, "nothing landed on top");
}

#[tokio::test]
async fn a_hold_is_not_edited_away() {
    let world = World::new();
    ready(&world);
    let run =
        world.run("hold --service orders-api --environment production --reason \"incident\"", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    let id = world.proposed_by_hand(&eve(), "unhold", &[("holds.yaml", "holds: []\n")]);
    let run = world.run(&format!("check --pull-request {id} --publish never"), As::Step(&eve())).await;
    assert_refused(&run, "use `release`");
    let run =
        world.run("release --service orders-api --environment production --reason \"because\"", As::Step(&eve())).await;
    assert_refused(&run, "may not change production");
}

#[tokio::test]
async fn a_bundle_only_grows_and_what_is_taken_away_is_missed() {
    let world = World::new();
    ready(&world);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    let path = format!("attestations/orders-api/sha256-{IMAGE}.intoto.jsonl");
    let bundle = world.file(&path);
    let without: String = bundle.lines().take(bundle.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    let honest = world.run("history orders-api --environment staging", As::Nobody).await;
    assert_eq!(honest.exit, Exit::Pass, "{honest}");
    let id = world.proposed_by_hand(&eve(), "forget", &[(&path, &without)]);
    let run = world.run(&format!("check --pull-request {id} --publish never"), As::Step(&eve())).await;
    assert_refused(&run, "is rewritten");
    // The next deployment names the one before it, so that is missed when somebody pushes it away.
    world.attest(IMAGE, &[health("staging", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    world.pass(Duration::from_secs(60));
    world.put("dev", "1.9.2", NEXT);
    world.attest(NEXT, &world.built(NEXT));
    world.attest(NEXT, &[health("dev", NEXT, Outcome::Pass, world.now(), &verification_key())]);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    let honest = world.run("history orders-api --environment staging", As::Nobody).await;
    assert_eq!(honest.exit, Exit::Pass, "{honest}");
    world.by_hand("Forget", &[(&path, &without)]);
    let run = world.run("history orders-api --environment staging", As::Nobody).await;
    assert_refused(&run, "is missing: it was taken away or changed");
}

#[tokio::test]
async fn a_promotion_by_the_tool_passes_the_check_of_its_push() {
    let world = World::new();
    ready(&world);
    let run = world.run("run orders-api --to staging", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    let commit = world.remote.git(&["rev-parse", "main"]);
    let run = world.run(&format!("check --head {commit} --publish never"), As::Step(&ben())).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
}

#[tokio::test]
async fn a_window_that_is_closed_is_waited_for() {
    let world = World::new();
    soaked(&world).await;
    world.pass(Duration::from_secs(9 * 3600));
    let run = world.run("plan orders-api --to production", As::Step(&ann())).await;
    assert_eq!(run.exit, Exit::NotYet, "{run}");
    assert!(run.text.contains("window"), "{run}");
}
