//! What every stepgate program shares.
//!
//! # Layout
//!
//! - [`mod@run`]: the one way into every program.
//! - [`exit`]: the exit codes, which are API.
//! - [`failure`]: the one failure type at the edge: kind, chain of causes, hints.
//! - [`session`]: what a program is handed instead of reaching for globals: environment, directory, output streams.
//! - [`env`]: the environment, read once.
//! - [`pipeline`]: who and where this step is, from the pipeline's environment.
//! - [`config`]: `stepgate.yaml`, strict, with positions and hints.
//! - [`progress`]: telling people that something takes its time.
//! - [`files`]: files replaced atomically, globs expanded, inputs read with a limit.
//! - [`args`]: command-line arguments that several programs share.
//! - [`publish`]: a gate's outcome on Bitbucket: Code Insights, build status, pull-request comment.

pub mod args;
pub mod config;
pub mod env;
pub mod exit;
pub mod failure;
pub mod files;
pub mod pipeline;
pub mod progress;
pub mod publish;
pub mod run;
pub mod session;

pub use env::Env;
pub use exit::Exit;
pub use failure::{Failure, Result};
pub use pipeline::Pipeline;
pub use run::main;
pub use session::Session;
