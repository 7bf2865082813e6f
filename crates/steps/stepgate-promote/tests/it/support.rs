//! A GitOps repository on a git remote, a Bitbucket beside it that keeps its pull requests, people, keys and a clock.

use std::fmt;
use std::time::Duration;

use attest::claim::{PROVENANCE, Provenance, Summary, TEST_RESULT, VERIFICATION_SUMMARY};
use attest::{Claim, Envelope, Outcome, SigningKey, Statement, Subject};
use bitbucket::Clock;
use clap::{CommandFactory as _, FromArgMatches as _};
use fakes::bitbucket::{Person, Pipeline};
use git::testkit::{Kept, TempRepo};
use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;
use step::{Env, Exit, Session};

/// The digests of two images.
pub(crate) const IMAGE: &str = "10856c3ed444d4a3c3a9bfa773d85de0cf95db36bc91ea938e6da69c18a9d483";
pub(crate) const NEXT: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
/// The commit that images are built from.
pub(crate) const SOURCE: &str = "0123456789abcdef0123456789abcdef01234567";

/// Three developers of the policy, and somebody else.
pub(crate) fn ann() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-000000000001}", "Ann")
}
pub(crate) fn ben() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-000000000002}", "Ben")
}
pub(crate) fn cem() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-000000000003}", "Cem")
}
pub(crate) fn eve() -> Person {
    Person::new("{5f2d9d5e-0000-4000-8000-0000000000ee}", "Eve")
}

/// The keys of the example's policy.
pub(crate) fn build_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}
pub(crate) fn promotion_key() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}
pub(crate) fn verification_key() -> SigningKey {
    SigningKey::from_seed(&[3; 32])
}

pub(crate) struct World {
    pub(crate) remote: TempRepo,
    pub(crate) work: TempRepo,
    pub(crate) bitbucket: fakes::Bitbucket,
    pub(crate) clock: Clock,
    dir: tempfile::TempDir,
}

/// Who runs the program.
#[derive(Clone, Copy)]
pub(crate) enum As<'p> {
    /// The pipeline that this person started.
    Step(&'p Person),
    /// The same, and a variable of it says that it is somebody else.
    Spoofed(&'p Person, &'p Person),
    /// A laptop without any credentials.
    Nobody,
}

