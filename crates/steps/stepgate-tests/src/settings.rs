//! The configuration in force, setting by setting, for people who wonder.

use step::args::Sources;
use step::config::{self, Setting};

use crate::args::GateArgs;
use crate::config::{Config, Coverage, History};
use crate::gate;

/// Every setting of `config` with what `args`, given as `sources` say, make of it.
#[must_use]
pub fn settings(config: &config::Config<Config>, args: &GateArgs, sources: &Sources) -> Vec<Setting> {
    config.settings(&overridden(&config.value, args), flags, sources)
}

/// The config with what the command line says in its place.
fn overridden(config: &Config, args: &GateArgs) -> Config {
    let (input, judge) = (&args.input, &args.judge);
    let given = judge.output.outputs.iter().map(|given| (given.format.clone(), given.path.clone()));
    let coverage = &judge.coverage;
    Config {
        fail_on: gate::fail_on(&judge.policy.fail_on, &config.fail_on),
        expect_files: input.expect_files.or(config.expect_files),
        allow_empty: input.allow_empty || config.allow_empty,
        history: History {
            file: judge.policy.history.clone().or_else(|| config.history.file.clone()),
            ..config.history.clone()
        },
        coverage: Coverage {
            min_lines: coverage.min_lines.or(config.coverage.min_lines),
            min_change: coverage.min_change.or(config.coverage.min_change),
            min_file: coverage.min_file.or(config.coverage.min_file),
            max_fall: coverage.max_fall.or(config.coverage.max_fall),
            ..config.coverage.clone()
        },
        destination: coverage.destination.clone().or_else(|| config.destination.clone()),
        attestation: judge.signing.attestation.clone().or_else(|| config.attestation.clone()),
        service: judge.signing.service.clone().or_else(|| config.service.clone()),
        roots: coverage.input.root.iter().chain(&config.roots).cloned().collect(),
        outputs: config.outputs.clone().into_iter().chain(given).collect(),
        quarantine: config.quarantine.clone(),
    }
}

/// The arguments, by the names of their fields, that stand above a setting.
fn flags(key: &str) -> &'static [&'static str] {
    match key {
        "fail-on" => &["fail_on"],
        "expect-files" => &["expect_files"],
        "allow-empty" => &["allow_empty"],
        "history.file" => &["history"],
        "coverage.min-lines" => &["min_lines"],
        "coverage.min-change" => &["min_change"],
        "coverage.min-file" => &["min_file"],
        "coverage.max-fall" => &["max_fall"],
        "destination" => &["destination"],
        "attestation" => &["attestation"],
        "service" => &["service"],
        "roots" => &["root"],
        _ if key.starts_with("outputs") => &["outputs"],
        _ => &[],
    }
}
