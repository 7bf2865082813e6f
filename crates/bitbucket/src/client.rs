//! The client, and the one function that sends.

use std::sync::Arc;

use http::{Authorization, Client, Clock, Limits, Method, Proxy, Response, Retries, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::{Auth, Credentials, OAuth};
use crate::error::Error;
use crate::repository::Repository;

const BASE: &str = "https://api.bitbucket.org/2.0";
/// The in-step proxy takes plain `http` and adds TLS and credentials itself.
const BASE_BY_PROXY: &str = "http://api.bitbucket.org/2.0";
const TOKENS: &str = "https://bitbucket.org/site/oauth2/access_token";

/// Settings of a client.
#[must_use]
pub struct Builder {
    base_uri: Option<String>,
    oauth_uri: String,
    auth: Auth,
    proxy: Option<String>,
    settings: Vec<Setting>,
}

/// A setting that every connection of the client gets.
type Setting = Box<dyn Fn(http::Builder) -> http::Builder>;

impl Builder {
    /// The API's address, without a slash at its end. Default: `https://api.bitbucket.org/2.0`, behind
    /// [`Auth::Proxy`] `http://api.bitbucket.org/2.0`.
    pub fn base_uri(mut self, uri: impl Into<String>) -> Self {
        self.base_uri = Some(uri.into());
        self
    }

    /// Where OAuth tokens come from. Default: `https://bitbucket.org/site/oauth2/access_token`.
    pub fn oauth_uri(mut self, uri: impl Into<String>) -> Self {
        self.oauth_uri = uri.into();
        self
    }

    /// Who is asking. Default: nobody.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// A forward proxy for everything. The in-step proxy is [`Auth::Proxy`] instead.
    pub fn proxy(mut self, uri: impl Into<String>) -> Self {
        self.proxy = Some(uri.into());
        self
    }

    /// The `User-Agent` header.
    pub fn user_agent(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.setting(move |http| http.user_agent(name.clone()))
    }

    /// Time-outs and sizes.
    pub fn limits(self, limits: Limits) -> Self {
        self.setting(move |http| http.limits(limits.clone()))
    }

    /// When a request is sent again, and how long it may wait for that.
    pub fn retries(self, retries: Retries) -> Self {
        self.setting(move |http| http.retries(retries.clone()))
    }

    /// Trusts the certificates in this PEM text besides Mozilla's.
    pub fn root_certificates(self, pem: Vec<u8>) -> Self {
        self.setting(move |http| http.root_certificates(pem.clone()))
    }

    /// Takes waiting and time from `clock`.
    pub fn clock(self, clock: Clock) -> Self {
        self.setting(move |http| http.clock(clock.clone()))
    }

    /// Is told, in a sentence, what a person may want to know while it happens: a wait and its reason, a rate limit
    /// that is near.
    pub fn on_note(self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let tell = Arc::new(tell);
        self.setting(move |http| {
            let tell = Arc::clone(&tell);
            http.on_note(move |note| tell(note))
        })
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When an address is not a URL of `http` or `https`, or a certificate cannot be read.
    pub fn build(self) -> Result<Bitbucket, Error> {
        let by_proxy = matches!(self.auth, Auth::Proxy(_));
        let default = if by_proxy { BASE_BY_PROXY } else { BASE };
        let mut api = Client::builder(url(self.base_uri.as_deref().unwrap_or(default))?);
        if let Auth::Proxy(proxy) = &self.auth {
            // `next` links come as https, and have to stay with the proxy.
            api = api.proxy(Proxy::PlainHttp(url(proxy)?)).also_known_as(url(BASE)?);
        }
        let client = self.configured(api)?.build()?;
        let credentials = match &self.auth {
            Auth::None | Auth::Proxy(_) => Credentials::Fixed(None),
            Auth::AccessToken(token) => Credentials::Fixed(Some(Authorization::Bearer(token.clone()))),
            Auth::ApiToken { email, token } => {
                Credentials::Fixed(Some(Authorization::Basic { user: email.clone(), password: token.clone() }))
            }
            Auth::OAuth { client_id, client_secret } => {
                let tokens = self.configured(Client::builder(url(&self.oauth_uri)?))?.build()?;
                Credentials::OAuth(OAuth::new(tokens, client_id.clone(), client_secret.clone()))
            }
        };
        Ok(Bitbucket(Arc::new(Inner { client, credentials })))
    }

    fn configured(&self, http: http::Builder) -> Result<http::Builder, Error> {
        let http = self.settings.iter().fold(http, |http, setting| setting(http));
        match &self.proxy {
            Some(proxy) => Ok(http.proxy(Proxy::Everything(url(proxy)?))),
            None => Ok(http),
        }
    }

    fn setting(mut self, setting: impl Fn(http::Builder) -> http::Builder + 'static) -> Self {
        self.settings.push(Box::new(setting));
        self
    }
}

fn url(text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|problem| {
        // What stands before an @ may be a password.
        let shown = text.rsplit('@').next().unwrap_or_default();
        Error::Invalid(format!("use the address {shown:?}: {problem}"))
    })
}

/// A client of the Bitbucket Cloud API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bitbucket(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    credentials: Credentials,
}

