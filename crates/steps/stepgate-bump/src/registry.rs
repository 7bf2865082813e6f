//! The registry that an image is in, and who we are to it.

use std::path::PathBuf;

use ::registry::docker_config::{self, Found};
use ::registry::{Credentials, Registry};
use gitops::{Digest, Image};
use step::{Failure, Result, Session, files, words};

use crate::args::DigestArgs;

/// No config of docker is larger.
const LIMIT: u64 = 1 << 20;

/// Where names without a registry are.
const DOCKER_HUB: &str = "docker.io";

/// The digest that the tag of `image` has in its registry; of an image without a tag, its own digest when it is there.
pub(crate) async fn digest(image: &Image, args: &DigestArgs, session: &mut Session) -> Result<Digest> {
    let host = image.name.registry().unwrap_or(DOCKER_HUB);
    let reference = match (&image.tag, &image.digest) {
        (Some(tag), _) => tag.as_str(),
        (None, Some(digest)) => digest.as_str(),
        (None, None) => {
            return Err(Failure::usage(format!("cannot ask the registry for {image}: it has no tag and no digest")));
        }
    };
    let mut builder = Registry::builder(host).credentials(credentials(host, image.name.path(), session)?);
    if let Some(path) = &args.registry_ca {
        let pem = files::read(&session.dir.join(path), LIMIT)?;
        builder = builder.configured(move |http| http.root_certificates(pem.clone()));
    }
    let cannot = || format!("cannot tell the digest of {image}");
    let failed = |error: ::registry::Error| {
        let hint = error.hint().map(str::to_owned);
        // No such tag is an answer: it is the image that is wrong, not the registry.
        let failure = if error.is_not_found() { Failure::input(cannot()) } else { Failure::remote(cannot()) };
        failure.because(error).hint_if(hint)
    };
    let registry = builder.build().map_err(failed)?;
    let digest = registry.digest_of(image.name.path(), reference).await.map_err(failed)?;
    digest.parse().map_err(|error: gitops::ReferenceError| Failure::remote(cannot()).because(error))
}

/// Those of the environment, else those that `docker login` left.
fn credentials(host: &str, repository: &str, session: &mut Session) -> Result<Option<Credentials>> {
    let env = &session.env;
    match (env.get("STEPGATE_REGISTRY_USER"), env.get("STEPGATE_REGISTRY_PASSWORD")) {
        (Some(user), Some(password)) => return Ok(Some(Credentials::new(user, password))),
        (None, None) => {}
        _ => return Err(Failure::usage("STEPGATE_REGISTRY_USER and STEPGATE_REGISTRY_PASSWORD go together")),
    }
    let home = || env.get("HOME").map(|home| PathBuf::from(home).join(".docker"));
    let Some(path) = env.get("DOCKER_CONFIG").map(PathBuf::from).or_else(home).map(|dir| dir.join("config.json"))
    else {
        return Ok(None);
    };
    if !path.is_file() {
        return Ok(None);
    }
    let cannot = || Failure::input(format!("cannot use {}", path.display()));
    let text = String::from_utf8(files::read(&path, LIMIT)?).map_err(|error| cannot().because(error))?;
    match docker_config::find(&text, host, repository).map_err(|error| cannot().because(error))? {
        Found::Credentials(credentials) => Ok(Some(credentials)),
        Found::Nothing => Ok(None),
        Found::Helper(program) => {
            let what = format!("the credentials of {host} are kept by {program}, which is not asked; going on without");
            words::warn(session, &format!("{what} (set STEPGATE_REGISTRY_USER and STEPGATE_REGISTRY_PASSWORD)"));
            Ok(None)
        }
    }
}
