//! The front door: the demo, what sets stepgate up and checks it, and every step as a subcommand.
//!
//! # Layout
//!
//! - [`cli`]: the subcommands.
//! - [`demo`]: the main job end to end on this machine, with an embedded Bitbucket.
//! - [`init`]: writes a commented `stepgate.yaml`, its schema, and the pipeline to go with it.
//! - [`doctor`]: is everything in place, and if not, how is it mended.
//! - [`schema`]: JSON Schemas of what we read and write.
//! - [`explain`]: where each value of the configuration came from.
//! - [`keygen`]: makes keys; [`mod@attest`]: statements are signed, shown and verified.

pub mod attest;
pub mod cli;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod init;
pub mod keygen;
pub mod schema;

pub use cli::{Cli, run};
