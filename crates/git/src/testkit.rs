//! Temporary repositories for tests, made the same way everywhere and deaf to the configuration of whoever runs them.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot make its repository is to stop there")]
#![expect(clippy::disallowed_methods, reason = "half a file in a repository that is thrown away harms nobody")]

mod kept;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub use kept::{Kept, KeptCommit, look, merge};

/// A repository that is deleted when it is dropped. Its first branch is `main`.
#[derive(Debug)]
pub struct TempRepo {
    dir: TempDir,
}

impl TempRepo {
    /// An empty repository.
    #[must_use]
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// An empty repository with further arguments for `git init` (`--object-format=sha256`, `--bare`).
    #[must_use]
    pub fn init(args: &[&str]) -> Self {
        let repo = Self { dir: tempfile::tempdir().expect("a temporary directory") };
        repo.git(&[&["init", "--quiet", "--initial-branch=main"], args, &["."]].concat());
        repo
    }

    /// A clone over a real transport (`file://`), so that it may be shallow: `clone(&["--depth=1"])`.
    #[must_use]
    pub fn clone_with(&self, args: &[&str]) -> Self {
        let clone = Self { dir: tempfile::tempdir().expect("a temporary directory") };
        clone.git(&[&["clone", "--quiet"], args, &[self.url().as_str(), "."]].concat());
        clone
    }

    /// The root of its work tree, free of symbolic links.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.path().canonicalize().expect("the directory is there")
    }

    /// A bare repository with the same branches, to push to. It lets clones leave objects out.
    #[must_use]
    pub fn bare(&self) -> Self {
        let bare = self.clone_with(&["--bare"]);
        bare.git(&["config", "uploadpack.allowFilter", "true"]);
        bare
    }

    /// Its URL for a real transport.
    #[must_use]
    pub fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    /// Makes a script (`#!/bin/sh` and `body`) its hook `name`; for a bare repository.
    pub fn hook(&self, name: &str, body: &str) {
        self.write(&format!("hooks/{name}"), format!("#!/bin/sh\n{body}\n"));
        let hook = self.dir.path().join("hooks").join(name);
        let run = Command::new("chmod").arg("+x").arg(hook).status().expect("chmod is installed");
        assert!(run.success(), "the hook is executable");
    }

    /// The bytes of a file in a revision.
    #[must_use]
    pub fn show(&self, revision: &str, path: &str) -> Vec<u8> {
        let object = format!("{revision}:{path}");
        let output = command(self.dir.path()).args(["cat-file", "blob", &object]).output().expect("git is installed");
        if !output.status.success() {
            panic!("{object}: {}", String::from_utf8_lossy(&output.stderr));
        }
        output.stdout
    }

    /// Runs git in it and gives its trimmed standard output; panics with git's words when it fails.
    pub fn git(&self, args: &[&str]) -> String {
        let output = command(self.dir.path()).args(args).output().expect("git is installed");
        if !output.status.success() {
            panic!("git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Writes a file, and the directories it needs.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.path().join(path);
        let parent = path.parent().expect("a file has a directory");
        std::fs::create_dir_all(parent).expect("the directory can be made");
        std::fs::write(path, content).expect("the file can be written");
    }

    /// Commits everything in the work tree and gives the id of the commit.
    pub fn commit(&self, message: &str) -> String {
        self.commit_at(message, TIME)
    }

    /// Commits everything in the work tree, as if it were another time (`2026-01-02T03:04:05Z`).
    pub fn commit_at(&self, message: &str, time: &str) -> String {
        self.git(&["add", "--all"]);
        let args = ["commit", "--quiet", "--allow-empty", "--message", message];
        let output = command(self.dir.path())
            .args(args)
            .env("GIT_AUTHOR_DATE", time)
            .env("GIT_COMMITTER_DATE", time)
            .output()
            .expect("git is installed");
        assert!(output.status.success(), "git commit: {}", String::from_utf8_lossy(&output.stderr));
        self.git(&["rev-parse", "HEAD"])
    }

    /// Takes a stream of commits, as `git fast-import` reads it (<https://git-scm.com/docs/git-fast-import>).
    pub fn import(&self, stream: &[u8]) {
        let mut child = command(self.dir.path())
            .args(["fast-import", "--quiet", "--force"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("git is installed");
        child.stdin.take().expect("a pipe").write_all(stream).expect("git reads it");
        assert!(child.wait().expect("git ends").success(), "git fast-import");
    }
}

impl Default for TempRepo {
    fn default() -> Self {
        Self::new()
    }
}

/// When everything happens, unless it is said.
const TIME: &str = "2026-01-02T03:04:05Z";

fn command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(dir);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
        command.env_remove(name);
    }
    for (name, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null"), ("LC_ALL", "C")] {
        command.env(name, value);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "A Developer");
        command.env(format!("GIT_{who}_EMAIL"), "developer@example.com");
        command.env(format!("GIT_{who}_DATE"), TIME);
    }
    command
}
