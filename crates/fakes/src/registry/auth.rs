//! Who may ask: anybody, users by basic authentication, or who has a token for the repository.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::refusal;
use crate::server::{Reply, Request};

/// How the registry is told who is asking.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Not at all.
    #[default]
    Open,
    Basic,
    /// <https://distribution.github.io/distribution/spec/auth/token/>
    Token,
}

#[derive(Debug, Default)]
pub(super) struct Auth {
    pub(super) way: Way,
    /// `Authorization` headers of the users.
    pub(super) users: Vec<String>,
    pub(super) identity_tokens: Vec<String>,
    /// Repositories for which anybody gets a token.
    pub(super) public: Vec<String>,
    pub(super) realm: String,
    pub(super) challenge: Option<String>,
    /// Tokens with the scope that each is good for.
    issued: BTreeMap<String, String>,
    count: u32,
}

/// What a registry calls itself towards its realm.
const SERVICE: &str = "fake registry";

impl Auth {
    pub(super) fn default_realm(&mut self, url: &str) {
        if self.realm.is_empty() {
            url.clone_into(&mut self.realm);
        }
    }

    pub(super) fn expire_tokens(&mut self) {
        self.issued.clear();
    }

    /// Refuses who may not read the repository; `None` stands for `/v2/` itself.
    pub(super) fn check(&self, request: &Request, repository: Option<&str>) -> Result<(), Reply> {
        let header = request.header("authorization").unwrap_or_default();
        let scope = repository.map(pull).unwrap_or_default();
        let challenge = match self.way {
            Way::Open => return Ok(()),
            Way::Basic if self.users.iter().any(|user| user == header) => return Ok(()),
            Way::Basic => "Basic realm=\"fake\"".to_owned(),
            Way::Token => {
                let granted = header.strip_prefix("Bearer ").and_then(|token| self.issued.get(token));
                if granted.is_some_and(|granted| repository.is_none() || *granted == scope) {
                    return Ok(());
                }
                format!("Bearer realm=\"{}\",service=\"{SERVICE}\",scope=\"{scope}\"", self.realm)
            }
        };
        let challenge = self.challenge.clone().unwrap_or(challenge);
        Err(refusal(401, "UNAUTHORIZED", "authentication required").with_header("www-authenticate", challenge))
    }

    /// Answers `GET /token?service=…&scope=…`, and `POST /token` for an identity token.
    pub(super) fn issue_token(&mut self, request: &Request) -> Reply {
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let (pairs, known) = match request.method.as_str() {
            "GET" => {
                let header = request.header("authorization");
                let known = header.map(|header| self.users.iter().any(|user| user == header));
                (pairs(query), known)
            }
            "POST" => {
                let pairs = pairs(&String::from_utf8_lossy(&request.body));
                let value = |name: &str| pairs.get(name).map_or("", String::as_str);
                let token = value("refresh_token").to_owned();
                let known = value("grant_type") == "refresh_token" && self.identity_tokens.contains(&token);
                (pairs, Some(known))
            }
            _ => return refusal(405, "UNSUPPORTED", "method not allowed"),
        };
        if pairs.get("service").map(String::as_str) != Some(SERVICE) {
            return refusal(400, "UNSUPPORTED", "the service is not one of ours");
        }
        let scope = pairs.get("scope").cloned().unwrap_or_default();
        let public = self.public.iter().any(|name| pull(name) == scope);
        match known {
            Some(false) => return Reply::json(401, &json!({"details": "incorrect username or password"})),
            None if self.public.is_empty() => return refusal(401, "UNAUTHORIZED", "authentication required"),
            Some(true) | None => {}
        }
        self.count += 1;
        let token = format!("issued-{}", self.count);
        self.issued.insert(token.clone(), if known.is_some() || public { scope } else { String::new() });
        // Which of the two names a server uses is up to it.
        let name = if request.method == "POST" { "access_token" } else { "token" };
        Reply::json(200, &json!({name: token, "expires_in": 300}))
    }
}

fn pull(repository: &str) -> String {
    format!("repository:{repository}:pull")
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}
