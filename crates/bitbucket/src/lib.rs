//! A typed client of the Bitbucket Cloud API (2.0), in the style of octocrab.
//!
//! ```no_run
//! # async fn story() -> Result<(), bitbucket::Error> {
//! use bitbucket::{Annotation, Auth, Bitbucket, ReportResult, Secret};
//!
//! let bb = Bitbucket::builder().auth(Auth::AccessToken(Secret::new("…"))).build()?;
//! let repository = bb.repository("acme", "shop");
//!
//! let commit = repository.commit("0123abc");
//! commit.reports().put("phpstan", "PHPStan").result(ReportResult::Failed).send().await?;
//! let annotation = Annotation::new("phpstan-1", "Undefined variable: $total").at("src/Cart.php", 12);
//! commit.annotations("phpstan").create_many(&[annotation]).await?;
//!
//! repository.pull_requests().comments(7).upsert("acme-lint", "One new problem.").await?;
//! # Ok(())
//! # }
//! ```
//!
//! A handler ([`Repository`], [`Reports`], …) names a place and costs nothing; a call with optional parameters is a
//! builder that ends in `send()`. Lists come as [`Page`]s.
//!
//! # Layout
//!
//! - [`client`](Bitbucket): the client, and the one function that sends
//! - [`auth`](Auth): the ways to say who is asking
//! - [`error`](Error), [`page`](Page), [`limits`]
//! - a file for each family of endpoints, its models beside its calls: [`reports`](Reports),
//!   [`annotations`](Annotations), [`statuses`](Statuses), [`pull_requests`](PullRequests), [`comments`](Comments),
//!   [`pipelines`](Pipelines), [`environments`](Environments), [`restrictions`](BranchRestriction), [`src`](Src) with [`branches`](Branches) and [`history`](ListCommits), [`reviewers`](DefaultReviewer),
//!   [`users`](User); [`repository`](Repository) is where they start from
//! - [`oidc`]: who a step is, and who triggered its pipeline

mod annotations;
mod auth;
mod branches;
mod client;
mod comments;
mod environments;
mod error;
mod history;
pub mod limits;
mod null;
pub mod oidc;
mod open_enum;
mod page;
mod pipelines;
mod pull_requests;
mod reports;
mod repository;
mod restrictions;
mod reviewers;
mod src;
mod statuses;
mod users;
mod uuid;

pub use annotations::{Annotation, AnnotationResult, AnnotationType, Annotations, Severity};
pub use auth::Auth;
pub use branches::{BranchRef, Branches};
pub use client::{Bitbucket, Builder};
pub use comments::{Comment, Comments, Content, CreateComment, Inline, Upsert, Upserted, marker_line};
pub use environments::{Environment, EnvironmentLock, EnvironmentRestrictions, Environments, Variable};
pub use error::Error;
pub use history::{ListCommits, LoggedCommit, RawAuthor};
pub use http::{Clock, Limits, Retries, Secret};
pub use page::{List, Page};
pub use pipelines::{
    Pipeline, PipelineState, PipelineTarget, PipelineTrigger, Pipelines, Selector, Step, StepState, StepTrigger, Steps,
    TriggerPipeline,
};
pub use pull_requests::{
    Activity, Approval, Approvals, Branch, CommitRef, CreatePullRequest, Endpoint, Link, Links, ListPullRequests,
    MergePullRequest, MergeStrategy, Merged, Participant, ParticipantRole, ParticipantState, PullRequest,
    PullRequestState, PullRequests, RepositoryRef, Review, Update, UpdatePullRequest,
};
pub use reports::{DataField, DataValue, PutReport, Report, ReportResult, ReportType, Reports};
pub use repository::{Commit, Repository, RepositoryDetails};
pub use restrictions::{BranchMatchKind, BranchRestriction, Group, RestrictionKind};
pub use reviewers::DefaultReviewer;
pub use src::{Attribute, CommitFiles, Entry, EntryType, ListEntries, Src};
pub use statuses::{BuildState, BuildStatus, PutStatus, Statuses};
pub use users::User;
