//! The GitOps repository, by whatever name a person gives it: a URL, a path, or `WORKSPACE/REPO` on Bitbucket.

use std::path::Path;

use bitbucket::{Bitbucket, Clock, Repository};

use crate::access::{self, Access};
use crate::args::AccessArgs;
use crate::failure::{Failure, Result};
use crate::place::Place;

/// Where git finds repositories of Bitbucket.
const BITBUCKET: &str = "https://bitbucket.org/";

/// The GitOps repository as it was named, and who asks for it.
#[derive(Debug)]
pub struct GitOps<'g, C> {
    /// A URL, a path, or `WORKSPACE/REPO`.
    pub named: &'g str,
    /// `WORKSPACE/REPO` on Bitbucket, where the name does not say it.
    pub on_bitbucket: Option<&'g str>,
    /// The credentials that there are.
    pub access: Option<&'g Access>,
    /// Where the run takes place.
    pub place: &'g Place<C>,
}

impl<C> GitOps<'_, C> {
    /// Whether the name is `WORKSPACE/REPO`, and no directory of this machine.
    #[must_use]
    pub fn is_name(&self) -> bool {
        pair(self.named).is_some() && !self.place.here(Path::new(self.named)).exists()
    }

    /// Workspace and repository on Bitbucket; `None` for a directory of this machine, or another host.
    #[must_use]
    pub fn slugs(&self) -> Option<(String, String)> {
        if let Some(text) = self.on_bitbucket {
            return pair(text);
        }
        if self.place.here(Path::new(self.named)).exists() {
            return None;
        }
        pair(self.named).or_else(|| access::slugs(self.named))
    }

    /// The client of Bitbucket with these credentials, and the repository as the API knows it.
    ///
    /// # Errors
    ///
    /// When it is not on Bitbucket as far as can be told, or there are no credentials for it.
    pub fn connect(&self, args: &AccessArgs) -> Result<(Bitbucket, Repository)> {
        let (workspace, repo) = self.slugs().ok_or_else(|| {
            Failure::usage("cannot tell which repository of Bitbucket the GitOps repository is")
                .hint("give --repo WORKSPACE/REPO, or --gitops-repository beside another --repo")
        })?;
        let access = self.access.filter(|access| access.is_whole()).ok_or_else(|| {
            Failure::usage("there are no credentials for the GitOps repository on Bitbucket")
                .hint("set STEPGATE_BITBUCKET_TOKEN to an access token of it that may write")
        })?;
        let client = access.connect(args, Clock::system(), |_| ())?;
        let repository = client.repository(&workspace, &repo);
        Ok((client, repository))
    }

    /// What git needs to get there. Credentials go to Bitbucket only, and by git's environment.
    ///
    /// # Errors
    ///
    /// When there is no git, or no place for a temporary repository.
    pub async fn scratch(&self) -> Result<git::Scratch> {
        let local = self.place.here(Path::new(self.named));
        let url = if self.is_name() {
            format!("{BITBUCKET}{}.git", self.named)
        } else if local.exists() {
            local.to_string_lossy().into_owned()
        } else {
            self.named.to_owned()
        };
        let cannot = |error| Failure::git("cannot reach the GitOps repository", error);
        let scratch = git::Scratch::open(&url).await.map_err(cannot)?;
        let scratch = scratch.with_config(self.place.pipeline.git_proxy());
        Ok(match self.access.and_then(Access::git_authorization) {
            Some(header) => scratch.with_secret_config([(
                format!("http.{BITBUCKET}.extraHeader"),
                format!("Authorization: {}", header.expose()),
            )]),
            None => scratch,
        })
    }
}

/// `WORKSPACE/REPO`.
fn pair(text: &str) -> Option<(String, String)> {
    let is_part = |part: &str| {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '{' | '}');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(is_fine)
    };
    let (workspace, repo) = text.split_once('/')?;
    (is_part(workspace) && is_part(repo)).then(|| (workspace.to_owned(), repo.to_owned()))
}
