//! Credentials as `docker login` and `podman login` keep them: `~/.docker/config.json`
//! (<https://docs.docker.com/reference/cli/docker/login/#authentication-methods>) and `auth.json`
//! (<https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md>). Pure: handed text.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::Secret;
use serde::Deserialize;

use crate::address::is_docker_hub;
use crate::credentials::Credentials;

/// What such a file says of an image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// These are shown to its registry.
    Credentials(Credentials),
    /// They are kept by this program, `docker-credential-…`, which is not asked: starting what a file names is not for
    /// this crate. Give them as a user and a password instead.
    Helper(String),
    /// It says nothing.
    Nothing,
}

/// Why such a file cannot be used.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// It is not what docker writes. What it holds is not quoted, which may be a password.
    #[error("not a config of docker: line {line}, column {column}")]
    Unreadable {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
    },
    /// The `auth` of an entry is not a user and a password in base64.
    #[error("auths[{0:?}].auth is not USER:PASSWORD in base64")]
    BadAuth(String),
}

/// What a file with `text` says of `repository` at the registry `host`.
///
/// # Errors
///
/// When the text is not JSON of the expected shape, or the entry that is meant cannot be decoded.
pub fn find(text: &str, host: &str, repository: &str) -> Result<Found, ConfigError> {
    let config: Config = serde_json::from_str(text)
        .map_err(|error| ConfigError::Unreadable { line: error.line(), column: error.column() })?;
    let host = if is_docker_hub(host) { "docker.io" } else { host };
    let helpers = config.cred_helpers.unwrap_or_default();
    if let Some((_, helper)) = helpers.into_iter().find(|(key, _)| names(key) == host) {
        return Ok(Found::Helper(program(&helper)));
    }
    let auths = config.auths.unwrap_or_default();
    let mut best: Option<(usize, Credentials)> = None;
    for (key, entry) in &auths {
        let named = names(key);
        if !covers(&named, host, repository) || best.as_ref().is_some_and(|(length, _)| *length >= named.len()) {
            continue;
        }
        if let Some(credentials) = entry.credentials(key)? {
            best = Some((named.len(), credentials));
        }
    }
    Ok(match (best, config.creds_store.filter(|store| !store.is_empty())) {
        (Some((_, credentials)), _) => Found::Credentials(credentials),
        (None, Some(store)) => Found::Helper(program(&store)),
        (None, None) => Found::Nothing,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    auths: Option<BTreeMap<String, Entry>>,
    cred_helpers: Option<BTreeMap<String, String>>,
    creds_store: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

impl Entry {
    /// Those of an entry; an entry without any says that a helper has them.
    fn credentials(&self, key: &str) -> Result<Option<Credentials>, ConfigError> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        if let Some(token) = filled(&self.identitytoken) {
            return Ok(Some(Credentials::IdentityToken(Secret::new(token))));
        }
        if let Some(auth) = filled(&self.auth) {
            let decoded = decode(auth.trim()).ok_or_else(|| ConfigError::BadAuth(key.to_owned()))?;
            return Ok(Some(decoded));
        }
        let pair = filled(&self.username).zip(filled(&self.password));
        Ok(pair.map(|(user, password)| Credentials::new(user, password)))
    }
}

fn decode(auth: &str) -> Option<Credentials> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, lenient).decode(auth).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    // Docker fills up with NUL, and takes it away.
    let password = password.trim_matches('\0');
    (!user.is_empty() && !password.is_empty()).then(|| Credentials::new(user, password))
}

/// What a key names: `host` or `host/path`. Keys may be URLs, and that of Docker Hub is `https://index.docker.io/v1/`.
fn names(key: &str) -> String {
    let without_scheme = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    let (host, path) = without_scheme.unwrap_or(key).split_once('/').unwrap_or((without_scheme.unwrap_or(key), ""));
    let host = if is_docker_hub(host) { "docker.io" } else { host };
    let path = path.trim_end_matches('/');
    if without_scheme.is_some() || matches!(path, "" | "v1" | "v2") {
        host.to_owned()
    } else {
        format!("{host}/{path}")
    }
}

/// Whether what a key names is the image's registry, its repository or a part of the way there.
fn covers(named: &str, host: &str, repository: &str) -> bool {
    let Some(path) = named.strip_prefix(host) else {
        return false;
    };
    match path.strip_prefix('/') {
        None => path.is_empty(),
        Some(path) => repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

fn program(helper: &str) -> String {
    format!("docker-credential-{helper}")
}

#[cfg(test)]
mod tests;
