//! Where the story plays: a repository, a Bitbucket, and a developer who reads along.

use std::io::Write;
use std::path::Path;

use clap::{CommandFactory, FromArgMatches};
use git::testkit::TempRepo;
use include_dir::{Dir, DirEntry, include_dir};
use step::{Env, Exit, Failure, Result, Session, files};

static EXAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/symfony-api");
static GITOPS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/gitops");

/// Where the GitOps repository of the story is, in the words of those who put images into it.
pub(super) const GITOPS_REPO: &str = "acme/gitops";

/// The pull request of the story.
pub(super) const PULL_REQUEST: u64 = 42;

/// The pages that the gates write in the repository.
pub(super) const LINT_PAGE: &str = "report.html";
pub(super) const TESTS_PAGE: &str = "tests-report.html";
pub(super) const SCAN_PAGE: &str = "scan-report.html";

/// Lines of a program's output that the story shows at most.
const SHOWN_LINES: usize = 40;

/// What a gate over tests prints below this, its tables of inputs and of all tests, is left to the page.
const LEFT_TO_THE_PAGE: &str = "report ";

pub(super) struct Stage<'s> {
    session: &'s mut Session,
    pub(super) repo: TempRepo,
    /// The GitOps repository, as others push to it.
    pub(super) gitops: TempRepo,
    pub(super) bitbucket: fakes::Bitbucket,
    /// How often the pipeline has run.
    builds: u64,
}

impl<'s> Stage<'s> {
    /// An empty repository and an empty Bitbucket that knows of one pull request.
    pub(super) fn set(session: &'s mut Session) -> Result<Self> {
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
        Ok(Self { session, repo: TempRepo::new(), gitops: gitops(), bitbucket, builds: 0 })
    }

    /// Puts a file of the example, or all files under a folder of it, into the work tree.
    pub(super) fn put(&self, path: &str) -> Result<()> {
        let entry = EXAMPLE.get_entry(path).ok_or_else(|| Failure::bug(format!("the example has no {path}")))?;
        let mut entries = vec![entry];
        while let Some(entry) = entries.pop() {
            match entry {
                DirEntry::Dir(dir) => entries.extend(dir.entries()),
                DirEntry::File(file) => {
                    // A push is laid over the service; everything else lies where it belongs.
                    let pushed = ["change", "fix"].iter().find_map(|push| file.path().strip_prefix(push).ok());
                    let place = pushed.unwrap_or(file.path());
                    self.repo.write(&place.to_string_lossy(), file.contents());
                }
            }
        }
        Ok(())
    }

    /// Puts the reports of `state` where a pipeline's tools leave them.
    pub(super) fn put_reports(&self, state: &str) -> Result<()> {
        let dir = folder_of_example(&format!("reports/{state}"))?;
        for (files, place) in std::iter::once((dir, "reports".to_owned())).chain(dir.dirs().map(|shard| {
            let name = shard.path().file_name().unwrap_or_default().to_string_lossy();
            (shard, format!("test-results/{name}"))
        })) {
            for file in files.files() {
                let name = file.path().file_name().unwrap_or_default().to_string_lossy();
                self.repo.write(&format!("{place}/{name}"), file.contents());
            }
        }
        Ok(())
    }

    /// Commits the work tree, on which the pipeline runs, and gives the id of the commit.
    pub(super) fn push(&mut self, message: &str) -> String {
        self.builds += 1;
        self.repo.commit(message)
    }

    /// Runs `stepgate-lint` as the pipeline of the pull request does, shows what it prints, and makes sure that it ends
    /// as the story says.
    pub(super) async fn lint(&mut self, commit: &str, line: &str, ends: Exit) -> Result<()> {
        let told = self.run("lint", commit, line, stepgate_lint::run).await?;
        self.show(&told, SHOWN_LINES, ends)
    }

    /// The same with `stepgate-scan`.
    pub(super) async fn scan(&mut self, commit: &str, line: &str, ends: Exit) -> Result<()> {
        let told = self.run("scan", commit, line, stepgate_scan::run).await?;
        self.show(&told, SHOWN_LINES, ends)
    }

    /// The same with `stepgate-tests`.
    pub(super) async fn tests(&mut self, commit: &str, line: &str, ends: Exit) -> Result<()> {
        let told = self.run("tests", commit, line, stepgate_tests::run).await?;
        let shown = told.out.lines().take_while(|line| !line.starts_with(LEFT_TO_THE_PAGE)).count();
        self.show(&told, shown, ends)
    }

    /// The same with `stepgate-bump`, on the main branch.
    pub(super) async fn bump(&mut self, commit: &str, line: &str, ends: Exit) -> Result<()> {
        let told = self.run("bump", commit, line, stepgate_bump::run).await?;
        self.show(&told, SHOWN_LINES, ends)
    }

