//! What a gate needs to sign its verdict, found before the gate runs.

use std::path::{Path, PathBuf};

use attest::claim::{Summary, VERIFICATION_SUMMARY};
use attest::{Claim, Envelope, SigningKey, Statement, Subject};
use bitbucket::Clock;
use findings::Outcome;
use git::{Repo, Target};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::key::{KEY, key};
use crate::failure::{Failure, Result};
use crate::place::Place;
use crate::session::Session;
use crate::{config, files, words};

/// Where attestations go, from the working directory, when nobody says where.
pub const DIRECTORY: &str = "stepgate-attestations";

/// More than a config is.
const CONFIG_LIMIT: u64 = 1 << 20;

/// The attestation of a verdict.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Attestation")]
pub struct SigningArgs {
    /// Where the signed verdict goes, a file or a directory; needs a key [default: stepgate-attestations, when there is one]
    ///
    /// The key is in STEPGATE_SIGNING_KEY: a private key as `stepgate keygen` writes it, or that in base64. No program
    /// that is run from here is given it.
    #[arg(long, value_name = "PATH", env = "STEPGATE_ATTESTATION")]
    pub attestation: Option<PathBuf>,
    /// The service that it is about [default: as configured]
    #[arg(long, value_name = "NAME", env = "STEPGATE_SERVICE")]
    pub service: Option<String>,
}

/// What is to be signed, as far as it is said.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The command line.
    pub args: &'a SigningArgs,
    /// The place that the config has, from the root of the repository. It says where, not that there must be a key.
    pub attestation: Option<&'a Path>,
    /// The service that the config has.
    pub service: Option<&'a str>,
    /// The commit that the command line has.
    pub commit: Option<&'a str>,
}

/// What a gate's verdict is signed with.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    file: PathBuf,
    service: Option<String>,
    commit: String,
    resource: String,
    policy: Option<String>,
    clock: Clock,
}

impl Signer {
    /// Finds everything that `program` needs to sign; `None` when there is no key, and when what is checked out is not the
    /// commit that the pipeline is about: in a pull request its destination is merged into the work tree, and a verdict on
    /// that is none on the commit. That is told on standard error.
    ///
    /// # Errors
    ///
    /// A key that is none, a place without a key, a commit that is not known, changes that are not committed.
    pub async fn find<C>(
        program: &str,
        wanted: &Wanted<'_>,
        place: &Place<C>,
        session: &mut Session,
    ) -> Result<Option<Self>> {
        let Some(key) = key(&session.env)? else {
            return match &wanted.args.attestation {
                None => Ok(None),
                Some(_) => Err(Failure::usage(format!("--attestation needs a key, and {KEY} is not set"))
                    .hint("set it to a private key (`stepgate keygen` makes one), or leave out --attestation")),
            };
        };
        let file = file(program, wanted, place)?;
        let commit = match commit(wanted, place).await? {
            Tested::Commit(commit) => commit,
            Tested::Other(commit) => {
                let why = "a pull request has its destination merged into it";
                let what = format!("the verdict is not signed: the work tree is not that of commit {commit:.12}");
                words::warn(session, &format!("{what} ({why})"));
                return Ok(None);
            }
        };
        let service = wanted.args.service.as_deref().or(wanted.service).filter(|name| !name.is_empty());
        let pipeline = &place.pipeline;
        let resource = match (&pipeline.workspace, &pipeline.repo) {
            (Some(workspace), Some(repo)) => format!("git+https://bitbucket.org/{workspace}/{repo}@{commit}"),
            _ => format!("git:{commit}"),
        };
        let policy = place.config_file().map(|file| files::read(file, CONFIG_LIMIT)).transpose()?;
        Ok(Some(Self {
            key,
            file,
            service: service.map(str::to_owned),
            commit,
            resource,
            policy: policy.map(|bytes| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()),
            clock: session.clock.clone(),
        }))
    }

    /// The time by which statements are dated.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A verdict of ours. An incomplete one is no pass. `images` are names and digests (`sha256:…`, of the manifest).
    #[must_use]
    pub fn verdict(
        &self,
        claim: Claim,
        version: &str,
        (outcome, reasons): (Outcome, &[String]),
        images: &[(&str, &str)],
    ) -> Statement {
        let image = images.first().map(|(name, digest)| format!("{name}@{digest}"));
        let summary = Summary {
            claim,
            version,
            resource: image.as_deref().unwrap_or(&self.resource),
            at: self.now(),
            outcome: match outcome {
                Outcome::Pass => attest::Outcome::Pass,
                Outcome::Fail | Outcome::Incomplete => attest::Outcome::Fail,
            },
            policy: (config::FILE_NAME, self.policy.as_deref()),
            reasons,
        };
        self.statement(VERIFICATION_SUMMARY, summary.predicate(), images)
    }

