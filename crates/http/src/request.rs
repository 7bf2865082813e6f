//! One request, its retries and redirects.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;

use crate::client::{Client, chain};
use crate::error::{Error, Kind};
use crate::message;
use crate::multipart::Multipart;
use crate::response::{Response, header};
use crate::retry::{self, Again};
use crate::secret::{Secret, scrub};
use crate::tls;

/// Who is asking. Sent to the client's own authority only.
#[derive(Clone, Debug)]
pub enum Authorization {
    /// `Authorization: Bearer …`
    Bearer(Secret),
    /// `Authorization: Basic …`
    Basic {
        /// Name, e-mail address or client id.
        user: String,
        /// Password, token or client secret.
        password: Secret,
    },
}

/// A request in the making.
#[must_use]
#[derive(Debug)]
pub struct Request {
    client: Client,
    method: Method,
    url: Url,
    accept: &'static str,
    body: Option<(Cow<'static, str>, Vec<u8>)>,
    authorization: Option<Authorization>,
    hidden: Vec<Secret>,
    idempotent: bool,
    problem: Option<String>,
}

impl Request {
    pub(crate) fn new(client: Client, method: Method, url: Url) -> Self {
        let idempotent = matches!(method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE);
        Self {
            client,
            method,
            url,
            accept: "application/json",
            body: None,
            authorization: None,
            hidden: Vec::new(),
            idempotent,
            problem: None,
        }
    }

