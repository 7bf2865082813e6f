//! `promotion.yaml`, the state of a GitOps repository, and the guardrails between two environments.
//!
//! This crate is pure: it is handed bytes, facts and the time, and gives back values. It never touches a file, a socket, a
//! process, the environment or the clock.
//!
//! # Layout
//!
//! - [`policy`]: `promotion.yaml`, its reader and its schema; [`calendar`]: windows and freezes.
//! - [`model`]: what is known of a repository, and what is asked.
//! - [`mod@judge`]: every guardrail, and what it says; [`condition`]: those that the policy writes in CEL.
//! - [`hold`]: emergency stops; [`deployment`]: what was done, as it is attested; [`trail`]: all of it, link by link.
//! - [`board`]: what is where.

pub mod board;
pub mod calendar;
pub mod condition;
pub mod deployment;
pub mod hold;
pub mod judge;
pub mod model;
pub mod policy;
pub mod trail;

pub use board::{Board, board};
pub use deployment::{Action, Deployment};
pub use hold::{Hold, Holds};
pub use judge::{judge, judge_policy_change};
pub use model::{
    Approval, Facts, Flight, Guardrail, Identity, Kind, Known, Name, Plan, Proof, Request, Standing, Standings, State,
    Unknown, Verdict,
};
pub use policy::{Policy, PolicyError};
