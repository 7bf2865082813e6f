//! From a token to a person.

use jiff::Timestamp;

use super::{Claims, Expected, OidcError, verify};
use crate::client::Bitbucket;
use crate::error::Error;
use crate::pipelines::{Pipeline, PipelineState, PipelineTrigger, Step, StepState, StepTrigger};
use crate::repository::Repository;
use crate::uuid::{same_uuid, uuid};

/// The person who started a pipeline, as Bitbucket itself says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Triggered {
    /// The account's UUID, with braces.
    pub uuid: String,
    /// A name for people.
    pub display_name: Option<String>,
    /// The pipeline's UUID, with braces.
    pub pipeline_uuid: String,
    /// The pipeline's number.
    pub build_number: Option<u64>,
    /// The step's UUID, with braces.
    pub step_uuid: String,
    /// How the pipeline was started.
    pub trigger: PipelineTrigger,
    /// The environment that the step deploys to, by UUID, as the token says.
    pub environment_uuid: Option<String>,
}

impl Triggered {
    /// How it was found out, in words.
    #[must_use]
    pub fn how(&self) -> String {
        let pipeline = self.build_number.map_or_else(|| self.pipeline_uuid.clone(), |number| number.to_string());
        format!("the step's identity token names pipeline {pipeline}, whose creator Bitbucket told")
    }
}

