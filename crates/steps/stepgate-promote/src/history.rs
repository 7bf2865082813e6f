//! `history`: the audit trail, printed.

mod run;
#[cfg(test)]
mod tests;
mod write;

use gitops::Image;
use jiff::Timestamp;
use promotion::deployment::Actor;
use promotion::trail::Entry;
use schemars::JsonSchema;
use serde::Serialize;
use step::Exit;

pub(crate) use run::run;

/// The JSON Schema of the document, made from the type that is written.
pub const SCHEMA: &str = include_str!("../schema/promote-history.schema.json");

/// The audit trails that were asked for, `stepgate.promote-history/v1`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(title = "stepgate.promote-history/v1")]
pub(crate) struct History {
    /// `stepgate.promote-history/v1`.
    schema: &'static str,
    /// `stepgate-promote`.
    program: &'static str,
    /// Of the program.
    version: &'static str,
    /// The GitOps repository, without credentials.
    repository: String,
    /// Its branch.
    branch: String,
    /// How many things do not fit together, in all trails.
    problems: usize,
    /// One of each service in each environment.
    trails: Vec<Trail>,
}

/// What was done to a service in an environment.
#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Trail {
    service: String,
    environment: String,
    /// Newest first.
    lines: Vec<Line>,
}

/// One thing that was done.
#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Line {
    /// When, as RFC 3339: the attested time, else the time of the commit; null: before the history that is known.
    #[schemars(with = "Option<String>")]
    at: Option<Timestamp>,
    /// `bumped`, `proposed`, `promoted`, `rolled back`, `held` or `released`; null: nothing attests it.
    action: Option<&'static str>,
    /// The image, as the deployment has it, else as git shows it.
    image: Option<String>,
    /// Why the files do not say which image stands there.
    unreadable: Option<String>,
    /// Who wanted it.
    by: Option<Person>,
    /// Who approved it.
    approved_by: Vec<Person>,
    /// Why, where somebody was asked to say.
    reason: Option<String>,
    /// The names of the keys that signed it.
    keys: Vec<String>,
    /// The commit that put the image there; null: the image did not change.
    commit: Option<String>,
    /// The number of the pull request.
    pull_request: Option<u64>,
    /// The commit that the policy was read from.
    policy: Option<String>,
    /// The SHA-256 of the attestation, by which its successor names it.
    sha256: Option<String>,
    /// What does not fit together, in words.
    problems: Vec<String>,
}

/// A person or a machine.
#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Person {
    /// The account's UUID, with braces.
    uuid: Option<String>,
    /// A name for people.
    name: Option<String>,
    /// Whether it was shown; else it is only claimed.
    shown: bool,
}

impl History {
    /// Of services in environments, each with its trail, newest first.
    pub(crate) fn of(repository: &str, branch: &str, trails: &[(String, String, Vec<Entry>)]) -> Self {
        let trails: Vec<Trail> = trails
            .iter()
            .map(|(service, environment, entries)| Trail {
                service: service.clone(),
                environment: environment.clone(),
                lines: entries.iter().map(Line::of).collect(),
            })
            .collect();
        Self {
            schema: "stepgate.promote-history/v1",
            program: "stepgate-promote",
            version: env!("CARGO_PKG_VERSION"),
            repository: repository.to_owned(),
            branch: branch.to_owned(),
            problems: trails.iter().map(Trail::problems).sum(),
            trails,
        }
    }

    /// Pass, when everything fits together.
    pub(crate) const fn exit(&self) -> Exit {
        if self.problems == 0 { Exit::Pass } else { Exit::Fail }
    }
}

impl Trail {
    fn problems(&self) -> usize {
        self.lines.iter().map(|line| line.problems.len()).sum()
    }
}

impl Line {
    fn of(entry: &Entry) -> Self {
        let stood = entry.stood.as_ref();
        let deployment = entry.found.as_ref().map(|found| &found.deployment);
        let shown = stood.and_then(|stood| stood.image.as_ref().ok()).map(Image::to_string);
        Self {
            at: entry.at,
            action: deployment.map(|it| it.action.words()),
            image: deployment.map(|it| it.image.clone()).or(shown),
            unreadable: stood.and_then(|stood| stood.image.as_ref().err()).cloned(),
            by: deployment.map(|it| Person::of(&it.by)),
            approved_by: deployment.map(|it| it.approved_by.iter().map(Person::of).collect()).unwrap_or_default(),
            reason: deployment.and_then(|it| it.reason.clone()),
            keys: entry.found.as_ref().map(|found| found.keys.clone()).unwrap_or_default(),
            commit: stood.and_then(|stood| stood.commit.clone()),
            pull_request: deployment.and_then(|it| it.pull_request),
            policy: deployment.and_then(|it| it.policy.as_ref()).map(|policy| policy.commit.clone()),
            sha256: entry.found.as_ref().map(|found| found.sha256.clone()),
            problems: entry.problems.clone(),
        }
    }
}

impl Person {
    fn of(actor: &Actor) -> Self {
        Self { uuid: actor.uuid.clone(), name: actor.name.clone(), shown: actor.proof == "shown" }
    }

    /// `Ada (shown)`.
    fn words(&self) -> String {
        let name = self.name.as_ref().or(self.uuid.as_ref()).map_or("somebody", String::as_str);
        format!("{name} ({})", if self.shown { "shown" } else { "claimed" })
    }
}
