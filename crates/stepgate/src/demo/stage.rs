//! Where the story plays: a repository, a Bitbucket, and a developer who reads along.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, FromArgMatches};
use git::testkit::TempRepo;
use include_dir::{Dir, DirEntry, include_dir};
use step::{Env, Exit, Failure, Result, Session, files};

static EXAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/symfony-api");

/// The pull request of the story.
pub(super) const PULL_REQUEST: u64 = 42;

/// The report that the gate writes in the repository.
pub(super) const REPORT: &str = "report.html";

/// Lines of a program's output that the story shows at most.
const SHOWN_LINES: usize = 40;

pub(super) struct Stage<'s> {
    session: &'s mut Session,
    pub(super) repo: TempRepo,
    pub(super) bitbucket: fakes::Bitbucket,
    /// Where the report for the person goes.
    pub(super) report: PathBuf,
}

impl<'s> Stage<'s> {
    /// An empty repository and an empty Bitbucket that knows of one pull request.
    pub(super) fn set(session: &'s mut Session, report: &Path) -> Result<Self> {
        which::which("git").map_err(|error| {
            Failure::input("cannot make the repository of the demo: no git program").because(error).hint("install git")
        })?;
        let bitbucket = fakes::Bitbucket::builder()
            .repository("acme", "orders-api")
            .pull_request(
                "acme",
                "orders-api",
                fakes::bitbucket::PullRequest::new(PULL_REQUEST, "feature/refunds", "main"),
            )
            .start()
            .map_err(|error| Failure::input("cannot start the embedded Bitbucket").because(error))?;
        let report = session.dir.join(report);
        Ok(Self { session, repo: TempRepo::new(), bitbucket, report })
    }

    /// Puts the files under `folder` of the example into the work tree.
    pub(super) fn put(&self, folder: &str) -> Result<()> {
        let dir = EXAMPLE.get_dir(folder).ok_or_else(|| Failure::bug(format!("the example has no folder {folder}")))?;
        let mut entries: Vec<&DirEntry<'_>> = dir.entries().iter().collect();
        while let Some(entry) = entries.pop() {
            match entry {
                DirEntry::Dir(dir) => entries.extend(dir.entries()),
                DirEntry::File(file) => {
                    let path = file.path().strip_prefix(folder).unwrap_or(file.path());
                    let place = if folder == "src" { Path::new("src").join(path) } else { path.to_owned() };
                    self.repo.write(&place.to_string_lossy(), file.contents());
                }
            }
        }
        Ok(())
    }

    /// Puts the reports of `state` where a pipeline's tools leave them.
    pub(super) fn put_reports(&self, state: &str) -> Result<()> {
        let folder = format!("reports/{state}");
        let dir =
            EXAMPLE.get_dir(&folder).ok_or_else(|| Failure::bug(format!("the example has no folder {folder}")))?;
        for file in dir.files() {
            let name = file.path().file_name().unwrap_or_default().to_string_lossy();
            self.repo.write(&format!("reports/{name}"), file.contents());
        }
        Ok(())
    }

    /// Runs `stepgate-lint` in the repository as the pipeline of the pull request does, shows what it prints, and makes
    /// sure that it ends as the story says.
    pub(super) async fn lint(&mut self, commit: &str, line: &str, ends: Exit) -> Result<()> {
        self.say(&format!("  $ stepgate lint {line}"))?;
        let api = format!("--bitbucket-url={}", self.bitbucket.api_url());
        let here = if line.starts_with("gate") { Some(api.as_str()) } else { None };
        let words = std::iter::once("stepgate-lint").chain(line.split_whitespace()).chain(here);
        // The story is the same whatever is set where it is told.
        let command = step::args::ignoring_env(stepgate_lint::Args::command(), &|_| true);
        let args = command
            .try_get_matches_from(words)
            .and_then(|matches| stepgate_lint::Args::from_arg_matches(&matches))
            .map_err(|error| Failure::bug(format!("the demo does not know how to call stepgate-lint: {error}")))?;
        let (mut inner, out, err) = Session::captured(self.pipeline(commit), self.repo.path());
        let ended = step::run::run_in(stepgate_lint::run, args, &mut inner).await;
        self.show(&out.text())?;
        self.show(&err.text())?;
        self.say(&format!("  exit code {}", ended as u8))?;
        if ended == ends {
            return Ok(());
        }
        Err(Failure::bug(format!("`stepgate lint {line}` ended with {}, the story wants {}", ended as u8, ends as u8)))
    }

    /// The environment of a step in the pipeline of the pull request.
    fn pipeline(&self, commit: &str) -> Env {
        let pull_request = PULL_REQUEST.to_string();
        [
            ("CI", "true"),
            ("BITBUCKET_WORKSPACE", "acme"),
            ("BITBUCKET_REPO_SLUG", "orders-api"),
            ("BITBUCKET_COMMIT", commit),
            ("BITBUCKET_BRANCH", "feature/refunds"),
            ("BITBUCKET_PR_ID", &pull_request),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_BUILD_NUMBER", "7"),
            ("BITBUCKET_PIPELINE_UUID", "{7a3f0c52-0000-4000-8000-000000000007}"),
            ("BITBUCKET_CLONE_DIR", "/opt/atlassian/pipelines/agent/build"),
            ("STEPGATE_BITBUCKET_TOKEN", fakes::bitbucket::TOKEN),
        ]
        .into_iter()
        .collect()
    }

    pub(super) fn bitbucket_page(&self) -> String {
        self.bitbucket.page_url()
    }

    /// Hands the report that the gate left in the repository to the person.
    pub(super) fn keep_report(&self) -> Result<()> {
        let html = files::read(&self.repo.path().join(REPORT), u64::MAX)?;
        files::replace(&self.report, |out| out.write_all(&html))
    }

    /// A line of the story.
    pub(super) fn say(&mut self, line: &str) -> Result<()> {
        let out = &mut self.session.out;
        writeln!(out, "{line}")
            .and_then(|()| out.flush())
            .map_err(|error| Failure::input("cannot print").because(error))
    }

    fn show(&mut self, text: &str) -> Result<()> {
        for line in text.lines().take(SHOWN_LINES) {
            self.say(format!("  | {line}").trim_end())?;
        }
        match text.lines().count().saturating_sub(SHOWN_LINES) {
            0 => Ok(()),
            more => self.say(&format!("  | … {more} more lines")),
        }
    }
}
