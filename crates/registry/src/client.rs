//! The questions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Authorization, Client, Method, Response, StatusCode, Url};

use crate::challenge::{self, Challenge};
use crate::credentials::{self, Credentials, NoToken};
use crate::error::Error;
use crate::{address, manifest};

/// Settings that every connection gets, to the registry and to what gives tokens for it.
type Settings = Arc<dyn Fn(http::Builder) -> http::Builder + Send + Sync>;

/// Settings of a registry.
#[must_use]
pub struct Builder {
    host: String,
    insecure: bool,
    credentials: Option<Credentials>,
    settings: Settings,
}

impl Builder {
    /// Who is asking. Default: nobody.
    pub fn credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.credentials = credentials;
        self
    }

    /// Talks to it without TLS, credentials and all. Loopback is asked so anyway.
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// Time-outs, retries, proxies, certificates, clock: whatever `settings` does to each connection's.
    pub fn configured(mut self, settings: impl Fn(http::Builder) -> http::Builder + Send + Sync + 'static) -> Self {
        self.settings = Arc::new(settings);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When the host is not `HOST` or `HOST:PORT`, or a setting cannot be used.
    pub fn build(self) -> Result<Registry, Error> {
        let base = address::base(&self.host, self.insecure)
            .map_err(|problem| Error::Invalid { image: self.host.clone(), problem })?;
        let client = (self.settings)(Client::builder(base)).build();
        let client = client.map_err(|error| Error::Invalid { image: self.host.clone(), problem: error.to_string() })?;
        let Self { host, credentials, settings, .. } = self;
        Ok(Registry(Arc::new(Inner { host, client, credentials, settings, granted: Mutex::default() })))
    }
}

/// A registry of images. Cheap to clone.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    /// As it stands in references.
    host: String,
    client: Client,
    credentials: Option<Credentials>,
    settings: Settings,
    /// What opened a repository last time.
    granted: Mutex<BTreeMap<String, Authorization>>,
}

impl Registry {
    /// Starts the settings of the registry at `host`, as it stands before the first slash of a reference:
    /// `docker.io`, `registry.example.com:5000`.
    pub fn builder(host: impl Into<String>) -> Builder {
        Builder { host: host.into(), insecure: false, credentials: None, settings: Arc::new(|http| http) }
    }

    /// The digest of what `reference`, a tag or a digest, stands for in `repository`: `sha256:…`. Of an image for
    /// several platforms it is the digest of the whole.
    ///
    /// A digest that comes without its content is the registry's word; one that comes with it is checked.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the registry says that there is none; the others when it does not say so.
    pub async fn digest_of(&self, repository: &str, reference: &str) -> Result<String, Error> {
        let question = self.question(repository, reference)?;
        match self.ask(&question, Method::HEAD).await? {
            Ok(response) => {
                let told = told(&response).filter(|told| !manifest::is_digest(reference) || *told == reference);
                if let Some(digest) = told {
                    return Ok(digest.to_owned());
                }
            }
            Err(error) if !error.status().is_some_and(|it| it.is_client_error()) || is_limited(&error) => {
                return Err(question.http(error));
            }
            // Answers to HEAD have no words, and some servers do not know HEAD.
            Err(_) => {}
        }
        match self.ask(&question, Method::GET).await? {
            Ok(response) => question.digest(&response),
            Err(error) => Err(self.explain(&question, error).await),
        }
    }

