//! The configuration in force, setting by setting, for people who wonder.

use step::args::Sources;
use step::config::{self, Setting};

use crate::args::GateArgs;
use crate::config::Config;

/// Every setting of `config` with what `args`, given as `sources` say, make of it.
#[must_use]
pub fn settings(config: &config::Config<Config>, args: &GateArgs, sources: &Sources) -> Vec<Setting> {
    config.settings(&overridden(&config.value, args), flags, sources)
}

/// The config with what the command line says in its place.
fn overridden(config: &Config, args: &GateArgs) -> Config {
    let judge = &args.judge;
    let given = judge.output.outputs.iter().map(|given| (given.format.clone(), given.path.clone()));
    let context = &judge.context;
    let mut proof = config.proof.clone();
    proof.required |= judge.policy.require_proof;
    Config {
        environment: judge.policy.environment.clone().or_else(|| config.environment.clone()),
        policy: config.policy.clone(),
        proof,
        exceptions: config.exceptions.clone(),
        exception_files: config.exception_files.iter().chain(&judge.accepted.exceptions).cloned().collect(),
        vex: config.vex.iter().chain(&judge.accepted.vex).cloned().collect(),
        epss: context.epss.clone().or_else(|| config.epss.clone()),
        kev: context.kev.clone().or_else(|| config.kev.clone()),
        first_seen: context.first_seen.clone().or_else(|| config.first_seen.clone()),
        attestation: judge.signing.attestation.clone().or_else(|| config.attestation.clone()),
        service: judge.signing.service.clone().or_else(|| config.service.clone()),
        trivy: config.trivy.clone(),
        outputs: config.outputs.clone().into_iter().chain(given).collect(),
    }
}

/// The arguments, by the names of their fields, that stand above a setting.
fn flags(key: &str) -> &'static [&'static str] {
    match key {
        "environment" => &["environment"],
        "proof.required" => &["require_proof"],
        "exception-files" => &["exceptions"],
        "vex" => &["vex"],
        "epss" => &["epss"],
        "kev" => &["kev"],
        "first-seen" => &["first_seen"],
        "attestation" => &["attestation"],
        "service" => &["service"],
        _ if key.starts_with("outputs") => &["outputs"],
        _ => &[],
    }
}
