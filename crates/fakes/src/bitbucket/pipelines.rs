//! Pipelines and their steps: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/>, and what the
//! real service answers where that is silent (triggers of steps, `run_number`, the state `PARSING`).

use serde_json::{Value, json};

use super::Bitbucket;
use super::errors::{Answer, envelope, field, no_resource, not_allowed, object};
use super::people::Person;
use super::route::Call;
use super::state::{Repository, State};
use crate::server::Reply;

/// A run of a pipeline.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "it runs once a fake has it"]
pub struct Pipeline {
    pub(super) uuid: String,
    build_number: u64,
    creator: Person,
    trigger: String,
    pub(super) branch: String,
    custom: Option<String>,
    commit: String,
    created_on: String,
    pub(super) steps: Vec<Step>,
    state: &'static str,
    variables: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) uuid: String,
    name: String,
    trigger: String,
    state: &'static str,
    run_number: u64,
    pub(super) environment: Option<String>,
}

/// A pipeline that a fake has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// With braces.
    pub uuid: String,
    /// Counts up in its repository.
    pub build_number: u64,
    /// The UUIDs of its steps, with braces, in their order.
    pub steps: Vec<String>,
}

impl Pipeline {
    /// One that this person started by hand on `main`. Without steps it gets one.
    pub fn new(creator: &Person) -> Self {
        Self {
            uuid: String::new(),
            build_number: 0,
            creator: creator.clone(),
            trigger: "pipeline_trigger_manual".to_owned(),
            branch: "main".to_owned(),
            custom: None,
            commit: "c".repeat(40),
            created_on: String::new(),
            steps: Vec::new(),
            state: "IN_PROGRESS",
            variables: Value::Null,
        }
    }

    /// What started it: `manual`, `push`, `pull_request`, `schedule`, …
    pub fn trigger(mut self, what: &str) -> Self {
        self.trigger = format!("pipeline_trigger_{what}");
        self
    }

    /// The branch that it runs on.
    pub fn branch(mut self, name: &str) -> Self {
        name.clone_into(&mut self.branch);
        self
    }

    /// Makes it one of those under `custom:`.
    pub fn custom(mut self, name: &str) -> Self {
        self.custom = Some(name.to_owned());
        self
    }

    /// With one more step that starts after the one before it.
    pub fn step(self, name: &str) -> Self {
        self.triggered_step(name, "automatic")
    }

    /// With one more step that somebody has to start by hand.
    pub fn manual_step(self, name: &str) -> Self {
        self.triggered_step(name, "manual")
    }

    /// With one more step that is started like this: `automatic`, `manual`, `redeploy`, …
    pub fn triggered_step(mut self, name: &str, how: &str) -> Self {
        self.steps.push(Step {
            uuid: String::new(),
            name: name.to_owned(),
            trigger: format!("pipeline_step_trigger_{how}"),
            state: "IN_PROGRESS",
            run_number: 1,
            environment: None,
        });
        self
    }

    /// The last step so far was run again.
    pub fn again(mut self) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.run_number += 1;
        }
        self
    }

    /// The last step so far deploys to the environment of this UUID.
    pub fn deploys_to(mut self, environment: &str) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.environment = Some(environment.to_owned());
        }
        self
    }

    /// Starts it in a repository.
    fn start(mut self, state: &mut State, repository: usize) -> Running {
        if self.steps.is_empty() {
            self = self.step("Step 1");
        }
        self.uuid = state.uuid();
        self.steps.iter_mut().for_each(|step| step.uuid = state.uuid());
        self.created_on = state.now();
        let repository = &mut state.repositories[repository];
        self.build_number = 1 + repository.pipelines.len() as u64;
        if let Some(tip) = repository.content.branches.get(&self.branch) {
            tip.clone_into(&mut self.commit);
        }
        let steps = self.steps.iter().map(|step| step.uuid.clone()).collect();
        let running = Running { uuid: self.uuid.clone(), build_number: self.build_number, steps };
        repository.pipelines.push(self);
        running
    }

    fn answers_to(&self, id: &str) -> bool {
        self.uuid == id || self.build_number.to_string() == id
    }

    fn describe(&self, repository: &Repository) -> Value {
        let selector = match &self.custom {
            Some(name) => json!({"type": "custom", "pattern": name}),
            None => json!({"type": "branches", "pattern": self.branch}),
        };
        let (uuid, full_name) = (&repository.uuid, repository.full_name());
        json!({
            "type": "pipeline",
            "uuid": self.uuid,
            "build_number": self.build_number,
            "creator": self.creator.describe(),
            "repository": {"type": "repository", "uuid": uuid, "full_name": full_name, "name": repository.slug},
            "target": {
                "type": "pipeline_ref_target",
                "ref_type": "branch",
                "ref_name": self.branch,
                "commit": {"type": "commit", "hash": self.commit},
                "selector": selector,
            },
            "trigger": {"type": self.trigger},
            "state": {"type": format!("pipeline_state_{}", self.state.to_lowercase()), "name": self.state},
            "created_on": self.created_on,
        })
    }
}

impl Step {
    fn describe(&self) -> Value {
        json!({
            "type": "pipeline_step",
            "uuid": self.uuid,
            "name": self.name,
            "trigger": {"type": self.trigger},
            "state": {"type": format!("pipeline_step_state_{}", self.state.to_lowercase()), "name": self.state},
            "run_number": self.run_number,
        })
    }
}

