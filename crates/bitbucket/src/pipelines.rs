//! Pipelines and their steps (`/pipelines`):
//! <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/>.

mod trigger;

use serde::{Deserialize, Deserializer};

pub use self::trigger::TriggerPipeline;
use crate::client::Place;
use crate::error::Error;
use crate::limits;
use crate::open_enum::open_enum;
use crate::page::List;
use crate::pull_requests::{CommitRef, RepositoryRef};
use crate::users::User;

open_enum! {
    /// What started a pipeline. The description lists only two of these; the others were seen in answers of the real
    /// service.
    pub enum PipelineTrigger {
        /// A person or a program asked for it.
        Manual = "pipeline_trigger_manual",
        /// A push, also one to the branch of a pull request.
        Push = "pipeline_trigger_push",
        /// A change of a pull request.
        PullRequest = "pipeline_trigger_pull_request",
        /// A timetable: its creator started nothing now.
        Schedule = "pipeline_trigger_schedule",
    }
}

open_enum! {
    /// How far a pipeline is.
    pub enum PipelineState {
        /// Its file is being read.
        Parsing = "PARSING",
        /// It waits.
        Pending = "PENDING",
        /// It runs, or waits for somebody to start a step by hand.
        InProgress = "IN_PROGRESS",
        /// It is over, however it went.
        Completed = "COMPLETED",
    }
}

open_enum! {
    /// How far a step is.
    pub enum StepState {
        /// It waits, for its turn or for somebody to start it by hand.
        Pending = "PENDING",
        /// It is about to run.
        Ready = "READY",
        /// It runs.
        InProgress = "IN_PROGRESS",
        /// It is over, however it went.
        Completed = "COMPLETED",
    }
}

open_enum! {
    /// What starts a step. The description is silent about it; the words are those of the real service.
    pub enum StepTrigger {
        /// The step before it.
        Automatic = "pipeline_step_trigger_automatic",
        /// A person who presses a button; nothing says who did.
        Manual = "pipeline_step_trigger_manual",
        /// A person who asks for a deployment to be done again; nothing says who did.
        Redeploy = "pipeline_step_trigger_redeploy",
    }
}

/// A run of a pipeline.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Pipeline {
    /// Its UUID, with braces.
    pub uuid: String,
    /// Counts up in its repository.
    pub build_number: Option<u64>,
    /// The account that it was started by; of a timetable, not a person. Absent when the account is gone.
    pub creator: Option<User>,
    /// What started it.
    #[serde(default, deserialize_with = "word_of_type")]
    pub trigger: Option<PipelineTrigger>,
    /// What it runs on.
    pub target: Option<PipelineTarget>,
    /// How far it is.
    #[serde(default, deserialize_with = "word_of_name")]
    pub state: Option<PipelineState>,
    /// When it was started, as the server writes it.
    pub created_on: Option<String>,
    /// Where it runs.
    pub repository: Option<RepositoryRef>,
}

/// What a pipeline runs on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct PipelineTarget {
    /// The branch or tag; a pull request has none here.
    pub ref_name: Option<String>,
    /// Which of the pipelines of the file it is.
    pub selector: Option<Selector>,
    /// The commit.
    pub commit: Option<CommitRef>,
}

/// Which of the pipelines of a file runs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Selector {
    /// `custom`, `branches`, `default`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its name or pattern in the file.
    pub pattern: Option<String>,
}

/// A step of a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Step {
    /// Its UUID, with braces.
    pub uuid: String,
    /// Its name in the file.
    pub name: Option<String>,
    /// How far it is.
    #[serde(default, deserialize_with = "word_of_name")]
    pub state: Option<StepState>,
    /// What starts it.
    #[serde(default, deserialize_with = "word_of_type")]
    pub trigger: Option<StepTrigger>,
    /// How many times it was started; more than 1 means that somebody ran it again, and nothing says who.
    pub run_number: Option<u64>,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    word: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// The `type` of an object.
fn word_of_type<'de, D: Deserializer<'de>, T: From<String>>(from: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Typed>::deserialize(from)?.and_then(|it| it.word).map(T::from))
}

/// The `name` of an object.
pub(crate) fn word_of_name<'de, D: Deserializer<'de>, T: From<String>>(from: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Named>::deserialize(from)?.and_then(|it| it.name).map(T::from))
}

/// The pipelines of a repository.
#[derive(Clone, Debug)]
pub struct Pipelines {
    place: Place,
}

impl Pipelines {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// One, by its UUID in braces or its build number.
    ///
    /// # Errors
    ///
    /// As every request; 404 when this repository has no such pipeline.
    pub async fn get(&self, pipeline: &str) -> Result<Pipeline, Error> {
        self.place.join(&[pipeline]).get().await
    }

    /// The steps of one.
    #[must_use]
    pub fn steps(&self, pipeline: &str) -> Steps {
        Steps { place: self.place.join(&[pipeline, "steps"]) }
    }
}

/// The steps of a pipeline.
#[derive(Clone, Debug)]
pub struct Steps {
    place: Place,
}

impl Steps {
    /// All of them, in the order of the file.
    pub fn list(&self) -> List<Step> {
        List::new(self.place.clone(), limits::PAGE_ITEMS)
    }

    /// One, by its UUID in braces.
    ///
    /// # Errors
    ///
    /// As every request; 404 when the pipeline has no such step.
    pub async fn get(&self, step: &str) -> Result<Step, Error> {
        self.place.join(&[step]).get().await
    }
}
