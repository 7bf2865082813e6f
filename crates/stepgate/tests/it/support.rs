//! A directory to run the program in, and what the program said.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use git::testkit::TempRepo;

/// A directory, in a repository or not.
pub(crate) struct Place {
    dir: PathBuf,
    env: Vec<(String, String)>,
    scrubbed: Vec<(String, &'static str)>,
    /// Keeps the directory in being.
    _holder: Box<dyn Any>,
}

/// What a run said and how it ended, in one text.
#[must_use = "look at what the program said"]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    text: String,
}

impl Place {
    /// An empty directory outside of any repository.
    pub(crate) fn plain() -> Self {
        let holder = tempfile::tempdir().expect("a directory");
        let dir = holder.path().canonicalize().expect("a directory");
        Self::at(dir, Box::new(holder))
    }

    /// The root of a repository.
    pub(crate) fn repo(repo: TempRepo) -> Self {
        Self::at(repo.path(), Box::new(repo))
    }

    fn at(dir: PathBuf, holder: Box<dyn Any>) -> Self {
        let scrubbed = vec![(dir.display().to_string(), "[DIR]"), (env!("CARGO_PKG_VERSION").to_owned(), "[VERSION]")];
        Self { dir, env: Vec::new(), scrubbed, _holder: holder }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Shows `text` as `words` in what the program says.
    pub(crate) fn scrub(mut self, text: &str, words: &'static str) -> Self {
        self.scrubbed.push((text.to_owned(), words));
        self
    }

    pub(crate) fn write(self, path: &str, text: &str) -> Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
        self
    }

    /// Makes `path` a program.
    pub(crate) fn program(self, path: &str) -> Self {
        let place = self.write(path, "#!/bin/sh\n");
        let status = Command::new("chmod").arg("+x").arg(place.path(path)).status();
        assert!(status.is_ok_and(|status| status.success()), "chmod");
        place
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).expect(path)
    }

    /// Names of files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.dir).expect("a directory");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs the program with nothing of the environment of whoever runs the tests.
    pub(crate) fn run(&self, line: &str) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_stepgate"))
            .args(line.split_whitespace())
            .current_dir(&self.dir)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(self.env.iter().cloned())
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let status = output.status.code().expect("no signal");
        let scrubbed = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.scrubbed.iter().fold(text, |text, (from, to)| text.replace(from, to))
        };
        let (stdout, stderr) = (scrubbed(&output.stdout), scrubbed(&output.stderr));
        let mut text = stdout.clone();
        if !stderr.is_empty() {
            text += &format!("------- stderr -------\n{stderr}");
        }
        text += &format!("[exit status: {status}]\n");
        Run { status, stdout, text }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A file or folder of this crate's tests.
pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// A document as the program reads it: YAML 1.2, in which `off` and `yes` are text.
pub(crate) fn yaml(text: &str) -> serde_json::Value {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options::<Option<_>>(text, options).expect("YAML").unwrap_or_default()
}
