//! What a statement is about: an image, or a package in it.

use crate::model::{Finding, Package, Scan};
use crate::purl::{Purl, PurlError};

/// A product of a statement.
#[derive(Clone, Debug, Default)]
pub(super) struct Product {
    /// Names of one and the same product, of which one has to match.
    pub(super) ids: Vec<Id>,
    /// Its parts that the statement is about, each with its names; all of the product when there is none.
    pub(super) parts: Vec<Vec<Id>>,
}

/// A name of a product.
#[derive(Clone, Debug)]
pub(super) enum Id {
    /// A package.
    Package(Purl<'static>),
    /// A container image.
    Image(Image),
}

/// What is known of an image.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    /// `sha256:…`
    digest: Option<String>,
    /// Registry and repository in full.
    repository: Option<String>,
    /// The last part of the repository.
    name: String,
    tag: Option<String>,
    /// A platform is asked for, which a scan does not tell.
    has_platform: bool,
}

/// Why a product does not match, from far to near.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub(super) enum Mismatch {
    Nameless,
    OtherPackage,
    OtherVersion,
    InPackage,
    OtherImage,
    Platform,
    NameOnly,
}

impl Mismatch {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Nameless => "its products have no name that can be used",
            Self::OtherPackage => "it is about another package",
            Self::OtherVersion => "its package is here in another version, or with other qualifiers",
            Self::InPackage => "its product is a package and not this image, and who else uses the part is not known",
            Self::OtherImage => "its product is another image: no digest, repository or tag of this one is equal",
            Self::Platform => "its product names a platform and no digest, and a scan does not tell the platform",
            Self::NameOnly => {
                "its product is an image by name only; add the digest (for an image that was not pushed yet, that of \
                 its configuration), or `repository_url`, or `tag`"
            }
        }
    }
}

impl Id {
    /// What `text` names: a package URL, a digest, or a reference to an image.
    pub(super) fn parse(text: &str) -> Result<Self, PurlError> {
        match Purl::parse(text) {
            Ok(purl) if matches!(purl.kind.as_ref(), "oci" | "docker") => Ok(Self::Image(image_of(&purl))),
            Ok(purl) => Ok(Self::Package(purl.into_owned())),
            Err(PurlError::Scheme) if is_digest(text) => Ok(Self::digest(text.to_owned())),
            Err(PurlError::Scheme) if !text.contains("://") && !text.is_empty() => {
                Ok(Self::Image(Image::from_reference(text)))
            }
            Err(error) => Err(error),
        }
    }

    /// An image by one of its digests.
    pub(super) fn digest(digest: String) -> Self {
        Self::Image(Image { digest: Some(digest), ..Image::default() })
    }

    fn covers(&self, package: Option<&Package<'_>>) -> Result<(), Mismatch> {
        let (Self::Package(purl), Some(package)) = (self, package) else { return Err(Mismatch::OtherPackage) };
        let found = Purl::parse(package.purl).or(Err(Mismatch::OtherPackage))?;
        if purl.covers(&found, package.version) {
            return Ok(());
        }
        let same = purl.package() == found.package();
        Err(if same { Mismatch::OtherVersion } else { Mismatch::OtherPackage })
    }
}

impl Product {
    /// Whether it is about `finding` of `scan`; if not, why.
    pub(super) fn covers(&self, finding: &Finding<'_>, scan: &Scan<'_>) -> Result<(), Mismatch> {
        best(self.ids.iter().map(|id| match id {
            Id::Package(_) if self.parts.is_empty() => id.covers(finding.package),
            Id::Package(_) => self.parts_cover(finding).and(Err(Mismatch::InPackage)),
            Id::Image(image) if self.parts.is_empty() => image.is(scan),
            Id::Image(image) => self.parts_cover(finding).and_then(|()| image.is(scan)),
        }))
    }

    fn parts_cover(&self, finding: &Finding<'_>) -> Result<(), Mismatch> {
        best(self.parts.iter().flatten().map(|id| id.covers(finding.package)))
    }
}