impl Bitbucket {
    /// Starts the settings of a client.
    pub fn builder() -> Builder {
        Builder { base_uri: None, oauth_uri: TOKENS.to_owned(), auth: Auth::None, proxy: None, settings: Vec::new() }
    }

    /// A repository, by its workspace (slug or UUID in braces) and its own slug or UUID.
    #[must_use]
    pub fn repository(&self, workspace: &str, repository: &str) -> Repository {
        Repository::new(self.place(&["repositories", workspace, repository]))
    }

    /// A place below the API's address.
    pub(crate) fn place(&self, segments: &[&str]) -> Place {
        let segments = segments.iter().map(|&segment| segment.to_owned()).collect();
        Place { bitbucket: self.clone(), segments, directory: false }
    }

    /// The API's address as those outside know it, without a slash at its end: the in-step proxy's plain `http` is only
    /// the way there.
    pub(crate) fn public_base(&self) -> &str {
        match self.0.client.base().as_str().trim_end_matches('/') {
            BASE_BY_PROXY => BASE,
            base => base,
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Sends what `make` makes, with credentials; once more with new ones where old ones may have run out.
    pub(crate) async fn send(&self, make: impl Fn() -> http::Request) -> Result<Response, Error> {
        let authorization = self.0.credentials.authorization().await?;
        let answer = make().authorization(authorization.clone()).send().await;
        let refused = answer.as_ref().is_err_and(|error| error.status() == Some(StatusCode::UNAUTHORIZED));
        if !refused || !self.0.credentials.forget(authorization.as_ref()).await {
            return Ok(answer?);
        }
        let authorization = self.0.credentials.authorization().await?;
        Ok(make().authorization(authorization).send().await?)
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Error> {
        Ok(self.send(|| self.client().request(Method::GET, url.clone())).await?.json()?)
    }
}

/// Something with a path, and what can be done there.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    bitbucket: Bitbucket,
    segments: Vec<String>,
    /// Whether its address ends in a slash.
    directory: bool,
}

impl Place {
    pub(crate) fn join(&self, segments: &[&str]) -> Self {
        let mut joined = self.clone();
        joined.segments.extend(segments.iter().map(|&segment| segment.to_owned()));
        joined
    }

    /// The same place with a slash at its end, which some addresses must have.
    pub(crate) fn directory(mut self) -> Self {
        self.directory = true;
        self
    }

    pub(crate) fn bitbucket(&self) -> &Bitbucket {
        &self.bitbucket
    }

    pub(crate) fn segments(&self) -> &[String] {
        &self.segments
    }

    pub(crate) fn url(&self) -> Result<Url, Error> {
        let mut url = self.bitbucket.client().url(&self.segments)?;
        if self.directory {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(url)
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let url = self.url()?;
        self.bitbucket.get(url).await
    }

    pub(crate) async fn put<T: DeserializeOwned>(&self, body: &impl Serialize) -> Result<T, Error> {
        let url = self.url()?;
        let client = self.bitbucket.client();
        Ok(self.bitbucket.send(|| client.request(Method::PUT, url.clone()).json(body)).await?.json()?)
    }

    /// A POST that must not be repeated when its outcome is not known.
    pub(crate) async fn post<T: DeserializeOwned>(&self, body: &impl Serialize) -> Result<T, Error> {
        let url = self.url()?;
        let client = self.bitbucket.client();
        Ok(self.bitbucket.send(|| client.request(Method::POST, url.clone()).json(body)).await?.json()?)
    }

    /// A POST that stores by a key of ours, so that twice is the same as once.
    pub(crate) async fn post_by_key<T: DeserializeOwned>(&self, body: &(impl Serialize + ?Sized)) -> Result<T, Error> {
        let url = self.url()?;
        let client = self.bitbucket.client();
        Ok(self.bitbucket.send(|| client.request(Method::POST, url.clone()).json(body).idempotent()).await?.json()?)
    }

    pub(crate) async fn delete(&self) -> Result<(), Error> {
        let url = self.url()?;
        let client = self.bitbucket.client();
        self.bitbucket.send(|| client.request(Method::DELETE, url.clone())).await?;
        Ok(())
    }
}
