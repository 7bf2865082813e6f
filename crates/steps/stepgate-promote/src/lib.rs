//! May this image go to the next environment, and if so, takes it there.
//!
//! # Layout
//!
//! - [`args`]: the command line; [`config`]: the `promote` section of stepgate.yaml; `settings`: the configuration in force.
//! - `repository`: the GitOps repository and the ways into it; `state`: what it says, at one commit.
//! - `identity`: who asks; `approving`: who said yes; `judging`: what guardrails look at.
//! - `run`: `plan` and `run`; `acting`: the commit that carries a plan out.
//! - `changes` and `check`: the same judgement on a change that is there; `merge`: of a pull request, and then the merge.
//! - `rollback`, `holding`: the emergency exits; `status`, `history`, `audit`: what is, what was, and what is left open.
//! - `report`, `write`: what is told, a function a format.

mod acting;
mod approving;
pub mod args;
mod audit;
mod changes;
mod check;
pub mod config;
mod history;
mod holding;
mod identity;
mod judging;
mod merge;
mod report;
mod repository;
mod rollback;
mod run;
mod settings;
mod state;
mod status;
mod write;

use step::{Exit, Result, Session};

pub use args::Args;
pub use audit::SCHEMA as AUDIT_SCHEMA;
pub use config::Config;
pub use history::SCHEMA as HISTORY_SCHEMA;
pub use settings::settings;
pub use write::plan::SCHEMA as PLAN_SCHEMA;
pub use write::status::SCHEMA as STATUS_SCHEMA;

use args::Command;

/// Runs the program.
///
/// # Errors
///
/// When it cannot do what it was asked.
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    match &args.command {
        Command::Status(args) => status::status(args, session).await,
        Command::Plan(args) => run::plan(args, session).await,
        Command::Run(args) => run::run(args, session).await,
        Command::Check(args) => check::check(args, session).await,
        Command::Merge(args) => merge::merge(args, session).await,
        Command::Rollback(args) => rollback::rollback(args, session).await,
        Command::Hold(args) => holding::hold(args, session).await,
        Command::Release(args) => holding::release(args, session).await,
        Command::History(args) => history::run(args, session).await,
        Command::Audit(args) => audit::run(args, session).await,
    }
}
