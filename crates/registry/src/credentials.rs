//! Who is asking, and the tokens that registries want in place of that.

use http::{Authorization, Client, Method, Response, Secret, StatusCode, Url};
use serde::Deserialize;

/// Who is asking.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Credentials {
    /// A user and a password, or a token in its place.
    Password {
        /// The user's name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A refresh token of OAuth, as `docker login` stores it for some registries. It opens nothing itself: the realm
    /// gives a token for it.
    IdentityToken(Secret),
}

impl Credentials {
    /// A user and a password.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Password { user: user.into(), password: password.into() }
    }

    /// As a header of basic authentication.
    pub(crate) fn basic(&self) -> Option<Authorization> {
        match self {
            Self::Password { user, password } => {
                Some(Authorization::Basic { user: user.clone(), password: password.clone() })
            }
            Self::IdentityToken(_) => None,
        }
    }
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum NoToken {
    Http(http::Error),
    Unreadable(String),
}

impl NoToken {
    /// Whether the realm says no, rather than failing.
    pub(crate) fn is_refusal(&self) -> bool {
        // A refresh token that is out of date is 400 (RFC 6749, section 5.2).
        let refusals = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        matches!(self, Self::Http(error) if error.status().is_some_and(|status| refusals.contains(&status)))
    }
}

/// Asks a realm for a token. `client` is one for the authority of `realm`.
pub(crate) async fn token(
    client: &Client,
    realm: Url,
    service: Option<&str>,
    scope: &str,
    credentials: Option<&Credentials>,
) -> Result<Authorization, NoToken> {
    let response = match credentials {
        // <https://distribution.github.io/distribution/spec/auth/oauth/>
        Some(Credentials::IdentityToken(token)) => {
            let mut fields = vec![("grant_type", "refresh_token"), ("client_id", "stepgate"), ("scope", scope)];
            fields.extend(service.map(|service| ("service", service)));
            fields.push(("refresh_token", token.expose()));
            // One token more does no harm.
            client.request(Method::POST, realm).form(&fields).hiding(token.clone()).idempotent().send().await
        }
        // <https://distribution.github.io/distribution/spec/auth/token/>
        _ => {
            let mut url = realm;
            url.query_pairs_mut().extend_pairs(service.map(|service| ("service", service))).append_pair("scope", scope);
            let authorization = credentials.and_then(Credentials::basic);
            client.request(Method::GET, url).authorization(authorization).send().await
        }
    };
    read(&response.map_err(NoToken::Http)?)
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

fn read(response: &Response) -> Result<Authorization, NoToken> {
    // What is wrong with the answer is told by its place only: its text may hold a token.
    let answer: Answer = serde_json::from_slice(response.body()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        NoToken::Unreadable(format!("is not the one expected at line {line}, column {column}"))
    })?;
    let token = [answer.token, answer.access_token].into_iter().find(|token| !token.is_empty());
    let token = token.ok_or_else(|| NoToken::Unreadable("holds no token".to_owned()))?;
    Ok(Authorization::Bearer(Secret::new(token)))
}
