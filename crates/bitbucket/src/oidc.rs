//! Who a step is: the identity token of Pipelines (OpenID Connect), and whom it leads to.
//!
//! A step with `oidc: true` gets a signed token in `BITBUCKET_STEP_OIDC_TOKEN`. It names the repository, the pipeline
//! and the step, and no person:
//! <https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/>.
//! [`verify`] says whether a token is genuine; [`Bitbucket::who_triggered`](crate::Bitbucket::who_triggered) goes on to
//! the person.

mod claims;
mod who;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

pub use self::claims::Claims;
pub use self::who::{Triggered, WhoError};
use crate::client::Bitbucket;
use crate::error::Error;

/// Seconds that the clocks of two machines may differ. Our own; the usual amount for such tokens.
const LEEWAY: i64 = 60;

/// Bytes of a token, at most. Our own; real ones have about 1,500.
const LONGEST_TOKEN: usize = 16 << 10;

/// The public keys of an issuer (RFC 7517, section 5).
#[derive(Clone, Debug, Deserialize)]
pub struct Jwks {
    /// Kept as they came: one of a kind that is not known must not make the others unreadable.
    keys: Vec<Value>,
}

/// What a token has to say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who issued it; see [`Bitbucket::oidc_issuer`].
    pub issuer: &'a str,
    /// For whom it is, when that matters: `ari:cloud:bitbucket::workspace/…`, or what the step names under `audiences`.
    pub audience: Option<&'a str>,
    /// The repository of its pipeline, by UUID with or without braces.
    pub repository_uuid: &'a str,
    /// The time of day.
    pub now: Timestamp,
}

/// Why a token is not believed. Its text reads after "failed to", and never has the token in it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("trust the identity token of the step: {reason}; {hint}")]
pub struct OidcError {
    reason: Reason,
    hint: &'static str,
}

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    Shape(&'static str),
    #[error("it is not signed with RS256, the only algorithm of Bitbucket")]
    Algorithm,
    #[error("it is signed with a key that Bitbucket does not publish for this workspace")]
    UnknownKey,
    #[error("the key that it names cannot be used: {0}")]
    Key(&'static str),
    #[error("its signature is wrong")]
    Signature,
    #[error(
        "its claims cannot be read or lack one that it must have (iss, exp, repositoryUuid, pipelineUuid, stepUuid)"
    )]
    Claims,
    #[error("it is not issued by {0}")]
    Issuer(String),
    #[error("it is not for the audience {0}")]
    Audience(String),
    #[error("it is of another repository than {0}")]
    Repository(String),
    #[error("it expired at {0}")]
    Expired(Timestamp),
    #[error("it is not valid before {0}")]
    Early(Timestamp),
}

impl From<Reason> for OidcError {
    fn from(reason: Reason) -> Self {
        let hint = match &reason {
            Reason::Shape(_) | Reason::Claims => {
                "give the value of BITBUCKET_STEP_OIDC_TOKEN of a step with `oidc: true`, unchanged"
            }
            Reason::Issuer(_) | Reason::UnknownKey => "is it of this workspace?",
            Reason::Repository(_) | Reason::Audience(_) => "use the token of the running step",
            Reason::Expired(_) | Reason::Early(_) => {
                "use the token of the running step, and look at the machine's clock"
            }
            Reason::Algorithm | Reason::Key(_) | Reason::Signature => "it may be forged",
        };
        Self { reason, hint }
    }
}

/// The header of a token (RFC 7515, section 4). Keys and addresses of keys in it are not looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// What must be understood; nothing is.
    crit: Option<IgnoredAny>,
}

/// Checks a token: that the issuer signed it with RS256 and one of `jwks`, and that it says what is `expected`.
///
/// # Errors
///
/// When it is not to be believed, with the reason in words.
pub fn verify(token: &str, jwks: &Jwks, expected: &Expected<'_>) -> Result<Claims, OidcError> {
    let token = token.trim();
    let header = header(token)?;
    if header.alg != "RS256" {
        return Err(Reason::Algorithm.into());
    }
    let kid = header.kid.ok_or(Reason::Shape("it does not say which key signed it"))?;
    let key = jwks.key(&kid)?;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &only_rs256()).map_err(|error| {
        use jsonwebtoken::errors::ErrorKind;
        match error.kind() {
            ErrorKind::Json(_) | ErrorKind::Utf8(_) => Reason::Claims,
            ErrorKind::InvalidAlgorithm => Reason::Algorithm,
            _ => Reason::Signature,
        }
    })?;
    claims.claims.check(expected)?;
    Ok(claims.claims)
}

/// The claims are checked by [`Claims::check`], by a time that is handed in.
fn only_rs256() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn header(token: &str) -> Result<Header, Reason> {
    if token.len() > LONGEST_TOKEN {
        return Err(Reason::Shape("it is too long"));
    }
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(Reason::Shape("it does not have three parts"));
    };
    let unreadable = Reason::Shape("its header cannot be read");
    let json = URL_SAFE_NO_PAD.decode(header).ok();
    let header: Option<Header> = json.and_then(|json| serde_json::from_slice(&json).ok());
    let header = header.ok_or(unreadable)?;
    if header.crit.is_some() {
        return Err(Reason::Shape("its header asks for something that is not known here"));
    }
    Ok(header)
}

impl Jwks {
    /// The one key of that id, if it is one for RS256 signatures.
    fn key(&self, kid: &str) -> Result<DecodingKey, Reason> {
        let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut found = self.keys.iter().filter(|key| key.get("kid").and_then(Value::as_str) == Some(kid));
        let key = found.next().ok_or(Reason::UnknownKey)?;
        if found.next().is_some() {
            return Err(Reason::Key("there is another of the same id"));
        }
        if text(key, "kty").as_deref() != Some("RSA") {
            return Err(Reason::Key("it is no RSA key"));
        }
        if text(key, "use").is_some_and(|it| it != "sig") || text(key, "alg").is_some_and(|it| it != "RS256") {
            return Err(Reason::Key("it is not for RS256 signatures"));
        }
        let (Some(n), Some(e)) = (text(key, "n"), text(key, "e")) else {
            return Err(Reason::Key("it has no numbers"));
        };
        DecodingKey::from_rsa_components(&n, &e).map_err(|_odd| Reason::Key("its numbers cannot be read"))
    }
}

impl Bitbucket {
    /// The issuer of the tokens of a workspace, given by its slug: an address below the API's own.
    #[must_use]
    pub fn oidc_issuer(&self, workspace: &str) -> String {
        format!("{}/workspaces/{workspace}/pipelines-config/identity/oidc", self.public_base())
    }

    /// The keys with which the tokens of a workspace are signed:
    /// <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/>.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such workspace.
    pub async fn oidc_keys(&self, workspace: &str) -> Result<Jwks, Error> {
        let place = ["workspaces", workspace, "pipelines-config", "identity", "oidc", "keys.json"];
        self.place(&place).get().await
    }
}

#[cfg(test)]
mod tests;