    /// Runs a program in the repository.
    async fn run<A>(
        &mut self,
        name: &str,
        commit: &str,
        line: &str,
        program: impl AsyncFnOnce(A, &mut Session) -> Result<Exit>,
    ) -> Result<Told>
    where
        A: CommandFactory + FromArgMatches,
    {
        let line = format!("stepgate {name} {line}");
        self.say(&format!("  $ {line}"))?;
        let api = format!("--bitbucket-url={}", self.bitbucket.api_url());
        let here: &[&str] = match name {
            // Whoever reads along may sign commits, and may have to type something for it.
            "bump" => &["--sign=false"],
            _ if line.contains(" gate ") => &[&api],
            _ => &[],
        };
        // The first word is the program's name to clap. A line that is broken is broken as for a shell.
        let gitops = self.gitops.path().to_string_lossy().into_owned();
        let words = line.split_whitespace().skip(1).filter(|word| *word != "\\").chain(here.iter().copied());
        let words = words.map(|word| if word == GITOPS_REPO { gitops.as_str() } else { word });
        // The story is the same whatever is set where it is told.
        let command = step::args::ignoring_env(A::command(), &|_| true);
        let args = command
            .try_get_matches_from(words)
            .and_then(|matches| A::from_arg_matches(&matches))
            .map_err(|error| Failure::bug(format!("the demo does not know how to call stepgate {name}: {error}")))?;
        let (mut inner, out, err) = Session::captured(self.pipeline(commit), self.repo.path());
        let ended = step::run::run_in(program, args, &mut inner).await;
        let [out, err] = [out, err].map(|told| told.text().replace(&gitops, GITOPS_REPO));
        Ok(Told { line, out, err, ended })
    }

    /// The environment of a step in the pipeline of the pull request.
    fn pipeline(&self, commit: &str) -> Env {
        let (pull_request, build) = (PULL_REQUEST.to_string(), self.builds.to_string());
        [
            ("CI", "true"),
            ("BITBUCKET_WORKSPACE", "acme"),
            ("BITBUCKET_REPO_SLUG", "orders-api"),
            ("BITBUCKET_COMMIT", commit),
            ("BITBUCKET_BRANCH", "feature/refunds"),
            ("BITBUCKET_PR_ID", &pull_request),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_BUILD_NUMBER", &build),
            ("BITBUCKET_PIPELINE_UUID", "{7a3f0c52-0000-4000-8000-000000000007}"),
            ("BITBUCKET_CLONE_DIR", "/opt/atlassian/pipelines/agent/build"),
            ("STEPGATE_BITBUCKET_TOKEN", fakes::bitbucket::TOKEN),
        ]
        .into_iter()
        .collect()
    }

    /// The next build, of which the pipeline on main tells.
    pub(super) fn build(&mut self) -> u64 {
        self.builds += 1;
        self.builds
    }

    pub(super) fn bitbucket_page(&self) -> String {
        self.bitbucket.page_url()
    }

    /// Hands a page that a gate left in the repository to the person.
    pub(super) fn keep(&self, page: &str, to: &Path) -> Result<()> {
        let html = files::read(&self.repo.path().join(page), u64::MAX)?;
        files::replace(&self.session.dir.join(to), |out| out.write_all(&html))
    }

    /// A line of the story.
    pub(super) fn say(&mut self, line: &str) -> Result<()> {
        let out = &mut self.session.out;
        writeln!(out, "{line}")
            .and_then(|()| out.flush())
            .map_err(|error| Failure::input("cannot print").because(error))
    }

    /// Shows what a program printed, of its standard output `shown` lines, and how it ended.
    fn show(&mut self, told: &Told, shown: usize, ends: Exit) -> Result<()> {
        let Told { line, out, err, ended } = told;
        let lines: Vec<&str> = out.lines().collect();
        let (shown, rest) = lines.split_at(shown.min(lines.len()));
        let more = format!("… {} more lines", rest.len());
        let (shown, more) = match (rest, shown) {
            ([], shown) => (shown, None),
            (_, [shown @ .., ""]) | (_, shown) => (shown, Some(more.as_str())),
        };
        for line in shown.iter().copied().chain(more).chain(err.lines()) {
            self.say(format!("  | {line}").trim_end())?;
        }
        self.say(&format!("  exit code {}", *ended as u8))?;
        if *ended == ends {
            return Ok(());
        }
        Err(Failure::bug(format!("`{line}` ended with {}, the story wants {}", *ended as u8, ends as u8)))
    }
}

/// The GitOps repository of the examples, in a place to push to.
fn gitops() -> TempRepo {
    let work = TempRepo::new();
    let mut dirs = vec![&GITOPS];
    while let Some(dir) = dirs.pop() {
        dirs.extend(dir.dirs());
        for file in dir.files() {
            work.write(&file.path().to_string_lossy(), file.contents());
        }
    }
    work.commit("The repository as it is");
    work.clone_with(&["--bare"])
}

/// What a program printed, and how it ended.
struct Told {
    /// The command.
    line: String,
    out: String,
    err: String,
    ended: Exit,
}

fn folder_of_example(folder: &str) -> Result<&'static Dir<'static>> {
    EXAMPLE.get_dir(folder).ok_or_else(|| Failure::bug(format!("the example has no folder {folder}")))
}

/// The content of a file of the example.
pub(super) fn file_of_example(path: &str) -> Result<&'static [u8]> {
    let file = EXAMPLE.get_file(path).ok_or_else(|| Failure::bug(format!("the example has no file {path}")))?;
    Ok(file.contents())
}
