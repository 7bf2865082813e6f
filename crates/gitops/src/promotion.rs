//! `promotion.yaml` of a GitOps repository: which services there are, and where each environment says what runs.

#[cfg(test)]
mod tests;
mod yaml;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize as _, Serializer};
use yaml_edit::{Path, PathError};

use crate::plan::{Target, Wish};
use crate::reference::{Image, Name};
use crate::refusal::{Reason, Refusal};
use crate::words::{listed, quoted};

pub use yaml::PromotionError;

/// The JSON Schema of the file, made from the types that read it.
pub const SCHEMA: &str = include_str!("../schema/promotion.schema.json");

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// By name.
    #[serde(default)]
    pub services: BTreeMap<String, Service>,
}

/// What is built and deployed as one.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Where its images are kept, without a tag: `registry.example/shop/api`.
    pub image: Name,
    /// By name.
    #[serde(default)]
    pub environments: BTreeMap<String, Environment>,
}

/// Where a service runs.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The places in files that say which image runs there.
    #[serde(deserialize_with = "targets")]
    #[schemars(length(min = 1))]
    pub targets: Vec<Target>,
}

impl JsonSchema for Name {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ImageName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A repository of images without tag and digest: registry.example/shop/api.",
            "pattern": "^[^@\\s]+$"
        })
    }
}

/// Reads `promotion.yaml`, strictly: a key that does not exist is an error.
///
/// # Errors
///
/// What is wrong, with line, column and what to try.
pub fn read(text: &str) -> Result<Promotion, PromotionError> {
    yaml::read(text)
}

/// The JSON Schema of `promotion.yaml`.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(Promotion)
}

impl Promotion {
    /// The wish that puts `image` where `environment` of `service` has it.
    ///
    /// # Errors
    ///
    /// No such service or environment, or an image that is not the service's.
    pub fn wish(&self, service: &str, environment: &str, image: Image) -> Result<Wish, Refusal> {
        let found = self.services.get(service).ok_or_else(|| unknown("service", service, self.services.keys()))?;
        if !found.image.same_as(&image.name) {
            let what = format!(
                "the image of {} is {}, not {}",
                quoted(service),
                quoted(found.image.as_str()),
                quoted(image.name.as_str())
            );
            return Err(Refusal::new(Reason::Policy, what).hint("is it the image of another service?"));
        }
        let place = found.environments.get(environment).ok_or_else(|| {
            unknown(&format!("environment of {}", quoted(service)), environment, found.environments.keys())
        })?;
        Ok(Wish {
            service: Some(service.to_owned()),
            environment: Some(environment.to_owned()),
            image,
            targets: place.targets.clone(),
        })
    }
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k String>) -> Refusal {
    let known: Vec<&String> = known.collect();
    let nearest = known.iter().copied().max_by(|a, b| similarity(name, a).total_cmp(&similarity(name, b)));
    let hint = match nearest {
        None => "promotion.yaml has none".to_owned(),
        Some(nearest) if similarity(name, nearest) > 0.7 => format!("did you mean {}?", quoted(nearest)),
        Some(_) => {
            let names: Vec<String> = known.iter().map(|name| quoted(name)).collect();
            format!("promotion.yaml has {}", listed(&names, 10))
        }
    };
    Refusal::new(Reason::Missing, format!("there is no {what} {}", quoted(name))).hint(hint)
}

fn similarity(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(&a.to_lowercase(), &b.to_lowercase())
}

/// A path in the repository, which leads nowhere else.
pub(crate) fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let file = String::deserialize(deserializer)?;
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    if file.contains(['\\', '\0']) || !file.split('/').all(is_plain) {
        let what = format!("{} is no path inside the repository, such as `staging/values.yaml`", quoted(&file));
        return Err(D::Error::custom(what));
    }
    Ok(file)
}

/// A path in a YAML file.
pub(crate) fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Path>, D::Error> {
    let wrong = |error: PathError| {
        let PathError { text, at, why, hint } = error;
        D::Error::custom(format!("{} is no path in a file: {why} at character {at}; {hint}", quoted(&text)))
    };
    Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(wrong)).transpose()
}

/// The same path as text.
pub(crate) fn path_text<S: Serializer>(path: &Option<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(ToString::to_string).serialize(serializer)
}

fn targets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Target>, D::Error> {
    let targets = Vec::<Target>::deserialize(deserializer)?;
    if targets.is_empty() { Err(D::Error::custom("there must be at least one target")) } else { Ok(targets) }
}
