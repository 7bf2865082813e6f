//! What the registry has: manifests, and the tags that point to them.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{State, refusal};
use crate::server::{Reply, Request};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

#[derive(Debug, Default)]
pub(super) struct Repositories {
    repositories: BTreeMap<String, Repository>,
    pushed: u32,
}

#[derive(Debug, Default)]
struct Repository {
    /// Digests by tag.
    tags: BTreeMap<String, String>,
    /// By digest.
    manifests: BTreeMap<String, Manifest>,
}

#[derive(Debug)]
struct Manifest {
    media_type: String,
    body: Vec<u8>,
}

impl Repositories {
    pub(super) fn push_new(&mut self, repository: &str, tag: &str) -> String {
        self.pushed += 1;
        let annotations = json!({"org.opencontainers.image.version": tag, "push": self.pushed.to_string()});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": annotations});
        self.push(repository, tag, INDEX, index.to_string().as_bytes())
    }

    pub(super) fn push(&mut self, repository: &str, tag: &str, media_type: &str, body: &[u8]) -> String {
        let digest = digest(body);
        let repository = self.repositories.entry(repository.to_owned()).or_default();
        repository.tags.insert(tag.to_owned(), digest.clone());
        let manifest = Manifest { media_type: media_type.to_owned(), body: body.to_vec() };
        repository.manifests.insert(digest.clone(), manifest);
        digest
    }

    pub(super) fn untag(&mut self, repository: &str, tag: &str) {
        if let Some(repository) = self.repositories.get_mut(repository) {
            repository.tags.remove(tag);
        }
    }
}

/// Answers a request to the registry.
pub(super) fn answer(state: &State, request: &Request) -> Reply {
    let answered = match request.path() {
        "/v2/" => state.auth.check(request, None).map(|()| Reply::json(200, &json!({}))),
        path => match path.strip_prefix("/v2/").and_then(|path| path.rsplit_once("/manifests/")) {
            Some((repository, reference)) => manifest(state, request, repository, reference),
            None => Err(Reply::new(404, "text/plain; charset=utf-8", "404 page not found\n")),
        },
    };
    answered.unwrap_or_else(|refusal| refusal).with_header("docker-distribution-api-version", "registry/2.0")
}

fn manifest(state: &State, request: &Request, repository: &str, reference: &str) -> Result<Reply, Reply> {
    state.auth.check(request, Some(repository))?;
    if !matches!((request.method.as_str(), state.no_head), ("GET", _) | ("HEAD", false)) {
        return Err(refusal(405, "UNSUPPORTED", "The operation is unsupported."));
    }
    let known = state.repositories.repositories.get(repository);
    let known = known.ok_or_else(|| refusal(404, "NAME_UNKNOWN", "repository name not known to registry"))?;
    let unknown = || refusal(404, "MANIFEST_UNKNOWN", "manifest unknown");
    let digest = known.tags.get(reference).map_or(reference, String::as_str);
    let manifest = known.manifests.get(digest).ok_or_else(unknown)?;
    // A client that does not ask for a manifest's own type gets none.
    if !request.header("accept").is_some_and(|types| types.split(',').any(|it| it.trim() == manifest.media_type)) {
        return Err(refusal(404, "MANIFEST_UNKNOWN", "manifest found, but accept header does not support its type"));
    }
    // The media type of a reply is a name that is known beforehand; this one is not.
    let reply = Reply { body: manifest.body.clone(), ..Reply::empty(200) };
    let reply = reply.with_header("content-type", &manifest.media_type);
    Ok(match (state.no_digest_header, state.wrong_digest_header) {
        (true, _) => reply,
        (false, true) => reply.with_header("docker-content-digest", self::digest(b"something else")),
        (false, false) => reply.with_header("docker-content-digest", digest),
    })
}

fn digest(body: &[u8]) -> String {
    let mut digest = "sha256:".to_owned();
    for byte in Sha256::digest(body) {
        // Writing to a String does not fail.
        write!(digest, "{byte:02x}").unwrap_or_default();
    }
    digest
}
