//! How git is started and stopped.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::error::{Error, Result, scrub};

/// Variables that point git to another repository or index than the one of its directory, as hooks have them
/// (`git rev-parse --local-env-vars`). `GIT_CONFIG_PARAMETERS` and `GIT_CONFIG_COUNT` are left: they carry the
/// caller's credentials and `safe.directory`.
const REPOSITORY_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_QUARANTINE_PATH",
];

/// Variables that change what git prints, or how it reads names.
const BEHAVIOUR_VARIABLES: &[&str] = &[
    "LC_ALL",
    "LANGUAGE",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_TRACE",
    "GIT_TRACE2",
];

/// What no hook or filter that git may run is to see: the key that signs verdicts.
const SECRETS: &[&str] = &["STEPGATE_SIGNING_KEY"];

/// Settings that would run other programs, write to the index, or reach into submodules.
const CONFIG: &[&str] =
    &["core.quotePath=false", "core.fsmonitor=false", "submodule.recurse=false", "diff.autoRefreshIndex=false"];

/// One start of git, in a directory.
pub(crate) struct Git {
    command: Command,
    dir: PathBuf,
    what: String,
    limit: Duration,
    input: Option<Vec<u8>>,
    secrets: Vec<String>,
}

/// What git printed, and how it ended.
pub(crate) struct Output {
    status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// A call that ended, with whatever status.
pub(crate) struct Finished {
    pub(crate) is_success: bool,
    pub(crate) stdout: Vec<u8>,
    /// Git's words, free of secrets.
    pub(crate) said: String,
}

impl Git {
    /// `git SUBCOMMAND` in `dir`, with `config` (`key=value`) besides the settings that every call has.
    pub(crate) fn new(dir: &Path, config: &[String], subcommand: &str) -> Self {
        let mut command = Command::new("git");
        command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in REPOSITORY_VARIABLES.iter().chain(BEHAVIOUR_VARIABLES).chain(SECRETS) {
            command.env_remove(name);
        }
        command.env("LC_MESSAGES", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
        for setting in CONFIG.iter().copied().chain(config.iter().map(String::as_str)) {
            command.args(["-c", setting]);
        }
        command.arg("--no-pager").arg(subcommand);
        Self {
            command,
            dir: dir.to_owned(),
            what: subcommand.to_owned(),
            limit: Duration::from_secs(300),
            input: None,
            secrets: Vec::new(),
        }
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// A variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What it reads on its standard input.
    pub(crate) fn input(mut self, bytes: Vec<u8>) -> Self {
        self.command.stdin(Stdio::piped());
        self.input = Some(bytes);
        self
    }

    /// Settings that no list of processes may show: they go through the environment (git 2.31 and later), after those
    /// that the caller's own environment has already.
    pub(crate) fn secret_config(mut self, settings: &[(String, String)]) -> Self {
        if settings.is_empty() {
            return self;
        }
        let before = settings_in_environment();
        for (n, (key, value)) in settings.iter().enumerate() {
            self.command.env(format!("GIT_CONFIG_KEY_{}", before + n), key);
            self.command.env(format!("GIT_CONFIG_VALUE_{}", before + n), value);
            self.secrets.push(value.clone());
            // The token of a header, which may stand alone in git's words.
            self.secrets.extend(value.rsplit_once(' ').map(|(_, token)| token.to_owned()));
        }
        self.command.env("GIT_CONFIG_COUNT", (before + settings.len()).to_string());
        self
    }

    /// How long it may take; five minutes unless told.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it; any status but 0 is an error.
    pub(crate) async fn run(self) -> Result<Vec<u8>> {
        let (output, failed) = self.finish().await?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed.error(&output)) }
    }

    /// Runs it; `None` when it ends with `no`, the status by which this subcommand says that there is nothing.
    pub(crate) async fn run_or(self, no: i32) -> Result<Option<Vec<u8>>> {
        let (output, failed) = self.finish().await?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(code) if code == no => Ok(None),
            _ => Err(failed.error(&output)),
        }
    }

    /// Runs it to its end, whatever that is.
    pub(crate) async fn run_any(self) -> Result<Finished> {
        let (output, failed) = self.finish().await?;
        let said = failed.said(&output);
        Ok(Finished { is_success: output.status.success(), stdout: output.stdout, said })
    }

