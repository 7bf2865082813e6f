//! The configuration in force, setting by setting, for people who wonder.

use step::args::Sources;
use step::config::{self, Setting};

use crate::args::JudgeArgs;
use crate::config::Config;
use crate::gate;

/// Every setting of `config` with what `args`, given as `sources` say, make of it.
#[must_use]
pub fn settings(config: &config::Config<Config>, args: &JudgeArgs, sources: &Sources) -> Vec<Setting> {
    config.settings(&overridden(&config.value, args), flags, sources)
}

/// The config with what the command line says in its place.
fn overridden(config: &Config, args: &JudgeArgs) -> Config {
    let given = args.output.outputs.iter().map(|given| (given.format.clone(), given.path.clone()));
    Config {
        policy: gate::policy(&args.policy, &config.policy),
        baseline: args.baseline.baseline.clone().or_else(|| config.baseline.clone()),
        allow_baseline_growth: args.baseline.allow_baseline_growth || config.allow_baseline_growth,
        changed: args.change.changed(config.changed),
        destination: args.change.destination.clone().or_else(|| config.destination.clone()),
        attestation: args.signing.attestation.clone().or_else(|| config.attestation.clone()),
        service: args.signing.service.clone().or_else(|| config.service.clone()),
        outputs: config.outputs.clone().into_iter().chain(given).collect(),
        ..config.clone()
    }
}

/// The arguments, by the names of their fields, that stand above a setting.
fn flags(key: &str) -> &'static [&'static str] {
    match key {
        "policy.block" => &["block"],
        "policy.severity" => &["fail_on"],
        "policy.max" => &["max"],
        "baseline" => &["baseline"],
        "allow-baseline-growth" => &["allow_baseline_growth"],
        "changed" => &["changed_lines", "changed_files", "everything"],
        "destination" => &["destination"],
        "attestation" => &["attestation"],
        "service" => &["service"],
        _ if key.starts_with("outputs") => &["outputs"],
        _ => &[],
    }
}