/// `/pipelines`
pub(super) fn all(mut call: Call<'_>) -> Answer {
    match call.request.method.as_str() {
        "GET" => {
            let repository = call.repository();
            let values: Vec<Value> = repository.pipelines.iter().map(|it| it.describe(repository)).collect();
            call.page(&values)
        }
        "POST" => trigger(call),
        _ => Err(not_allowed()),
    }
}

/// `/pipelines/{uuid or number}` and below
pub(super) fn one(mut call: Call<'_>, id: &str, rest: &[&str]) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let repository = call.repository();
    let missing = |what: &str| Reply::json(404, &not_found(&format!("{what} not found in repository")));
    let found = repository.pipelines.iter().find(|it| it.answers_to(id));
    let pipeline = found.ok_or_else(|| missing(&format!("Pipeline with id '{id}'")))?;
    match rest {
        [] => Ok(Reply::json(200, &pipeline.describe(repository))),
        ["steps"] => {
            let values: Vec<Value> = pipeline.steps.iter().map(Step::describe).collect();
            call.page(&values)
        }
        ["steps", step] => {
            let found = pipeline.steps.iter().find(|it| it.uuid == *step);
            found.map(|it| Reply::json(200, &it.describe())).ok_or_else(|| missing(&format!("Step with id '{step}'")))
        }
        _ => Err(no_resource()),
    }
}

/// This part of the service puts what it means into `detail`.
fn not_found(detail: &str) -> Value {
    json!({"type": "error", "error": {"message": "Not found", "detail": detail}})
}

fn trigger(mut call: Call<'_>) -> Answer {
    let body = object(call.json(400)?)?;
    let target =
        body.get("target").and_then(Value::as_object).ok_or_else(|| field("target", "This field is required."))?;
    let word = |name: &str| target.get(name).and_then(Value::as_str);
    let bad = || envelope(400, "The request body contains invalid properties");
    let (Some("pipeline_ref_target"), Some("branch"), Some(branch)) =
        (word("type"), word("ref_type"), word("ref_name"))
    else {
        return Err(bad());
    };
    let selector = target.get("selector");
    let custom = selector.and_then(|it| it.get("pattern")).and_then(Value::as_str);
    let kind = selector.and_then(|it| it.get("type")).and_then(Value::as_str);
    if kind.is_some_and(|kind| !["custom", "branches", "default"].contains(&kind)) {
        return Err(bad());
    }
    let variables = body.get("variables").cloned().unwrap_or_else(|| json!([]));
    let named =
        |it: &Value| it.get("key").is_some_and(Value::is_string) && it.get("value").is_some_and(Value::is_string);
    if !variables.as_array().is_some_and(|list| list.iter().all(named)) {
        return Err(bad());
    }
    let content = &call.repository().content;
    if !content.is_empty() && content.tip(branch).is_none() {
        let detail = format!("Could not find last reference for branch {branch}");
        return Err(Reply::json(404, &not_found(&detail)));
    }
    let mut pipeline = Pipeline::new(&call.person()).branch(branch);
    pipeline.custom = custom.filter(|_| kind == Some("custom")).map(str::to_owned);
    pipeline.variables = variables;
    let running = pipeline.start(call.state, call.repository);
    let repository = call.repository();
    let made = repository.pipelines.iter().find(|it| it.uuid == running.uuid);
    let mut told = made.map(|it| it.describe(repository)).unwrap_or_default();
    // Its file is read after the answer (seen).
    told["state"] = json!({"type": "pipeline_state_parsing", "name": "PARSING"});
    Ok(Reply::json(201, &told))
}

impl Bitbucket {
    /// Runs a pipeline in a repository; nothing when there is no such repository.
    pub fn run_pipeline(&self, workspace: &str, slug: &str, pipeline: Pipeline) -> Option<Running> {
        let mut state = self.shared.state();
        let index = state.repository(workspace, slug)?;
        Some(pipeline.start(&mut state, index))
    }

    /// The pipelines of a repository, the oldest first.
    #[must_use]
    pub fn pipelines(&self, workspace: &str, slug: &str) -> Vec<Running> {
        let mut state = self.shared.state();
        let index = state.repository(workspace, slug);
        let pipelines = index.map(|index| state.repositories[index].pipelines.iter());
        let running = |it: &Pipeline| Running {
            uuid: it.uuid.clone(),
            build_number: it.build_number,
            steps: it.steps.iter().map(|step| step.uuid.clone()).collect(),
        };
        pipelines.into_iter().flatten().map(running).collect()
    }

    /// The variables that a pipeline was started with by a request, as they were sent.
    #[must_use]
    pub fn pipeline_variables(&self, pipeline: &str) -> Value {
        let state = self.shared.state();
        let mut pipelines = state.repositories.iter().flat_map(|repository| &repository.pipelines);
        pipelines.find(|it| it.uuid == pipeline).map(|it| it.variables.clone()).unwrap_or_default()
    }

    /// Ends a pipeline and all its steps, by its UUID.
    pub fn finish_pipeline(&self, pipeline: &str) {
        let mut state = self.shared.state();
        let pipelines = state.repositories.iter_mut().flat_map(|repository| &mut repository.pipelines);
        for it in pipelines.filter(|it| it.uuid == pipeline) {
            it.state = "COMPLETED";
            it.steps.iter_mut().for_each(|step| step.state = "COMPLETED");
        }
    }

    /// Ends a step, by its UUID.
    pub fn finish_step(&self, step: &str) {
        let mut state = self.shared.state();
        let pipelines = state.repositories.iter_mut().flat_map(|repository| &mut repository.pipelines);
        let steps = pipelines.flat_map(|pipeline| &mut pipeline.steps).filter(|it| it.uuid == step);
        steps.for_each(|step| step.state = "COMPLETED");
    }
}
