//! The client: where it talks to, and how it is set up.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Method, Url};

use crate::clock::Clock;
use crate::error::{Error, Kind};
use crate::message;
use crate::request::Request;
use crate::secret::Secret;
use crate::settings::{Limits, Proxy, Retries};
use crate::tls;

/// Settings of a client.
#[must_use]
pub struct Builder {
    base: Url,
    also: Vec<Url>,
    user_agent: String,
    limits: Limits,
    retries: Retries,
    proxies: Vec<Proxy>,
    extra_roots: Vec<Vec<u8>>,
    clock: Clock,
    tell: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Builder {
    /// Links to the origin of `url` (in answers and redirects) are taken as links to the base: what stands behind the
    /// in-step proxy calls itself `https://` and is asked by `http://`.
    pub fn also_known_as(mut self, url: Url) -> Self {
        self.also.push(url);
        self
    }

    /// The `User-Agent` header.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Time-outs and sizes.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// When a request is sent again.
    pub fn retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// Goes through a proxy. Of several, the first that is for a URL is used.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxies.push(proxy);
        self
    }

    /// Trusts the certificates in this PEM text besides Mozilla's.
    pub fn root_certificates(mut self, pem: Vec<u8>) -> Self {
        self.extra_roots.push(pem);
        self
    }

    /// Takes waiting and time from `clock`.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Is told, in a sentence, what a person may want to know while it happens: a wait and its reason, a rate limit
    /// that is near.
    pub fn on_note(mut self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.tell = Arc::new(tell);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When a URL is not one of `http` or `https` or holds credentials, or a certificate cannot be read.
    pub fn build(self) -> Result<Client, Error> {
        let what = format!("set up a client of {}", without_details(&self.base));
        self.try_build().map_err(|problem| Error::new(what, Kind::Invalid(problem)))
    }

    fn try_build(self) -> Result<Client, String> {
        for url in self.also.iter().chain([&self.base]) {
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
                return Err("its URL is not one of http or https".to_owned());
            }
        }
        if !self.base.username().is_empty() || self.base.password().is_some() {
            return Err("its URL holds credentials, which have to be given apart".to_owned());
        }
        let mut client = reqwest::Client::builder()
            .user_agent(self.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(self.limits.connect)
            .read_timeout(self.limits.read)
            .timeout(self.limits.total)
            // Shorter than servers keep an idle connection: a POST on one that was just closed cannot be repeated.
            .pool_idle_timeout(Duration::from_secs(15))
            .tls_backend_preconfigured(tls::config(&self.extra_roots)?);
        let mut secrets = Vec::new();
        for proxy in self.proxies {
            let (made, url) = match proxy {
                Proxy::PlainHttp(url) => (reqwest::Proxy::http(url.clone()), url),
                Proxy::Everything(url) => (reqwest::Proxy::all(url.clone()), url),
            };
            secrets.extend(url.password().map(Secret::new));
            client = client.proxy(made.map_err(|error| format!("proxy: {}", chain(&error)))?);
        }
        let client = client.build().map_err(|error| chain(&error))?;
        Ok(Client(Arc::new(Inner {
            client,
            base: self.base,
            also: self.also,
            limits: self.limits,
            retries: self.retries,
            clock: self.clock,
            tell: self.tell,
            secrets,
            state: Mutex::default(),
        })))
    }
}

/// An HTTP client for one authority. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    base: Url,
    also: Vec<Url>,
    limits: Limits,
    retries: Retries,
    clock: Clock,
    tell: Arc<dyn Fn(&str) + Send + Sync>,
    secrets: Vec<Secret>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waited: Duration,
    told_near_limit: bool,
}

