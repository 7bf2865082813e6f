//! What was done to an environment and why that was allowed, as it is attested ([`attest::claim::DEPLOYMENT`]) in the
//! bundle of the image.
//!
//! The deployments of a service in an environment form a chain: each names the SHA-256 of the one before it
//! ([`attest::Accepted::sha256`]) and the commit that it was made on top of.

#[cfg(test)]
mod tests;

use attest::claim::DEPLOYMENT;
use attest::{Statement, Subject};
use gitops::Image;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use gitops::words::quoted;

/// What was done.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The image was put there by a build.
    Bumped,
    /// A pull request proposes the image; it is not there yet.
    Proposed,
    /// The image was put there.
    Promoted,
    /// The image was put back there.
    RolledBack,
    /// The image was stopped from going there.
    Held,
    /// The stop was taken back.
    Released,
}

/// One thing that was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// What.
    pub action: Action,
    /// Of which service.
    pub service: String,
    /// Where.
    pub environment: String,
    /// The image: `registry.example/shop/api:1.2@sha256:…`.
    pub image: String,
    /// What stood there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Who wanted it.
    pub by: Actor,
    /// Why, where somebody was asked to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The policy that allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyRef>,
    /// The commit that it was made on top of.
    pub onto: String,
    /// The SHA-256 of the deployment before it, of the same service in the same environment; left out: it is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// What every guardrail said.
    #[serde(default)]
    pub guardrails: Vec<Spoken>,
    /// The SHA-256 of every statement of the bundle that was accepted.
    #[serde(default)]
    pub input_attestations: Vec<String>,
    /// Who approved.
    #[serde(default)]
    pub approved_by: Vec<Actor>,
    /// The number of the pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u64>,
}

/// A person or a machine.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Actor {
    /// The account's UUID, with braces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `shown`, or `claimed`.
    pub proof: String,
}

/// A policy, so that it can be found again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PolicyRef {
    /// The commit that it was read from.
    pub commit: String,
    /// The SHA-256 of the file.
    pub sha256: String,
}

/// What a guardrail said.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Spoken {
    /// Which: `soak`, `attestation tests`.
    pub name: String,
    /// `met`, `not met`, `not yet`, `unknown`.
    pub state: String,
    /// Why.
    pub why: String,
}

impl Action {
    /// Whether the image is where it was to go: the others change nothing that runs.
    #[must_use]
    pub fn lands(self) -> bool {
        match self {
            Self::Bumped | Self::Promoted | Self::RolledBack => true,
            Self::Proposed | Self::Held | Self::Released => false,
        }
    }

    /// In words: `rolled back`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Bumped => "bumped",
            Self::Proposed => "proposed",
            Self::Promoted => "promoted",
            Self::RolledBack => "rolled back",
            Self::Held => "held",
            Self::Released => "released",
        }
    }
}

impl Deployment {
    /// The Statement about the image: subject by digest and name, bound to service and environment.
    ///
    /// # Errors
    ///
    /// When the image has no SHA-256 digest, or is no image, or when service or environment have no name.
    pub fn statement(&self) -> Result<Statement, String> {
        let subject = self.subject()?;
        let predicate = serde_json::to_value(self).map_err(|error| format!("the deployment is no JSON: {error}"))?;
        Ok(Statement::new(vec![subject], DEPLOYMENT, predicate))
    }

    /// Reads it back from an accepted statement; service, environment and image must be those of the subject.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn of(statement: &Statement) -> Result<Self, String> {
        if statement.predicate_type != DEPLOYMENT {
            return Err(format!("it is no deployment, but {}", quoted(&statement.predicate_type)));
        }
        let this = Self::deserialize(&statement.predicate).map_err(|error| format!("it is no deployment: {error}"))?;
        let [subject] = statement.subject.as_slice() else {
            return Err(format!("a deployment is about one image, not {}", statement.subject.len()));
        };
        this.check(subject)?;
        Ok(this)
    }

    fn subject(&self) -> Result<Subject, String> {
        let Self { service, environment, .. } = self;
        for (what, name) in [("service", service), ("environment", environment)] {
            if name.trim().is_empty() {
                return Err(format!("a deployment names its {what}"));
            }
        }
        let image: Image = self.image.parse().map_err(|error| format!("it is of no image: {error}"))?;
        match &image.digest {
            Some(digest) if digest.algorithm() == "sha256" => {
                let subject = Subject::image(image.name.as_str(), digest.as_str());
                Ok(subject.of_service(service).in_environment(environment))
            }
            _ => Err(format!("{} has no SHA-256 digest, so that it may be any image", quoted(&self.image))),
        }
    }

    /// Whether the subject is the one that would have been written, but for the case of its digits.
    fn check(&self, subject: &Subject) -> Result<(), String> {
        let ours = self.subject()?;
        let differs = |what: &str, ours: Option<&String>, theirs: Option<&String>| {
            let shown = |text: Option<&String>| text.map_or_else(|| "nothing".to_owned(), |text| quoted(text));
            Err(format!("its subject says {} of the {what}, the deployment {}", shown(theirs), shown(ours)))
        };
        if ours.name != subject.name {
            return differs("image", ours.name.as_ref(), subject.name.as_ref());
        }
        for key in ["service", "environment"] {
            let (ours, theirs) = (ours.annotations.get(key), subject.annotations.get(key));
            if ours != theirs {
                return differs(key, ours, theirs);
            }
        }
        let (ours, theirs) = (ours.digest.get("sha256"), subject.digest.get("sha256"));
        let is_same = |a: &String, b: &String| a.eq_ignore_ascii_case(b);
        match (ours, theirs) {
            (Some(a), Some(b)) if is_same(a, b) && subject.digest.len() == 1 => Ok(()),
            (Some(a), Some(b)) if is_same(a, b) => Err("its subject has several digests".to_owned()),
            _ => differs("digest", ours, theirs),
        }
    }
}