impl Image {
    /// `registry.example.com:5000/team/web:1.2@sha256:…`
    fn from_reference(text: &str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag.to_owned())),
            _ => (rest, None),
        };
        let name = repository.rsplit('/').next().unwrap_or_default().to_owned();
        Self { digest, repository: Some(in_full(repository)), name, tag, has_platform: false }
    }

    /// Whether `scan` is of this image. A digest decides alone.
    fn is(&self, scan: &Scan<'_>) -> Result<(), Mismatch> {
        let names = scan.repo_tags.iter().chain(&scan.repo_digests).chain([&scan.artifact]);
        let mut names = names.filter(|name| !name.is_empty()).map(|name| Self::from_reference(name));
        if let Some(digest) = &self.digest {
            let is = scan.image_id == digest || names.any(|name| name.digest.as_ref() == Some(digest));
            return if is { Ok(()) } else { Err(Mismatch::OtherImage) };
        }
        if self.repository.is_none() && self.tag.is_none() {
            return Err(Mismatch::NameOnly);
        }
        let is = names.any(|name| {
            self.repository.as_ref().is_none_or(|repository| name.repository.as_ref() == Some(repository))
                && self.tag.as_ref().is_none_or(|tag| name.tag.as_ref() == Some(tag))
                && self.name == name.name
        });
        match is {
            true if self.has_platform => Err(Mismatch::Platform),
            true => Ok(()),
            false => Err(Mismatch::OtherImage),
        }
    }
}

/// <https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst#oci>: the version is a digest, and the repository
/// stands in a qualifier, mostly with the name. `docker` has a tag or a digest for its version, and the repository in
/// namespace and name.
fn image_of(purl: &Purl<'_>) -> Image {
    let repository = purl.qualifier("repository_url").map(|url| url.trim_end_matches('/'));
    let repository = repository.map(|url| url.split_once("://").map_or(url, |(_, url)| url));
    let version = purl.version.as_deref();
    let digest = version.filter(|version| is_digest(version)).map(str::to_owned);
    let name = purl.name.clone().into_owned();
    let has_platform = ["arch", "os", "platform", "variant"].iter().any(|key| purl.qualifier(key).is_some());
    if purl.kind == "oci" {
        let last = |url: &str| url.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&name));
        let whole = |url: &str| if last(url) { in_full(url) } else { in_full(&format!("{url}/{name}")) };
        // A version that is no digest cannot be equal to one.
        let digest = digest.or_else(|| version.map(str::to_owned));
        let tag = purl.qualifier("tag").map(str::to_owned);
        return Image { digest, repository: repository.map(whole), tag, has_platform, name };
    }
    let path = purl.package();
    let path = path.strip_prefix("docker/").unwrap_or(&path);
    let whole = repository.map_or_else(|| in_full(path), |registry| in_full(&format!("{registry}/{path}")));
    let tag = version.filter(|_| digest.is_none()).map(str::to_owned);
    Image { digest, repository: Some(whole), tag, has_platform, name }
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        matches!(algorithm, "sha256" | "sha512") && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// `debian` as `docker.io/library/debian`, as Docker takes it.
fn in_full(repository: &str) -> String {
    let (registry, path) = match repository.split_once('/') {
        Some((first, path)) if first.contains(['.', ':']) || first == "localhost" => (first, path),
        _ => ("docker.io", repository),
    };
    let registry = if matches!(registry, "index.docker.io" | "registry-1.docker.io") { "docker.io" } else { registry };
    let library = if registry == "docker.io" && !path.contains('/') { "library/" } else { "" };
    format!("{registry}/{library}{path}").to_lowercase()
}

/// The first that matches, else the nearest miss.
fn best(all: impl Iterator<Item = Result<(), Mismatch>>) -> Result<(), Mismatch> {
    let mut nearest = Mismatch::Nameless;
    for covers in all {
        match covers {
            Ok(()) => return Ok(()),
            Err(miss) => nearest = miss.max(nearest),
        }
    }
    Err(nearest)
}
