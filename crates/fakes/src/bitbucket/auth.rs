//! Who may do what: access tokens, basic authentication, OAuth client credentials, scopes.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::errors::{Answer, envelope, not_allowed};
use super::people::Person;
use super::state::State;
use crate::server::{Reply, Request};

/// Who is known.
#[derive(Debug, Default)]
pub(super) struct Auth {
    pub(super) credentials: Vec<Credential>,
    /// `Authorization` headers of the OAuth clients.
    pub(super) clients: Vec<String>,
    issued: Vec<Credential>,
}

impl Auth {
    pub(super) fn is_empty(&self) -> bool {
        self.credentials.is_empty() && self.clients.is_empty()
    }

    pub(super) fn expire_issued(&mut self) {
        self.issued.clear();
    }

    /// Whose credentials a request has.
    pub(super) fn person(&self, request: &Request) -> Person {
        let header = request.header("authorization");
        let known = self.credentials.iter().find(|known| Some(known.header.as_str()) == header);
        known.and_then(|known| known.person.clone()).unwrap_or_else(Person::caller)
    }

    /// Refuses a request that has no known credentials, or whose credentials lack the scope.
    pub(super) fn check(&self, request: &Request, scope: &str) -> Result<(), Reply> {
        let Some(header) = request.header("authorization") else {
            return Err(envelope(401, "You must be authenticated to access this resource.")
                .with_header("www-authenticate", "Basic realm=\"Bitbucket.org HTTP\""));
        };
        let known = self.credentials.iter().chain(&self.issued);
        let Some(credential) = known.into_iter().find(|known| known.header == header) else {
            return Err(envelope(401, "Token is invalid, expired, or not supported for this endpoint."));
        };
        if credential.granted().contains(scope) {
            return Ok(());
        }
        let message = "Your credentials lack one or more required privilege scopes.";
        let detail = json!({"granted": credential.scopes, "required": [scope]});
        Err(Reply::json(403, &json!({"type": "error", "error": {"message": message, "detail": detail}})))
    }
}

/// An `Authorization` header that is accepted, and for what.
#[derive(Debug)]
pub(super) struct Credential {
    header: String,
    scopes: Vec<String>,
    /// Whose they are; nobody in particular's without.
    pub(super) person: Option<Person>,
}

impl Credential {
    pub(super) fn new(header: String, scopes: &[&str]) -> Self {
        Self { header, scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), person: None }
    }

    /// The scopes with those that they imply: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/#scopes>.
    fn granted(&self) -> BTreeSet<&str> {
        let mut granted = BTreeSet::new();
        for scope in &self.scopes {
            granted.extend(match scope.as_str() {
                "repository:write" => vec!["repository:write", "repository"],
                "pullrequest" => vec!["pullrequest", "repository"],
                "pullrequest:write" => vec!["pullrequest:write", "pullrequest", "repository:write", "repository"],
                "pipeline:write" => vec!["pipeline:write", "pipeline"],
                other => vec![other],
            });
        }
        granted
    }
}

/// Issues a token for client credentials (RFC 6749, section 4.4).
pub(super) fn issue_token(state: &mut State, request: &Request) -> Answer {
    if request.method != "POST" {
        return Err(not_allowed());
    }
    let refuse =
        |error: &str, description: &str| Reply::json(400, &json!({"error": error, "error_description": description}));
    let client = request.header("authorization").unwrap_or_default();
    if !state.auth.clients.iter().any(|known| known == client) {
        return Err(refuse("unauthorized_client", "Invalid OAuth client credentials"));
    }
    match form_value(&request.body, "grant_type").as_deref() {
        None => return Err(refuse("invalid_request", "Missing grant_type")),
        Some("client_credentials") => {}
        Some(other) => {
            return Err(refuse("unsupported_grant_type", &format!("Unsupported grant type: {other}")));
        }
    }
    let scopes = ["account", "repository:write", "pullrequest:write"];
    let token = format!("issued-{}", state.tick());
    state.auth.issued.push(Credential::new(format!("Bearer {token}"), &scopes));
    Ok(Reply::json(
        200,
        &json!({
            "access_token": token,
            "refresh_token": "unused",
            "scopes": scopes.join(" "),
            "token_type": "bearer",
            "expires_in": 3600,
        }),
    ))
}

fn form_value(body: &[u8], name: &str) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// The `Authorization` header of basic authentication (RFC 7617).
pub(super) fn basic(user: &str, password: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut header = "Basic ".to_owned();
    for chunk in format!("{user}:{password}").as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let sextet = (bits >> (18 - 6 * position) & 63) as usize;
            header.push(if position <= chunk.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    header
}
