//! The answer, read whole within a size limit.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

use crate::error::{Error, Kind};
use crate::message;

/// A successful answer.
#[derive(Debug)]
pub struct Response {
    /// The request that it answers: method and path.
    pub(crate) to: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What the server says of its rate limit (`X-RateLimit-…`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RateLimit {
    /// Requests allowed, as the server puts it.
    pub limit: Option<String>,
    /// What the limit is for.
    pub resource: Option<String>,
    /// Whether less than a fifth is left.
    pub near: bool,
}

impl Response {
    /// The status, always a 2xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, to keep.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// The first header of that name, when it is plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// What the server says of its rate limit, if anything.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        let text = |name| header(&self.headers, name).map(message::one_line);
        let (limit, resource) = (text("x-ratelimit-limit"), text("x-ratelimit-resource"));
        let near = text("x-ratelimit-nearlimit");
        if limit.is_none() && resource.is_none() && near.is_none() {
            return None;
        }
        Some(RateLimit { limit, resource, near: near.is_some_and(|near| near.eq_ignore_ascii_case("true")) })
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// When it is something else, or not of the shape of `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let content_type = header(&self.headers, CONTENT_TYPE.as_str()).unwrap_or("no content type");
            let problem = if content_type.contains("json") {
                format!("{error}")
            } else {
                format!("not JSON but {content_type}: {}", message::from_body(&self.body))
            };
            let kind = Kind::Unreadable { status: self.status, problem: message::one_line(&problem) };
            Error::new(self.to.clone(), kind)
        })
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&'static str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let to = "GET /user".to_owned();
        Response { to, status: StatusCode::OK, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn the_rate_limit_is_read_from_its_headers() {
        assert_eq!(response(&[], "").rate_limit(), None);
        let headers =
            [("X-RateLimit-Limit", "1000"), ("X-RateLimit-Resource", "api"), ("X-RateLimit-NearLimit", "true")];
        let expected = RateLimit { limit: Some("1000".to_owned()), resource: Some("api".to_owned()), near: true };
        assert_eq!(response(&headers, "").rate_limit(), Some(expected));
    }

    #[test]
    fn an_answer_that_is_not_the_json_expected_says_what_it_is() {
        let text = |content_type, body| response(&[("content-type", content_type)], body).json::<u8>().unwrap_err();
        insta::assert_snapshot!(
            text("text/html; charset=utf-8", "<title>Maintenance</title>"),
            @"GET /user: 200 OK, but the answer cannot be used: not JSON but text/html; charset=utf-8: Maintenance"
        );
        insta::assert_snapshot!(
            text("application/json", " {"),
            @"GET /user: 200 OK, but the answer cannot be used: invalid type: map, expected u8 at line 1 column 1"
        );
    }
}
