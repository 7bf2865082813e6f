//! The identity of an image that lies in a file: the digest of its configuration, and its layers.
//!
//! Read are tars as `docker save` and `podman save` write them (also packed with gzip), and OCI layouts as a directory
//! or a tar (<https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md>). Nothing that a file says of
//! itself is believed: digests are computed.

mod layout;
mod store;

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use store::Store;

/// Who an image is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Identity {
    /// The digest of its configuration, `sha256:…`: what Docker and Trivy call the id of an image.
    pub(crate) config: String,
    /// The digests of its uncompressed layers, the base's first.
    pub(crate) diff_ids: Vec<String>,
}

/// Which of the images in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choice<'c> {
    /// That with this tag.
    pub(crate) tag: Option<&'c str>,
    /// That for this platform: `linux/arm64`.
    pub(crate) platform: Option<&'c str>,
}

/// The image in `path`.
///
/// # Errors
///
/// Why it cannot be told, in words: no image, several, a digest that is not that of its content.
pub(crate) fn identify(path: &Path, choice: Choice<'_>) -> Result<Identity, String> {
    let store = Store::of(path)?;
    let config = match store.get("manifest.json")? {
        Some(manifest) => docker(&manifest, &store, choice)?,
        None => layout::config(&store, choice)?,
    };
    let parsed: Config = parse(&config, "the configuration of the image")?;
    if parsed.rootfs.diff_ids.is_empty() {
        return Err("the configuration of the image names no layer".to_owned());
    }
    Ok(Identity { config: digest(&config), diff_ids: parsed.rootfs.diff_ids })
}

/// `sha256:` and the digest of `bytes`.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Whether `text` is `sha256:` and 64 hexadecimal digits in lower case.
pub(crate) fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// Whether `path` is a directory, a tar or something packed with gzip: where an image may be, and no report.
pub(crate) fn may_be_image(path: &Path) -> bool {
    path.is_dir() || store::is_archive(path)
}

/// What there is to say when a file holds not one image.
pub(crate) fn not_one(found: &[String], choice: Choice<'_>) -> String {
    let asked = [choice.tag.map(|tag| format!(" with the tag {tag}")), choice.platform.map(|it| format!(" for {it}"))];
    let asked: String = asked.into_iter().flatten().collect();
    match found {
        [] => format!("it holds no image{asked}"),
        _ => format!("it holds {} images{asked}: {}; save one, or name it as PATH#TAG", found.len(), found.join(", ")),
    }
}

pub(crate) fn parse<'b, T: Deserialize<'b>>(bytes: &'b [u8], what: &str) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("{what} is not as it should be: {error}"))
}

/// The part of an image's configuration that we use
/// (<https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md>).
#[derive(Deserialize)]
struct Config {
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Vec<String>,
}

/// An entry of manifest.json (<https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md>).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
}

/// The configuration of the image in a tar of `docker save`.
fn docker(manifest: &[u8], store: &Store, choice: Choice<'_>) -> Result<Vec<u8>, String> {
    let saved: Vec<Saved> = parse(manifest, "manifest.json")?;
    let tags = |saved: &Saved| saved.repo_tags.clone().unwrap_or_default();
    let wanted = |saved: &&Saved| choice.tag.is_none_or(|tag| tags(saved).iter().any(|known| known == tag));
    let found: Vec<&Saved> = saved.iter().filter(wanted).collect();
    let [only] = found[..] else {
        let shown = if found.is_empty() { saved.iter().collect() } else { found };
        let named: Vec<String> = shown.iter().map(|saved| name(&saved.config, &tags(saved))).collect();
        return Err(not_one(&named, choice));
    };
    let Some(config) = store.get(&only.config)? else {
        return Err(format!("manifest.json names the configuration {}, which is not there", only.config));
    };
    match hex_of(&only.config) {
        Some(named) if digest(&config) != format!("sha256:{named}") => {
            Err(format!("{} does not have the digest that it is named by: the file was changed", only.config))
        }
        _ => Ok(config),
    }
}

fn name(config: &str, tags: &[String]) -> String {
    if tags.is_empty() { config.to_owned() } else { tags.join(" ") }
}

/// The digest that a file is named by: `blobs/sha256/HEX`, `HEX.json`.
fn hex_of(name: &str) -> Option<&str> {
    let name = name.rsplit('/').next()?;
    let hex = name.strip_suffix(".json").unwrap_or(name);
    (hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(hex)
}

#[cfg(test)]
mod tests;
