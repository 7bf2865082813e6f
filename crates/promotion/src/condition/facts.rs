//! The facts as values of CEL.

use std::collections::{BTreeSet, HashMap};

use attest::{Claim, Holding, Need};
use cel::{Context, Value};
use gitops::{Image, Source};

use crate::judge::{Case, approvers, soaked_since};
use crate::model::{Facts, Kind, Proof, Request};
use crate::policy::Environment;

/// Every name that an expression can use.
pub(super) const NAMES: [&str; 16] = [
    "service",
    "environment",
    "kind",
    "image",
    "from",
    "now",
    "now_seconds",
    "hour",
    "weekday",
    "who",
    "soak_seconds",
    "attestations",
    "healthy",
    "approvals",
    "holds",
    "source",
];

type Fields = HashMap<String, Value>;

/// What is known, by name. What is not known is left out, so that asking for it is an error.
pub(super) fn context<'v>(request: &Request, facts: &Facts<'_>, environment: &Environment) -> Context<'static, 'v> {
    let mut context = Context::default();
    let kind = match request.kind {
        Kind::Promotion => "promotion",
        Kind::Hotfix { .. } => "hotfix",
        Kind::Rollback { .. } => "rollback",
    };
    let here = (request.service.clone(), request.environment.clone());
    let there = facts.standings.get(&here).and_then(|standing| standing.image.as_ref().ok());
    let now = facts.now.to_zoned(jiff::tz::TimeZone::UTC);
    context.add_variable_from_value("service", request.service.as_str());
    context.add_variable_from_value("environment", request.environment.as_str());
    context.add_variable_from_value("kind", kind);
    context.add_variable_from_value("image", image(&request.image));
    if let Some(there) = there {
        context.add_variable_from_value("from", image(there));
    }
    context.add_variable_from_value("now", facts.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    context.add_variable_from_value("now_seconds", facts.now.as_second());
    context.add_variable_from_value("hour", i64::from(now.hour()));
    context.add_variable_from_value("weekday", now.strftime("%a").to_string().to_ascii_lowercase());
    context.add_variable_from_value("who", who(facts));
    if let Some(seconds) = soak(request, facts, environment) {
        context.add_variable_from_value("soak_seconds", seconds);
    }
    context.add_variable_from_value("attestations", attestations(facts));
    context.add_variable_from_value("healthy", healthy(facts));
    context.add_variable_from_value("approvals", approvals(facts, environment));
    context.add_variable_from_value("holds", holds(request, facts));
    context.add_variable_from_value("source", source(request, facts, environment));
    context
}

fn image(image: &Image) -> Fields {
    let text = |text: Option<&str>| Value::from(text.unwrap_or_default());
    Fields::from([
        ("name".to_owned(), text(Some(image.name.as_str()))),
        ("tag".to_owned(), text(image.tag.as_ref().map(gitops::Tag::as_str))),
        ("digest".to_owned(), text(image.digest.as_ref().map(gitops::Digest::as_str))),
    ])
}

/// Nothing that is only claimed: a condition could be met by an environment variable.
fn who(facts: &Facts<'_>) -> Fields {
    let is_shown = matches!(facts.who.proof, Proof::Shown(_));
    let text = |text: &Option<String>| text.as_deref().filter(|_| is_shown).unwrap_or_default().to_owned();
    Fields::from([
        ("shown".to_owned(), Value::Bool(is_shown)),
        ("uuid".to_owned(), text(&facts.who.uuid).to_ascii_lowercase().into()),
        ("name".to_owned(), text(&facts.who.name).into()),
    ])
}

fn soak(request: &Request, facts: &Facts<'_>, environment: &Environment) -> Option<i64> {
    let case = Case { request, facts, environment: environment.clone() };
    let since = |name: &String| soaked_since(&case, name);
    let all = environment.from.iter().map(since).collect::<Option<Vec<_>>>()?.into_iter().max();
    let any = environment.from_any.iter().filter_map(since).min();
    if !environment.from_any.is_empty() && any.is_none() {
        return None;
    }
    all.max(any).map(|since| facts.now.duration_since(since).as_secs())
}

/// The claims that are about no environment: those that have a name, and those of the bundle.
fn attestations(facts: &Facts<'_>) -> Fields {
    let named = [Claim::Lint, Claim::Tests, Claim::Scan, Claim::Manifests, Claim::Provenance];
    let found = facts.evidence.accepted.iter().map(|accepted| accepted.claim.clone());
    let claims: BTreeSet<Claim> = named.into_iter().chain(found).filter(|claim| !claim.is_of_environment()).collect();
    let told = claims.iter().map(|claim| {
        let mut fields = Fields::new();
        let holding = holding(facts, claim, None);
        if let Holding::Holds { since: Some(since), .. } = &holding {
            fields.insert("since".to_owned(), since.as_second().into());
        }
        fields.insert("holds".to_owned(), Value::Bool(matches!(holding, Holding::Holds { .. })));
        (claim.to_string(), fields.into())
    });
    told.collect()
}

fn healthy(facts: &Facts<'_>) -> Fields {
    let environments = facts.policy.environments.keys();
    let told = environments.map(|environment| {
        let is_healthy = matches!(holding(facts, &Claim::Health, Some(environment)), Holding::Holds { .. });
        (environment.clone(), Value::Bool(is_healthy))
    });
    told.collect()
}

fn holding(facts: &Facts<'_>, claim: &Claim, environment: Option<&str>) -> Holding {
    facts.evidence.holds(&Need { claim, environment, keys: 1, by: &[], max_age: None, since: None, now: facts.now })
}

fn approvals(facts: &Facts<'_>, environment: &Environment) -> Fields {
    let from = environment.approvals.as_ref().and_then(|approvals| approvals.from.as_deref());
    let count = approvers(facts, from).ok().and_then(|people| i64::try_from(people.len()).ok());
    count.map(|count| ("count".to_owned(), Value::from(count))).into_iter().collect()
}

fn holds(request: &Request, facts: &Facts<'_>) -> Vec<String> {
    let digest = request.image.digest.as_ref().map(gitops::Digest::as_str);
    let stopping = facts.holds.stopping(&request.service, &request.environment, digest, facts.now);
    let mut reasons: Vec<String> = stopping.map(|hold| hold.reason.clone()).collect();
    reasons.sort_unstable();
    reasons
}

fn source(request: &Request, facts: &Facts<'_>, environment: &Environment) -> Fields {
    let mut fields = Fields::new();
    if let [commit] = facts.evidence.commits.as_slice() {
        fields.insert("commit".to_owned(), commit.as_str().into());
    }
    if let Some(said) = said(request, facts, environment) {
        if let Some(repository) = &said.repository {
            fields.insert("repository".to_owned(), repository.as_str().into());
        }
        if let Some(build) = said.build.and_then(|build| i64::try_from(build).ok()) {
            fields.insert("build".to_owned(), build.into());
        }
    }
    fields
}

/// What the commit says of the image that put it into the first environment before this one that has it.
fn said<'a>(request: &Request, facts: &'a Facts<'_>, environment: &Environment) -> Option<&'a Source> {
    let before = environment.from.iter().chain(&environment.from_any);
    let mut records = before.filter_map(|name| {
        let standing = facts.standings.get(&(request.service.clone(), name.clone()))?;
        standing.record.as_ref().filter(|record| record.image.digest.is_some())
    });
    records.find(|record| record.image.digest == request.image.digest).map(|record| &record.source)
}
