//! The parts of Trivy's reports that matter, as they stand there. Everything else is skipped without a copy.
//!
//! The schema is that of <https://github.com/aquasecurity/trivy/tree/main/pkg/types>. Go leaves out what is empty, so
//! nothing is required here: what a finding cannot be without is asked for where it is made.

use findings::read::json::{Number, Text};
use serde::Deserialize;

use crate::read::values::{Glimpse, Scores, Worst};
use crate::read::window::wire;

wire!(Vulnerability, Misconfiguration, Secret, License, Modified, Package, Metadata, Tool, Word);

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Vulnerability<'t> {
    #[serde(rename = "VulnerabilityID")]
    pub(super) id: Option<Text<'t>>,
    #[serde(rename = "VendorIDs")]
    pub(super) vendor_ids: Option<Vec<Text<'t>>>,
    pub(super) pkg_name: Option<Text<'t>>,
    pub(super) pkg_path: Option<Text<'t>>,
    pub(super) pkg_identifier: Option<Identifier<'t>>,
    pub(super) installed_version: Option<Text<'t>>,
    pub(super) fixed_version: Option<Text<'t>>,
    pub(super) status: Option<Text<'t>>,
    pub(super) layer: Option<Layer<'t>>,
    #[serde(rename = "PrimaryURL")]
    pub(super) primary_url: Option<Text<'t>>,
    pub(super) title: Option<Text<'t>>,
    pub(super) description: Glimpse,
    pub(super) severity: Option<Text<'t>>,
    pub(super) vendor_severity: Worst,
    #[serde(rename = "CVSS")]
    pub(super) cvss: Scores,
    pub(super) published_date: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
pub(super) struct Identifier<'t> {
    #[serde(rename = "PURL")]
    pub(super) purl: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Layer<'t> {
    #[serde(rename = "DiffID")]
    pub(super) diff_id: Option<Text<'t>>,
    pub(super) created_by: Option<Text<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Misconfiguration<'t> {
    #[serde(rename = "ID")]
    pub(super) id: Option<Text<'t>>,
    #[serde(rename = "AVDID")]
    pub(super) avd_id: Option<Text<'t>>,
    pub(super) title: Option<Text<'t>>,
    pub(super) message: Option<Text<'t>>,
    pub(super) resolution: Option<Text<'t>>,
    pub(super) severity: Option<Text<'t>>,
    #[serde(rename = "PrimaryURL")]
    pub(super) primary_url: Option<Text<'t>>,
    pub(super) status: Option<Text<'t>>,
    pub(super) layer: Option<Layer<'t>>,
    pub(super) cause_metadata: Option<Cause>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Cause {
    pub(super) start_line: Number,
    pub(super) end_line: Number,
}

/// `Match` and `Code` hold the surroundings of the secret: they are not read.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Secret<'t> {
    #[serde(rename = "RuleID")]
    pub(super) rule_id: Option<Text<'t>>,
    pub(super) category: Option<Text<'t>>,
    pub(super) severity: Option<Text<'t>>,
    pub(super) title: Option<Text<'t>>,
    pub(super) start_line: Number,
    pub(super) end_line: Number,
    pub(super) layer: Option<Layer<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct License<'t> {
    pub(super) severity: Option<Text<'t>>,
    pub(super) category: Option<Text<'t>>,
    pub(super) pkg_name: Option<Text<'t>>,
    pub(super) file_path: Option<Text<'t>>,
    pub(super) name: Option<Text<'t>>,
    pub(super) link: Option<Text<'t>>,
}

/// A finding that Trivy was told to suppress. What it is depends on `Type`, which may stand behind it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Modified<'t> {
    #[serde(rename = "Type")]
    pub(super) kind: Option<Text<'t>>,
    pub(super) status: Option<Text<'t>>,
    pub(super) statement: Option<Text<'t>>,
    pub(super) source: Option<Text<'t>>,
    pub(super) finding: serde_json::Value,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Package<'t> {
    pub(super) name: Option<Text<'t>>,
    pub(super) identifier: Option<Identifier<'t>>,
    pub(super) version: Option<Text<'t>>,
    pub(super) release: Option<Text<'t>>,
    pub(super) epoch: Option<u64>,
    pub(super) file_path: Option<Text<'t>>,
}

/// What is known about the artifact. `ImageConfig.config` holds the environment of the image, passwords and all: it is
/// not read.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Metadata<'t> {
    #[serde(rename = "OS")]
    pub(super) os: Option<Os<'t>>,
    #[serde(rename = "ImageID")]
    pub(super) image_id: Option<Text<'t>>,
    #[serde(rename = "DiffIDs")]
    pub(super) diff_ids: Option<Vec<Text<'t>>>,
    pub(super) repo_tags: Option<Vec<Text<'t>>>,
    pub(super) repo_digests: Option<Vec<Text<'t>>>,
    pub(super) image_config: Option<ImageConfig<'t>>,
    pub(super) layers: Option<Vec<Layer<'t>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Os<'t> {
    pub(super) family: Option<Text<'t>>,
    pub(super) name: Option<Text<'t>>,
    #[serde(rename = "EOSL")]
    pub(super) eosl: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
pub(super) struct ImageConfig<'t> {
    pub(super) history: Option<Vec<History<'t>>>,
    pub(super) rootfs: Option<RootFs<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
pub(super) struct History<'t> {
    pub(super) created_by: Option<Text<'t>>,
    pub(super) empty_layer: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
pub(super) struct RootFs<'t> {
    pub(super) diff_ids: Option<Vec<Text<'t>>>,
}

/// `Trivy`: the program, and in client mode the server with its database.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Tool<'t> {
    pub(super) version: Option<Text<'t>>,
    pub(super) server: Option<Server<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 't"))]
pub(super) struct Server<'t> {
    #[serde(rename = "VulnerabilityDB")]
    pub(super) database: Option<Database<'t>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 't"))]
pub(super) struct Database<'t> {
    pub(super) updated_at: Option<Text<'t>>,
}

/// A bare string, or null.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 't"))]
pub(super) struct Word<'t>(pub(super) Option<Text<'t>>);