/// Why it is not known who started a pipeline. Its text reads after "failed to".
#[derive(Debug, thiserror::Error)]
pub enum WhoError {
    /// Bitbucket did not answer as it has to.
    #[error("find out who triggered the pipeline")]
    Api(#[from] Error),
    /// The token is not believed.
    #[error(transparent)]
    Token(#[from] OidcError),
    /// Token and answers are fine, but name no person.
    #[error("find out who triggered the pipeline: {0}")]
    Nobody(String),
}

impl Bitbucket {
    /// The person who started the pipeline that a step's identity token is of.
    ///
    /// Environment variables do not do for this: "You can override the default variables by specifying a variable with
    /// the same name", says Bitbucket's own documentation, so that `BITBUCKET_STEP_TRIGGERER_UUID` is what whoever
    /// started the pipeline wanted it to be. The chain is:
    ///
    /// 1. the repository's UUID comes from the API, not from the environment;
    /// 2. the token is signed by the workspace's issuer, not expired, and of this repository ([`verify`]);
    /// 3. the pipeline that it names is of this repository, and not over;
    /// 4. the step that it names is of this pipeline, runs, and runs for the first time;
    /// 5. neither it nor a step before it was started by hand, for nothing says who presses a button in the middle;
    /// 6. the pipeline was started by hand or by a push, not by a timetable, and its creator is a person.
    ///
    /// No audience is asked for: a step may choose its own, and the token goes to nobody but Bitbucket from here.
    ///
    /// # Errors
    ///
    /// When any of this is not so, or not known, in words. The token is in none of them.
    pub async fn who_triggered(
        &self,
        workspace: &str,
        repository: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Triggered, WhoError> {
        let repository = self.repository(workspace, repository);
        let repository_uuid = repository.get().await?.uuid;
        let (issuer, keys) = (self.oidc_issuer(workspace), self.oidc_keys(workspace).await?);
        let expected = Expected { issuer: &issuer, audience: None, repository_uuid: &repository_uuid, now };
        let claims = verify(token, &keys, &expected)?;
        let (pipeline, steps) = asked(&repository, &claims).await?;
        judge(&repository_uuid, &claims, pipeline, &steps).map_err(WhoError::Nobody)
    }
}

async fn asked(repository: &Repository, claims: &Claims) -> Result<(Pipeline, Vec<Step>), Error> {
    // A UUID that is none was refused with the token.
    let id = uuid(&claims.pipeline_uuid).unwrap_or_default();
    let pipeline = repository.pipelines().get(&id).await?;
    let steps = repository.pipelines().steps(&id).list().all().await?;
    Ok((pipeline, steps))
}

/// The person behind a pipeline and the step of a genuine token.
fn judge(repository: &str, claims: &Claims, pipeline: Pipeline, steps: &[Step]) -> Result<Triggered, String> {
    if !same_uuid(&pipeline.uuid, &claims.pipeline_uuid) {
        return Err("Bitbucket answered with another pipeline than the token names".to_owned());
    }
    let home = pipeline.repository.as_ref().and_then(|it| it.uuid.as_deref());
    if !home.is_some_and(|home| same_uuid(home, repository)) {
        return Err("the pipeline of the token is not of this repository".to_owned());
    }
    match &pipeline.state {
        Some(PipelineState::Parsing | PipelineState::Pending | PipelineState::InProgress) => {}
        Some(PipelineState::Completed) => {
            return Err("the pipeline of the token is over; use the token of the running step".to_owned());
        }
        Some(PipelineState::Unknown(_)) | None => {
            return Err("Bitbucket does not say that the pipeline of the token is running".to_owned());
        }
    }
    step_ran_by_itself(claims, steps)?;
    let trigger = started_by_person(pipeline.trigger)?;
    let creator = pipeline.creator.ok_or("Bitbucket does not say who created the pipeline")?;
    if creator.kind.as_deref().is_some_and(|kind| kind != "user") {
        return Err("the pipeline was created by an account that is no person".to_owned());
    }
    let account = creator.uuid.as_deref().and_then(uuid).ok_or("Bitbucket does not say who created the pipeline")?;
    Ok(Triggered {
        uuid: account,
        display_name: creator.display_name,
        pipeline_uuid: pipeline.uuid,
        build_number: pipeline.build_number,
        step_uuid: uuid(&claims.step_uuid).unwrap_or_default(),
        trigger,
        environment_uuid: claims.deployment_environment_uuid.clone(),
    })
}

/// The step of the token runs because the pipeline came to it: nobody pressed a button on the way.
fn step_ran_by_itself(claims: &Claims, steps: &[Step]) -> Result<(), String> {
    let position = steps.iter().position(|step| same_uuid(&step.uuid, &claims.step_uuid));
    let so_far = position.and_then(|position| steps.get(..=position));
    let Some((own, _)) = so_far.and_then(<[Step]>::split_last) else {
        return Err("the pipeline does not have the step that the token names".to_owned());
    };
    match &own.state {
        Some(StepState::Pending | StepState::Ready | StepState::InProgress) => {}
        Some(StepState::Completed) => {
            return Err("the step of the token is over; use the token of the running step".to_owned());
        }
        Some(StepState::Unknown(_)) | None => {
            return Err("Bitbucket does not say that the step of the token is running".to_owned());
        }
    }
    for step in so_far.into_iter().flatten() {
        let name = step.name.as_deref().unwrap_or(&step.uuid);
        match &step.trigger {
            Some(StepTrigger::Automatic) => {}
            Some(StepTrigger::Manual) => {
                return Err(format!(
                    "the step {name:?} was started by hand, and nothing says who did it; let the pipeline come to this \
                     step by itself, and start a pipeline of its own for what people decide"
                ));
            }
            Some(StepTrigger::Redeploy) => {
                return Err(format!("the step {name:?} is a redeployment, and nothing says who asked for it"));
            }
            Some(StepTrigger::Unknown(_)) | None => {
                return Err(format!("Bitbucket does not say how the step {name:?} was started"));
            }
        }
        if step.run_number.is_some_and(|number| number > 1) {
            return Err(format!("the step {name:?} was run again, and nothing says who did it; start a new pipeline"));
        }
    }
    Ok(())
}

fn started_by_person(trigger: Option<PipelineTrigger>) -> Result<PipelineTrigger, String> {
    match trigger {
        Some(trigger @ (PipelineTrigger::Manual | PipelineTrigger::Push | PipelineTrigger::PullRequest)) => Ok(trigger),
        Some(PipelineTrigger::Schedule) => {
            Err("the pipeline was started by a timetable, not by a person; start it by hand".to_owned())
        }
        Some(PipelineTrigger::Unknown(_)) | None => {
            Err("Bitbucket does not say in a way known here what started the pipeline".to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