/// What a run said and how it ended, in one text.
#[must_use = "look at what the program said"]
pub(crate) struct Run {
    pub(crate) exit: Exit,
    pub(crate) text: String,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl World {
    /// The example's repository, on the first Tuesday at nine to come.
    pub(crate) fn new() -> Self {
        Self::with(|policy| policy)
    }

    /// The same with another policy.
    pub(crate) fn with(policy: impl FnOnce(String) -> String) -> Self {
        let work = TempRepo::new();
        for (name, content) in files(&example()) {
            work.write(&name, content);
        }
        let text = std::fs::read_to_string(example().join("promotion.yaml")).expect("the policy");
        work.write(
            "promotion.yaml",
            policy(text.replace("2026-12-23T16:00", "2020-12-23T16:00").replace("2027-01-04", "2021-01-04")),
        );
        work.commit("The repository as it is");
        let remote = work.clone_with(&["--bare"]);
        work.git(&["remote", "add", "origin", remote.path().to_str().expect("UTF-8")]);
        let bitbucket = fakes::Bitbucket::builder()
            .repository("acme", "orders-api")
            .repository("acme", "gitops")
            .start()
            .expect("a Bitbucket");
        let kept = remote.path();
        bitbucket.keep(
            "acme",
            "gitops",
            fakes::bitbucket::Keeper::new(
                {
                    let kept = kept.clone();
                    move |is_known| looked(&kept, is_known)
                },
                move |branches, message, time| git::testkit::merge(&kept, branches, message, time.as_second()),
            ),
        );
        let world =
            Self { remote, work, bitbucket, clock: Clock::manual(), dir: tempfile::tempdir().expect("a directory") };
        world.pass(tuesday().duration_since(Timestamp::UNIX_EPOCH).unsigned_abs());
        world
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Time passes.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.bitbucket.set_time(self.clock.now());
    }

    /// Somebody with a clone commits to `main` by hand.
    pub(crate) fn by_hand(&self, message: &str, files: &[(&str, &str)]) -> String {
        self.work.git(&["fetch", "--quiet", "origin", "main"]);
        self.work.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
        for (path, content) in files {
            self.work.write(path, content);
        }
        let commit = self.work.commit_at(message, &format!("@{} +0000", self.now().as_second()));
        self.work.git(&["push", "--quiet", "origin", "HEAD:main"]);
        commit
    }

    /// The same on a branch of its own, with a pull request by `author`.
    pub(crate) fn proposed_by_hand(&self, author: &Person, branch: &str, files: &[(&str, &str)]) -> u64 {
        self.work.git(&["fetch", "--quiet", "origin", "main"]);
        self.work.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
        for (path, content) in files {
            self.work.write(path, content);
        }
        self.work.commit("By hand");
        self.work.git(&["push", "--quiet", "--force", "origin", &format!("HEAD:{branch}")]);
        self.bitbucket.open_pull_request(("acme", "gitops"), author, (branch, "main")).expect("a pull request")
    }

    /// Puts an image into an environment by hand, as the values of the example have it.
    pub(crate) fn put(&self, environment: &str, tag: &str, digest: &str) -> String {
        let file = format!("environments/{environment}/orders-api/values.yaml");
        self.by_hand(&format!("{environment} to {tag}"), &[(&file, &values(tag, digest))])
    }

    /// Adds statements to the bundle of an image of orders-api.
    pub(crate) fn attest(&self, digest: &str, lines: &[String]) {
        let path = format!("attestations/orders-api/sha256-{digest}.intoto.jsonl");
        let there = self.try_file(&path).unwrap_or_default();
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.by_hand("Attest", &[(&path, &format!("{there}{lines}"))]);
    }

    /// What the gates and the build say of an image that passed everything.
    pub(crate) fn built(&self, digest: &str) -> Vec<String> {
        let at = self.now();
        vec![
            provenance(digest, SOURCE, at, &build_key()),
            tests(SOURCE, "PASSED", at, &build_key()),
            scan(digest, Outcome::Pass, at, &build_key()),
        ]
    }

    /// A file at the tip of `main`.
    pub(crate) fn try_file(&self, path: &str) -> Option<String> {
        let listed = self.remote.git(&["ls-tree", "--name-only", "main", path]);
        (!listed.is_empty()).then(|| self.remote.git(&["show", &format!("main:{path}")]) + "\n")
    }

    pub(crate) fn file(&self, path: &str) -> String {
        self.try_file(path).expect("a file")
    }

    /// The digest that stands in an environment.
    pub(crate) fn stands(&self, environment: &str) -> String {
        let values = self.file(&format!("environments/{environment}/orders-api/values.yaml"));
        let digest = values.lines().find_map(|line| line.trim().strip_prefix("digest: sha256:"));
        digest.expect("a digest").to_owned()
    }

    /// Runs the program.
    pub(crate) async fn run(&self, line: &str, who: As<'_>) -> Run {
        let remote = self.remote.path();
        let remote = remote.to_str().expect("UTF-8");
        let api = self.bitbucket.api_url();
        let mut words: Vec<&str> = std::iter::once("stepgate-promote").chain(split(line)).collect();
        let on_bitbucket = !matches!(who, As::Nobody);
        let repo = [("--repo", remote), ("--bitbucket-url", api.as_str()), ("--gitops-repository", "acme/gitops")];
        words.extend(repo.iter().take(if on_bitbucket { 3 } else { 1 }).flat_map(|(flag, value)| [*flag, *value]));
        let matches = stepgate_promote::Args::command().try_get_matches_from(&words);
        let args = matches.and_then(|it| stepgate_promote::Args::from_arg_matches(&it)).expect("arguments");
        let (mut session, out, err) = Session::captured(self.env(who), self.dir.path());
        session.clock = self.clock.clone();
        let exit = step::run::run_in(stepgate_promote::run, args, &mut session).await;
        let shown = |text: String| text.replace(remote, "[REMOTE]").replace(&api, "[API]");
        let (out, err) = (shown(out.text()), shown(err.text()));
        let err = if err.is_empty() { err } else { format!("------- stderr -------\n{err}") };
        Run { exit, text: format!("$ stepgate-promote {line}\n{out}{err}[exit status: {}]\n", exit as u8) }
    }

    /// The number of the last pull request.
    pub(crate) fn last_pull_request(&self) -> u64 {
        self.bitbucket.pull_requests("acme", "gitops").last().expect("a pull request").seen().id
    }

    fn env(&self, who: As<'_>) -> Env {
        let key = promotion_key().to_pem();
        let mut env = vec![("STEPGATE_SIGNING_KEY".to_owned(), key)];
        let (person, claims) = match who {
            As::Nobody => return env.into_iter().collect(),
            As::Step(person) => (person, person),
            As::Spoofed(person, other) => (person, other),
        };
        let running = self.bitbucket.run_pipeline("acme", "gitops", Pipeline::new(person).custom("promote"));
        let running = running.expect("a pipeline");
        let step = running.steps.first().expect("a step");
        let token = self.bitbucket.token(step).expect("a token").sign().expect("signed");
        for (name, value) in [
            ("CI", "true"),
            ("BITBUCKET_BUILD_NUMBER", "7"),
            ("BITBUCKET_PIPELINE_UUID", running.uuid.as_str()),
            ("BITBUCKET_WORKSPACE", "acme"),
            ("BITBUCKET_REPO_SLUG", "gitops"),
            ("BITBUCKET_STEP_UUID", step.as_str()),
            ("BITBUCKET_STEP_TRIGGERER_UUID", claims.uuid.as_str()),
            ("BITBUCKET_STEP_OIDC_TOKEN", token.as_str()),
            ("STEPGATE_BITBUCKET_TOKEN", fakes::bitbucket::TOKEN),
        ] {
            env.push((name.to_owned(), value.to_owned()));
        }
        env.into_iter().collect()
    }
}

/// The words of a line; what stands between `"` is one.
fn split(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 1 { words.push(part) } else { words.extend(part.split_whitespace()) }
    }
    words
}

