//! What a token says.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{Expected, LEEWAY, OidcError, Reason};
use crate::uuid::{same_uuid, uuid};

/// What an identity token says, none of it about a person. The names are those of real tokens, which the documentation
/// of Bitbucket shows.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom it is.
    #[serde(default, deserialize_with = "one_or_many")]
    pub aud: Vec<String>,
    /// Repository (by some accounts the pipeline), environment if there is one, and step, with colons between them.
    pub sub: Option<String>,
    /// When it ends, in seconds of the Unix epoch.
    pub exp: i64,
    /// When it was made, in seconds of the Unix epoch.
    pub iat: Option<i64>,
    /// When it begins, in seconds of the Unix epoch.
    pub nbf: Option<i64>,
    /// The repository of the pipeline, by UUID.
    pub repository_uuid: String,
    /// The pipeline, by UUID.
    pub pipeline_uuid: String,
    /// The step, by UUID.
    pub step_uuid: String,
    /// The workspace, by UUID.
    pub workspace_uuid: Option<String>,
    /// The environment that the step deploys to, by UUID, if it does.
    pub deployment_environment_uuid: Option<String>,
    /// The branch that the pipeline runs on, where it is told.
    pub branch_name: Option<String>,
}

impl Claims {
    /// Compares it with what is expected.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<(), OidcError> {
        if self.iss != expected.issuer {
            return Err(Reason::Issuer(expected.issuer.to_owned()).into());
        }
        if let Some(audience) = expected.audience.filter(|audience| !self.aud.iter().any(|aud| aud == audience)) {
            return Err(Reason::Audience(audience.to_owned()).into());
        }
        let now = expected.now.as_second();
        if self.exp <= now.saturating_sub(LEEWAY) {
            return Err(Reason::Expired(at(self.exp)).into());
        }
        if let Some(begin) = self.nbf.max(self.iat).filter(|begin| *begin > now.saturating_add(LEEWAY)) {
            return Err(Reason::Early(at(begin)).into());
        }
        if uuid(&self.pipeline_uuid).is_none() || uuid(&self.step_uuid).is_none() {
            return Err(Reason::Claims.into());
        }
        if !same_uuid(&self.repository_uuid, expected.repository_uuid) {
            return Err(Reason::Repository(expected.repository_uuid.to_owned()).into());
        }
        Ok(())
    }
}

/// The time of a second; of one that no calendar has, the nearest that it has.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// An audience is a text, or a list of them (RFC 7519, section 4.1.3).
fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    use serde::de::Error as _;
    use serde_json::Value;
    match Value::deserialize(from)? {
        Value::String(one) => Ok(vec![one]),
        Value::Array(many) => {
            let texts = many.into_iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().ok_or_else(|| D::Error::custom("an audience that is no text"))
        }
        _ => Err(D::Error::custom("an audience that is no text")),
    }
}
