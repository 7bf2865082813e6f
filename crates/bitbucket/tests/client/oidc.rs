//! Who triggered a pipeline, and what does not count as an answer.

use bitbucket::oidc::{Expected, Triggered, WhoError, verify};
use fakes::bitbucket::{Person, Pipeline, Running, Token};
use serde_json::json;

use crate::stage::{Stage, fake};

const ADA: &str = "{00000000-0000-4000-8000-0000000000ad}";

fn ada() -> Person {
    Person::new(ADA, "Ada")
}

struct Scene {
    stage: Stage,
    running: Running,
}

impl Scene {
    fn of(pipeline: Pipeline) -> Self {
        let stage = Stage::with(fake().repository("acme", "other"), |builder| builder);
        let running = stage.fake.run_pipeline("acme", "shop", pipeline).unwrap();
        Self { stage, running }
    }

    fn token(&self) -> Token {
        self.stage.fake.token(self.running.steps.last().unwrap()).unwrap()
    }

    async fn asked(&self, token: &str) -> Result<Triggered, WhoError> {
        self.stage.bb.who_triggered("acme", "shop", token, self.stage.fake.time()).await
    }

    /// The refusal, which never has the token in it.
    async fn refusal(&self, token: &str) -> String {
        let error = self.asked(token).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!token.split('.').any(|part| part.len() > 8 && text.contains(part)), "{text}");
        error.to_string()
    }
}

#[tokio::test]
async fn the_token_of_a_step_leads_to_the_person_who_started_its_pipeline() {
    let scene = Scene::of(Pipeline::new(&ada()).custom("promote").step("Plan").step("Promote").deploys_to("{e}"));
    let triggered = scene.asked(&scene.token().sign().unwrap()).await.unwrap();
    assert_eq!((triggered.uuid.as_str(), triggered.display_name.as_deref()), (ADA, Some("Ada")));
    assert_eq!((triggered.build_number, triggered.environment_uuid.as_deref()), (Some(1), Some("{e}")));
    let uuid = |line: String| line.replace(&scene.running.uuid.replace('{', "%7B").replace('}', "%7D"), "P");
    let lines: Vec<String> = scene.stage.lines().into_iter().map(uuid).collect();
    insta::assert_debug_snapshot!(lines, @r#"
    [
        "GET ",
        "GET /2.0/workspaces/acme/pipelines-config/identity/oidc/keys.json",
        "GET /pipelines/P",
        "GET /pipelines/P/steps?pagelen=100",
    ]
    "#);
}

#[tokio::test]
async fn a_token_that_is_not_what_bitbucket_signed_is_refused() {
    let scene = Scene::of(Pipeline::new(&ada()));
    let sign = |token: Token| token.sign().unwrap();
    let other = json!("{00000000-0000-4000-8000-00000000000f}");
    let genuine = sign(scene.token());
    let cut = genuine.rsplit_once('.').unwrap().0;
    let cases = [
        (scene.token().unsigned(), "it is not signed with RS256"),
        (scene.token().sign_with_the_public_key().unwrap(), "it is not signed with RS256"),
        (sign(scene.token().forged("pipelineUuid", other.clone())), "its signature is wrong"),
        (sign(scene.token().forged("exp", json!(9_999_999_999_u64))), "its signature is wrong"),
        (sign(scene.token().key_id(Some("mine"))), "a key that Bitbucket does not publish"),
        (sign(scene.token().key_id(None)), "it does not say which key signed it"),
        (sign(scene.token().claim("iss", json!("https://evil.example"))), "it is not issued by http://127.0.0.1"),
        (sign(scene.token().claim("repositoryUuid", other)), "it is of another repository"),
        (sign(scene.token().issued_at(jiff_epoch())), "it expired at 1970-01-01T01:00:00Z"),
        (sign(scene.token().claim("nbf", json!(4_000_000_000_u64))), "it is not valid before 2096-10-02"),
        (sign(scene.token().without("stepUuid")), "its claims cannot be read or lack one"),
        (sign(scene.token().without("exp")), "its claims cannot be read or lack one"),
        (sign(scene.token().claim("exp", json!("never"))), "its claims cannot be read or lack one"),
        (format!("{cut}."), "its signature is wrong"),
        (cut.to_owned(), "it does not have three parts"),
        (String::new(), "it does not have three parts"),
        ("x".repeat(20_000), "it is too long"),
        (format!("{genuine}.{genuine}"), "it does not have three parts"),
    ];
    for (token, expected) in cases {
        let refusal = scene.refusal(&token).await;
        assert!(refusal.starts_with("trust the identity token of the step: "), "{refusal}");
        assert!(refusal.contains(expected), "{expected}: {refusal}");
    }
    assert!(scene.asked(&format!("{genuine}\n")).await.is_ok(), "the end of a line does not matter");
}

fn jiff_epoch() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}

