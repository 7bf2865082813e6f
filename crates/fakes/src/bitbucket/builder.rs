//! Says who may come in and what exists, before a fake starts.

use super::auth::{Credential, basic};
use super::content::{File, FileKind};
use super::environments::{Environment, Variable};
use super::people::Person;
use super::pull_requests::settle;
use super::rate::Budget;
use super::restrictions::Restriction;
use super::state::{PullRequest, State};
use super::{Bitbucket, TOKEN};
use crate::server::StartError;

/// Every OAuth scope that an endpoint here asks for.
const ALL_SCOPES: [&str; 5] =
    ["account", "repository:write", "pullrequest:write", "repository:admin", "pipeline:write"];

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

    /// Accepts this access token for everything, as this person's.
    pub fn person(self, token: &str, person: &Person) -> Self {
        let mut builder = self.token(token);
        if let Some(credential) = builder.state.auth.credentials.last_mut() {
            credential.person = Some(person.clone());
        }
        builder
    }

    /// Knows that commits by this e-mail address are this person's, in that repository.
    pub fn email(mut self, workspace: &str, slug: &str, address: &str, person: &Person) -> Self {
        let content = &mut self.state.declare_repository(workspace, slug).content;
        content.accounts.insert(address.to_owned(), person.clone());
        self
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

    /// Has this file at the tip of that branch of that repository. The first branch named is the main branch; others
    /// begin on top of it.
    pub fn file(self, workspace: &str, slug: &str, branch: &str, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.entry((workspace, slug, branch), path, FileKind::Plain, content)
    }

    /// The same for what is no plain file: workspace, repository and branch, the path, what it is, and its content.
    pub fn entry(
        mut self,
        (workspace, slug, branch): (&str, &str, &str),
        path: &str,
        kind: FileKind,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        self.state.put_file((workspace, slug, branch), path, File { content: content.into(), kind });
        self
    }

    /// Has this account, by its UUID in braces. As soon as one is named, others cannot review.
    pub fn member(mut self, uuid: &str) -> Self {
        self.state.members.push(uuid.to_owned());
        self
    }

    /// Has this account as a default reviewer of that repository, by its UUID in braces.
    pub fn default_reviewer(mut self, workspace: &str, slug: &str, uuid: &str) -> Self {
        self.state.declare_repository(workspace, slug).default_reviewers.push(uuid.to_owned());
        self
    }

    /// Has this deployment environment in that repository.
    pub fn environment(mut self, workspace: &str, slug: &str, environment: Environment) -> Self {
        self.state.declare_repository(workspace, slug).environments.push(environment);
        self
    }

    /// Has this restriction in that repository.
    pub fn restriction(mut self, workspace: &str, slug: &str, restriction: Restriction) -> Self {
        self.state.declare_repository(workspace, slug).restrictions.push(restriction);
        self
    }

    /// Has this variable for every pipeline of that repository.
    pub fn repository_variable(mut self, workspace: &str, slug: &str, key: &str, secured: bool) -> Self {
        let variable = Variable { key: key.to_owned(), secured };
        self.state.declare_repository(workspace, slug).variables.push(variable);
        self
    }

    /// Has this variable for every pipeline of that workspace.
    pub fn workspace_variable(mut self, workspace: &str, key: &str, secured: bool) -> Self {
        self.state.workspace_variables.push((workspace.to_owned(), Variable { key: key.to_owned(), secured }));
        self
    }

    /// Enforces merge checks where a restriction says so, as on the Premium plan.
    pub fn premium(mut self) -> Self {
        self.state.premium = true;
        self
    }

    /// Answers 555 to a listing of more entries than this, as the real one does when it takes too long.
    pub fn listing_limit(mut self, entries: usize) -> Self {
        self.state.listing_limit = Some(entries);
        self
    }

    /// Merges in the background, and tells so this many times before it tells that it is done.
    pub fn slow_merges(mut self, polls: u32) -> Self {
        self.state.slow_merges = polls;
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
        settle(&mut self.state, &Person::caller());
        Bitbucket::serve(self.state, self.port)
    }
}
