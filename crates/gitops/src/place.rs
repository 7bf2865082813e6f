//! Where an image stands in a file, and what is written there.

use std::fmt;

use yaml_edit::Path;

use crate::reference::Name;

/// Where an image stands in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file's path in the repository.
    pub file: String,
    /// Which of the documents in the file, from 0.
    pub document: usize,
    /// How it was recognised.
    pub kind: PlaceKind,
    /// The line of what is going to change, from 1.
    pub line: u32,
    /// The path of what is going to change.
    pub path: Path,
    /// What is written now.
    pub image: Written,
    /// The name without a registry that is set for the whole file.
    pub(crate) local: Option<Name>,
    pub(crate) parts: Parts,
    /// Whether somebody named this very place.
    pub(crate) explicit: bool,
}

impl Place {
    /// Whether the image that stands here has this name.
    #[must_use]
    pub fn holds(&self, name: &Name) -> bool {
        self.image.name.iter().chain(&self.local).any(|written| written.same_as(name))
    }

    /// Whether an image of this name may be put here without another name being written: a chart's template may put a
    /// registry before what the values hold, which somebody who names the place knows.
    pub(crate) fn fits(&self, name: &Name) -> bool {
        let is_end = |written: &Name| {
            written.registry().is_none()
                && name.as_str().strip_suffix(written.as_str()).is_some_and(|before| before.ends_with('/'))
        };
        let is_split = matches!(self.parts, Parts::Split(_)) && self.kind != PlaceKind::Kustomization;
        self.holds(name) || (self.explicit && is_split && self.image.name.as_ref().is_some_and(is_end))
    }

    /// `staging/values.yaml:12 image.tag`.
    pub(crate) fn shown(&self) -> String {
        format!("{}:{} {}", crate::refusal::plain(&self.file), self.line, self.path)
    }
}

/// How a place was recognised, always by what is in the file.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PlaceKind {
    /// Values of a Helm chart.
    HelmValues,
    /// `spec.values` of Flux's HelmRelease.
    HelmRelease,
    /// `images` of a Kustomization, of Kustomize or of Flux.
    Kustomization,
    /// A container of a Kubernetes object.
    Manifest {
        /// `Deployment`.
        kind: String,
        /// `metadata.name`.
        name: String,
        /// The container's name, or the path to the image where there is none.
        container: String,
    },
    /// `helm.parameters` of an Argo CD Application.
    ArgoHelmParameter,
    /// `helm.valuesObject` or `helm.values` of an Argo CD Application.
    ArgoHelmValues,
    /// `kustomize.images` of an Argo CD Application.
    ArgoKustomizeImage,
    /// A service of Docker Compose.
    Compose {
        /// Its name.
        service: String,
    },
    /// Beside a comment `# {"$imagepolicy": "namespace:name"}`, which Flux's image automation acts on.
    FluxMarker {
        /// `namespace:name`.
        policy: String,
    },
    /// Nothing but that somebody named it.
    Explicit,
}

impl fmt::Display for PlaceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HelmValues => f.write_str("Helm values"),
            Self::HelmRelease => f.write_str("HelmRelease"),
            Self::Kustomization => f.write_str("Kustomization"),
            Self::Manifest { kind, name, container } => write!(f, "{kind} {name}, {container}"),
            Self::ArgoHelmParameter => f.write_str("Argo CD Helm parameter"),
            Self::ArgoHelmValues => f.write_str("Argo CD Helm values"),
            Self::ArgoKustomizeImage => f.write_str("Argo CD Kustomize image"),
            Self::Compose { service } => write!(f, "Compose service {service}"),
            Self::FluxMarker { policy } => write!(f, "Flux image policy {policy}"),
            Self::Explicit => f.write_str("named by its path"),
        }
    }
}

/// What is written: the parts that are there and not empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Written {
    /// The name, with the registry that applies.
    pub name: Option<Name>,
    /// The tag, which can be anything.
    pub tag: Option<String>,
    /// The digest, which can be anything.
    pub digest: Option<String>,
}

/// `1.8.1@sha256:…`, without the name; `(none)` when neither is there.
impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => write!(f, "{tag}@{digest}"),
            (Some(tag), None) => f.write_str(tag),
            (None, Some(digest)) => f.write_str(digest),
            (None, None) => f.write_str("(none)"),
        }
    }
}

/// The scalars that an image is written in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Parts {
    /// `name:tag@digest` in one.
    Whole {
        slot: Slot,
        /// What stands before the name and stays: `api=` of Kustomize.
        before: String,
        /// The name as it is written, which can be `*`.
        name: String,
    },
    /// One for each part.
    Split(Box<Split>),
    /// An entry of `images` of a Kustomization that is not there yet.
    Entry {
        path: Path,
        /// The name that the manifests have; that of the image, when nobody says.
        original: Option<String>,
    },
}

/// One scalar for each part; what is `None` is not there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Split {
    pub(crate) registry: Option<Slot>,
    pub(crate) repository: Option<Slot>,
    pub(crate) tag: Option<Slot>,
    pub(crate) digest: Option<Slot>,
    /// Whether the digest is written as its digits only, after which the chart's template puts `sha256:`.
    pub(crate) bare_digest: bool,
    /// Where missing parts would go, when they can.
    pub(crate) insert: Option<Insert>,
}

/// Where the parts that are missing go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Insert {
    /// The mapping.
    pub(crate) home: Path,
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
    /// Whether the format says that a key which is not there means the same as an empty one.
    pub(crate) freely: bool,
}

/// A scalar that holds a part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Slot {
    pub(crate) path: Path,
    pub(crate) line: u32,
    /// Empty for null.
    pub(crate) text: String,
    /// Whether every reader takes it for a string.
    pub(crate) is_string: bool,
    pub(crate) stuck: Option<Stuck>,
}

/// Why a scalar cannot be edited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Stuck {
    /// It is `*anchor`.
    Alias(String),
    /// It comes by `<<: *anchor`.
    Merge(String),
    /// It is filled in by a program.
    Template,
    /// It stands in a text in a file: `values: |`.
    Block,
}

impl Slot {
    /// The text, when there is one.
    pub(crate) fn filled(&self) -> Option<&str> {
        Some(self.text.as_str()).filter(|text| !text.is_empty())
    }
}

impl Parts {
    /// All scalars.
    pub(crate) fn slots(&self) -> Vec<&Slot> {
        match self {
            Self::Whole { slot, .. } => vec![slot],
            Self::Split(parts) => {
                let Split { registry, repository, tag, digest, .. } = &**parts;
                [registry, repository, tag, digest].into_iter().flatten().collect()
            }
            Self::Entry { .. } => Vec::new(),
        }
    }

    pub(crate) fn slots_mut(&mut self) -> Vec<&mut Slot> {
        match self {
            Self::Whole { slot, .. } => vec![slot],
            Self::Split(parts) => {
                let Split { registry, repository, tag, digest, .. } = &mut **parts;
                [registry, repository, tag, digest].into_iter().flatten().collect()
            }
            Self::Entry { .. } => Vec::new(),
        }
    }
}
