//! The configuration in force, setting by setting, for people who wonder.

use step::args::Sources;
use step::config::{self, Setting};
use step::values::Time;

use crate::args::PutArgs;
use crate::config::Config;

/// Every setting of `config` with what `args`, given as `sources` say, make of it.
#[must_use]
pub fn settings(config: &config::Config<Config>, args: &PutArgs, sources: &Sources) -> Vec<Setting> {
    config.settings(&overridden(&config.value, args), flags, sources)
}

/// The config with what the command line says in its place.
fn overridden(config: &Config, args: &PutArgs) -> Config {
    let PutArgs { digest, place, rules, commit, pull_request, .. } = args;
    Config {
        repository: place.repo.clone().or_else(|| config.repository.clone()),
        branch: place.branch.clone().or_else(|| config.branch.clone()),
        service: place.service.clone().or_else(|| config.service.clone()),
        via: commit.via.unwrap_or(config.via),
        environments: config.environments.clone(),
        require_digest: rules.require_digest || config.require_digest,
        resolve_digest: digest.resolve_digest || config.resolve_digest,
        message: commit.message.clone().or_else(|| config.message.clone()),
        author: commit.author.clone().or_else(|| config.author.clone()),
        sign: commit.sign.or(config.sign),
        reviewers: config.reviewers.iter().chain(&pull_request.reviewer).cloned().collect(),
        default_reviewers: pull_request.default_reviewers || config.default_reviewers,
        merge: pull_request.merge || config.merge,
        deadline: commit.deadline.map(Time::from).or_else(|| config.deadline.clone()),
        attestations: commit.attestations.clone().or_else(|| config.attestations.clone()),
    }
}

/// The arguments, by the names of their fields, that stand above a setting.
fn flags(key: &str) -> &'static [&'static str] {
    match key {
        "repository" => &["repo"],
        "branch" => &["branch"],
        "service" => &["service"],
        "via" => &["via"],
        "require-digest" => &["require_digest"],
        "resolve-digest" => &["resolve_digest"],
        "message" => &["message"],
        "author" => &["author"],
        "sign" => &["sign"],
        "reviewers" => &["reviewer"],
        "default-reviewers" => &["default_reviewers"],
        "merge" => &["merge"],
        "deadline" => &["deadline"],
        "attestations" => &["attestations"],
        _ => &[],
    }
}
