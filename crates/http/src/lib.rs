//! HTTP for clients of remote APIs. The only crate that opens a socket to a remote, so that time-outs, limits, retries
//! and the handling of credentials are decided once.
//!
//! A [`Client`] talks to one authority (scheme, host and port), given as its base URL. Credentials go there and nowhere
//! else, whatever a redirect or a link in an answer says.
//!
//! # Layout
//!
//! - [`client`](Client): where it talks to, and how it is set up
//! - [`settings`](Limits): time-outs, sizes, [retries](Retries), [proxies](Proxy)
//! - [`request`](Request): one request, its retries and redirects
//! - [`multipart`](Multipart): a body of texts and files
//! - [`response`](Response): the answer, read whole within a size limit
//! - `retry`: what may be sent again, after how long
//! - `message`: the server's own words, from whatever shape of error body
//! - [`clock`](Clock): waiting and the time of day, which a test can drive by hand
//! - [`secret`](Secret): text that is never printed

mod client;
mod clock;
mod error;
mod message;
mod multipart;
mod request;
mod response;
mod retry;
mod secret;
mod settings;
mod tls;

pub use client::{Builder, Client};
pub use clock::Clock;
pub use error::Error;
pub use multipart::Multipart;
pub use request::{Authorization, Request};
pub use reqwest::{Method, StatusCode, Url};
pub use response::{RateLimit, Response};
pub use secret::Secret;
pub use settings::{Limits, Proxy, Retries};