#[tokio::test]
async fn not_one_character_of_a_token_can_be_changed() {
    let scene = Scene::of(Pipeline::new(&ada()));
    let keys = scene.stage.bb.oidc_keys("acme").await.unwrap();
    let uuid = scene.stage.repository().get().await.unwrap().uuid;
    let issuer = scene.stage.bb.oidc_issuer("acme");
    let expected = Expected { issuer: &issuer, audience: None, repository_uuid: &uuid, now: scene.stage.fake.time() };
    let genuine = scene.token().sign().unwrap();
    assert!(verify(&genuine, &keys, &expected).is_ok());
    for at in 0..genuine.len() {
        let mut bytes = genuine.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(verify(&changed, &keys, &expected).is_err(), "{at}");
    }
    let audience = Some("ari:cloud:bitbucket::workspace/00000000-0000-4000-8000-0000000000b1");
    assert!(verify(&genuine, &keys, &Expected { audience, ..expected }).is_ok());
    assert!(verify(&genuine, &keys, &Expected { audience: Some("sts.amazonaws.com"), ..expected }).is_err());
}

#[tokio::test]
async fn nobody_is_named_where_nobody_can_be_known() {
    let cases = [
        (Pipeline::new(&ada()).trigger("schedule"), "by a timetable, not by a person"),
        (Pipeline::new(&ada()).trigger("parent"), "what started the pipeline"),
        (Pipeline::new(&Person::app(ADA, "bot")), "an account that is no person"),
        (Pipeline::new(&ada()).manual_step("Promote"), "\"Promote\" was started by hand"),
        (Pipeline::new(&ada()).manual_step("Go").step("Promote"), "\"Go\" was started by hand"),
        (Pipeline::new(&ada()).triggered_step("Promote", "redeploy"), "is a redeployment"),
        (Pipeline::new(&ada()).step("Promote").again(), "\"Promote\" was run again"),
    ];
    for (pipeline, expected) in cases {
        let scene = Scene::of(pipeline);
        let refusal = scene.refusal(&scene.token().sign().unwrap()).await;
        assert!(refusal.contains(expected), "{refusal}");
    }
}

#[tokio::test]
async fn the_token_of_what_is_over_or_elsewhere_is_refused() {
    let scene = Scene::of(Pipeline::new(&ada()).step("Plan").step("Promote"));
    let token = scene.token().sign().unwrap();
    scene.stage.fake.finish_step(&scene.running.steps[1]);
    assert!(scene.refusal(&token).await.contains("the step of the token is over"));
    scene.stage.fake.finish_pipeline(&scene.running.uuid);
    assert!(scene.refusal(&token).await.contains("the pipeline of the token is over"));

    let elsewhere = scene.stage.bb.who_triggered("acme", "other", &token, scene.stage.fake.time()).await.unwrap_err();
    assert!(elsewhere.to_string().contains("it is of another repository"), "{elsewhere}");
    let gone = json!("{00000000-0000-4000-8000-00000000000f}");
    let error = scene.asked(&scene.token().claim("pipelineUuid", gone).sign().unwrap()).await.unwrap_err();
    assert!(matches!(&error, WhoError::Api(error) if error.is_not_found()), "{error}");
}
