//! Says who may come in and what is done differently, before a registry starts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::auth::Way;
use super::{Registry, State};
use crate::server::StartError;

/// What a [`Registry`] starts with. Without one of the ways to say who is asking, anybody may ask.
#[derive(Debug, Default)]
#[must_use = "nothing runs until start"]
pub struct Builder {
    state: State,
}

impl Builder {
    /// Wants basic authentication, by this user.
    pub fn basic(mut self, user: &str, password: &str) -> Self {
        self.state.auth.way = Way::Basic;
        self.user(user, password)
    }

    /// Wants a token, which its realm gives to this user.
    pub fn token(mut self, user: &str, password: &str) -> Self {
        self.state.auth.way = Way::Token;
        self.user(user, password)
    }

    /// Wants a token, which its realm gives for this identity token (the refresh token of OAuth).
    pub fn identity_token(mut self, token: &str) -> Self {
        self.state.auth.way = Way::Token;
        self.state.auth.identity_tokens.push(token.to_owned());
        self
    }

    /// Wants a token, which its realm gives to anybody for these repositories; those of other repositories are good for
    /// nothing, as Docker Hub does it.
    pub fn public(mut self, repositories: &[&str]) -> Self {
        self.state.auth.way = Way::Token;
        self.state.auth.public = repositories.iter().map(|&name| name.to_owned()).collect();
        self
    }

    /// Names this URL as the place that gives tokens, in place of its own.
    pub fn realm(mut self, url: &str) -> Self {
        self.state.auth.realm = url.to_owned();
        self
    }

    /// Says this in `WWW-Authenticate`, whatever it takes.
    pub fn challenge(mut self, challenge: &str) -> Self {
        self.state.auth.challenge = Some(challenge.to_owned());
        self
    }

    /// Answers HEAD with 405.
    pub fn no_head(mut self) -> Self {
        self.state.no_head = true;
        self
    }

    /// Leaves out `Docker-Content-Digest`.
    pub fn no_digest_header(mut self) -> Self {
        self.state.no_digest_header = true;
        self
    }

    /// Says the digest of something else in `Docker-Content-Digest`, and answers HEAD with 405, so that the content is
    /// there to compare.
    pub fn wrong_digest_header(mut self) -> Self {
        self.state.wrong_digest_header = true;
        self.no_head()
    }

    fn user(mut self, user: &str, password: &str) -> Self {
        self.state.auth.users.push(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When loopback has no free port or the thread cannot be started.
    pub fn start(self) -> Result<Registry, StartError> {
        Registry::serve(self.state)
    }
}
