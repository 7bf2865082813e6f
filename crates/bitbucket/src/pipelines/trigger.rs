//! Starting a pipeline.

use http::Secret;
use serde::Serialize;
use serde_json::json;

use super::{Pipeline, Pipelines};
use crate::client::Place;
use crate::error::Error;

impl Pipelines {
    /// Starts one on a branch. It is not repeated when its outcome is not known: look for it then.
    pub fn trigger(&self, branch: impl Into<String>) -> TriggerPipeline {
        let target = Target {
            kind: "pipeline_ref_target",
            ref_type: "branch",
            ref_name: branch.into(),
            selector: None,
            commit: None,
        };
        TriggerPipeline { place: self.place.clone(), target, variables: Vec::new() }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Target {
    #[serde(rename = "type")]
    kind: &'static str,
    ref_type: &'static str,
    ref_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    selector: Option<Selector>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit>,
}

#[derive(Clone, Debug, Serialize)]
struct Selector {
    #[serde(rename = "type")]
    kind: &'static str,
    pattern: String,
}

#[derive(Clone, Debug, Serialize)]
struct Commit {
    #[serde(rename = "type")]
    kind: &'static str,
    hash: String,
}

/// A value of a variable, which is never printed where it is a secret.
#[derive(Clone, Debug)]
enum Value {
    Open(String),
    Secured(Secret),
}

/// A pipeline about to be started.
#[must_use]
#[derive(Debug)]
pub struct TriggerPipeline {
    place: Place,
    target: Target,
    variables: Vec<(String, Value)>,
}

impl TriggerPipeline {
    /// The pipeline of this name under `custom:`. Default: what a push to the branch would start.
    pub fn custom(mut self, name: impl Into<String>) -> Self {
        self.target.selector = Some(Selector { kind: "custom", pattern: name.into() });
        self
    }

    /// On this commit of the branch, by its full hash. Default: its tip.
    pub fn commit(mut self, hash: impl Into<String>) -> Self {
        self.target.commit = Some(Commit { kind: "commit", hash: hash.into() });
        self
    }

    /// With a variable. It goes before one of the same name that the repository or Pipelines itself has.
    pub fn variable(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((key.into(), Value::Open(value.into())));
        self
    }

    /// With a variable whose value the server does not show.
    pub fn secured_variable(mut self, key: impl Into<String>, value: Secret) -> Self {
        self.variables.push((key.into(), Value::Secured(value)));
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As every request; 400 when the file has no such pipeline, 404 when there is no such branch.
    pub async fn send(self) -> Result<Pipeline, Error> {
        let variables = self.variables.iter().map(|(key, value)| match value {
            Value::Open(value) => json!({ "key": key, "value": value }),
            Value::Secured(value) => json!({ "key": key, "value": value.expose(), "secured": true }),
        });
        let mut body = json!({ "target": self.target });
        if !self.variables.is_empty() {
            body["variables"] = variables.collect();
        }
        self.place.post(&body).await
    }
}
