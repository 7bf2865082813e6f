//! Everything that needs no people works against a plain git remote.

use attest::Outcome;
use step::Exit;

use crate::support::{As, IMAGE, World, health, verification_key};

#[tokio::test]
async fn a_plain_git_remote_is_enough_where_the_policy_names_nobody() {
    let world = World::new();
    world.put("dev", "1.9.1", IMAGE);
    world.attest(IMAGE, &world.built(IMAGE));
    world.attest(IMAGE, &[health("dev", IMAGE, Outcome::Pass, world.now(), &verification_key())]);
    let run = world.run("run orders-api --to staging", As::Nobody).await;
    assert_eq!(run.exit, Exit::Pass, "{run}");
    let status = world.run("status", As::Nobody).await;
    assert_eq!(status.exit, Exit::Pass, "{status}");
    let plan = world.run("plan orders-api --to production", As::Nobody).await;
    assert_eq!(plan.exit, Exit::Fail, "nobody knows who asks: {plan}");
    let held = world.run("hold --service orders-api --environment staging --reason \"incident\"", As::Nobody).await;
    assert_eq!(held.exit, Exit::Pass, "{held}");
    let plan = world.run("plan orders-api --to staging", As::Nobody).await;
    assert!(plan.text.contains("incident"), "{plan}");
    let released = world.run("release --service orders-api --environment staging --reason \"over\"", As::Nobody).await;
    assert_eq!(released.exit, Exit::Pass, "{released}");
}
