//! The places that somebody names: in a flag, in `stepgate.yaml`, in `promotion.yaml`.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use yaml_edit::{Path, PathError};

use crate::words::quoted;

/// A file, and where in it an image stands.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The file's path in the repository: `apps/api/staging/values.yaml`.
    #[serde(deserialize_with = "file")]
    pub file: String,
    /// Where in it: `image.tag`, `spec.containers[name=app].image`, `images[0].newTag`, `"a.b".c`. The path of a whole
    /// reference, of a tag, of a digest, or of a mapping that holds them. Left out, the image is looked for by its name.
    #[serde(default, deserialize_with = "path", serialize_with = "path_text")]
    #[schemars(with = "Option<String>")]
    pub path: Option<Path>,
    /// In which of the documents of the file; 0 is the first. Left out, in all of them.
    #[serde(default)]
    pub document: Option<usize>,
    /// Without a path: whether every place of the image is meant, when there are several.
    #[serde(default)]
    pub all: bool,
}

/// A path in the repository, which leads nowhere else.
fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let file = String::deserialize(deserializer)?;
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    if file.contains(['\\', '\0']) || !file.split('/').all(is_plain) {
        let what = format!("{} is no path inside the repository, such as `staging/values.yaml`", quoted(&file));
        return Err(D::Error::custom(what));
    }
    Ok(file)
}

/// A path in a YAML file.
fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Path>, D::Error> {
    let wrong = |error: PathError| {
        let PathError { text, at, why, hint } = error;
        D::Error::custom(format!("{} is no path in a file: {why} at character {at}; {hint}", quoted(&text)))
    };
    Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(wrong)).transpose()
}

/// The same path as text.
fn path_text<S: Serializer>(path: &Option<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(ToString::to_string).serialize(serializer)
}
