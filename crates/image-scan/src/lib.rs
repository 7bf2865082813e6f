//! What scanners say about an image, and whether it may be pushed.
//!
//! This crate is pure: it is handed bytes and gives back values or bytes. It never touches a file, a socket, a process,
//! the environment or the clock.
//!
//! # Layout
//!
//! - [`model`]: [`Scan`], [`Finding`], [`Package`], the nouns everything else is about.
//! - [`read`]: Trivy's reports of every version and grype's; what is neither is told apart and refused.
//! - [`evidence`]: what a report proves, and what it cannot prove.
//! - [`policy`]: the rules of stepgate.yaml; [`intel`]: EPSS and KEV, which rules may ask for.
//! - [`exceptions`]: findings that are accepted for a while; [`vex`]: those that somebody says do not apply.
//! - [`against`]: what is different from the image that runs now; [`identity`] and [`purl`]: what makes two findings or
//!   two packages the same.
//! - [`first_seen`]: since when a finding is known here; [`age`]: lengths of time in a config.
//! - [`judge`]: the one function that turns scans into a verdict.

pub mod against;
pub mod age;
pub mod evidence;
pub mod exceptions;
pub mod first_seen;
pub mod identity;
pub mod intel;
pub mod judge;
pub mod model;
pub mod policy;
pub mod purl;
pub mod read;
pub mod vex;

#[cfg(test)]
mod fixture;

pub use model::{Finding, Kind, Package, Scan};
