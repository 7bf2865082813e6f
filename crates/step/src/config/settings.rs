//! The configuration in force, setting by setting, for people who wonder.

use serde::Serialize;
use serde_json::Value;

use super::{Config, Origin};
use crate::args::Sources;

/// One setting of a section.
#[derive(Debug)]
pub struct Setting {
    /// Its path in the section: `policy.block`.
    pub key: String,
    /// Its value, as JSON.
    pub value: Value,
    /// Where the value came from.
    pub origin: Origin,
}

impl<T> Config<T> {
    /// Every setting of `in_force`, which is this section with what the command line says in its place. `flags` knows of
    /// a setting which arguments, by the names of their fields, stand above it; `sources` say which of them were given.
    #[must_use]
    pub fn settings(
        &self,
        in_force: &impl Serialize,
        flags: impl Fn(&str) -> &'static [&'static str],
        sources: &Sources,
    ) -> Vec<Setting> {
        let mut settings = Vec::new();
        flatten(String::new(), serde_json::to_value(in_force).unwrap_or_default(), &mut |key: String, value: Value| {
            let flag = flags(&key).iter().copied().find(|flag| sources.get(flag).is_some());
            let origin = self.origin(&key, flag, sources);
            settings.push(Setting { key, value, origin });
        });
        settings
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
