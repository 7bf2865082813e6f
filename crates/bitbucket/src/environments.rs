//! Deployment environments (`/environments`) and the variables of Pipelines.
//!
//! - <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-deployments/>
//! - <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/> (variables)
//!
//! The description knows two fields of an environment; the others are what the real service was seen to answer.

use serde::Deserialize;

use crate::client::{Bitbucket, Place};
use crate::error::Error;
use crate::limits;
use crate::open_enum::open_enum;
use crate::page::List;
use crate::pipelines::word_of_name;

open_enum! {
    /// Whether an environment is free for a deployment.
    pub enum EnvironmentLock {
        /// It is free.
        Open = "OPEN",
        /// Something is being deployed.
        Locked = "LOCKED",
    }
}

/// A deployment environment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Environment {
    /// Its UUID, with braces.
    pub uuid: String,
    /// Its name, as `deployment:` has it.
    pub name: Option<String>,
    /// Its name in an address.
    pub slug: Option<String>,
    /// Its place among the environments.
    pub rank: Option<i64>,
    /// Whether it is hidden on the page of deployments.
    pub hidden: Option<bool>,
    /// `Test`, `Staging` or `Production`.
    #[serde(default, deserialize_with = "word_of_name")]
    pub category: Option<String>,
    /// `Test`, `Staging` or `Production`.
    #[serde(default, deserialize_with = "word_of_name")]
    pub environment_type: Option<String>,
    /// Who may deploy to it.
    pub restrictions: Option<EnvironmentRestrictions>,
    /// Whether one deployment keeps others out while it runs.
    pub environment_lock_enabled: Option<bool>,
    /// Whether something is being deployed.
    #[serde(default, deserialize_with = "word_of_name")]
    pub lock: Option<EnvironmentLock>,
    /// Whether a deployment waits for a gate outside Bitbucket.
    pub deployment_gate_enabled: Option<bool>,
}

/// Who may deploy to an environment (Premium).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct EnvironmentRestrictions {
    /// Only administrators of the repository.
    pub admin_only: Option<bool>,
}

/// A variable of Pipelines. Its value is not kept, even where the server tells it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Variable {
    /// Its UUID, with braces.
    pub uuid: Option<String>,
    /// Its name.
    pub key: String,
    /// Whether the server never shows its value.
    pub secured: Option<bool>,
}

/// The deployment environments of a repository.
#[derive(Clone, Debug)]
pub struct Environments {
    place: Place,
    variables: Place,
}

impl Environments {
    pub(crate) fn new(repository: &Place) -> Self {
        let variables = repository.join(&["deployments_config", "environments"]);
        Self { place: repository.join(&["environments"]), variables }
    }

    /// All of them.
    pub fn list(&self) -> List<Environment> {
        List::new(self.place.clone(), limits::PAGE_ITEMS)
    }

    /// One, by its UUID in braces.
    ///
    /// # Errors
    ///
    /// As every request; 404 when there is no such environment.
    pub async fn get(&self, uuid: &str) -> Result<Environment, Error> {
        self.place.join(&[uuid]).get().await
    }

    /// The variables that only deployments to one see, given by its UUID in braces.
    pub fn variables(&self, uuid: &str) -> List<Variable> {
        List::new(self.variables.join(&[uuid, "variables"]), limits::PAGE_ITEMS)
    }
}

impl Bitbucket {
    /// The variables that every pipeline of a workspace sees.
    pub fn workspace_variables(&self, workspace: &str) -> List<Variable> {
        List::new(self.place(&["workspaces", workspace, "pipelines-config", "variables"]), limits::PAGE_ITEMS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_does_not_survive_reading() {
        let json = r#"{"type":"pipeline_variable","uuid":"{1}","key":"TOKEN","value":"hunter2","secured":false}"#;
        let variable: Variable = serde_json::from_str(json).unwrap();
        assert!(!format!("{variable:?}").contains("hunter2"));
        assert_eq!((variable.key.as_str(), variable.secured), ("TOKEN", Some(false)));
    }

    #[test]
    fn an_environment_with_nothing_but_its_uuid_can_be_read() {
        let bare: Environment = serde_json::from_str(r#"{"uuid":"{1}","category":null,"restrictions":null}"#).unwrap();
        assert_eq!((bare.restrictions, bare.lock, bare.deployment_gate_enabled), (None, None, None));
    }
}
