//! The ways to say who is asking.

use std::time::Duration;

use http::{Authorization, Client, Clock, Method, Secret};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::error::Error;

/// How early a token is replaced before it expires.
const EARLY: Duration = Duration::from_secs(60);

/// Who is asking.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Nobody: public repositories only, 60 requests an hour.
    None,
    /// The proxy at this URL adds the credentials of the running step: `http://localhost:29418`, inside a pipe
    /// `http://host.docker.internal:29418`. Good for reports and annotations of the step's own repository.
    Proxy(String),
    /// An access token of a repository, project or workspace.
    AccessToken(Secret),
    /// An API token of a person.
    ApiToken {
        /// The person's e-mail address.
        email: String,
        /// The token.
        token: Secret,
    },
    /// An OAuth consumer (client credentials, RFC 6749 section 4.4).
    OAuth {
        /// The consumer's key.
        client_id: String,
        /// The consumer's secret.
        client_secret: Secret,
    },
}

/// What gives each request its credentials.
#[derive(Debug)]
pub(crate) enum Credentials {
    Fixed(Option<Authorization>),
    OAuth(OAuth),
}

impl Credentials {
    pub(crate) async fn authorization(&self) -> Result<Option<Authorization>, Error> {
        match self {
            Self::Fixed(authorization) => Ok(authorization.clone()),
            Self::OAuth(oauth) => Ok(Some(Authorization::Bearer(oauth.token().await?))),
        }
    }

    /// Forgets `refused` credentials; says whether there can be others.
    pub(crate) async fn forget(&self, refused: Option<&Authorization>) -> bool {
        match (self, refused) {
            (Self::OAuth(oauth), Some(Authorization::Bearer(token))) => {
                oauth.forget(token).await;
                true
            }
            _ => false,
        }
    }
}

/// Tokens from an OAuth consumer's key and secret.
#[derive(Debug)]
pub(crate) struct OAuth {
    /// Its base is the URL that gives tokens.
    client: Client,
    consumer: Authorization,
    token: Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    secret: Secret,
    /// On the client's clock.
    expires: Duration,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

impl OAuth {
    pub(crate) fn new(client: Client, client_id: String, client_secret: Secret) -> Self {
        let consumer = Authorization::Basic { user: client_id, password: client_secret };
        Self { client, consumer, token: Mutex::new(None) }
    }

    /// The token at hand, or a new one. Callers at the same time share one.
    async fn token(&self) -> Result<Secret, Error> {
        let clock: &Clock = self.client.clock();
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref().filter(|token| clock.elapsed() < token.expires) {
            return Ok(token.secret.clone());
        }
        let request = self.client.request(Method::POST, self.client.base().clone());
        let request = request.form(&[("grant_type", "client_credentials")]).authorization(Some(self.consumer.clone()));
        // One token more does no harm.
        let response = request.idempotent().send().await?;
        // What is wrong with the answer is told by its place only: its text may hold a token.
        let answer: TokenAnswer = serde_json::from_slice(response.body()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Error::Invalid(format!(
                "read the OAuth token: the answer is not the one expected at line {line}, column {column}"
            ))
        })?;
        let lifetime = Duration::from_secs(answer.expires_in).saturating_sub(EARLY);
        let secret = Secret::new(answer.access_token);
        *token = Some(Token { secret: secret.clone(), expires: clock.elapsed().saturating_add(lifetime) });
        Ok(secret)
    }

    /// Drops `refused`, unless somebody has replaced it meanwhile.
    async fn forget(&self, refused: &Secret) {
        let mut token = self.token.lock().await;
        if token.as_ref().is_some_and(|token| token.secret == *refused) {
            *token = None;
        }
    }
}
