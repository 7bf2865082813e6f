//! The digest of an image out of the file that the tool which pushed it wrote.
//!
//! Read are the metadata of buildx (`--metadata-file`, of bake too), `docker inspect` and `podman inspect`,
//! `skopeo inspect`, descriptors (`docker buildx imagetools inspect`, oras), Jib's `jib-image.json`, the `index.json` of
//! an OCI layout, and text: a digest alone (`crane digest`, `--digestfile` of podman, buildah, skopeo and Kaniko) or
//! references with digests, one a line.

mod json;
#[cfg(test)]
mod tests;

use crate::reference::{Digest, Image, Name};
use crate::words::{listed, quoted};

/// Why no digest can be taken from a file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct DigestFileError {
    what: String,
    hint: Option<String>,
}

impl DigestFileError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The digest of the manifest of `image` in the file.
///
/// The ID of an image is the digest of its config, which no registry knows: where a format tells the two apart, it is
/// refused. A digest alone in a file is taken for what the tools above write; `docker build --iidfile` writes an ID that
/// looks the same.
///
/// # Errors
///
/// No digest of this image, several that differ, or a digest that is none of a manifest.
pub fn read_digest(bytes: &[u8], image: &Name) -> Result<Digest, DigestFileError> {
    let text = str::from_utf8(bytes)
        .map_err(|error| {
            DigestFileError::new(format!("the file is no text: not UTF-8 at byte {}", error.valid_up_to()))
        })?
        .trim_start_matches('\u{FEFF}')
        .trim();
    if text.is_empty() {
        let hint = "the step that pushes the image has not run, or has failed";
        return Err(DigestFileError::new("the file is empty").hinting(hint));
    }
    if text.starts_with(['{', '[', '"']) { json::read(text, image) } else { lines(text, image) }
}

/// A digest alone, or references with digests.
fn lines(text: &str, image: &Name) -> Result<Digest, DigestFileError> {
    let mut found = Found::new(image);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.contains('@') {
            found.reference(line)?;
        } else {
            found.digest(line)?;
        }
    }
    found.one()
}

/// What has been found so far.
struct Found<'n> {
    image: &'n Name,
    digests: Vec<Digest>,
    /// What the file is about instead.
    others: Vec<String>,
}

impl<'n> Found<'n> {
    const fn new(image: &'n Name) -> Self {
        Self { image, digests: Vec::new(), others: Vec::new() }
    }

    /// A digest of which nothing says whose it is, so it is of the image that was asked for.
    fn digest(&mut self, text: &str) -> Result<(), DigestFileError> {
        let digest = text.parse::<Digest>().map_err(|error| DigestFileError::new(error.to_string()))?;
        if !self.digests.contains(&digest) {
            self.digests.push(digest);
        }
        Ok(())
    }

    /// `name[:tag]@digest`, of this image or another.
    fn reference(&mut self, text: &str) -> Result<(), DigestFileError> {
        let image = text.parse::<Image>().map_err(|error| DigestFileError::new(error.to_string()))?;
        match image.digest {
            Some(digest) if image.name.same_as(self.image) => self.digest(digest.as_str()),
            _ => {
                self.other(image.name.as_str());
                Ok(())
            }
        }
    }

    fn other(&mut self, name: &str) {
        let shown = quoted(name);
        if self.others.len() <= LISTED && !self.others.contains(&shown) {
            self.others.push(shown);
        }
    }

    fn one(self) -> Result<Digest, DigestFileError> {
        let image = quoted(self.image.as_str());
        let mut digests = self.digests;
        match (digests.pop(), digests.len()) {
            (Some(digest), 0) => Ok(digest),
            (None, _) if self.others.is_empty() => {
                Err(DigestFileError::new(format!("there is no digest of {image} in the file")))
            }
            (None, _) => Err(DigestFileError::new(format!(
                "there is no digest of {image} in the file, which is about {}",
                listed(&self.others, LISTED)
            ))
            .hinting("is it the file of this image, and is the image named as it was pushed?")),
            (Some(_), more) => {
                Err(DigestFileError::new(format!("there are {} digests of {image} in the file", more + 1))
                    .hinting("give the digest itself"))
            }
        }
    }
}

/// How many names a message lists.
const LISTED: usize = 5;
