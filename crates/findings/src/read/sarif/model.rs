//! The subset of SARIF that is read. Section numbers are those of SARIF 2.1.0. Whatever a producer may leave out may
//! also be null here, as many write it.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, Visitor};

use crate::read::json::{Number, Text};

/// § 3.13
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Log<'t> {
    pub(super) version: Option<Text<'t>>,
    pub(super) runs: Vec<Run<'t>>,
    pub(super) inline_external_properties: Option<Vec<ExternalProperties>>,
}

/// § 4.3: what belongs to a run and stands elsewhere.
#[derive(serde::Deserialize)]
pub(super) struct ExternalProperties {
    pub(super) results: Option<Vec<IgnoredAny>>,
}

/// § 3.14
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Run<'t> {
    pub(super) tool: Option<Tool<'t>>,
    pub(super) invocations: Option<Vec<Invocation<'t>>>,
    pub(super) original_uri_base_ids: Option<FxHashMap<Text<'t>, ArtifactLocation<'t>>>,
    pub(super) artifacts: Option<Vec<Artifact<'t>>>,
    /// Absent or null: there was no scan. Empty: it found nothing.
    pub(super) results: Option<Vec<SarifResult<'t>>>,
    pub(super) external_property_file_references: Option<ExternalFiles>,
}

/// § 3.15
#[derive(serde::Deserialize)]
pub(super) struct ExternalFiles {
    pub(super) results: Option<Vec<IgnoredAny>>,
}

/// § 3.18
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Tool<'t> {
    pub(super) driver: Component<'t>,
    pub(super) extensions: Option<Vec<Component<'t>>>,
}

/// § 3.19
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Component<'t> {
    pub(super) name: Option<Text<'t>>,
    pub(super) guid: Option<Text<'t>>,
    pub(super) rules: Option<Vec<Descriptor<'t>>>,
    pub(super) notifications: Option<Vec<Descriptor<'t>>>,
    pub(super) global_message_strings: Option<FxHashMap<Text<'t>, Words<'t>>>,
}

/// § 3.49, of a rule or a notification
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Descriptor<'t> {
    pub(super) id: Option<Text<'t>>,
    pub(super) name: Option<Text<'t>>,
    pub(super) short_description: Option<Words<'t>>,
    pub(super) full_description: Option<Words<'t>>,
    pub(super) help: Option<Words<'t>>,
    pub(super) help_uri: Option<Text<'t>>,
    pub(super) default_configuration: Option<Configuration<'t>>,
    pub(super) message_strings: Option<FxHashMap<Text<'t>, Words<'t>>>,
    pub(super) properties: Option<Properties<'t>>,
}

/// § 3.50
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Configuration<'t> {
    pub(super) level: Option<Text<'t>>,
}

/// § 3.12
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Words<'t> {
    pub(super) text: Option<Text<'t>>,
    pub(super) markdown: Option<Text<'t>>,
}

/// § 3.20
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Invocation<'t> {
    pub(super) execution_successful: Option<bool>,
    pub(super) exit_code: Option<i64>,
    pub(super) exit_code_description: Option<Text<'t>>,
    pub(super) exit_signal_name: Option<Text<'t>>,
    pub(super) process_start_failure_message: Option<Text<'t>>,
    pub(super) tool_execution_notifications: Option<Vec<Notification<'t>>>,
    pub(super) tool_configuration_notifications: Option<Vec<Notification<'t>>>,
    pub(super) rule_configuration_overrides: Option<Vec<Override<'t>>>,
}

/// § 3.51
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Override<'t> {
    pub(super) configuration: Configuration<'t>,
    pub(super) descriptor: Reference<'t>,
}

/// § 3.58
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Notification<'t> {
    pub(super) level: Option<Text<'t>>,
    pub(super) message: Option<Message<'t>>,
    pub(super) descriptor: Option<Reference<'t>>,
}

/// § 3.52
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Reference<'t> {
    pub(super) id: Option<Text<'t>>,
    pub(super) index: Option<i64>,
    pub(super) tool_component: Option<ComponentReference<'t>>,
}

/// § 3.54
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct ComponentReference<'t> {
    pub(super) name: Option<Text<'t>>,
    pub(super) index: Option<i64>,
    pub(super) guid: Option<Text<'t>>,
}

