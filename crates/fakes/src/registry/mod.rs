//! A registry of images, as far as one asks it what a tag is: manifests by tag and by digest, and three ways to say who
//! is asking.
//!
//! Written from <https://github.com/opencontainers/distribution-spec/blob/main/spec.md> and, for tokens, from
//! <https://distribution.github.io/distribution/spec/auth/token/>.

mod auth;
mod builder;
mod manifests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::server::{Fault, Faults, Listener, Log, Recorded, Reply, Request, Server, Service, StartError};

use auth::Auth;
pub use builder::Builder;
use manifests::Repositories;

/// A running registry; dropping it stops it and forgets everything.
///
/// ```
/// let registry = fakes::Registry::start().expect("a free port on loopback");
/// let digest = registry.push("shop/api", "1.4.0");
/// assert!(digest.starts_with("sha256:"));
/// ```
pub struct Registry {
    shared: Arc<Shared>,
    registry: SocketAddr,
    realm: SocketAddr,
    _server: Server,
}

impl Registry {
    /// Starts an empty one that anybody may ask.
    ///
    /// # Errors
    ///
    /// When loopback has no free port or the thread cannot be started.
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Says first who may come in and what it does differently.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn serve(state: State) -> Result<Self, StartError> {
        let (registry, realm) = (Listener::bind(0)?, Listener::bind(0)?);
        let (registry_address, realm_address) = (registry.address, realm.address);
        let shared = Arc::new(Shared { state: Mutex::new(state), faults: Faults::default(), log: Log::default() });
        shared.state().auth.default_realm(&format!("http://{realm_address}/token"));
        let door = |role| Arc::new(Door { role, shared: Arc::clone(&shared) });
        let server = Server::start(vec![(registry, door(Role::Registry)), (realm, door(Role::Realm))])?;
        Ok(Self { shared, registry: registry_address, realm: realm_address, _server: server })
    }

    /// `127.0.0.1:PORT`, what stands before the first slash of an image's name.
    #[must_use]
    pub fn host(&self) -> String {
        self.registry.to_string()
    }

    /// `127.0.0.1:PORT` of what issues tokens, which is another server.
    #[must_use]
    pub fn realm_host(&self) -> String {
        self.realm.to_string()
    }

    /// Pushes an image that was not there before under `tag`, which may have been another's. Returns its digest.
    pub fn push(&self, repository: &str, tag: &str) -> String {
        self.shared.state().repositories.push_new(repository, tag)
    }

    /// Pushes this manifest under `tag`. Returns its digest.
    pub fn push_manifest(&self, repository: &str, tag: &str, media_type: &str, manifest: &[u8]) -> String {
        self.shared.state().repositories.push(repository, tag, media_type, manifest)
    }

    /// Takes a tag away and leaves its manifest.
    pub fn untag(&self, repository: &str, tag: &str) {
        self.shared.state().repositories.untag(repository, tag);
    }

    /// Makes every token issued so far invalid, as time does.
    pub fn expire_tokens(&self) {
        self.shared.state().auth.expire_tokens();
    }

    /// Makes requests fail from now on; see [`Fault`].
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.inject(fault);
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Every request to the registry and for tokens in the order answered, also those that a fault struck.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log.all()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }
}

#[derive(Debug, Default)]
struct State {
    auth: Auth,
    repositories: Repositories,
    no_head: bool,
    no_digest_header: bool,
    wrong_digest_header: bool,
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

/// Which of the two servers of the same state was asked.
#[derive(Debug, Clone, Copy)]
enum Role {
    Registry,
    Realm,
}

struct Door {
    role: Role,
    shared: Arc<Shared>,
}

impl Service for Door {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = self.shared.state();
        match self.role {
            Role::Registry => manifests::answer(&state, request),
            Role::Realm => state.auth.issue_token(request),
        }
    }

    fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    fn log(&self) -> &Log {
        &self.shared.log
    }
}

/// The shape of every refusal of a registry.
fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let errors = serde_json::json!({"errors": [{"code": code, "message": message, "detail": null}]});
    Reply::json(status, &errors)
}
