//! Puts an image into the GitOps repository, changes nothing else, and loses nothing.
//!
//! # Layout
//!
//! - [`args`]: the command line; [`config`]: the `bump` section of stepgate.yaml.
//! - `put`: the way of an image: what is wanted, planned, allowed, and then landed.
//!   - `goal`: which image, where; `digest` and `registry`: which digest it has; `source`: what it was built from.
//!   - `order`: of two builds the newer one wins; `attestations`: what is carried along.
//!   - `guard`: what promotion.yaml and holds.yaml do not leave to a build; `policy`: the former.
//!   - `witness`: what is signed here, of where the image came from and where it went.
//!   - `remote`: the GitOps repository and the way into it; `report`: what came of it, and its writers; `proposal`:
//!     of a pull request.
//! - `find`: every place that holds an image.
//! - `edit`: one value of a YAML file; `diff`: what would change, as people read it.
//! - `settings`: the configuration in force, for people who wonder.

pub mod args;
mod attestations;
pub mod config;
mod diff;
mod digest;
mod edit;
mod find;
mod goal;
mod guard;
mod order;
mod policy;
mod proposal;
mod put;
mod registry;
mod remote;
mod report;
mod settings;
mod source;
mod witness;

use step::{Exit, Result, Session};

pub use args::Args;
pub use config::Config;
pub use report::REPORT_SCHEMA;
pub use settings::settings;

use args::Command;

/// Runs the program.
///
/// # Errors
///
/// When it cannot do what it was asked.
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    match args.command {
        Command::Set(args) => edit::set(&args, session),
        Command::Get(args) => edit::get(&args, session),
        Command::Put(args) => put::put(&args, session).await,
        Command::Find(args) => find::find(&args, session),
    }
}