/// § 3.27
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct SarifResult<'t> {
    pub(super) rule_id: Option<Text<'t>>,
    pub(super) rule_index: Option<i64>,
    pub(super) rule: Option<Reference<'t>>,
    pub(super) kind: Option<Text<'t>>,
    pub(super) level: Option<Text<'t>>,
    pub(super) message: Message<'t>,
    pub(super) locations: Option<Vec<Location<'t>>>,
    pub(super) suppressions: Option<Vec<Suppression<'t>>>,
    pub(super) baseline_state: Option<Text<'t>>,
    pub(super) occurrence_count: Option<Number>,
    pub(super) provenance: Option<Provenance>,
    pub(super) properties: Option<Properties<'t>>,
}

/// § 3.48
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance {
    pub(super) invocation_index: Option<i64>,
}

/// § 3.11
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Message<'t> {
    pub(super) text: Option<Text<'t>>,
    pub(super) markdown: Option<Text<'t>>,
    pub(super) id: Option<Text<'t>>,
    pub(super) arguments: Option<Vec<Text<'t>>>,
}

/// § 3.28
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct Location<'t> {
    pub(super) physical_location: Option<PhysicalLocation<'t>>,
}

/// § 3.29
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct PhysicalLocation<'t> {
    pub(super) artifact_location: Option<ArtifactLocation<'t>>,
    pub(super) region: Option<Region>,
}

/// § 3.4
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 't"))]
pub(super) struct ArtifactLocation<'t> {
    pub(super) uri: Option<Text<'t>>,
    pub(super) uri_base_id: Option<Text<'t>>,
    pub(super) index: Option<i64>,
}

/// § 3.24
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Artifact<'t> {
    pub(super) location: Option<ArtifactLocation<'t>>,
}

/// § 3.30. Regions by character or byte offset have no lines.
#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Region {
    pub(super) start_line: Number,
    pub(super) end_line: Number,
    pub(super) start_column: Number,
}

/// § 3.35; `state` is what `status` was called before the standard.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Suppression<'t> {
    pub(super) kind: Option<Text<'t>>,
    #[serde(alias = "state")]
    pub(super) status: Option<Text<'t>>,
    pub(super) justification: Option<Text<'t>>,
}

/// § 3.8: GitHub's `security-severity` on rules and results, and what we write ourselves on results.
#[derive(Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
pub(super) struct Properties<'t> {
    #[serde(rename = "security-severity")]
    pub(super) security_severity: Score,
    pub(super) severity: Loose<'t>,
    pub(super) disposition: Loose<'t>,
    pub(super) ignorable: Loose<'t>,
    pub(super) help: Loose<'t>,
    pub(super) context: Loose<'t>,
}

/// A number from 0 to 10, also as a string. Anything else is none: property bags may hold anything.
#[derive(Clone, Copy, Default)]
pub(super) struct Score(pub(super) Option<f64>);

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Loose::deserialize(deserializer)? {
            Loose::Number(score) => Self(Some(score)),
            Loose::Text(Text(text)) => Self(text.trim().parse().ok()),
            Loose::No | Loose::Other => Self(None),
        })
    }
}

/// Any value of a property bag.
#[derive(Default)]
pub(super) enum Loose<'t> {
    Text(Text<'t>),
    Number(f64),
    No,
    #[default]
    Other,
}

impl Loose<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de: 't, 't> Deserialize<'de> for Loose<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LooseVisitor;
        impl<'de> Visitor<'de> for LooseVisitor {
            type Value = Loose<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Text(text.into())))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Text(text.to_owned().into())))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number))
            }

            #[expect(clippy::cast_precision_loss, reason = "scores are small")]
            fn visit_u64<E: Error>(self, number: u64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number as f64))
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Loose<'de>, E> {
                Ok(Loose::Other)
            }

            fn visit_bool<E: Error>(self, yes: bool) -> Result<Loose<'de>, E> {
                Ok(if yes { Loose::Other } else { Loose::No })
            }

            fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
                Ok(Loose::Other)
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Loose<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose::Other)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose::Other)
            }
        }
        deserializer.deserialize_any(LooseVisitor)
    }
}
