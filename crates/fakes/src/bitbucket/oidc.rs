//! The issuer of identity tokens:
//! <https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/>.
//! Claims as real tokens have them (gravitational/teleport, mathieu-lemay/pipeline-runner).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};

use super::Bitbucket;
use super::errors::{Answer, not_allowed};
use super::pipelines::Pipeline;
use crate::server::{Reply, Request};

/// A key for tests only. It was made for this file with `openssl genrsa -traditional 2048`, is public, and protects
/// nothing.
const TEST_KEY: &str = include_str!("oidc.test-key.pem");
/// Its modulus, as a JWK has it.
const MODULUS: &str = "oOruKbD3APDeyOonxjWxpWkIzVTshbx1nrPGC30qMyVmxh2ut05fJMYt1deIsTjlIPiWA-erBPX7XdYHmWk10nDGZ3nrO6h4qR-E\
    58_VGf01_p6Q2Tt462Lcx375d8js3gawbLDb8-39x73yQ6Opafnk6p2Xf3m3Zs8VIK50gaoeVy8t0lZeja2Oe-kSm3N32xYYolnB\
    RPvM0A_UMzz61MkViqJegFxl3N2YwOdTfRfKwKQaQwfWWvjYZLqB2x_yKhBy5-4QRhz04Tqxgxx4r13t4aKgij86w25AVs5wNPSP\
    MQjXfDmof2L4_I5u8yAN20lrvmRymKu3tjRRJR-QGQ";
/// Its id in the key set.
const KEY_ID: &str = "fake-2026";

/// `/workspaces/{workspace}/pipelines-config/identity/oidc/keys.json`, for everybody.
pub(super) fn keys(request: &Request) -> Answer {
    if request.method != "GET" {
        return Err(not_allowed());
    }
    let key = json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": MODULUS, "e": "AQAB"});
    Ok(Reply::json(200, &json!({"keys": [key]})))
}

/// An identity token about to be signed, genuine or not.
#[derive(Debug, Clone)]
#[must_use = "it is a token once it is signed"]
pub struct Token {
    claims: Map<String, Value>,
    key_id: Option<String>,
    forged: Vec<(String, Value)>,
}

impl Token {
    /// Valid for an hour from that time on.
    pub fn issued_at(self, time: Timestamp) -> Self {
        let second = time.as_second();
        self.claim("iat", second.into()).claim("exp", second.saturating_add(3600).into())
    }

    /// Says this.
    pub fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.insert(name.to_owned(), value);
        self
    }

    /// Does not say this.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Names this key, or none, whichever really signs.
    pub fn key_id(mut self, id: Option<&str>) -> Self {
        self.key_id = id.map(str::to_owned);
        self
    }

    /// Says this once it is signed, so that the signature is wrong.
    pub fn forged(mut self, name: &str, value: Value) -> Self {
        self.forged.push((name.to_owned(), value));
        self
    }

    /// Signs it with the issuer's key; nothing when the key cannot sign.
    #[must_use]
    pub fn sign(self) -> Option<String> {
        self.signed(Algorithm::RS256, &EncodingKey::from_rsa_der(&der()?))
    }

    /// Signs it with HS256 and the issuer's public key for the secret, the attack that takes one algorithm for another.
    #[must_use]
    pub fn sign_with_the_public_key(self) -> Option<String> {
        self.signed(Algorithm::HS256, &EncodingKey::from_secret(MODULUS.as_bytes()))
    }

    /// Does not sign it and says so (`"alg": "none"`).
    #[must_use]
    pub fn unsigned(self) -> String {
        let header = json!({"typ": "JWT", "alg": "none", "kid": self.key_id});
        format!("{}.{}.", encoded(&header), encoded(&Value::Object(self.claims)))
    }

    fn signed(self, algorithm: Algorithm, key: &EncodingKey) -> Option<String> {
        let header = Header { kid: self.key_id, ..Header::new(algorithm) };
        let token = jsonwebtoken::encode(&header, &self.claims, key).ok()?;
        if self.forged.is_empty() {
            return Some(token);
        }
        let mut claims = self.claims;
        claims.extend(self.forged);
        let (head, signature) = (token.split('.').next()?, token.rsplit('.').next()?);
        Some(format!("{head}.{}.{signature}", encoded(&Value::Object(claims))))
    }
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// The bytes of the key (PKCS #1).
fn der() -> Option<Vec<u8>> {
    let body: String = TEST_KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).ok()
}

impl Bitbucket {
    /// The issuer of the tokens of a workspace.
    #[must_use]
    pub fn oidc_issuer(&self, workspace: &str) -> String {
        format!("{}/workspaces/{workspace}/pipelines-config/identity/oidc", self.api_url())
    }

    /// The identity token of a step, by the step's UUID, valid for an hour from [`time`](Self::time) on; nothing when
    /// there is no such step. Sign it.
    pub fn token(&self, step: &str) -> Option<Token> {
        let state = self.shared.state();
        let mut pipelines = state.repositories.iter().flat_map(|it| it.pipelines.iter().map(move |found| (it, found)));
        let of = |pipeline: &Pipeline| pipeline.steps.iter().find(|it| it.uuid == step).cloned();
        let (repository, pipeline, step) = pipelines.find_map(|(it, found)| Some((it, found, of(found)?)))?;
        let workspace_uuid = "{00000000-0000-4000-8000-0000000000b1}";
        let place = step.environment.iter().map(|environment| format!(":{environment}")).collect::<String>();
        let claims = json!({
            "iss": self.oidc_issuer(&repository.workspace),
            "aud": format!("ari:cloud:bitbucket::workspace/{}", workspace_uuid.trim_matches(['{', '}'])),
            "sub": format!("{}{place}:{}", repository.uuid, step.uuid),
            "repositoryUuid": repository.uuid,
            "workspaceUuid": workspace_uuid,
            "accountUuid": workspace_uuid,
            "pipelineUuid": pipeline.uuid,
            "stepUuid": step.uuid,
            "branchName": pipeline.branch,
        });
        let mut claims = claims.as_object().cloned().unwrap_or_default();
        if let Some(environment) = &step.environment {
            claims.insert("deploymentEnvironmentUuid".to_owned(), json!(environment));
        }
        let token = Token { claims, key_id: Some(KEY_ID.to_owned()), forged: Vec::new() };
        Some(token.issued_at(state.time()))
    }
}