impl Client {
    /// Starts the settings of a client for the authority of `base`.
    pub fn builder(base: Url) -> Builder {
        Builder {
            base,
            also: Vec::new(),
            user_agent: concat!("stepgate/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
            retries: Retries::default(),
            proxies: Vec::new(),
            extra_roots: Vec::new(),
            clock: Clock::system(),
            tell: Arc::new(|_| ()),
        }
    }

    /// The URL below which everything lies.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    /// Where waiting and time come from.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The URL of `segments` below the base, each percent-encoded as one segment.
    ///
    /// # Errors
    ///
    /// When a segment is empty, `.` or `..`, which would make it the URL of something else.
    pub fn url(&self, segments: &[impl AsRef<str>]) -> Result<Url, Error> {
        let segments = || segments.iter().map(AsRef::as_ref);
        if let Some(segment) = segments().find(|segment| matches!(*segment, "" | "." | "..")) {
            let what = format!("use the address /{}", segments().collect::<Vec<_>>().join("/"));
            return Err(Error::new(what, Kind::Invalid(format!("{segment:?} cannot be a part of one"))));
        }
        let mut url = self.0.base.clone();
        // Err is for URLs without a host, which `build` refuses.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments());
        }
        Ok(url)
    }

    /// The URL that a link in an answer leads to, when it stays with our authority.
    ///
    /// # Errors
    ///
    /// When it is no URL, or leads to another scheme, host or port.
    pub fn follow(&self, link: &str) -> Result<Url, Error> {
        let refuse = |to: &str, why| Error::new(format!("follow the server's link to {to}"), Kind::Redirected(why));
        let Ok(url) = Url::parse(link) else {
            return Err(refuse(&message::one_line(link), "that is no URL".to_owned()));
        };
        let url = self.ours(url);
        if self.is_ours(&url) {
            return Ok(url);
        }
        Err(refuse(&without_details(&url), format!("that leaves {}", without_details(&self.0.base))))
    }

    /// Starts a request.
    pub fn request(&self, method: Method, url: Url) -> Request {
        Request::new(self.clone(), method, url)
    }

    pub(crate) fn reqwest(&self) -> &reqwest::Client {
        &self.0.client
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn retries(&self) -> &Retries {
        &self.0.retries
    }

    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.0.secrets
    }

    pub(crate) fn tell(&self, note: &str) {
        (self.0.tell)(note);
    }

    pub(crate) fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.0.base.origin()
    }

    /// `url` by the base's own scheme and host, when it is of an origin that is another name of the base.
    pub(crate) fn ours(&self, mut url: Url) -> Url {
        if !self.0.also.iter().any(|also| also.origin() == url.origin()) {
            return url;
        }
        let base = &self.0.base;
        let renamed = url.set_scheme(base.scheme()).is_ok()
            && url.set_host(base.host_str()).is_ok()
            && url.set_port(base.port()).is_ok();
        debug_assert!(renamed, "both are http or https, which build() has checked");
        url
    }

    /// The path below the base, or the whole URL of something else; never a query, which may hold secrets.
    pub(crate) fn shown(&self, url: &Url) -> String {
        if !self.is_ours(url) {
            return without_details(url);
        }
        let below = url.path().strip_prefix(self.0.base.path().trim_end_matches('/'));
        below.filter(|path| path.starts_with('/')).unwrap_or(url.path()).to_owned()
    }

    /// Takes `wait` out of the budget; says what is left when that is not enough.
    pub(crate) fn spend(&self, wait: Duration) -> Result<(), Duration> {
        self.state(|state| {
            let left = self.0.retries.budget.saturating_sub(state.waited);
            if wait > left {
                return Err(left);
            }
            state.waited += wait;
            Ok(())
        })
    }

    /// An attempt in vain took so long, which comes out of the budget like a wait.
    pub(crate) fn lost(&self, time: Duration) {
        self.state(|state| state.waited = state.waited.saturating_add(time));
    }

    /// A success: what was waited for it no longer counts.
    pub(crate) fn succeeded(&self) {
        self.state(|state| state.waited = Duration::ZERO);
    }

    /// Whether this is the first time that the rate limit is near.
    pub(crate) fn first_near_limit(&self) -> bool {
        self.state(|state| !std::mem::replace(&mut state.told_near_limit, true))
    }

    fn state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &without_details(&self.0.base)).finish_non_exhaustive()
    }
}

/// An error with everything that caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// A URL without user, password, query and fragment.
fn without_details(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}
