//! OCI layouts: from index.json over a manifest to the configuration of an image.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::store::Store;
use super::{Choice, digest, is_digest, not_one, parse};

/// How many indexes lead to a manifest at most.
const DEPTH: usize = 3;

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    platform: Option<Platform>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
struct Platform {
    architecture: String,
    os: String,
    variant: Option<String>,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
}

/// Annotations that hold the name of an image.
const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

impl Descriptor {
    fn names(&self) -> impl Iterator<Item = &String> {
        NAMES.iter().filter_map(|name| self.annotations.get(*name))
    }

    fn shown(&self) -> String {
        let platform = self.platform.as_ref().map(|it| format!(" ({}/{})", it.os, it.architecture));
        format!("{}{}", self.names().next().unwrap_or(&self.digest), platform.unwrap_or_default())
    }

    /// What BuildKit says of an image beside it (provenance, SBOM) is no image.
    fn is_attestation(&self) -> bool {
        self.annotations.get("vnd.docker.reference.type").is_some_and(|what| what == "attestation-manifest")
    }

    fn is_index(&self) -> bool {
        self.media_type.ends_with("image.index.v1+json") || self.media_type.ends_with("manifest.list.v2+json")
    }

    fn is_for(&self, wanted: &str) -> bool {
        let Some(platform) = &self.platform else { return true };
        let mut parts = wanted.split('/');
        parts.next() == Some(&platform.os)
            && parts.next() == Some(&platform.architecture)
            && parts.next().is_none_or(|variant| platform.variant.as_deref() == Some(variant))
    }
}

/// The configuration of the image in `store`.
pub(super) fn config(store: &Store, choice: Choice<'_>) -> Result<Vec<u8>, String> {
    let Some(bytes) = store.get("index.json")? else {
        return Err(format!(
            "the {} holds neither manifest.json nor index.json: make it with `docker save`",
            store.as_str()
        ));
    };
    let mut index: Index = parse(&bytes, "index.json")?;
    for depth in 0..DEPTH {
        // The tag of an image is said where it is named first.
        let tag = choice.tag.filter(|_| depth == 0);
        let only = choose(&index, Choice { tag, ..choice })?;
        let bytes = blob(store, &only.digest)?;
        if !only.is_index() {
            let manifest: Manifest = parse(&bytes, "the manifest of the image")?;
            return blob(store, &manifest.config.digest);
        }
        index = parse(&bytes, "the index of the image")?;
    }
    Err("its index.json leads from index to index".to_owned())
}

fn choose(index: &Index, choice: Choice<'_>) -> Result<Descriptor, String> {
    let images: Vec<&Descriptor> = index.manifests.iter().filter(|it| !it.is_attestation()).collect();
    let has_tag = |it: &Descriptor| choice.tag.is_none_or(|tag| it.names().any(|name| name == tag));
    let fits = |it: &Descriptor| choice.platform.is_none_or(|platform| it.is_for(platform));
    let found: Vec<&Descriptor> = images.iter().copied().filter(|it| has_tag(it) && fits(it)).collect();
    match found[..] {
        [only] => Ok(only.clone()),
        _ => {
            let shown = if found.is_empty() { images } else { found };
            Err(not_one(&shown.into_iter().map(Descriptor::shown).collect::<Vec<_>>(), choice))
        }
    }
}

/// The blob with `named` for its digest, which it has.
fn blob(store: &Store, named: &str) -> Result<Vec<u8>, String> {
    if !is_digest(named) {
        return Err(format!("`{named}` is no digest with sha256"));
    }
    let path = named.replacen(':', "/", 1);
    let bytes = store.get(&format!("blobs/{path}"))?.ok_or_else(|| format!("the blob {named} is not there"))?;
    match digest(&bytes) == named {
        true => Ok(bytes),
        false => Err(format!("the blob {named} does not have this digest: it was changed")),
    }
}