    /// Whether `repository` has an image with this digest.
    ///
    /// # Errors
    ///
    /// When the registry does not say so.
    pub async fn exists(&self, repository: &str, digest: &str) -> Result<bool, Error> {
        if !manifest::is_digest(digest) {
            let image = format!("{}/{repository}@{digest}", self.0.host);
            return Err(Error::Invalid { image, problem: format!("{digest:?} is not a digest, sha256:…") });
        }
        match self.digest_of(repository, digest).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn question(&self, repository: &str, reference: &str) -> Result<Question, Error> {
        let host = &self.0.host;
        let by_digest = manifest::is_digest(reference);
        let sign = if by_digest { '@' } else { ':' };
        let image = format!("{host}/{repository}{sign}{reference}");
        if !by_digest && !address::is_tag(reference) {
            return Err(Error::Invalid { image, problem: format!("{reference:?} is neither a tag nor a digest") });
        }
        let name = address::repository(host, repository);
        let segments: Vec<&str> = ["v2"].into_iter().chain(name.split('/')).chain(["manifests", reference]).collect();
        match self.0.client.url(&segments) {
            Ok(url) => Ok(Question { image, repository: name, reference: reference.to_owned(), url }),
            Err(error) => Err(Error::Invalid { image, problem: error.to_string() }),
        }
    }

    /// Asks with what opened the repository before; where that is refused, once more with what the registry wants. What
    /// comes back in vain is inside, what keeps from asking is outside.
    async fn ask(&self, question: &Question, method: Method) -> Result<Result<Response, http::Error>, Error> {
        let known = self.granted(|granted| granted.get(&question.repository).cloned());
        let answer = self.send(question, method.clone(), known).await;
        let refused = match answer {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => error,
            answer => return Ok(answer),
        };
        let authorization = self.authorization(question, &refused).await?;
        self.granted(|granted| granted.insert(question.repository.clone(), authorization.clone()));
        Ok(self.send(question, method, Some(authorization)).await)
    }

    async fn send(
        &self,
        question: &Question,
        method: Method,
        authorization: Option<Authorization>,
    ) -> Result<Response, http::Error> {
        let request = self.0.client.request(method, question.url.clone()).accept(manifest::MEDIA_TYPES);
        request.authorization(authorization).send().await
    }

    /// What the registry wants to see, as it says when it refuses.
    async fn authorization(&self, question: &Question, refused: &http::Error) -> Result<Authorization, Error> {
        match challenge::best(refused.challenges()) {
            Some(Challenge::Basic) => {
                let basic = self.0.credentials.as_ref().and_then(Credentials::basic);
                basic.ok_or_else(|| self.denied(question, &self.0.host, "it wants a user and a password"))
            }
            Some(Challenge::Bearer { realm, service, scope }) => {
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", question.repository));
                self.token(question, &realm, service.as_deref(), &scope).await
            }
            None => Err(question.not_a_registry(format!("{refused}, and it asks for neither Basic nor Bearer"))),
        }
    }

    async fn token(
        &self,
        question: &Question,
        realm: &str,
        service: Option<&str>,
        scope: &str,
    ) -> Result<Authorization, Error> {
        let realm = self.realm(realm).map_err(|problem| question.not_a_registry(problem))?;
        let host = address::authority(&realm);
        let mut base = realm.clone();
        base.set_query(None);
        // Another authority, so another client: nothing meant for the registry goes there by itself.
        let client = (self.0.settings)(Client::builder(base)).build().map_err(|error| question.http(error))?;
        let token = credentials::token(&client, realm, service, scope, self.0.credentials.as_ref()).await;
        token.map_err(|problem| match problem {
            NoToken::Http(ref error) if problem.is_refusal() => {
                self.denied(question, &host, error.server_message().unwrap_or_default())
            }
            NoToken::Http(error) => question.http(error),
            NoToken::Unreadable(problem) => {
                question.not_a_registry(format!("the answer of {host}, which is to give a token, {problem}"))
            }
        })
    }

    /// Where tokens come from, if credentials may go there. Unencrypted they go nowhere but on loopback, or to a registry
    /// that was itself said to be good enough without.
    fn realm(&self, realm: &str) -> Result<Url, String> {
        let base = self.0.client.base();
        let url =
            Url::parse(realm).map_err(|error| format!("the place that it wants tokens from is no URL: {error}"))?;
        let local = address::is_loopback(&url) && address::is_loopback(base);
        if url.scheme() == "https" || (url.scheme() == "http" && (local || url.origin() == base.origin())) {
            return Ok(url);
        }
        let (scheme, host) = (url.scheme(), address::authority(&url));
        Err(format!("it wants tokens from {scheme}://{host}, which is not encrypted; nothing was sent there"))
    }

    /// Why the registry does not answer. That there is no image is taken only from what is known to be a registry.
    async fn explain(&self, question: &Question, error: http::Error) -> Error {
        match error.status() {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                self.denied(question, &self.0.host, error.server_message().unwrap_or_default())
            }
            Some(StatusCode::NOT_FOUND) => {
                let mut root = self.0.client.base().clone();
                root.set_path("/v2/");
                let said = error.server_message().unwrap_or_default().to_owned();
                match self.0.client.request(Method::GET, root).send().await {
                    Ok(_) => Error::NotFound { image: question.image.clone(), said },
                    Err(probe) if probe.status() == Some(StatusCode::UNAUTHORIZED) => {
                        Error::NotFound { image: question.image.clone(), said }
                    }
                    Err(probe) if probe.status() == Some(StatusCode::NOT_FOUND) => {
                        question.not_a_registry(format!("what answers there is not a registry: {error}"))
                    }
                    Err(probe) => question.http(probe),
                }
            }
            _ => question.http(error),
        }
    }

    fn denied(&self, question: &Question, who: &str, said: &str) -> Error {
        Error::Denied {
            image: question.image.clone(),
            who: who.to_owned(),
            with_credentials: self.0.credentials.is_some(),
            said: said.to_owned(),
        }
    }

    fn granted<T>(&self, f: impl FnOnce(&mut BTreeMap<String, Authorization>) -> T) -> T {
        f(&mut self.0.granted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("host", &self.0.host).finish_non_exhaustive()
    }
}

/// What is asked, and how to speak of it.
struct Question {
    /// `host/repository:tag`, for people.
    image: String,
    /// As the registry knows it.
    repository: String,
    reference: String,
    url: Url,
}

impl Question {
    /// The digest of a manifest that came whole: what the header says, the reference says, and its bytes say are one.
    fn digest(&self, response: &Response) -> Result<String, Error> {
        manifest::check(response.body()).map_err(|problem| self.not_a_registry(problem))?;
        let asked = Some(self.reference.as_str()).filter(|reference| manifest::is_digest(reference));
        let told = told(response);
        for wanted in asked.into_iter().chain(told) {
            let actual = manifest::digest(response.body(), wanted);
            if actual != wanted {
                let problem = format!("what came has the digest {actual}, and should have {wanted}");
                return Err(Error::Contradiction { image: self.image.clone(), problem });
            }
        }
        Ok(asked.or(told).map_or_else(|| manifest::digest(response.body(), ""), str::to_owned))
    }

    fn not_a_registry(&self, problem: String) -> Error {
        Error::NotARegistry { image: self.image.clone(), problem }
    }

    fn http(&self, cause: http::Error) -> Error {
        Error::Http { image: self.image.clone(), cause: Box::new(cause) }
    }
}

/// The digest in the header of an answer.
fn told(response: &Response) -> Option<&str> {
    response.header("docker-content-digest").filter(|digest| manifest::is_digest(digest))
}

fn is_limited(error: &http::Error) -> bool {
    error.status() == Some(StatusCode::TOO_MANY_REQUESTS)
}
