//! The configuration in force, setting by setting, for people who wonder.

use step::args::Sources;
use step::config::{self, Setting};
use step::values::Time;

use crate::args::RunArgs;
use crate::config::Config;

/// Every setting of `config` with what `args`, given as `sources` say, make of it.
#[must_use]
pub fn settings(config: &config::Config<Config>, args: &RunArgs, sources: &Sources) -> Vec<Setting> {
    config.settings(&overridden(&config.value, args), flags, sources)
}

/// The config with what the command line says in its place.
fn overridden(config: &Config, args: &RunArgs) -> Config {
    let (repo, commit) = (&args.wanted.repo, &args.commit);
    Config {
        repository: repo.repo.clone().or_else(|| config.repository.clone()),
        gitops_repository: repo.gitops_repository.clone().or_else(|| config.gitops_repository.clone()),
        branch: repo.branch.clone().or_else(|| config.branch.clone()),
        author: commit.author.clone().or_else(|| config.author.clone()),
        sign: commit.sign.or(config.sign),
        deadline: commit.deadline.map(Time::from).or_else(|| config.deadline.clone()),
        reviewers: config.reviewers.clone(),
        default_reviewers: config.default_reviewers,
    }
}

/// The arguments, by the names of their fields, that stand above a setting.
fn flags(key: &str) -> &'static [&'static str] {
    match key {
        "repository" => &["repo"],
        "gitops-repository" => &["gitops_repository"],
        "branch" => &["branch"],
        "author" => &["author"],
        "sign" => &["sign"],
        "deadline" => &["deadline"],
        _ => &[],
    }
}
