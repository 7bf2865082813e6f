//! The second half of the story: from dev to production, and back.

use attest::claim::{Summary, VERIFICATION_SUMMARY};
use attest::{Claim, Envelope, Outcome, SigningKey, Statement, Subject};
use fakes::bitbucket::Person;
use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan as _};
use promotion::{Policy, calendar};
use step::{Exit, Failure, Result};

use super::Args;
use super::image;
use super::stage::{BOARD_PAGE, Stage};

/// The seeds of the keys in the example's policy, which everybody knows.
pub(super) const BUILD_SEED: u8 = 1;
pub(super) const PROMOTION_SEED: u8 = 2;
const VERIFICATION_SEED: u8 = 3;

/// The people of the example's policy.
pub(super) fn ann() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-000000000001}", "Ann")
}
fn ben() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-000000000002}", "Ben")
}
fn cem() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-000000000003}", "Cem")
}

/// The image that runs in production when the story begins.
const RUNS: &str = "sha256:d2aa4f9083af662e3d3844cabe87ab3bf105cbe786c76f041dff5a4bba3f7137";

/// All chapters in order.
pub(super) async fn play(stage: &mut Stage<'_>, args: &Args) -> Result<()> {
    let digest = image::id("clean")?;
    it_goes_to_staging(stage, &digest).await?;
    it_waits_for_production(stage, &digest).await?;
    it_is_taken_back(stage, &digest).await?;
    stage.keep(BOARD_PAGE, &args.board)
}

async fn it_goes_to_staging(stage: &mut Stage<'_>, digest: &str) -> Result<()> {
    stage.say(
        "\n8. Ann takes it to staging by herself. Nobody has to be asked, since every guardrail of promotion.yaml is met: the \
         image\n   was built from the commit whose tests passed, and it was found healthy in dev.\n",
    )?;
    attest_health(stage, "dev", digest, Outcome::Pass)?;
    stage.promote("run orders-api --to staging", Exit::Pass).await
}

async fn it_waits_for_production(stage: &mut Stage<'_>, digest: &str) -> Result<()> {
    stage.say("\n9. Production asks for more: an hour in staging, and two people who did not ask for it.\n")?;
    attest_health(stage, "staging", digest, Outcome::Pass)?;
    attest_health(stage, "production", RUNS, Outcome::Pass)?;
    stage.promote("plan orders-api --to production", Exit::NotYet).await?;
    stage.say("\n   An hour later she opens a pull request, whose description is the plan. Ben and Cem approve.\n")?;
    stage.pass(61.minutes());
    stage.promote("run orders-api --to production", Exit::NotYet).await?;
    let id = stage.last_pull_request();
    for person in [ben(), cem()] {
        stage.bitbucket.approve("acme", "gitops", id, &person);
    }
    stage.say("")?;
    stage.promote(&format!("merge {id}"), Exit::Pass).await
}

async fn it_is_taken_back(stage: &mut Stage<'_>, digest: &str) -> Result<()> {
    stage.say(
        "\n10. It fails in production. What was healthy there before comes back, and the bad image is held, so that it does \
         not return.\n",
    )?;
    stage.pass(5.minutes());
    attest_health(stage, "production", digest, Outcome::Fail)?;
    stage
        .promote("rollback orders-api --environment production \\\n      --reason no-orders-since-10:05", Exit::Pass)
        .await?;
    stage.say("")?;
    stage.promote("plan orders-api --to production", Exit::Fail).await?;
    stage.say("\n   What is where, for everybody, and what was done, from git and from what is attested:\n")?;
    stage.promote(&format!("status --output html={BOARD_PAGE}"), Exit::Pass).await?;
    stage.say("")?;
    stage.promote("history orders-api --environment production", Exit::Pass).await
}

/// What `stepgate-verify` says of a rollout. It says it itself once it is there.
fn attest_health(stage: &mut Stage<'_>, environment: &str, digest: &str, outcome: Outcome) -> Result<()> {
    let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
    let subject = Subject::image("registry.example.com/acme/orders-api", digits);
    let subject = subject.of_service("orders-api").in_environment(environment);
    let summary = Summary {
        claim: Claim::Health,
        version: env!("CARGO_PKG_VERSION"),
        resource: environment,
        at: stage.now(),
        outcome,
        policy: ("promotion.yaml", None),
        reasons: &[],
    };
    let statement = Statement::new(vec![subject], VERIFICATION_SUMMARY, summary.predicate());
    let key = SigningKey::from_seed(&[VERIFICATION_SEED; 32]);
    let line = Envelope::sign(&statement, &[&key]).to_json();
    let digest = digest.parse().map_err(|error| Failure::bug("the demo's digest is none").because(error))?;
    let file = gitops::bundle_path("orders-api", &digest);
    stage.append_to_gitops(&file, &format!("{line}\n"), &format!("Attest the health of {environment}"))
}

/// The first time to come at which the policy lets changes into production: nine in the morning of a Tuesday.
pub(super) fn begin(policy: &str) -> Result<Timestamp> {
    let policy = Policy::read(policy).map_err(|error| Failure::bug("cannot read the demo's policy").because(error))?;
    let production = policy.environment("production");
    let never = || Failure::bug("the demo's policy lets nothing into production");
    let mut day = Timestamp::now().in_tz("Europe/Berlin").map_err(|error| never().because(error))?.date();
    for _ in 0..20 {
        day = day.nth_weekday(1, Weekday::Tuesday).map_err(|error| never().because(error))?;
        let zoned = day.at(9, 0, 0, 0).in_tz("Europe/Berlin").map_err(|error| never().because(error))?;
        let at = zoned.timestamp();
        let is_open = calendar::windows(&production.windows, at).on;
        if is_open && calendar::freezes(&policy, "production", at).is_empty() {
            return Ok(at);
        }
    }
    Err(never())
}
