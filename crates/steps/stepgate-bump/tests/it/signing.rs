//! What a build with a key says of the image it puts somewhere.

use attest::{Claim, Envelope, Evidence, Question, SigningKey, Statement, Trust, TrustedKey};
use insta::assert_snapshot;
use promotion::{Action, Deployment};

use crate::support::{DIGEST, World};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const NEXT: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn world() -> World {
    let mut world = World::new();
    world.env("STEPGATE_SIGNING_KEY", &key().to_pem()).env("BITBUCKET_COMMIT", COMMIT);
    world.env("BITBUCKET_REPO_FULL_NAME", "acme/orders-api").env("BITBUCKET_BUILD_NUMBER", "42");
    world.env("BITBUCKET_STEP_TRIGGERER_UUID", "{6a3b0f8e-0000-4000-8000-000000000001}");
    world
}

fn put(world: &World, tag: &str, digest: &str, more: &[&str]) -> String {
    let image = format!("registry.example.com/acme/orders-api:{tag}@{digest}");
    let run = world.put(&[&[image.as_str(), "--service", "orders-api", "--environment", "dev"][..], more].concat());
    assert_eq!(run.status, Some(0), "{run}");
    run.to_string()
}

fn file(digest: &str) -> String {
    format!("attestations/orders-api/{}.intoto.jsonl", digest.replace(':', "-"))
}

/// What the bundle of an image proves.
fn evidence(world: &World, digest: &str) -> Evidence {
    let may_sign = vec![Claim::Provenance, Claim::Deployment, Claim::Lint];
    let ours = TrustedKey {
        name: "ci".to_owned(),
        key: key().public(),
        may_sign,
        services: None,
        environments: None,
        valid_from: None,
        valid_until: None,
        revoked: None,
    };
    let (digest, bundle) = (digest.trim_start_matches("sha256:"), world.file(&file(digest)));
    let question = Question { service: "orders-api", digest, now: jiff::Timestamp::now() };
    let evidence = attest::examine(bundle.as_bytes(), &Trust { keys: vec![ours] }, &question);
    assert!(evidence.rejected.is_empty(), "{evidence:?}");
    evidence
}

fn deployments(evidence: &Evidence) -> Vec<(String, Deployment)> {
    let all = evidence.accepted.iter().filter(|it| it.claim == Claim::Deployment);
    all.map(|it| (it.sha256.clone(), Deployment::of(&it.statement).expect("a deployment"))).collect()
}

#[test]
fn where_it_came_from_and_where_it_went_is_signed_in_the_same_commit() {
    let world = world();
    let before = world.remote.git(&["rev-parse", "main"]);
    assert_snapshot!(put(&world, "1.9.2", DIGEST, &[]), @r"
    $ stepgate-bump put --repo [REMOTE] registry.example.com/acme/orders-api:1.9.2@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 --service orders-api --environment dev
    committed [COMMIT] to main of [REMOTE]
      orders-api in dev: environments/dev/orders-api/values.yaml:3 image.tag: 1.9.0@sha256:10856c3ed444 -> 1.9.2@sha256:2d711642b726
      attestations/orders-api/sha256-2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.intoto.jsonl: attestations
    [exit status: 0]
    ");
    assert_eq!(world.commits(), 2);
    let evidence = evidence(&world, DIGEST);
    assert_eq!(evidence.commits, [COMMIT]);
    let [(_, deployment)] = &deployments(&evidence)[..] else { unreachable!("{evidence:?}") };
    assert_eq!((deployment.action, deployment.environment.as_str()), (Action::Bumped, "dev"));
    assert_eq!((deployment.onto.as_str(), &deployment.previous), (before.as_str(), &None));
    assert_eq!(deployment.by.proof, "claimed");
    assert!(
        deployment.replaced.as_ref().is_some_and(|image| image.starts_with("registry.example.com/acme/orders-api:"))
    );
    assert!(deployment.policy.is_some());
}

#[test]
fn a_put_that_has_nothing_to_do_signs_nothing_anew() {
    let world = world();
    put(&world, "1.9.2", DIGEST, &[]);
    let bundle = world.file(&file(DIGEST));
    assert!(put(&world, "1.9.2", DIGEST, &[]).contains("nothing to do"));
    assert_eq!((world.commits(), world.file(&file(DIGEST))), (2, bundle));
}

#[test]
fn every_deployment_names_the_one_before_it() {
    let world = world();
    put(&world, "1.9.2", DIGEST, &[]);
    put(&world, "1.9.3", NEXT, &[]);
    put(&world, "1.9.2", DIGEST, &["--allow-downgrade"]);
    let [first, third] = &deployments(&evidence(&world, DIGEST))[..] else { unreachable!("two") };
    let [second] = &deployments(&evidence(&world, NEXT))[..] else { unreachable!("one") };
    assert_eq!((&first.1.previous, &second.1.previous), (&None, &Some(first.0.clone())));
    assert_eq!(third.1.previous, Some(second.0.clone()));
    assert!(second.1.replaced.as_ref().is_some_and(|image| image.ends_with(DIGEST)), "{second:?}");
}

#[test]
fn what_gates_left_where_the_step_runs_is_carried_without_being_asked_for() {
    let world = world();
    let statement = Statement::new(
        vec![attest::Subject::commit(COMMIT).of_service("orders-api")],
        attest::claim::VERIFICATION_SUMMARY,
        attest::claim::Summary {
            claim: Claim::Lint,
            version: "1",
            resource: "git:0123",
            at: jiff::Timestamp::now(),
            outcome: attest::Outcome::Pass,
            policy: ("stepgate.yaml", None),
            reasons: &[],
        }
        .predicate(),
    );
    let line = Envelope::sign(&statement, &[&key()]).to_json();
    world.write("stepgate-attestations/stepgate-lint.intoto.jsonl", format!("{line}\n"));
    put(&world, "1.9.2", DIGEST, &[]);
    let claims: Vec<_> = evidence(&world, DIGEST).accepted.into_iter().map(|it| it.claim).collect();
    assert_eq!(claims, [Claim::Lint, Claim::Provenance, Claim::Deployment], "bound by the provenance to the image");
}

#[test]
fn a_build_that_changes_nothing_of_the_image_does_not_contradict_the_first() {
    let mut world = world();
    put(&world, "1.9.2", DIGEST, &[]);
    world.env("BITBUCKET_COMMIT", "89abcdef0123456789abcdef0123456789abcdef").env("BITBUCKET_BUILD_NUMBER", "43");
    put(&world, "1.9.3", DIGEST, &[]);
    assert_eq!(evidence(&world, DIGEST).commits, [COMMIT]);
}

#[test]
fn a_key_that_is_none_is_told_before_the_repository_is_asked() {
    let mut world = World::new();
    world.env("STEPGATE_SIGNING_KEY", "hunter2hunter2");
    let image = format!("registry.example.com/acme/orders-api:1.9.2@{DIGEST}");
    assert_snapshot!(world.put(&[&image, "--service", "orders-api", "--environment", "dev"]), @r"
    $ stepgate-bump put --repo [REMOTE] registry.example.com/acme/orders-api:1.9.2@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 --service orders-api --environment dev
    ------- stderr -------
    error: cannot use the key in STEPGATE_SIGNING_KEY: it is neither a private key in PEM nor one in base64
    hint: set it to what `base64 -w0 KEY.pem` prints; `stepgate keygen` makes a key
    [exit status: 3]
    ");
    assert_eq!(world.commits(), 1);
}
