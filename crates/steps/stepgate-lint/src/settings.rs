//! The configuration in force, setting by setting, for people who wonder.

use serde_json::Value;
use step::args::Sources;
use step::config::{self, Origin};

use crate::args::JudgeArgs;
use crate::config::Config;
use crate::gate;

/// One setting of the `lint` section.
#[derive(Debug)]
pub struct Setting {
    /// Its path in the section: `policy.block`.
    pub key: String,
    /// Its value, as JSON.
    pub value: Value,
    /// Where the value came from.
    pub origin: Origin,
}

/// Every setting of `config` with what `args`, given as `sources` say, make of it.
#[must_use]
pub fn settings(config: &config::Config<Config>, args: &JudgeArgs, sources: &Sources) -> Vec<Setting> {
    let value = serde_json::to_value(overridden(&config.value, args)).unwrap_or_default();
    let mut settings = Vec::new();
    flatten(String::new(), value, &mut |key: String, value: Value| {
        let flag = flags(&key).iter().copied().find(|flag| sources.get(flag).is_some());
        let origin = config.origin(&key, flag, sources);
        settings.push(Setting { key, value, origin });
    });
    settings
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
        _ if key.starts_with("outputs") => &["outputs"],
        _ => &[],
    }
}

/// Hands every leaf of `value` to `each`, with its path.
fn flatten(key: String, value: Value, each: &mut impl FnMut(String, Value)) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let path = if key.is_empty() { name } else { format!("{key}.{name}") };
                flatten(path, value, each);
            }
        }
        leaf => each(key, leaf),
    }
}
