//! A GitOps repository to put images into, what the program said, and what came of the repository.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use git::testkit::TempRepo;
use tempfile::TempDir;

/// A digest that no image has.
pub(crate) const DIGEST: &str = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

/// The GitOps repository of the examples as others push to it, and a directory to run the program in.
pub(crate) struct World {
    pub(crate) remote: TempRepo,
    pub(crate) dir: TempDir,
    env: Vec<(String, String)>,
}

/// What a run said and how it ended, in one text.
#[must_use = "look at what the program said"]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    text: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let work = TempRepo::new();
        for (name, content) in open_example() {
            work.write(&name, content);
        }
        work.commit("The repository as it is");
        let remote = work.clone_with(&["--bare"]);
        Self { remote, dir: tempfile::tempdir().expect("a directory"), env: Vec::new() }
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file beside the build.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, content).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(path)).expect(path)
    }

    /// What somebody else pushes.
    pub(crate) fn push(&self, files: &[(&str, &str)]) {
        let work = self.remote.clone_with(&[]);
        for (path, content) in files {
            work.write(path, content);
        }
        work.commit("By somebody else");
        work.git(&["push", "--quiet", "origin", "HEAD:main"]);
    }

    /// A file of the repository, as it is at the tip of `main`.
    pub(crate) fn file(&self, path: &str) -> String {
        self.remote.git(&["show", &format!("main:{path}")])
    }

    pub(crate) fn commits(&self) -> usize {
        self.remote.git(&["rev-list", "--count", "main"]).parse().expect("a number")
    }

    /// The lines that the last commit changed.
    pub(crate) fn last_diff(&self) -> String {
        let diff = self.remote.git(&["show", "--format=", "--unified=0", "main"]);
        diff.lines()
            .filter(|line| !line.starts_with("index ") && !line.starts_with("diff "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Runs `put` into the repository.
    pub(crate) fn put(&self, args: &[&str]) -> Run {
        let remote = self.remote.path();
        self.run(&[&["put", "--repo", remote.to_str().expect("UTF-8")], args].concat())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let mut command = self.command(args);
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace(&*self.remote.path().to_string_lossy(), "[REMOTE]");
            let text = text.replace(&*self.dir.path().to_string_lossy(), "[DIR]");
            let words = text.split_inclusive([' ', '\n']).map(hashes_hidden);
            words.collect::<String>().replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
        };
        let (stdout, err) = (text(&output.stdout), text(&output.stderr));
        let err = if err.is_empty() { err } else { format!("------- stderr -------\n{err}") };
        let status = output.status.code();
        let shown = status.map_or_else(|| "killed".to_owned(), |status| status.to_string());
        let line = args.join(" ").replace(&*self.remote.path().to_string_lossy(), "[REMOTE]");
        Run { status, text: format!("$ stepgate-bump {line}\n{stdout}{err}[exit status: {shown}]\n") }
    }

    /// The program with nothing of the environment of whoever runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stepgate-bump"));
        command.args(args).current_dir(self.dir.path()).env_clear();
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.dir.path());
        command.env("GIT_CONFIG_SYSTEM", "/dev/null").envs(self.env.iter().cloned());
        command
    }
}

/// The commit that was made has another id each time.
fn hashes_hidden(word: &str) -> String {
    let trimmed = word.trim_end().trim_matches(['(', ')', ',']);
    let is_hash = trimmed.len() == 12 && trimmed.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { word.replace(trimmed, "[COMMIT]") } else { word.to_owned() }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What several runs said, one after the other.
pub(crate) fn told<const N: usize>(runs: [Run; N]) -> String {
    runs.map(|run| run.text).join("\n")
}

/// The files of the example, with where images stand and no guardrails: a build may put its image anywhere.
pub(crate) fn open_example() -> Vec<(String, Vec<u8>)> {
    let mut files = files(&example());
    for (_, content) in files.iter_mut().filter(|(name, _)| name == "promotion.yaml") {
        let policy = String::from_utf8(std::mem::take(content)).expect("UTF-8");
        *content = policy.split("\nenvironments:").next().unwrap_or_default().as_bytes().to_vec();
    }
    files
}

/// The GitOps repository of the examples.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/gitops").canonicalize().expect("the example")
}

/// All files below `dir`, by their paths from there.
pub(crate) fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in std::fs::read_dir(next).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("below it").to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).expect("a file")));
            }
        }
    }
    found
}
