//! Servers that behave like the real ones, on loopback: the demo's embedded default, and what the tests talk to.
//!
//! A fake keeps what it is sent, refuses what the real service refuses with the body the real service answers,
//! and can be told to fail in the ways the real one does. It knows nothing of the programs that talk to it.
//!
//! ```
//! let bitbucket = fakes::Bitbucket::start().expect("a free port on loopback");
//! bitbucket.inject(fakes::Fault::status(503).on("POST", "/annotations").times(2));
//! assert!(bitbucket.api_url().ends_with("/2.0"));
//! ```
//!
//! # Layout
//!
//! - `server`: what all fakes share: listening, the log of requests, [`Fault`].
//! - [`bitbucket`]: Bitbucket Cloud: its state and one file per family of endpoints.
//! - [`registry`]: a registry of images: manifests, tags, and who may ask for them.

pub mod bitbucket;
pub mod registry;
mod server;

pub use bitbucket::Bitbucket;
pub use registry::Registry;
pub use server::{Fault, Recorded, Shape, StartError};
