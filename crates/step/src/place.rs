//! Where a run takes place: the repository, the pipeline, the config.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use findings::judge::LineMap;
use findings::paths::Roots;
use git::Repo;
use serde::de::DeserializeOwned;

use crate::args::ConfigArgs;
use crate::config::Config;
use crate::failure::{Failure, Result};
use crate::pipeline::Pipeline;
use crate::session::Session;
use crate::{change, config, files, words};

/// Where Bitbucket clones the repository.
const BITBUCKET_ROOT: &str = "/opt/atlassian/pipelines/agent/build";

/// Where a run takes place. `C` is the section of stepgate.yaml that the program reads.
#[derive(Debug)]
pub struct Place<C> {
    repo: Result<Repo, git::Error>,
    base: PathBuf,
    dir: PathBuf,
    config_file: Option<PathBuf>,
    /// What the pipeline says.
    pub pipeline: Pipeline,
    /// The program's section of stepgate.yaml.
    pub config: C,
}

impl<C: DeserializeOwned + Default> Place<C> {
    /// Looks around, and reads `section` of stepgate.yaml. Being in no repository is fine until something asks for it.
    ///
    /// # Errors
    ///
    /// When the config cannot be used.
    pub async fn find(section: &str, args: &ConfigArgs, session: &Session) -> Result<Self> {
        let pipeline = Pipeline::from_env(&session.env);
        let repo = Repo::discover(&session.dir).await.map(|repo| repo.with_config(pipeline.git_proxy()));
        let base = repo.as_ref().map_or_else(|_| root_without_git(&session.dir), Repo::given_root).to_owned();
        let explicit = args.config.as_ref().map(|path| session.dir.join(path));
        let Config { value: config, path: config_file, .. } = config::load(section, explicit.as_deref(), &base)?;
        Ok(Self { repo, base, dir: session.dir.clone(), config_file, pipeline, config })
    }
}

impl<C> Place<C> {
    /// The repository, for telling what changed.
    ///
    /// # Errors
    ///
    /// When there is none, or git cannot or will not work with it: `cannot tell what changed`, and why.
    pub fn repo(&self) -> Result<&Repo> {
        self.repo.as_ref().map_err(|error| {
            let failure = Failure::input("cannot tell what changed").because(error.to_string());
            failure.hint_if(error.hint())
        })
    }

    /// The root of the repository, or the working directory where there is none. Paths in the config start here.
    #[must_use]
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// The config file, when there is one.
    #[must_use]
    pub fn config_file(&self) -> Option<&Path> {
        self.config_file.as_deref()
    }

    /// The working directory. Paths on the command line start here.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where tools may have seen the repository, and what is in it. Further roots are `given` on the command line and
    /// `configured`; a relative one starts at the working directory.
    pub async fn roots(&self, given: &[String], configured: &[String]) -> Roots {
        let mut roots = Vec::new();
        let named = given.iter().chain(configured).map(|root| self.dir.join(root));
        let clone_dir = self.pipeline.clone_dir.iter().map(PathBuf::from);
        let here = [self.base.clone(), PathBuf::from(BITBUCKET_ROOT)];
        for root in named.chain(clone_dir).chain(here) {
            let real = root.canonicalize().ok();
            roots.extend([Some(root), real].into_iter().flatten().map(|root| slashes(&root)));
        }
        roots.sort();
        roots.dedup();
        roots.retain(|root| !root.is_empty());
        Roots { roots, tracked: self.files().await, within: self.within().unwrap_or_default() }
    }

    /// How lines are numbered in `commit`, on which annotations are posted; `None`, told on standard error, when that cannot
    /// be found out.
    pub async fn lines_in(&self, commit: &str, session: &mut Session) -> Option<LineMap> {
        let lines = change::lines_in(commit, self.repo().ok()?).await;
        lines.map_err(|failure| words::warn(session, &format!("annotations may be some lines off: {failure}"))).ok()
    }

    /// `path`, as named on the command line, from the working directory.
    #[must_use]
    pub fn here(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }

    /// `path` as a person in the working directory would write it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        files::shown(path, &self.dir).to_string()
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

#[cfg(test)]
mod tests {
    use git::testkit::TempRepo;
    use serde::Deserialize;

    use super::*;
    use crate::{Env, Exit};

    #[derive(Debug, Default, Deserialize)]
    struct Section {
        #[serde(default)]
        destination: Option<String>,
    }

    async fn place(dir: &Path, env: Env) -> Result<Place<Section>> {
        let (session, _, _) = Session::captured(env, dir);
        Place::find("lint", &ConfigArgs::default(), &session).await
    }

    #[tokio::test]
    async fn a_directory_of_a_repository_knows_its_root_and_the_files_there() {
        let repo = TempRepo::new();
        repo.write("stepgate.yaml", "lint:\n  destination: trunk\n");
        repo.commit("first");
        repo.write("shop/src/A.php", "");
        let root = repo.path();
        let dir = root.join("shop");
        let env = Env::from_iter([("BITBUCKET_CLONE_DIR", "/clone/")]);
        let place = place(&dir, env).await.expect("a place");
        assert_eq!((place.base(), place.dir()), (root.as_path(), dir.as_path()));
        assert_eq!(place.config.destination.as_deref(), Some("trunk"));
        assert!(place.repo().is_ok());
        assert_eq!(place.shown(&place.here(Path::new("out.json"))), "out.json");
        let roots = place.roots(&["/given".to_owned()], &["/configured".to_owned(), "/given/".to_owned()]).await;
        let mut expected = vec!["/clone", "/configured", "/given", BITBUCKET_ROOT, root.to_str().expect("text")];
        expected.sort_unstable();
        assert_eq!(roots.roots, expected);
        assert_eq!(roots.within, "shop");
        let tracked = roots.tracked.expect("files");
        assert!(tracked.contains("stepgate.yaml") && tracked.contains("shop/src/A.php"), "{tracked:?}");
    }

    #[tokio::test]
    async fn no_repository_is_fine_until_something_asks_for_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = place(dir.path(), Env::default()).await.expect("a place");
        assert_eq!(place.base(), dir.path());
        let failure = place.repo().expect_err("there is none");
        assert_eq!(failure.exit(), Exit::Input);
        assert!(failure.to_string().starts_with("cannot tell what changed: "), "{failure}");
        assert_eq!(place.roots(&[], &[]).await.tracked, None);
    }

    #[tokio::test]
    async fn a_config_that_cannot_be_used_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = dir.path().join("stepgate.yaml");
        files::replace(&config, |file| file.write_all(b"lint:\n  destination: [1]\n")).expect("a file");
        let failure = place(dir.path(), Env::default()).await.expect_err("not a branch");
        assert_eq!(failure.exit(), Exit::Input);
    }
}
