//! Where this run takes place: the repository, the pipeline, the config.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use findings::paths::Roots;
use git::Repo;
use step::args::ConfigArgs;
use step::{Failure, Pipeline, Result, Session, files};

use crate::args::RootArgs;
use crate::config::Config;
use crate::debt;

/// Where Bitbucket clones the repository.
const BITBUCKET_ROOT: &str = "/opt/atlassian/pipelines/agent/build";

/// Where this run takes place.
pub(crate) struct Place {
    repo: Result<Repo, git::Error>,
    base: PathBuf,
    dir: PathBuf,
    /// What the pipeline says.
    pub(crate) pipeline: Pipeline,
    /// The `lint` section of stepgate.yaml.
    pub(crate) config: Config,
}

impl Place {
    /// Looks around. Being in no repository is fine until something asks for it.
    pub(crate) async fn find(args: &ConfigArgs, session: &Session) -> Result<Self> {
        let pipeline = Pipeline::from_env(&session.env);
        let repo = Repo::discover(&session.dir).await.map(|repo| repo.with_config(pipeline.git_proxy()));
        let base = repo.as_ref().map_or_else(|_| root_without_git(&session.dir), Repo::given_root).to_owned();
        let explicit = args.config.as_ref().map(|path| session.dir.join(path));
        let config = step::config::load("lint", explicit.as_deref(), &base)?.value;
        Ok(Self { repo, base, dir: session.dir.clone(), pipeline, config })
    }

    /// The repository.
    ///
    /// # Errors
    ///
    /// When there is none, or git cannot or will not work with it.
    pub(crate) fn repo(&self) -> Result<&Repo> {
        self.repo.as_ref().map_err(|error| {
            let failure = Failure::input("cannot tell what changed").because(error.to_string());
            error.hint().into_iter().fold(failure, Failure::hint)
        })
    }

    /// The root of the repository, or the working directory where there is none. Paths in the config start here.
    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    /// Where tools may have seen the repository, and what is in it.
    pub(crate) async fn roots(&self, args: &RootArgs) -> Roots {
        let mut roots = Vec::new();
        let given = args.root.iter().chain(&self.config.roots).map(|root| self.dir.join(root));
        let clone_dir = self.pipeline.clone_dir.iter().map(PathBuf::from);
        let here = [self.base().to_owned(), PathBuf::from(BITBUCKET_ROOT)];
        for root in given.chain(clone_dir).chain(here) {
            let real = root.canonicalize().ok();
            roots.extend([Some(root), real].into_iter().flatten().map(|root| slashes(&root)));
        }
        roots.sort();
        roots.dedup();
        roots.retain(|root| !root.is_empty());
        Roots { roots, tracked: self.files().await, within: self.within().unwrap_or_default() }
    }

    /// The files of the repository, new ones too. Without the list, paths that are not below a root that is known stay
    /// as they were printed.
    async fn files(&self) -> Option<HashSet<String>> {
        let repo = self.repo.as_ref().ok()?;
        let (tracked, new) = (repo.tracked_files().await.ok()?, repo.untracked_files().await.ok()?);
        Some(tracked.into_iter().chain(new).collect())
    }

    /// The working directory relative to the root of the repository.
    fn within(&self) -> Option<String> {
        let (below, root) = (self.dir.canonicalize().ok()?, self.base.canonicalize().ok()?);
        Some(slashes(below.strip_prefix(root).ok()?))
    }

    /// The baseline file: as asked for, as configured, or the default name.
    pub(crate) fn baseline(&self, asked: Option<&Path>) -> PathBuf {
        match asked {
            Some(asked) => self.dir.join(asked),
            None => self.base().join(self.config.baseline_path()),
        }
    }

    /// `path`, as named on the command line, from the working directory.
    pub(crate) fn here(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }

    /// The directory of `file` relative to the root of the repository; empty at the root and outside.
    pub(crate) fn relative_dir(&self, file: &Path) -> String {
        let path = self.repo.as_ref().ok().and_then(|repo| debt::repo_path(file, repo));
        path.and_then(|path| Some(path.rsplit_once('/')?.0.to_owned())).unwrap_or_default()
    }

    /// `path` as a person in the working directory would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        files::shown(path, &self.dir).to_string()
    }
}

/// The root of the repository that `dir` is in, as far as can be seen where there is no git, or where it does not trust
/// the repository: config and baseline are there all the same. `dir` itself when it is in none.
fn root_without_git(dir: &Path) -> &Path {
    dir.ancestors().find(|ancestor| ancestor.join(".git").exists()).unwrap_or(dir)
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    text.trim_end_matches('/').to_owned()
}
