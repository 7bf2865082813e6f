//! Where the story plays: a repository, a Bitbucket, and a developer who reads along.

use std::io::Write;
use std::path::Path;

use attest::SigningKey;
use clap::{CommandFactory, FromArgMatches};
use git::testkit::TempRepo;
use include_dir::{Dir, DirEntry, include_dir};
use jiff::{Span, Timestamp};
use step::{Env, Exit, Failure, Result, Session, files};

use super::promotion;

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
pub(super) const BOARD_PAGE: &str = "board.html";

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
    /// The time, which stands still unless the story moves it.
    clock: http::Clock,
    /// Whether the gates have a key.
    signs: bool,
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
            .repository("acme", "gitops")
            .pull_request(
                "acme",
                "orders-api",
                fakes::bitbucket::PullRequest::new(PULL_REQUEST, "feature/refunds", "main"),
            )
            .start()
            .map_err(|error| Failure::input("cannot start the embedded Bitbucket").because(error))?;
        let gitops = gitops();
        let (kept, merged) = (gitops.path(), gitops.path());
        let keeper = fakes::bitbucket::Keeper::new(
            move |is_known| looked(&kept, is_known),
            move |branches, message, time| git::testkit::merge(&merged, branches, message, time.as_second()),
        );
        bitbucket.keep("acme", "gitops", keeper);
        let clock = http::Clock::manual();
        let begin = promotion::begin(&policy()?)?;
        clock.advance(begin.duration_since(Timestamp::UNIX_EPOCH).unsigned_abs());
        Ok(Self { session, repo: TempRepo::new(), gitops, bitbucket, clock, signs: false, builds: 0 })
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

    /// The same with `stepgate-promote`, in a step of the GitOps repository's pipeline that Ann started.
    pub(super) async fn promote(&mut self, line: &str, ends: Exit) -> Result<()> {
        self.bitbucket.set_time(self.now());
        let told = self.run("promote", "", line, stepgate_promote::run).await?;
        self.show(&told, SHOWN_LINES, ends)
    }

    /// From now on the gates sign.
    pub(super) fn give_key(&mut self) {
        self.signs = true;
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Time passes.
    pub(super) fn pass(&mut self, span: Span) {
        let later = self.now().checked_add(span).unwrap_or(Timestamp::MAX);
        self.clock.advance(later.duration_since(self.now()).unsigned_abs());
    }

    /// The number of the last pull request of the GitOps repository.
    pub(super) fn last_pull_request(&self) -> u64 {
        self.bitbucket.pull_requests("acme", "gitops").last().map_or(0, |it| it.seen().id)
    }

    /// Somebody else adds to a file of the GitOps repository.
    pub(super) fn append_to_gitops(&self, path: &str, text: &str, message: &str) -> Result<()> {
        let work = self.gitops.clone_with(&[]);
        let file = work.path().join(path);
        let there = if file.exists() { files::read(&file, u64::MAX)? } else { Vec::new() };
        work.write(path, [there.as_slice(), text.as_bytes()].concat());
        work.commit_at(message, &format!("@{} +0000", self.now().as_second()));
        work.git(&["push", "--quiet", "origin", "HEAD:main"]);
        Ok(())
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
        let promote = ["--repo", GITOPS_REPO, "--gitops-repository", GITOPS_REPO, &api];
        let here: &[&str] = match name {
            // Whoever reads along may sign commits, and may have to type something for it.
            "bump" => &["--sign=false"],
            "promote" => &promote,
            _ if line.contains(" gate ") => &[&api],
            _ => &[],
        };
        // The first word is the program's name to clap. A line that is broken is broken as for a shell.
        let gitops = self.gitops.path().to_string_lossy().into_owned();
        let words = line.split_whitespace().skip(1).filter(|word| *word != "\\").chain(here.iter().copied());
        let mut before = "";
        let words = words.map(|word| {
            // On Bitbucket it has its name, on this machine its directory.
            let is_place = word == GITOPS_REPO && before == "--repo";
            before = word;
            if is_place { gitops.as_str() } else { word }
        });
        // The story is the same whatever is set where it is told.
        let command = step::args::ignoring_env(A::command(), &|_| true);
        let args = command
            .try_get_matches_from(words)
            .and_then(|matches| A::from_arg_matches(&matches))
            .map_err(|error| Failure::bug(format!("the demo does not know how to call stepgate {name}: {error}")))?;
        let env = if name == "promote" { self.promotion_step()? } else { self.pipeline(commit) };
        let (mut inner, out, err) = Session::captured(env, self.repo.path());
        inner.clock = self.clock.clone();
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
            ("STEPGATE_SERVICE", "orders-api"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .chain(self.signs.then(|| key(promotion::BUILD_SEED)))
        .collect()
    }

    /// The environment of a step in the pipeline of the GitOps repository that Ann started.
    fn promotion_step(&self) -> Result<Env> {
        let pipeline = fakes::bitbucket::Pipeline::new(&promotion::ann()).custom("promote");
        let token = || {
            let running = self.bitbucket.run_pipeline("acme", "gitops", pipeline)?;
            let step = running.steps.first()?.clone();
            Some((running.uuid, self.bitbucket.token(&step)?.sign()?, step))
        };
        let (uuid, token, step) = token().ok_or_else(|| Failure::bug("the embedded Bitbucket runs no pipeline"))?;
        let said = [
            ("CI", "true"),
            ("BITBUCKET_WORKSPACE", "acme"),
            ("BITBUCKET_REPO_SLUG", "gitops"),
            ("BITBUCKET_BRANCH", "main"),
            ("BITBUCKET_BUILD_NUMBER", "7"),
            ("BITBUCKET_PIPELINE_UUID", &uuid),
            ("BITBUCKET_STEP_UUID", &step),
            ("BITBUCKET_STEP_OIDC_TOKEN", &token),
            ("STEPGATE_BITBUCKET_TOKEN", fakes::bitbucket::TOKEN),
        ];
        let said = said.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(said.chain([key(promotion::PROMOTION_SEED)]).collect())
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

/// A key of the example's policy, where a program finds it.
fn key(seed: u8) -> (String, String) {
    ("STEPGATE_SIGNING_KEY".to_owned(), SigningKey::from_seed(&[seed; 32]).to_pem())
}

/// The policy of the example.
fn policy() -> Result<String> {
    let file = GITOPS.get_file("promotion.yaml").and_then(|file| file.contents_utf8());
    file.map(str::to_owned).ok_or_else(|| Failure::bug("the example has no promotion.yaml"))
}

fn looked(path: &Path, is_known: &dyn Fn(&str) -> bool) -> fakes::bitbucket::Kept {
    let git::testkit::Kept { branches, commits } = git::testkit::look(path, is_known);
    let commit = |it: git::testkit::KeptCommit| fakes::bitbucket::KeptCommit {
        hash: it.hash,
        parents: it.parents,
        author: it.author,
        message: it.message,
        files: it.files,
    };
    fakes::bitbucket::Kept { branches, commits: commits.into_iter().map(commit).collect() }
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