    /// Sends `body` as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(("application/json".into(), bytes)),
            Err(error) => {
                self.problem = Some(format!("the body cannot be written as JSON: {error}"));
            }
        }
        self
    }

    /// Sends `fields` as a form.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body = Some(("application/x-www-form-urlencoded".into(), body.into_bytes()));
        self
    }

    /// Sends `form` in parts.
    pub fn multipart(mut self, form: Multipart) -> Self {
        let (media_type, body) = form.finish();
        self.body = Some((media_type.into(), body));
        self
    }

    /// Asks for these media types, as in an `Accept` header; JSON unless said otherwise.
    pub fn accept(mut self, media_types: &'static str) -> Self {
        self.accept = media_types;
        self
    }

    /// Says who is asking.
    pub fn authorization(mut self, authorization: Option<Authorization>) -> Self {
        self.authorization = authorization;
        self
    }

    /// Takes a secret that the body holds out of every message. Those of [`authorization`](Self::authorization) are
    /// taken out anyway.
    pub fn hiding(mut self, secret: Secret) -> Self {
        self.hidden.push(secret);
        self
    }

    /// Says that doing this twice is the same as once. GET, HEAD, PUT and DELETE are so without saying.
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Sends it, again where that is safe and promising, and reads the answer.
    ///
    /// # Errors
    ///
    /// On any status other than 2xx, and when no complete answer arrives.
    pub async fn send(mut self) -> Result<Response, Error> {
        if let Some(problem) = self.problem.take() {
            return Err(self.error(Kind::Invalid(problem)));
        }
        let mut waits = self.client.retries().waits();
        let mut faults = 0;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let begun = self.client.clock().elapsed();
            let error = match self.attempt().await {
                Ok(response) => {
                    self.client.succeeded();
                    self.note_near_limit(&response);
                    return Ok(response);
                }
                Err(error) => error.after(attempts),
            };
            self.client.lost(self.client.clock().elapsed().saturating_sub(begun));
            let may = match error.again() {
                Again::NotActedOn => true,
                Again::MayHaveActed => self.idempotent,
                Again::Never => false,
            };
            let limited = error.status() == Some(StatusCode::TOO_MANY_REQUESTS);
            faults += u32::from(!limited);
            if !may || faults > self.client.retries().faults {
                return Err(error);
            }
            let Some(chosen) = waits.next() else {
                return Err(error);
            };
            let told = error.retry_after().filter(|wait| !wait.is_zero());
            self.wait(error, told, chosen, limited).await?;
        }
    }

    /// Waits before the next attempt, or says why not.
    async fn wait(&self, error: Error, told: Option<Duration>, chosen: Duration, limited: bool) -> Result<(), Error> {
        let wait = told.unwrap_or(chosen);
        let seconds = whole_seconds(wait);
        if let Err(left) = self.client.spend(wait) {
            let what = if limited { "rate limit" } else { "gave up" };
            let who = if told.is_some() { "told to wait" } else { "the next try is due in" };
            return Err(error.gave_up(format!(
                "{what}: {who} {seconds} s, more than the {} s left of the {} s allowed; try again later or allow a longer wait",
                left.as_secs(),
                self.client.retries().budget.as_secs(),
            )));
        }
        self.client.tell(&format!("{error}; trying again in {seconds} s"));
        self.client.clock().sleep(wait).await;
        Ok(())
    }

    /// One attempt: the request, and for a GET the redirects that it meets.
    async fn attempt(&self) -> Result<Response, Error> {
        let mut url = self.url.clone();
        let mut trusted = self.client.is_ours(&url);
        for _ in 0..=self.client.limits().redirects {
            let (response, secrets) = self.exchange(&url, trusted).await?;
            if !is_redirect(response.status()) {
                return self.finish(&url, response, &secrets).await;
            }
            url = self.redirect_target(&url, response.headers())?;
            trusted &= self.client.is_ours(&url);
        }
        let limit = self.client.limits().redirects;
        Err(self.error(Kind::Redirected(format!("redirected more than {limit} times; not followed further"))))
    }

    /// Sends the request to `url` and gets the head of the answer; with it, what must not be printed.
    async fn exchange(&self, url: &Url, trusted: bool) -> Result<(reqwest::Response, Vec<Secret>), Error> {
        let mut request = self.client.reqwest().request(self.method.clone(), url.clone()).header(ACCEPT, self.accept);
        let mut secrets = [self.client.secrets(), &self.hidden].concat();
        if let (true, Some(authorization)) = (trusted, &self.authorization) {
            let (with, secret) = match authorization {
                Authorization::Bearer(token) => (request.bearer_auth(token.expose()), token),
                Authorization::Basic { user, password } => {
                    (request.basic_auth(user, Some(password.expose())), password)
                }
            };
            request = with;
            secrets.push(secret.clone());
        }
        if let Some((content_type, bytes)) = &self.body {
            request = request.header(CONTENT_TYPE, content_type.as_ref()).body(bytes.clone());
        }
        let request = request.build().map_err(|error| self.transport_error(error, &secrets))?;
        let credentials = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        secrets.extend(credentials.and_then(|value| value.split_once(' ')).map(|(_, encoded)| Secret::new(encoded)));
        match self.client.reqwest().execute(request).await {
            Ok(response) => Ok((response, secrets)),
            Err(error) => Err(self.transport_error(error, &secrets)),
        }
    }

    /// Where a redirect leads, if it may be followed: for a GET only, never from `https` to `http`.
    fn redirect_target(&self, from: &Url, headers: &HeaderMap) -> Result<Url, Error> {
        let refuse = |why: String| Err(self.error(Kind::Redirected(why)));
        let Some(to) = header(headers, LOCATION.as_str()).and_then(|to| from.join(to).ok()) else {
            return refuse("redirected without a usable address".to_owned());
        };
        let to = self.client.ours(to);
        let shown = self.client.shown(&to);
        if !matches!(self.method, Method::GET | Method::HEAD) {
            return refuse(format!("redirected to {shown}; only a GET is redirected"));
        }
        if !matches!((from.scheme(), to.scheme()), ("http", "http" | "https") | ("https", "https")) {
            return refuse(format!("redirected to {shown}, which is less safe; not followed"));
        }
        Ok(to)
    }

    /// Reads the rest of the answer and turns a status other than 2xx into an error.
    async fn finish(&self, url: &Url, mut response: reqwest::Response, secrets: &[Secret]) -> Result<Response, Error> {
        let status = response.status();
        let limit = self.client.limits().body;
        let mut body = Vec::new();
        let read = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() as u64 + chunk.len() as u64 > limit => {
                    break Err(self.error(Kind::TooLarge { limit }));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break Ok(()),
                Err(error) => break Err(self.transport_error(error, secrets)),
            }
        };
        if !status.is_success() {
            // What arrived of the body is enough to say what is wrong: the status matters more than its end.
            let message = scrub(&message::from_body(&body), secrets);
            let told = header(response.headers(), RETRY_AFTER.as_str());
            let retry_after = told.and_then(|value| retry::retry_after(value, self.client.clock().now()));
            // Elsewhere, where a redirect led, nobody may ask for credentials.
            let ours = self.client.is_ours(url).then(|| response.headers().get_all(WWW_AUTHENTICATE));
            let values = ours.iter().flatten().filter_map(|value| value.to_str().ok());
            let challenges = values.map(str::to_owned).collect();
            return Err(self.error(Kind::Status { status, message, retry_after, challenges }));
        }
        read?;
        let headers = std::mem::take(response.headers_mut());
        Ok(Response { to: self.shown(url), status, headers, body })
    }

    fn transport_error(&self, error: reqwest::Error, secrets: &[Secret]) -> Error {
        let error = error.without_url();
        let text = message::one_line(&scrub(&chain(&error), secrets));
        self.error(if tls::is_untrusted(&error) {
            Kind::Untrusted(text)
        } else if error.is_connect() {
            Kind::NotConnected(text)
        } else if error.is_timeout() {
            let limits = self.client.limits();
            let (read, total) = (limits.read.as_secs_f32(), limits.total.as_secs_f32());
            Kind::TimedOut(format!("{text} (allowed are {read} s of silence and {total} s in all)"))
        } else if error.is_builder() {
            Kind::Invalid(text)
        } else {
            Kind::Broken(text)
        })
    }

    fn error(&self, kind: Kind) -> Error {
        Error::new(self.shown(&self.url), kind)
    }

    fn shown(&self, url: &Url) -> String {
        format!("{} {}", self.method, self.client.shown(url))
    }

    fn note_near_limit(&self, response: &Response) {
        let Some(limit) = response.rate_limit().filter(|limit| limit.near) else {
            return;
        };
        if self.client.first_near_limit() {
            let of = limit.limit.map(|limit| format!(" of {limit} requests an hour")).unwrap_or_default();
            let resource = limit.resource.map(|resource| format!(" for {resource}")).unwrap_or_default();
            self.client.tell(&format!("the rate limit{of}{resource} is near"));
        }
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Seconds, rounded up, so that a short wait is not "0 s".
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests;