    /// Starts it for a conversation: it answers each request before the next one.
    pub(crate) fn talk(mut self) -> Result<Talk> {
        self.command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = Running(self.spawn()?);
        let (input, output) = (child.0.stdin.take(), child.0.stdout.take().map(BufReader::new));
        match (input, output) {
            (Some(input), Some(output)) => {
                Ok(Talk { input, output, what: self.what, dir: self.dir, limit: self.limit, _child: child })
            }
            _ => Err(Error::Start { dir: self.dir, source: io::Error::other("no pipe to it") }),
        }
    }

    /// Starts it to read what it prints piece by piece. It stops when that is dropped.
    pub(crate) fn stream(mut self) -> Result<Stream> {
        let mut child = Running(self.spawn()?);
        let (output, said) = (child.0.stdout.take().map(BufReader::new), child.0.stderr.take());
        let (Some(output), Some(mut said)) = (output, said) else {
            return Err(Error::Start { dir: self.dir, source: io::Error::other("no pipe to it") });
        };
        let said = tokio::spawn(async move {
            let mut text = Vec::new();
            // What cannot be read of it is only missing from the words of an error.
            said.read_to_end(&mut text).await.ok();
            text
        });
        let failed = Failed { dir: self.dir, what: self.what, secrets: self.secrets };
        Ok(Stream { output, said: Some(said), failed, limit: self.limit, child })
    }

    fn spawn(&mut self) -> Result<Child> {
        self.command.spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound if self.dir.is_dir() => Error::Missing,
            _ => Error::Start { dir: self.dir.clone(), source },
        })
    }

    async fn finish(mut self) -> Result<(Output, Failed)> {
        let child = self.spawn()?;
        let output = tokio::time::timeout(self.limit, Running(child).output(self.input.take()))
            .await
            .map_err(|_elapsed| Error::TimedOut { what: self.what.clone(), limit: self.limit })?
            .map_err(|source| Error::Start { dir: self.dir.clone(), source })?;
        Ok((output, Failed { dir: self.dir, what: self.what, secrets: self.secrets }))
    }
}

