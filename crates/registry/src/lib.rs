//! Asks a registry of images which digest a tag has.
//!
//! ```no_run
//! # async fn doc() -> Result<(), registry::Error> {
//! let registry = registry::Registry::builder("registry.example.com").build()?;
//! let digest = registry.digest_of("shop/api", "1.4.0").await?;
//! # Ok(()) }
//! ```
//!
//! The protocol is <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>, with tokens after
//! <https://distribution.github.io/distribution/spec/auth/token/>.
//!
//! # Layout
//!
//! - [`client`](Registry): the questions
//! - [`credentials`](Credentials): who is asking; the tokens that registries want in their place
//! - `challenge`: how a registry says what it wants
//! - [`docker_config`]: credentials as `docker login` and `podman login` keep them
//! - `address`: where a registry is, and what it calls a repository
//! - `manifest`: what the digest of an answer is

mod address;
mod challenge;
mod client;
mod credentials;
pub mod docker_config;
mod error;
mod manifest;

pub use client::{Builder, Registry};
pub use credentials::Credentials;
pub use error::Error;
pub use http::{Clock, Limits, Proxy, Retries, Secret};
