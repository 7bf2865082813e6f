//! Getting into Bitbucket: with whose credentials, and with which patience.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bitbucket::{Auth, Bitbucket, Clock, Retries, Secret};

use crate::args::AccessArgs;
use crate::env::Env;
use crate::failure::{Failure, Result};
use crate::pipeline::Pipeline;

/// Credentials for Bitbucket.
#[derive(Debug)]
pub struct Access {
    auth: Auth,
    oauth_url: Option<String>,
}

impl Access {
    /// Those of the environment, else those that the step itself has; `None` when there are neither.
    ///
    /// # Errors
    ///
    /// When half of a pair of credentials is missing.
    pub fn find(env: &Env, pipeline: &Pipeline) -> Result<Option<Self>> {
        let oauth_url = env.get("STEPGATE_BITBUCKET_OAUTH_URL").map(str::to_owned);
        Ok(auth(env, pipeline)?.map(|auth| Self { auth, oauth_url }))
    }

    /// Whether they reach further than to the reports of the step's own repository.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !matches!(self.auth, Auth::Proxy(_))
    }

    /// How git over HTTPS is let in: the value of an `Authorization` header. `None` when these are not for git.
    ///
    /// Source: <https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/>
    #[must_use]
    pub fn git_authorization(&self) -> Option<Secret> {
        let (user, token) = match &self.auth {
            Auth::AccessToken(token) => ("x-token-auth", token),
            Auth::ApiToken { token, .. } => ("x-bitbucket-api-token-auth", token),
            Auth::None | Auth::Proxy(_) | Auth::OAuth { .. } => return None,
        };
        Some(Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{}", token.expose())))))
    }

    /// The client that uses them. `tell` is told what a person may want to know while it waits.
    ///
    /// # Errors
    ///
    /// When the URL of the API makes no sense.
    pub fn connect(
        &self,
        args: &AccessArgs,
        clock: Clock,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Bitbucket> {
        let budget = args.bitbucket_patience.map_or(Retries::default().budget, Duration::from_secs);
        let mut builder = Bitbucket::builder()
            .auth(self.auth.clone())
            .user_agent(concat!("stepgate/", env!("CARGO_PKG_VERSION")))
            .retries(Retries { budget, ..Retries::default() })
            .clock(clock)
            .on_note(tell);
        if let Some(url) = &args.bitbucket_url {
            builder = builder.base_uri(url);
        }
        if let Some(url) = &self.oauth_url {
            builder = builder.oauth_uri(url);
        }
        builder.build().map_err(|error| Failure::usage("cannot talk to Bitbucket").because(error))
    }
}

/// The credentials that the environment holds. Never from arguments, which everybody on the machine can read.
fn auth(env: &Env, pipeline: &Pipeline) -> Result<Option<Auth>> {
    if let Some(token) = env.get("STEPGATE_BITBUCKET_TOKEN") {
        return Ok(Some(Auth::AccessToken(Secret::new(token))));
    }
    if let Some((email, token)) = pair(env, "STEPGATE_BITBUCKET_EMAIL", "STEPGATE_BITBUCKET_API_TOKEN")? {
        return Ok(Some(Auth::ApiToken { email: email.to_owned(), token: Secret::new(token) }));
    }
    if let Some((key, secret)) = pair(env, "STEPGATE_BITBUCKET_OAUTH_KEY", "STEPGATE_BITBUCKET_OAUTH_SECRET")? {
        return Ok(Some(Auth::OAuth { client_id: key.to_owned(), client_secret: Secret::new(secret) }));
    }
    Ok(pipeline.proxy.clone().map(Auth::Proxy))
}

fn pair<'e>(env: &'e Env, one: &str, other: &str) -> Result<Option<(&'e str, &'e str)>> {
    match (env.get(one), env.get(other)) {
        (Some(one), Some(other)) => Ok(Some((one, other))),
        (None, None) => Ok(None),
        (found, _) => {
            let (set, missing) = if found.is_some() { (one, other) } else { (other, one) };
            Err(Failure::usage(format!("{set} is set and {missing} is not")).hint(format!("set {missing} too")))
        }
    }
}

/// Workspace and repository in the URL of a clone: `https://bitbucket.org/acme/shop.git`,
/// `git@bitbucket.org:acme/shop.git`, `ssh://git@bitbucket.org/acme/shop`.
#[must_use]
pub fn slugs(url: &str) -> Option<(String, String)> {
    let (_, path) = url.split_once("bitbucket.org")?;
    let path = path.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '/').trim_end_matches('/');
    let (workspace, repo) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    (!workspace.is_empty() && !repo.is_empty() && !repo.contains('/')).then(|| (workspace.to_owned(), repo.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspace_and_repository_are_read_from_every_form_of_url() {
        for url in [
            "https://bitbucket.org/acme/shop.git",
            "https://***@bitbucket.org/acme/shop",
            "git@bitbucket.org:acme/shop.git",
            "ssh://git@bitbucket.org:22/acme/shop/",
            "http://bitbucket.org/acme/shop",
        ] {
            assert_eq!(slugs(url), Some(("acme".to_owned(), "shop".to_owned())), "{url}");
        }
        for url in ["https://github.com/acme/shop", "https://bitbucket.org/acme", "https://bitbucket.org/a/b/c"] {
            assert_eq!(slugs(url), None, "{url}");
        }
    }

    #[test]
    fn git_is_let_in_by_a_header_that_is_never_printed() {
        let access = Access { auth: Auth::AccessToken(Secret::new("t0ken")), oauth_url: None };
        let header = access.git_authorization().expect("a token");
        assert_eq!(header.expose(), "Basic eC10b2tlbi1hdXRoOnQwa2Vu");
        assert!(!format!("{access:?} {header:?}").contains("eC10"));
    }
}