/// How many settings the environment carries (`GIT_CONFIG_COUNT`).
#[expect(clippy::disallowed_methods, reason = "a list of git's own that is continued, not an input of the program")]
fn settings_in_environment() -> usize {
    let count = std::env::var("GIT_CONFIG_COUNT");
    count.ok().and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// A git that answers request by request until it is dropped.
pub(crate) struct Talk {
    input: ChildStdin,
    pub(crate) output: BufReader<ChildStdout>,
    what: String,
    dir: PathBuf,
    limit: Duration,
    _child: Running,
}

impl Talk {
    /// Sends a request and reads its answer with `read`.
    pub(crate) async fn ask<T>(
        &mut self,
        request: &[u8],
        read: impl AsyncFnOnce(&mut BufReader<ChildStdout>) -> io::Result<T>,
    ) -> Result<T> {
        let conversation = async {
            self.input.write_all(request).await?;
            self.input.flush().await?;
            read(&mut self.output).await
        };
        tokio::time::timeout(self.limit, conversation)
            .await
            .map_err(|_elapsed| Error::TimedOut { what: self.what.clone(), limit: self.limit })?
            .map_err(|source| Error::Talk { what: self.what.clone(), dir: self.dir.clone(), source })
    }
}

/// A git of which the output is read while it runs.
pub(crate) struct Stream {
    output: BufReader<ChildStdout>,
    said: Option<JoinHandle<Vec<u8>>>,
    failed: Failed,
    limit: Duration,
    child: Running,
}

impl Stream {
    /// What it prints up to the next `end`, without it; `None` when it has printed everything and ended well. What it
    /// prints without an `end` after it is no answer.
    pub(crate) async fn until(&mut self, end: u8) -> Result<Option<Vec<u8>>> {
        let mut piece = Vec::new();
        let read = tokio::time::timeout(self.limit, self.output.read_until(end, &mut piece)).await;
        let what = || self.failed.what.clone();
        read.map_err(|_elapsed| Error::TimedOut { what: what(), limit: self.limit })?
            .map_err(|source| Error::Talk { what: what(), dir: self.failed.dir.clone(), source })?;
        match piece.pop() {
            Some(last) if last == end => Ok(Some(piece)),
            last => self.ended(last.is_none()).await.map(|()| None),
        }
    }

    async fn ended(&mut self, is_whole: bool) -> Result<()> {
        let failed = &self.failed;
        let talk = |source| Error::Talk { what: failed.what.clone(), dir: failed.dir.clone(), source };
        let status = self.child.0.wait().await.map_err(talk)?;
        let stderr = match self.said.take() {
            Some(said) => said.await.unwrap_or_default(),
            None => Vec::new(),
        };
        match (status.success(), is_whole) {
            (true, true) => Ok(()),
            (true, false) => Err(talk(io::ErrorKind::UnexpectedEof.into())),
            (false, _) => Err(failed.error(&Output { status, stdout: Vec::new(), stderr })),
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("what", &self.failed.what).finish_non_exhaustive()
    }
}

/// What is needed to tell of a failure.
struct Failed {
    dir: PathBuf,
    what: String,
    secrets: Vec<String>,
}

impl Failed {
    fn error(&self, output: &Output) -> Error {
        let said = self.said(output);
        Error::from_words(&self.dir, &self.what, output.status.to_string(), said)
    }

    fn said(&self, output: &Output) -> String {
        let said = scrub(String::from_utf8_lossy(&output.stderr).trim());
        self.secrets.iter().filter(|secret| !secret.is_empty()).fold(said, |said, secret| said.replace(secret, "***"))
    }
}

/// A child that is asked to stop when nobody waits for it any more. Asked, not killed: git then removes its lock
/// files and stops its own children.
struct Running(Child);

impl Running {
    async fn output(mut self, input: Option<Vec<u8>>) -> io::Result<Output> {
        let stdin = self.0.stdin.take();
        let write = async {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                match stdin.write_all(&input).await {
                    // It stopped reading: its status and words tell why.
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
                    _ => drop(stdin),
                }
            }
            Ok(0)
        };
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let (mut out, mut err) = (self.0.stdout.take(), self.0.stderr.take());
        let read_out = async {
            match &mut out {
                Some(out) => out.read_to_end(&mut stdout).await,
                None => Ok(0),
            }
        };
        let read_err = async {
            match &mut err {
                Some(err) => err.read_to_end(&mut stderr).await,
                None => Ok(0),
            }
        };
        tokio::try_join!(write, read_out, read_err)?;
        let status = self.0.wait().await?;
        Ok(Output { status, stdout, stderr })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        // An error means that it ended by itself in this moment, which is as good.
        pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Git with a child that keeps none of git's pipes open: they end when git does.
    fn waiting() -> Git {
        Git::new(Path::new("/"), &["alias.wait=!exec sleep 20 >/dev/null 2>&1".to_owned()], "wait")
    }

    #[tokio::test]
    async fn what_takes_too_long_is_stopped_and_says_so() {
        let error = waiting().limit(Duration::from_millis(20)).run().await.expect_err("too long");
        assert_eq!(error.to_string(), "`git wait` was stopped because it took longer than 0 s");
    }

    #[tokio::test]
    async fn a_child_is_asked_to_stop_when_nobody_waits_for_it() {
        let mut git = waiting();
        let mut child = git.command.spawn().expect("git starts");
        let mut out = child.stdout.take().expect("a pipe");
        drop(Running(child));
        // The pipe ends only when git has ended.
        assert_eq!(out.read_to_end(&mut Vec::new()).await.expect("readable"), 0);
    }

    #[tokio::test]
    async fn a_secret_is_neither_in_the_list_of_processes_nor_in_gits_words() {
        let show = "alias.show-all=!tr '\\0' ' ' </proc/$PPID/cmdline >&2; git config --get a.token >&2; exit 1";
        let git = Git::new(Path::new("/"), &[show.to_owned()], "show-all");
        let settings = [("a.token".to_owned(), "Authorization: Bearer hunter2".to_owned())];
        let error = git.secret_config(&settings).run().await.expect_err("it ends with 1").to_string();
        assert!(error.contains("alias.show-all") && error.ends_with("***"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[tokio::test]
    async fn input_reaches_git_and_git_need_not_read_it() {
        let git = |alias: &str| Git::new(Path::new("/"), &[format!("alias.take=!{alias}")], "take");
        let much = vec![b'x'; 1 << 20];
        assert_eq!(git("cat").input(much.clone()).run().await.expect("it ends well"), much);
        assert_eq!(git("true").input(much).run().await.expect("it ends well"), b"");
    }
}
