//! The formats that are JSON, told apart by their keys.

use serde_json::{Map, Value};

use super::{DigestFileError, Found};
use crate::reference::{Digest, Name};
use crate::words::quoted;

pub(super) fn read(text: &str, image: &Name) -> Result<Digest, DigestFileError> {
    let value = serde_json::from_str(text)
        .map_err(|error| DigestFileError::new(format!("the file begins as JSON and is none: {error}")))?;
    let mut found = Found::new(image);
    match &value {
        Value::String(text) => either(text, &mut found)?,
        Value::Array(items) => {
            for item in items {
                match item {
                    // `docker inspect --format '{{json .RepoDigests}}'`
                    Value::String(text) => either(text, &mut found)?,
                    Value::Object(object) => of_object(object, &mut found)?,
                    _ => return Err(unknown()),
                }
            }
        }
        Value::Object(object) => of_object(object, &mut found)?,
        _ => return Err(unknown()),
    }
    found.one()
}

fn unknown() -> DigestFileError {
    DigestFileError::new("the file is JSON, but none that has a digest in a place we know").hinting(
        "read are metadata of buildx, `docker inspect`, `skopeo inspect`, descriptors, jib-image.json, the index.json \
         of an OCI layout; or give the digest itself",
    )
}

fn either(text: &str, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    if text.contains('@') { found.reference(text) } else { found.digest(text) }
}

fn of_object(object: &Map<String, Value>, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    if object.keys().any(|key| key.starts_with("containerimage.")) {
        return buildx(object, found);
    }
    if let Some(Value::Array(references)) = object.get("RepoDigests") {
        return repo_digests(references, found);
    }
    if let (Some(name), Some(digest)) = (text("Name"), text("Digest")) {
        return skopeo(name, digest, found);
    }
    if text("imageId").is_some() || text("imageDigest").is_some() {
        return jib(object, found);
    }
    if let Some(digest) = text("digest") {
        return descriptor(object, digest, found);
    }
    if let Some(Value::Object(manifest)) = object.get("manifest") {
        if let Some(name) = text("name")
            && !is_of(name, found.image)
        {
            found.other(name);
            return Ok(());
        }
        return of_object(manifest, found);
    }
    if let Some(Value::Array(manifests)) = object.get("manifests") {
        return layout(manifests, found);
    }
    if object.contains_key("config") && object.contains_key("layers") {
        return Err(DigestFileError::new("the file is a manifest, which does not hold its own digest")
            .hinting("`crane digest` or `skopeo inspect` say it"));
    }
    if text("Id").is_some() {
        return Err(no_digest_yet());
    }
    bake(object, found)
}

/// <https://docs.docker.com/reference/cli/docker/buildx/build/#metadata-file>
fn buildx(object: &Map<String, Value>, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    if let Some(names) = object.get("image.name").and_then(Value::as_str) {
        let mut names = names.split(',').map(str::trim).filter(|name| !name.is_empty()).peekable();
        if names.peek().is_some() && !names.clone().any(|name| is_of(name, found.image)) {
            names.for_each(|name| found.other(name));
            return Ok(());
        }
    }
    let descriptor = object.get("containerimage.descriptor").and_then(|value| value.get("digest"));
    match object.get("containerimage.digest").or(descriptor).and_then(Value::as_str) {
        Some(digest) => found.digest(digest),
        None => {
            Err(DigestFileError::new("there is only the digest of the image's config in the file, not of a manifest")
                .hinting("build with `--push`, or with an output that makes a manifest"))
        }
    }
}

/// One object of buildx for each target of bake.
fn bake(object: &Map<String, Value>, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    let mut targets = object
        .values()
        .filter_map(Value::as_object)
        .filter(|target| target.keys().any(|key| key.starts_with("containerimage.")))
        .peekable();
    if targets.peek().is_none() {
        return Err(unknown());
    }
    let targets: Vec<_> = targets.collect();
    for target in &targets {
        // Of several targets one without a name can be anybody's.
        if targets.len() == 1 || target.contains_key("image.name") {
            buildx(target, found)?;
        }
    }
    Ok(())
}

fn repo_digests(references: &[Value], found: &mut Found<'_>) -> Result<(), DigestFileError> {
    if references.is_empty() {
        return Err(no_digest_yet());
    }
    references.iter().filter_map(Value::as_str).try_for_each(|text| found.reference(text))
}

fn no_digest_yet() -> DigestFileError {
    DigestFileError::new("the image has an ID and no digest yet: it was neither pushed nor pulled")
        .hinting("inspect it after the push")
}

fn skopeo(name: &str, digest: &str, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    // It is empty for images that are not in a registry.
    if name.is_empty() || is_of(name, found.image) {
        return found.digest(digest);
    }
    found.other(name);
    Ok(())
}

/// <https://github.com/GoogleContainerTools/jib/blob/master/docs/faq.md> `jib-image.json`
fn jib(object: &Map<String, Value>, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    if object.get("imagePushed") == Some(&Value::Bool(false)) {
        return Err(DigestFileError::new("the file says that the image was not pushed"));
    }
    let name = object.get("image").and_then(Value::as_str);
    if let Some(name) = name
        && !is_of(name, found.image)
    {
        found.other(name);
        return Ok(());
    }
    match object.get("imageDigest").and_then(Value::as_str) {
        Some(digest) => found.digest(digest),
        None => Err(no_digest_yet()),
    }
}

/// <https://github.com/opencontainers/image-spec/blob/main/descriptor.md>
fn descriptor(object: &Map<String, Value>, digest: &str, found: &mut Found<'_>) -> Result<(), DigestFileError> {
    let media_type = object.get("mediaType").and_then(Value::as_str).unwrap_or_default();
    let is_manifest = ["manifest", "index"].iter().any(|word| media_type.contains(word));
    if !media_type.is_empty() && !is_manifest {
        return Err(DigestFileError::new(format!(
            "the digest in the file is of a {}, not of a manifest",
            quoted(media_type)
        )));
    }
    match object.get("reference").and_then(Value::as_str) {
        Some(name) if !is_of(name, found.image) => {
            found.other(name);
            Ok(())
        }
        _ => found.digest(digest),
    }
}

/// The `index.json` of an OCI layout: what is in it, one descriptor a name.
/// <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>
fn layout(manifests: &[Value], found: &mut Found<'_>) -> Result<(), DigestFileError> {
    if manifests.iter().any(|manifest| manifest.get("platform").is_some()) && manifests.len() > 1 {
        return Err(DigestFileError::new(
            "the file is an index of several platforms, which does not hold its own digest",
        )
        .hinting("`crane digest` or `skopeo inspect` say it"));
    }
    let digest_of = |manifest: &Value| manifest.get("digest").and_then(Value::as_str).map(str::to_owned);
    if let [only] = manifests {
        return digest_of(only).map_or_else(|| Err(unknown()), |digest| found.digest(&digest));
    }
    for manifest in manifests {
        let name = NAMES.iter().find_map(|key| manifest.get("annotations")?.get(*key)?.as_str());
        match (name, digest_of(manifest)) {
            (Some(name), Some(digest)) if is_of(name, found.image) => found.digest(&digest)?,
            (Some(name), _) => found.other(name),
            (None, _) => {}
        }
    }
    Ok(())
}

/// Annotations that hold the whole name of an image.
const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

/// Whether a reference is of this image, whatever its tag.
fn is_of(reference: &str, image: &Name) -> bool {
    let (name, ..) = crate::reference::split(reference);
    name.parse::<Name>().is_ok_and(|name| name.same_as(image))
}
