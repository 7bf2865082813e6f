//! Bitbucket Cloud: the REST API under `/2.0`, the in-step proxy of Pipelines, and a page to look at.
//!
//! Written from the published API description and, where that is silent or wrong, from answers of the real service
//! that were quoted in public issue threads. Each rule's place says which.

mod annotations;
mod auth;
mod branches;
mod builder;
mod comments;
mod commits;
mod content;
mod environments;
mod errors;
mod insights;
mod keeper;
mod look;
mod multipart;
mod oidc;
mod page;
mod paging;
mod people;
mod pipelines;
mod pull_requests;
mod query;
mod rate;
mod restrictions;
mod route;
mod src;
mod state;
mod statuses;
mod time;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::server::{Fault, Faults, Listener, Log, Recorded, Reply, Request, Server, Service, StartError};

pub use builder::Builder;
pub use content::{File, FileKind, Logged};
pub use environments::Environment;
pub use keeper::{Keeper, Kept, KeptCommit};
pub use oidc::Token;
pub use people::Person;
pub use pipelines::{Pipeline, Running};
pub use restrictions::Restriction;
use state::State;
pub use state::{Annotation, Comment, NextMerge, PullRequest, Report, Seen, Status};

/// The bearer token that every fake accepts unless the builder names others.
pub const TOKEN: &str = "fake-access-token";

/// A running Bitbucket Cloud; dropping it stops it and forgets everything.
///
/// Starts and answers without an asynchronous runtime of the caller's.
pub struct Bitbucket {
    shared: Arc<Shared>,
    api: SocketAddr,
    proxy: SocketAddr,
    _server: Server,
}

impl Bitbucket {
    /// Starts one that accepts [`TOKEN`] and in which every well-formed repository and commit exists.
    ///
    /// # Errors
    ///
    /// When loopback has no free port or the thread cannot be started.
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Says first who may come in and what exists.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn serve(state: State, port: u16) -> Result<Self, StartError> {
        let api = Listener::bind(port)?;
        let proxy = Listener::bind(0)?;
        let (api_address, proxy_address) = (api.address, proxy.address);
        let shared = Arc::new(Shared { state: Mutex::new(state), faults: Faults::default(), log: Log::default() });
        let door = |role| Arc::new(Door { role, shared: Arc::clone(&shared) });
        let server = Server::start(vec![(api, door(Role::Api)), (proxy, door(Role::Proxy))])?;
        Ok(Self { shared, api: api_address, proxy: proxy_address, _server: server })
    }

    /// `http://127.0.0.1:PORT/2.0`, what stands for `https://api.bitbucket.org/2.0`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}/2.0", self.api)
    }

    /// `http://127.0.0.1:PORT`, what stands for `http://localhost:29418` in a step.
    ///
    /// A forward proxy that takes only absolute `http://api.bitbucket.org/…` request lines, adds the credentials
    /// itself, and lets only reports and annotations through. Links in its answers are `https://api.bitbucket.org/…`,
    /// which it will not fetch: a client has to stay on plain HTTP by itself.
    #[must_use]
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.proxy)
    }

    /// The token endpoint, what stands for `https://bitbucket.org/site/oauth2/access_token`.
    #[must_use]
    pub fn oauth_url(&self) -> String {
        format!("http://{}/site/oauth2/access_token", self.api)
    }

    /// A page that shows what was received, for a person.
    #[must_use]
    pub fn page_url(&self) -> String {
        format!("http://{}/", self.api)
    }

    /// Makes requests fail from now on; see [`Fault`].
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.inject(fault);
    }

    /// How many strikes of injected faults (but those that never end) are still to come.
    #[must_use]
    pub fn pending_faults(&self) -> usize {
        self.shared.faults.pending()
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Every request in the order answered, also those that a fault struck.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log.all()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// The reports on a commit, oldest first; of the first repository that has the commit.
    #[must_use]
    pub fn reports(&self, commit: &str) -> Vec<Report> {
        self.shared.state().on_commit(commit, |commit| commit.reports.clone())
    }

    /// The annotations of a report, given by its external id or UUID; none when there is no such report.
    #[must_use]
    pub fn annotations(&self, commit: &str, report: &str) -> Vec<Annotation> {
        self.reports(commit)
            .into_iter()
            .find(|found| found.answers_to(report))
            .map(|found| found.annotations)
            .unwrap_or_default()
    }

    /// The build statuses of a commit, oldest first; of the first repository that has the commit.
    #[must_use]
    pub fn statuses(&self, commit: &str) -> Vec<Status> {
        self.shared.state().on_commit(commit, |commit| commit.statuses.clone())
    }

    /// The comments on the pull request, deleted ones too, oldest first.
    #[must_use]
    pub fn comments(&self, pull_request: u64) -> Vec<Comment> {
        let state = self.shared.state();
        let found = state.repositories.iter().flat_map(|repository| &repository.pull_requests);
        found.filter(|open| open.id == pull_request).flat_map(|open| open.comments.clone()).collect()
    }

    /// Writes a comment of somebody else and gives its id; none when there is no such pull request.
    pub fn comment_by_somebody_else(&self, pull_request: u64, text: &str) -> Option<u64> {
        comments::by_somebody_else(&mut self.shared.state(), pull_request, text)
    }

    /// Makes every OAuth token issued so far invalid, as time does.
    pub fn expire_oauth_tokens(&self) {
        self.shared.state().auth.expire_issued();
    }

    /// Allows this many requests from now on before 429, as the passing of time does; nothing without a limit.
    pub fn refill_rate_limit(&self, requests: u64) {
        if let Some(budget) = &mut self.shared.state().budget {
            budget.refill(requests);
        }
    }
}

struct Shared {
    state: Mutex<State>,
    faults: Faults,
    log: Log,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Api,
    Proxy,
}

/// One of the two addresses of the same state.
struct Door {
    role: Role,
    shared: Arc<Shared>,
}

impl Service for Door {
    fn answer(&self, request: &Request) -> Reply {
        route::answer(&mut self.shared.state(), request, self.role)
    }

    fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    fn log(&self) -> &Log {
        &self.shared.log
    }
}
