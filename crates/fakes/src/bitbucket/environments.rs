//! Deployment environments and variables of Pipelines:
//! <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-deployments/>. The fields of an environment are those
//! of a real answer; the description has two of them.

use serde_json::{Value, json};

use super::errors::{Answer, envelope, no_resource, not_allowed};
use super::route::Call;
use super::state::State;
use crate::server::{Reply, Request};

/// A deployment environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an environment exists once the builder has it"]
pub struct Environment {
    pub(super) uuid: String,
    name: String,
    category: String,
    admin_only: bool,
    gate: bool,
    variables: Vec<Variable>,
}

/// A variable of Pipelines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) key: String,
    pub(super) secured: bool,
}

impl Environment {
    /// One of this UUID, name, and category (`Test`, `Staging`, `Production`).
    pub fn new(uuid: &str, name: &str, category: &str) -> Self {
        let (uuid, name, category) = (uuid.to_owned(), name.to_owned(), category.to_owned());
        Self { uuid, name, category, admin_only: false, gate: false, variables: Vec::new() }
    }

    /// Only administrators may deploy to it.
    pub fn admin_only(mut self) -> Self {
        self.admin_only = true;
        self
    }

    /// A deployment waits for a gate outside.
    pub fn gated(mut self) -> Self {
        self.gate = true;
        self
    }

    /// Has this variable.
    pub fn variable(mut self, key: &str, secured: bool) -> Self {
        self.variables.push(Variable { key: key.to_owned(), secured });
        self
    }

    fn describe(&self) -> Value {
        json!({
            "type": "deployment_environment",
            "uuid": self.uuid,
            "name": self.name,
            "slug": self.name.to_lowercase().replace(' ', "-"),
            "rank": match self.category.as_str() { "Test" => 0, "Staging" => 1, _ => 2 },
            "hidden": false,
            "category": {"name": self.category},
            "environment_type": {"type": "deployment_environment_type", "name": self.category},
            "restrictions": {"type": "deployment_restrictions_configuration", "admin_only": self.admin_only},
            "environment_lock_enabled": true,
            "lock": {"type": "deployment_environment_lock_open", "name": "OPEN"},
            "deployment_gate_enabled": self.gate,
        })
    }
}

impl Variable {
    /// The value of a secured one is never told.
    fn describe(&self, kind: &str) -> Value {
        let mut variable = json!({"type": kind, "key": self.key, "secured": self.secured});
        if !self.secured {
            variable["value"] = json!(format!("value of {}", self.key));
        }
        variable
    }
}

/// `/environments`
pub(super) fn all(mut call: Call<'_>) -> Answer {
    only_get(&call)?;
    let values: Vec<Value> = call.repository().environments.iter().map(Environment::describe).collect();
    call.page(&values)
}

/// `/environments/{uuid}`
pub(super) fn one(mut call: Call<'_>, uuid: &str) -> Answer {
    only_get(&call)?;
    Ok(Reply::json(200, &find(&mut call, uuid)?.describe()))
}

/// `/deployments_config/environments/{uuid}/variables`
pub(super) fn environment_variables(mut call: Call<'_>, uuid: &str) -> Answer {
    only_get(&call)?;
    let variables = find(&mut call, uuid)?.variables.clone();
    let values: Vec<Value> = variables.iter().map(|it| it.describe("deployment_variable")).collect();
    call.page(&values)
}

/// `/pipelines_config/variables`
pub(super) fn repository_variables(mut call: Call<'_>) -> Answer {
    only_get(&call)?;
    let values: Vec<Value> = call.repository().variables.iter().map(|it| it.describe("pipeline_variable")).collect();
    call.page(&values)
}

/// `/workspaces/{workspace}/pipelines-config/variables`
pub(super) fn workspace_variables(state: &mut State, request: &Request, workspace: &str) -> Answer {
    if request.method != "GET" {
        return Err(not_allowed());
    }
    let here = state.workspace_variables.iter().filter(|(of, _)| of.eq_ignore_ascii_case(workspace));
    let values: Vec<Value> = here.map(|(_, it)| it.describe("pipeline_variable")).collect();
    state.pages.page(request, &values)
}

fn only_get(call: &Call<'_>) -> Result<(), Reply> {
    if call.request.method == "GET" { Ok(()) } else { Err(not_allowed()) }
}

/// The UUID has to have its braces, encoded: without them the real one answers 400.
fn find<'a>(call: &'a mut Call<'_>, uuid: &str) -> Result<&'a Environment, Reply> {
    if !uuid.starts_with('{') || !uuid.ends_with('}') || call.request.target.contains(['{', '}']) {
        return Err(envelope(400, "Bad request"));
    }
    call.repository().environments.iter().find(|it| it.uuid == uuid).ok_or_else(no_resource)
}
