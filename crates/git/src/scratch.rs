//! A temporary repository for committing to a branch of a remote, with neither a work tree nor an index.
//!
//! Only what is asked for is fetched: the commit at the tip, the trees on the way to a file, the file. Where the server
//! offers no partial clones (`filter` of protocol version 2, <https://git-scm.com/docs/gitprotocol-v2#_fetch>), it is
//! the whole tree of that one commit. Nothing is ever fetched behind our back: git is not told that the repository is
//! partial, except when it fetches.

mod commit;
mod fetch;
mod identity;
mod info;
mod log;
mod names;
mod objects;
mod past;
mod push;
mod relations;
mod touches;
mod tree;
mod walk;

use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::command::Git;
use crate::error::{Error, Result, scrub};
use crate::repo::checked;

pub use commit::{Author, NewCommit};
pub use info::{CommitInfo, Signed};
pub use log::Logged;
pub use names::path_is_safe;
pub use push::{Over, Pushed};
pub use touches::{Touch, TouchedFile, Touches};

use objects::Objects;
use past::{Borrowed, NO_OFFER};

/// A temporary repository beside a remote. It is deleted when it is dropped.
pub struct Scratch {
    dir: TempDir,
    /// As git gets it.
    address: String,
    /// Without credentials.
    url: String,
    config: Vec<String>,
    secrets: Vec<(String, String)>,
    limit: Duration,
    state: Mutex<State>,
}

/// A file as it is in a commit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Content {
    /// Whether it is executable.
    pub executable: bool,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// What becomes known of the remote on the way.
struct State {
    format: Format,
    /// Whether the server may offer partial clones: until it says otherwise.
    filters: bool,
    objects: Objects,
    /// Whose objects history may use.
    borrowed: Option<Borrowed>,
}

/// The hash that names objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Sha1,
    Sha256,
}

/// The remote's name in our own configuration: one that nobody has settings for.
const REMOTE: &str = "landing-remote";

impl Scratch {
    /// A repository for the remote at `url`: anything that git can push to, a local directory too. Nothing is fetched.
    ///
    /// # Errors
    ///
    /// There is no git, or the temporary directory cannot be made.
    pub async fn open(url: &str) -> Result<Self> {
        let address = absolute(checked(url)?);
        let dir = TempDir::with_prefix("stepgate-").map_err(|source| start(std::env::temp_dir(), source))?;
        let state = State { format: Format::Sha1, filters: true, objects: Objects::default(), borrowed: None };
        let scratch = Self {
            dir,
            url: scrub(&address),
            address,
            config: Vec::new(),
            secrets: Vec::new(),
            limit: Duration::from_secs(300),
            state: Mutex::new(state),
        };
        scratch.init(Format::Sha1).await?;
        Ok(scratch)
    }

    /// With `settings` (`http.https://bitbucket.org.proxy=http://localhost:29418/`) in force for each call. They show
    /// in the process list: never a secret.
    #[must_use]
    pub fn with_config(mut self, settings: impl IntoIterator<Item = String>) -> Self {
        self.config.extend(settings);
        self
    }

    /// With settings that hold secrets (`http.extraHeader`, `Authorization: Bearer …`) in force for each call to the
    /// remote. They go through git's environment (git 2.31 and later), and are taken out of git's words.
    #[must_use]
    pub fn with_secret_config(mut self, settings: impl IntoIterator<Item = (String, String)>) -> Self {
        self.secrets.extend(settings);
        self
    }

    /// With a limit for each call; five minutes unless told.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The remote, without credentials.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The repository's own directory, for whoever wants to look at it with git.
    pub async fn dir(&self) -> PathBuf {
        self.git_dir(self.state.lock().await.format)
    }

    fn git_dir(&self, format: Format) -> PathBuf {
        self.dir.path().join(format.name())
    }

    async fn init(&self, format: Format) -> Result<()> {
        let dir = self.git_dir(format);
        self.init_in(&dir, format).await?;
        // What lies beside it is not offered to a server: it may be without what is below the tip.
        append(&dir.join("config"), NO_OFFER)
    }

    async fn init_in(&self, dir: &Path, format: Format) -> Result<()> {
        let object_format = format!("--object-format={}", format.name());
        let args = ["--quiet", "--bare", "--template=", &object_format];
        Git::new(self.dir.path(), &[], "init").args(args).args([dir]).run().await?;
        append(&dir.join("config"), &self.settings())
    }

    /// The repository's configuration: where the remote is, and nothing that runs by itself.
    fn settings(&self) -> String {
        let url = self.address.replace('\\', r"\\").replace('"', "\\\"");
        format!(
            "[remote \"{REMOTE}\"]\n\turl = \"{url}\"\n[core]\n\thooksPath = /dev/null\n\tcommitGraph = false\n\
             [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[protocol]\n\tversion = 2\n\
             [fetch]\n\twriteCommitGraph = false\n[i18n]\n\tcommitEncoding = UTF-8\n"
        )
    }

    /// A call that only looks at what is here.
    fn git(&self, state: &State, config: &[String], subcommand: &str) -> Git {
        self.git_in(&self.git_dir(state.format), config, subcommand)
    }

    /// A call in one of our repositories.
    fn git_in(&self, dir: &Path, config: &[String], subcommand: &str) -> Git {
        let config: Vec<_> = self.config.iter().chain(config).cloned().collect();
        let git = Git::new(dir, &config, subcommand).env("GIT_DIR", dir).env("GIT_NO_LAZY_FETCH", "1");
        git.limit(self.limit)
    }

    /// A call that talks to the remote.
    fn remote_git(&self, state: &State, config: &[String], subcommand: &str) -> Git {
        self.git(state, config, subcommand).secret_config(&self.secrets)
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("url", &self.url).field("dir", &self.dir.path()).finish_non_exhaustive()
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// How many bytes an id has in a tree.
    fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// A local directory by its full name: the scratch repository is elsewhere. What git takes for local is what has no
/// colon before its first slash (`url_is_local_not_ssh`, <https://git-scm.com/docs/git-clone#_git_urls>).
fn absolute(url: &str) -> String {
    let is_local = match (url.find(':'), url.find('/')) {
        (Some(colon), Some(slash)) => slash < colon,
        (colon, _) => colon.is_none(),
    };
    let full = is_local.then(|| std::path::absolute(url).ok()).flatten();
    full.and_then(|path| path.into_os_string().into_string().ok()).unwrap_or_else(|| url.to_owned())
}

/// Adds to a file, which is made when it is not there.
fn append(file: &Path, text: &str) -> Result<()> {
    let write = || {
        std::fs::create_dir_all(file.parent().unwrap_or(file))?;
        File::options().create(true).append(true).open(file)?.write_all(text.as_bytes())
    };
    write().map_err(|source| start(file.to_owned(), source))
}

fn start(dir: PathBuf, source: std::io::Error) -> Error {
    Error::Start { dir, source }
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn a_local_directory_gets_its_full_name_and_a_url_stays() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(absolute("../x.git"), here.join("../x.git").to_str().unwrap());
        assert_eq!(absolute("x/a:b.git"), here.join("x/a:b.git").to_str().unwrap());
        for url in ["/a/b.git", "https://host/a.git", "file:///a", "git@host:a/b.git", "host:b.git"] {
            assert_eq!(absolute(url), url);
        }
    }
}
