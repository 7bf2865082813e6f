//! A client that hides nothing: raw HTTP/1.1 over one connection a request.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

pub(crate) const COMMIT: &str = "710c02530e9c4629e537bc02a8822f34c32bd0ac";
pub(crate) const REPO: &str = "/2.0/repositories/acme/shop";

/// An answer as it came over the wire.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Status and body in one, for assertions.
    pub(crate) fn told(&self) -> (u16, Value) {
        (self.status, self.json())
    }

    /// Status and the server's message, whichever of its shapes the body has.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let message = body.pointer("/error/message").or(body.get("message"));
        (self.status, message.and_then(Value::as_str).unwrap_or_default().to_owned())
    }
}

/// Talks to the API of a fake with a header for authorization.
pub(crate) struct Client {
    authority: String,
    authorization: String,
}

impl Client {
    pub(crate) fn new(bitbucket: &fakes::Bitbucket) -> Self {
        Self::with(bitbucket, &format!("Bearer {}", fakes::bitbucket::TOKEN))
    }

    pub(crate) fn with(bitbucket: &fakes::Bitbucket, authorization: &str) -> Self {
        let url = bitbucket.api_url();
        let authority = url.trim_start_matches("http://").trim_end_matches("/2.0").to_owned();
        Self { authority, authorization: authorization.to_owned() }
    }

    pub(crate) fn proxy(bitbucket: &fakes::Bitbucket) -> Self {
        let authority = bitbucket.proxy_url().trim_start_matches("http://").to_owned();
        Self { authority, authorization: String::new() }
    }

    pub(crate) fn get(&self, target: &str) -> Response {
        self.send("GET", target, None)
    }

    pub(crate) fn delete(&self, target: &str) -> Response {
        self.send("DELETE", target, None)
    }

    pub(crate) fn put(&self, target: &str, body: &Value) -> Response {
        self.send("PUT", target, Some(body))
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Response {
        self.send("POST", target, Some(body))
    }

    pub(crate) fn send(&self, method: &str, target: &str, body: Option<&Value>) -> Response {
        self.try_send(method, target, body).expect("a whole answer")
    }

    pub(crate) fn try_send(&self, method: &str, target: &str, body: Option<&Value>) -> io::Result<Response> {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.try_raw(method, target, "application/json", &body)
    }

    pub(crate) fn try_raw(&self, method: &str, target: &str, media_type: &str, body: &str) -> io::Result<Response> {
        let mut answer = Vec::new();
        self.open(method, target, media_type, body)?.read_to_end(&mut answer)?;
        read(&answer)
    }

    /// Sends a request and leaves reading the answer to the caller.
    pub(crate) fn open(&self, method: &str, target: &str, media_type: &str, body: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.authority)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let authorization = match self.authorization.as_str() {
            "" => String::new(),
            value => format!("Authorization: {value}\r\n"),
        };
        let (authority, length) = (&self.authority, body.len());
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{authorization}\
             Content-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }
}

fn read(answer: &[u8]) -> io::Result<Response> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(short)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.get(9..12).and_then(|code| code.parse().ok()).ok_or_else(short)?;
    let response = Response { status, head, body: answer[end + 4..].to_vec() };
    match response.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) if response.body.len() < length => Err(short()),
        _ => Ok(response),
    }
}

/// The object with one member changed; null takes it away.
pub(crate) fn with(mut object: Value, name: &str, value: Value) -> Value {
    if value.is_null() {
        object.as_object_mut().expect("an object").remove(name);
    } else {
        object[name] = value;
    }
    object
}
