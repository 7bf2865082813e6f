//! Image references, as <https://github.com/distribution/reference> reads them, but kept as they are written.

mod parse;
#[cfg(test)]
pub(crate) mod tests;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

pub use parse::ReferenceError;

/// `registry/path`, without tag and digest, as written.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name {
    text: String,
    /// Where the path begins; 0 when no registry is written.
    path: usize,
}

impl Name {
    /// `localhost:5000`, `[::1]:5000`, `docker.io`; `None` when none is written, which means Docker Hub.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.path.checked_sub(1).and_then(|end| self.text.get(..end))
    }

    /// `library/nginx`, `shop/api`, as written.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.path..).unwrap_or_default()
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether both mean the same repository: `nginx` is `docker.io/library/nginx` is `index.docker.io/library/nginx`.
    /// The registry is the name of a host, in which case does not count.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.normal(), other.normal());
        ours.0.eq_ignore_ascii_case(theirs.0) && ours.1 == theirs.1
    }

    /// Registry and path without abbreviations.
    #[must_use]
    pub fn normal(&self) -> (&str, Cow<'_, str>) {
        let registry = match self.registry() {
            None => HUB,
            Some(registry) if registry.eq_ignore_ascii_case("index.docker.io") => HUB,
            Some(registry) => registry,
        };
        let path = self.path();
        let is_official = registry.eq_ignore_ascii_case(HUB) && !path.contains('/');
        (registry, if is_official { Cow::from(format!("library/{path}")) } else { Cow::from(path) })
    }
}

/// Docker Hub, when no registry is written.
const HUB: &str = "docker.io";

/// What is asked for by the name of a version: a letter, digit or `_`, then at most 127 of these, `.` and `-`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tag(String);

impl Tag {
    /// The tag as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `sha256:` and 64, or `sha512:` and 128 hexadecimal digits in lower case.
/// <https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests>
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest(String);

impl Digest {
    /// `sha256:…`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `sha256` or `sha512`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// The digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }

    /// `sha256:0123456789ab`, for people.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}:{}", self.algorithm(), self.hex().get(..12).unwrap_or_default())
    }
}

/// A name with what picks one image: a tag, a digest, both or neither.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Image {
    /// Where it is kept.
    pub name: Name,
    /// What it is called there.
    pub tag: Option<Tag>,
    /// What it is, whatever it is called.
    pub digest: Option<Digest>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

impl FromStr for Name {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::name(text).map(|path| Self { text: text.to_owned(), path })
    }
}

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::tag(text).map(|()| Self(text.to_owned()))
    }
}

impl FromStr for Digest {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::digest(text).map(|()| Self(text.to_owned()))
    }
}

impl FromStr for Image {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, tag, digest) = parse::split(text);
        let read = || {
            let name = name.parse()?;
            Ok(Self { name, tag: tag.map(str::parse).transpose()?, digest: digest.map(str::parse).transpose()? })
        };
        read().map_err(|error: ReferenceError| error.inside(text))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// `name:tag@digest` taken apart without a look at what the parts hold.
pub(crate) fn split(text: &str) -> (&str, Option<&str>, Option<&str>) {
    parse::split(text)
}

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
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