    /// A statement about the commit and `images`, of the service.
    #[must_use]
    pub fn statement(&self, predicate_type: &str, predicate: serde_json::Value, images: &[(&str, &str)]) -> Statement {
        let images = images.iter().map(|(name, digest)| Subject::image(name, digest));
        let subjects = images.chain([Subject::commit(&self.commit)]);
        let subjects = subjects.map(|subject| match &self.service {
            Some(service) => subject.of_service(service),
            None => subject,
        });
        Statement::new(subjects.collect(), predicate_type, predicate)
    }

    /// Signs the statements and writes them to the file, whose place they take as a whole or not at all.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, statements: &[Statement], session: &mut Session) -> Result<()> {
        let lines = statements.iter().map(|statement| Envelope::sign(statement, &[&self.key]).to_json());
        let lines: String = lines.map(|line| line + "\n").collect();
        files::replace(&self.file, |out| out.write_all(lines.as_bytes()))?;
        words::progress(session, &format!("signed: {}", files::shown(&self.file, &session.dir)));
        Ok(())
    }
}

/// The file that is asked for, or the usual one.
fn file<C>(program: &str, wanted: &Wanted<'_>, place: &Place<C>) -> Result<PathBuf> {
    let given = wanted.args.attestation.as_ref();
    if given.is_some_and(|path| path.as_os_str() == "-") {
        return Err(Failure::usage("an attestation cannot go to standard output").hint("give --attestation a file"));
    }
    let configured = || wanted.attestation.map(|path| place.base().join(path));
    let path = given.map(|path| place.here(path)).or_else(configured);
    let path = path.unwrap_or_else(|| place.here(&Path::new(DIRECTORY).join("")));
    let is_directory = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
    Ok(if is_directory { path.join(format!("{program}.intoto.jsonl")) } else { path })
}

/// What was judged.
enum Tested {
    /// This commit.
    Commit(String),
    /// Something else than this commit, which the pipeline is about.
    Other(String),
}

async fn commit<C>(wanted: &Wanted<'_>, place: &Place<C>) -> Result<Tested> {
    let repo = place.repo().ok();
    let named = wanted.commit.map(str::to_owned).or_else(|| place.pipeline.commit.clone());
    let named = match (named, repo) {
        (Some(named), _) => named,
        (None, Some(repo)) => repo.head().await.map_err(|error| Failure::git("cannot tell what to attest", error))?,
        (None, None) => {
            return Err(Failure::input("cannot sign the verdict: the commit is not known").hint("give --commit"));
        }
    };
    let Some(repo) = repo else { return full(named).map(Tested::Commit) };
    let cannot = |error| Failure::git(format!("cannot tell whether {named} is what was judged"), error);
    let known = repo.rev_parse(&named).await.map_err(cannot)?;
    let target = if place.pipeline.in_step { Target::Commit("HEAD") } else { Target::WorkTree };
    let is_same = match &known {
        Some(commit) => is_same(commit, target, repo).await.map_err(cannot)?,
        None => false,
    };
    match known {
        Some(commit) if is_same => Ok(Tested::Commit(commit)),
        _ if place.pipeline.in_step => Ok(Tested::Other(named)),
        _ => Err(Failure::input(format!("cannot sign the verdict: the work tree is not that of commit {named:.12}"))
            .because("a verdict that is signed is about a commit, and something here is not in it")
            .hint(format!("commit the changes, or unset {KEY} here"))),
    }
}

async fn is_same(commit: &str, target: Target<'_>, repo: &Repo) -> git::Result<bool> {
    Ok(repo.diff(commit, target, &[]).await?.is_empty())
}

/// A commit where no repository can complete its name.
fn full(named: String) -> Result<String> {
    let is_full = matches!(named.len(), 40 | 64) && named.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_full {
        return Ok(named.to_ascii_lowercase());
    }
    Err(Failure::input(format!("cannot sign the verdict: `{named}` is not the whole hash of a commit"))
        .hint("give all of it to --commit"))
}
