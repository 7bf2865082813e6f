//! What every stepgate program shares.
//!
//! # Layout
//!
//! - [`access`]: getting into Bitbucket.
//! - [`mod@run`]: the one way into every program.
//! - [`exit`]: the exit codes, which are API.
//! - [`failure`]: the one failure type at the edge: kind, chain of causes, hints.
//! - [`session`]: what a program is handed instead of reaching for globals: environment, directory, output streams.
//! - [`signing`]: signed verdicts beside reports.
//! - [`env`]: the environment, read once.
//! - [`gitops`]: the GitOps repository, by whatever name it has.
//! - [`pipeline`]: who and where this step is, from the pipeline's environment.
//! - [`config`]: `stepgate.yaml`, strict, with positions and hints.
//! - [`place`]: where a run takes place: the repository, the pipeline, the config.
//! - [`process`]: programs that run for a step and do not outlive it.
//! - [`change`]: what the change did, from git.
//! - [`progress`]: telling people that something takes its time.
//! - [`files`]: files replaced atomically, globs expanded, inputs read with a limit.
//! - [`args`]: command-line arguments that several programs share.
//! - [`values`]: values that they take in the same words.
//! - [`outputs`]: the reports that a program writes, none over another or over what it reads.
//! - [`words`]: words that several programs say.
//! - [`publish`]: a gate's outcome on Bitbucket: Code Insights, build status, pull-request comment.

pub mod access;
pub mod args;
pub mod change;
pub mod config;
pub mod env;
pub mod exit;
pub mod failure;
pub mod files;
pub mod gitops;
pub mod outputs;
pub mod pipeline;
pub mod place;
pub mod process;
pub mod progress;
pub mod publish;
pub mod run;
pub mod session;
pub mod signing;
pub mod values;
pub mod words;

pub use env::Env;
pub use exit::Exit;
pub use failure::{Failure, Result};
pub use outputs::Outputs;
pub use pipeline::Pipeline;
pub use place::Place;
pub use run::main;
pub use session::Session;
