//! Says who may come in and what exists, before a fake starts.

use super::auth::{Credential, basic};
use super::rate::Budget;
use super::state::{PullRequest, State};
use super::{Bitbucket, TOKEN};
use crate::server::StartError;

/// Every OAuth scope that an endpoint here asks for.
const ALL_SCOPES: [&str; 3] = ["account", "repository:write", "pullrequest:write"];

/// What a [`Bitbucket`] starts with.
///
/// As soon as one repository is named, others do not exist (404); as soon as one commit of a repository is named,
/// its other commits do not exist. As soon as a token, a user or an OAuth client is named, [`TOKEN`] is not
/// accepted.
#[derive(Debug, Default)]
#[must_use = "nothing runs until start"]
pub struct Builder {
    state: State,
    port: u16,
}

impl Builder {
    /// Listens on this port rather than on a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Accepts this access token for everything.
    pub fn token(self, token: &str) -> Self {
        self.token_with_scopes(token, &ALL_SCOPES)
    }

    /// Accepts this access token for what these OAuth scopes allow (`repository`, `pullrequest`, …).
    pub fn token_with_scopes(self, token: &str, scopes: &[&str]) -> Self {
        self.credential(format!("Bearer {token}"), scopes)
    }

    /// Accepts this e-mail address with this API token, as basic authentication.
    pub fn user(self, email: &str, api_token: &str) -> Self {
        self.credential(basic(email, api_token), &ALL_SCOPES)
    }

    /// Issues tokens to this OAuth client.
    pub fn oauth_client(mut self, id: &str, secret: &str) -> Self {
        self.state.auth.clients.push(basic(id, secret));
        self
    }

    fn credential(mut self, header: String, scopes: &[&str]) -> Self {
        self.state.auth.credentials.push(Credential::new(header, scopes));
        self
    }

    /// Has this repository.
    pub fn repository(mut self, workspace: &str, slug: &str) -> Self {
        self.state.declare_repository(workspace, slug);
        self
    }

    /// Has this commit in that repository.
    pub fn commit(mut self, workspace: &str, slug: &str, hash: &str) -> Self {
        self.state.declare_repository(workspace, slug).declare_commit(hash);
        self
    }

    /// Has this pull request in that repository.
    pub fn pull_request(mut self, workspace: &str, slug: &str, pull_request: PullRequest) -> Self {
        self.state.declare_repository(workspace, slug).pull_requests.push(pull_request);
        self
    }

    /// Answers 429 after this many requests to `/2.0/repositories`, until refilled.
    pub fn rate_limit(mut self, requests: u64) -> Self {
        self.state.budget = Some(Budget::new(requests, false));
        self
    }

    /// The same, and every answer tells of it in `X-RateLimit-…` headers, as on plans with scaled limits.
    pub fn scaled_rate_limit(mut self, requests: u64) -> Self {
        self.state.budget = Some(Budget::new(requests, true));
        self
    }

    /// Answers 204 rather than 404 when a report that is not there is deleted; the real one was seen to do both.
    pub fn deletes_missing_reports(mut self) -> Self {
        self.state.deletes_missing_reports = true;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When the port is taken or the thread cannot be started.
    pub fn start(mut self) -> Result<Bitbucket, StartError> {
        if self.state.auth.is_empty() {
            self = self.token(TOKEN);
        }
        Bitbucket::serve(self.state, self.port)
    }
}