fn looked(path: &std::path::Path, is_known: &dyn Fn(&str) -> bool) -> fakes::bitbucket::Kept {
    let Kept { branches, commits } = git::testkit::look(path, is_known);
    let commit = |it: git::testkit::KeptCommit| fakes::bitbucket::KeptCommit {
        hash: it.hash,
        parents: it.parents,
        message: it.message,
        author: it.author,
        files: it.files,
    };
    fakes::bitbucket::Kept { branches, commits: commits.into_iter().map(commit).collect() }
}

/// All files below a directory, by their paths from there.
fn files(dir: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut dirs) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(next) = dirs.pop() {
        for entry in std::fs::read_dir(next).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                dirs.push(path);
                continue;
            }
            let name = path.strip_prefix(dir).expect("below it").to_string_lossy().into_owned();
            found.push((name, std::fs::read(&path).expect("a file")));
        }
    }
    found
}

fn example() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/gitops")
}

/// Tuesday at nine in the morning in Berlin, in the week to come: within the windows of the example, and later than any commit
/// that a test makes.
fn tuesday() -> Timestamp {
    let today = Timestamp::now().in_tz("Europe/Berlin").expect("a zone").date();
    let day = today.checked_add(1.day()).and_then(|day| day.nth_weekday(1, Weekday::Tuesday)).expect("a day");
    day.at(9, 0, 0, 0).in_tz("Europe/Berlin").expect("a time").timestamp()
}

/// The values of orders-api.
pub(crate) fn values(tag: &str, digest: &str) -> String {
    format!(
        "image:\n  tag: \"{tag}\"   # the version that people talk about\n  digest: sha256:{digest}\n\nreplicas: 1\n"
    )
}

const REPOSITORY: &str = "registry.example.com/acme/orders-api";

fn signed(subject: Subject, kind: &str, predicate: serde_json::Value, key: &SigningKey) -> String {
    Envelope::sign(&Statement::new(vec![subject], kind, predicate), &[key]).to_json()
}

pub(crate) fn provenance(digest: &str, commit: &str, at: Timestamp, key: &SigningKey) -> String {
    let repository = Some("https://bitbucket.org/acme/orders-api");
    let predicate = Provenance { repository, commit, builder: "tests", run: None, at }.predicate();
    signed(Subject::image(REPOSITORY, digest).of_service("orders-api"), PROVENANCE, predicate, key)
}

pub(crate) fn tests(commit: &str, result: &str, at: Timestamp, key: &SigningKey) -> String {
    let predicate = json!({"result": result, "configuration": [], "summary": {"at": at.to_string()}});
    signed(Subject::commit(commit).of_service("orders-api"), TEST_RESULT, predicate, key)
}

pub(crate) fn scan(digest: &str, outcome: Outcome, at: Timestamp, key: &SigningKey) -> String {
    summary(Claim::Scan, Subject::image(REPOSITORY, digest).of_service("orders-api"), outcome, at, key)
}

pub(crate) fn health(environment: &str, digest: &str, outcome: Outcome, at: Timestamp, key: &SigningKey) -> String {
    let subject = Subject::image(REPOSITORY, digest).of_service("orders-api").in_environment(environment);
    summary(Claim::Health, subject, outcome, at, key)
}

fn summary(claim: Claim, subject: Subject, outcome: Outcome, at: Timestamp, key: &SigningKey) -> String {
    let summary = Summary {
        claim,
        version: "1.0.0",
        resource: "the image",
        at,
        outcome,
        policy: ("stepgate.yaml", None),
        reasons: &[],
    };
    signed(subject, VERIFICATION_SUMMARY, summary.predicate(), key)
}
