//! The one path that every run takes: find, read, settle, judge, write, publish, exit.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use attest::Statement;
use attest::claim::TEST_RESULT;
use coverage::Percent;
use coverage::thresholds::Thresholds;
use findings::diff::FileDiff;
use findings::paths::Roots;
use junit::quarantine::{BitbucketFile, Quarantine};
use step::outputs::Outputs;
use step::publish::{Target, publish};
use step::signing::{self, Signer};
use step::{Exit, Failure, Place, Result, Session, change, files, words};

use crate::args::{FailOn, InputArgs, JudgeArgs};
use crate::bulletin::bulletin;
use crate::config::Config;
use crate::cover::{self, Covered};
use crate::inputs::{self, Document, Found};
use crate::judge::{Evidence, Policy, judge};
use crate::remembered::Remembered;
use crate::report::{Code, Gate};
use crate::tally::{Tally, Wanted};
use crate::write::{Options, Output, test_result};
use crate::{clock, merged};

/// The section of stepgate.yaml.
pub(crate) const SECTION: &str = "tests";

/// Everything that is known before the first report is read. What cannot be known fails here, before tests have run for
/// minutes.
pub(crate) struct Prepared<'p> {
    args: &'p JudgeArgs,
    place: Place<Config>,
    fail_on: Vec<FailOn>,
    outputs: Outputs<Output>,
    target: Option<Target>,
    remembered: Option<Remembered>,
    quarantine: Quarantine,
    diff: Option<Vec<FileDiff>>,
    /// The commit that is tested: of the pipeline, else HEAD.
    commit: Option<String>,
    signer: Option<Signer>,
}

impl<'p> Prepared<'p> {
    /// Finds out what is known, what the change did, and where to write.
    pub(crate) async fn find(args: &'p JudgeArgs, session: &mut Session) -> Result<Self> {
        let place = Place::<Config>::find(SECTION, &args.config, session).await?;
        let wanted = signing::Wanted {
            args: &args.signing,
            attestation: place.config.attestation.as_deref(),
            service: place.config.service.as_deref(),
            commit: args.publish.commit.as_deref(),
        };
        let signer = Signer::find(Gate::PROGRAM, &wanted, &place, session).await?;
        let (configured, base) = (&place.config.outputs, place.base());
        let outputs = Outputs::find(&args.output, configured, Output::from_name, SECTION, place.dir(), base)?;
        let target = Target::find(&args.publish, &place.pipeline, &session.env, place.repo().ok()).await?;
        let commit = commit(&place).await;
        let remembered = remembered(args, &place, commit.clone(), session)?;
        let bitbucket = bitbucket_quarantine(args, session)?;
        let quarantine = Quarantine::new(place.config.quarantine.tests.clone(), bitbucket, clock::today());
        let diff = diff(args, &place).await?;
        let fail_on = fail_on(&args.policy.fail_on, &place.config.fail_on);
        Ok(Self { args, place, fail_on, outputs, target, remembered, quarantine, diff, commit, signer })
    }

    /// Reads what `input` names, judges it, and says what came of it everywhere it is to be said. `ran` is the exit code
    /// of the tests that were run just now.
    pub(crate) async fn judge(mut self, input: &InputArgs, ran: Option<Code>, session: &mut Session) -> Result<Exit> {
        let found = inputs::find(input, self.place.dir());
        self.outputs.refuse_inputs(found.reports.iter().map(|named| &named.path))?;
        let not_before = input.not_before.as_deref().map(|text| not_before(text, self.place.dir())).transpose()?;
        let given = &self.args.coverage.input;
        let roots = self.place.roots(&given.root, &self.place.config.roots).await;
        let earlier = self.earlier()?;
        let wanted = Wanted {
            results: earlier.is_some(),
            run: self.remembered.is_some(),
            attempts: !input.attempt_dirs.is_empty(),
        };
        let uses_quarantine = !self.place.config.quarantine.tests.is_empty();
        let mut tally = Tally::new(wanted, &self.quarantine, uses_quarantine);
        if let Some(remembered) = &self.remembered {
            tally.failed_before(remembered.failed_before(session));
        }
        let mut codes = inputs::codes(&input.exit_code, &found.reports, self.place.dir());
        codes.codes.extend(ran.map(|code| (code, None)));
        let missing = too_few(&found, input.expect_files.or(self.place.config.expect_files));
        let mut notes = found.notes.clone();
        notes.extend(self.remembered.iter().flat_map(|remembered| remembered.notes.iter().cloned()));
        let documents = read(found, not_before, &mut tally);
        let run = tally.run.take();
        let covered = cover::read(&given.coverage, &roots, &self.place.config.coverage.sources, self.place.dir());
        let coverage = self.coverage(&covered, &roots)?;
        let evidence = Evidence {
            documents: &documents,
            codes,
            tally,
            quarantine: &self.quarantine,
            earlier,
            history: self.remembered.as_ref().map(|remembered| &remembered.history),
            coverage,
            coverage_inputs: covered.inputs.clone(),
            notes,
            missing,
        };
        let policy = Policy {
            fail_on: &self.fail_on,
            allow_empty: input.allow_empty || self.place.config.allow_empty,
            ready_after: self.place.config.quarantine.ready_after,
        };
        let gate = judge(evidence, policy, &roots);
        self.remember(run, &gate, session)?;
        self.write(&gate, &documents, &covered, session)?;
        if let Some(signer) = &self.signer {
            signer.write(&[self.attested(&gate, signer)], session)?;
        }
        self.publish(&gate, session).await
    }

    /// What an earlier run did, from the reports of `--against`.
    fn earlier(&self) -> Result<Option<junit::against::Results>> {
        if self.args.policy.against.is_empty() {
            return Ok(None);
        }
        let named = InputArgs { files: self.args.policy.against.clone(), ..InputArgs::default() };
        let mut results = junit::against::Results::default();
        for report in inputs::find(&named, self.place.dir()).reports {
            let document = inputs::read(report, None, &mut |case, _| results.add(&case.id(), case.status));
            if let Some(problem) = document.input.problems.first() {
                return Err(Failure::input(format!("cannot compare with {}", document.input.path))
                    .because(problem.clone())
                    .hint("without an earlier run, as on the first one, leave out --against"));
            }
        }
        if results.is_empty() {
            return Err(Failure::input("cannot compare: the earlier report holds no test"));
        }
        Ok(Some(results))
    }

    fn coverage(&self, covered: &Covered, roots: &Roots) -> Result<Option<crate::report::Coverage>> {
        let (args, config) = (&self.args.coverage, &self.place.config.coverage);
        let mut thresholds = Thresholds {
            min_lines: args.min_lines.or(config.min_lines),
            min_change: args.min_change.or(config.min_change),
            min_file: args.min_file.or(config.min_file),
            max_fall: None,
        };
        let base = args.coverage_base.as_ref().map(|path| cover::base(&self.place.here(path), roots, &config.sources));
        let base = base.transpose()?;
        if base.is_some() {
            thresholds.max_fall = args.max_fall.or(config.max_fall).or(Some(Percent::default()));
        }
        if covered.inputs.is_empty() {
            let demanded = thresholds != Thresholds::default();
            return if demanded {
                Err(Failure::input(
                    "cannot judge the coverage: no coverage report is given, and something is demanded of it",
                )
                .hint("name the reports: --coverage build/logs/clover.xml"))
            } else {
                Ok(None)
            };
        }
        let root = self.place.base();
        Ok(Some(cover::judge(&covered.coverage, self.diff.as_deref(), base, &thresholds, config, root)))
    }

    /// Adds this run to the history, unless nothing is known for sure.
    fn remember(&mut self, run: Option<junit::history::Run>, gate: &Gate, session: &mut Session) -> Result<()> {
        let (Some(remembered), Some(run)) = (&mut self.remembered, run) else { return Ok(()) };
        if self.args.policy.frozen_history {
            return Ok(());
        }
        if gate.verdict.outcome == findings::Outcome::Incomplete {
            words::warn(session, "this run is not added to the history: it is not known to be whole");
            return Ok(());
        }
        let entries = &self.place.config.quarantine.tests;
        let is_quarantined = |id: &str| entries.iter().any(|entry| entry.test.matches(id));
        remembered.add(run, gate.totals.tests, self.place.config.history.runs, is_quarantined)
    }

    fn write(&self, gate: &Gate, documents: &[Document], covered: &Covered, session: &mut Session) -> Result<()> {
        let files = self.outputs.files();
        let files: Vec<_> = files.iter().map(|(output, path)| (output.as_str(), path.as_str())).collect();
        let subject = self.target.as_ref().map(Target::to_string);
        let source = self.target.as_ref().map(Target::source);
        let commit = self.args.publish.commit.as_ref().or(self.commit.as_ref());
        let run = self.place.pipeline.url();
        let options = Options {
            reports: &files,
            subject: subject.as_deref(),
            source: source.as_deref(),
            commit: commit.map(String::as_str),
            run: run.as_deref(),
            at: Some(session.clock.now()),
            ..Options::default()
        };
        self.outputs.write(session, Output::Terminal, |output, colour, out| match output {
            Output::Junit => merged::junit(documents, out),
            Output::Cobertura | Output::Clover | Output::Lcov => merged::coverage(output, covered, out),
            Output::TestResult if commit.is_none() => Err(no_commit().into()),
            _ => Ok(crate::write::write(output, gate, &Options { colour, ..options }, out)?),
        })
    }

    /// What is signed: the result with what it rests on, of the commit.
    fn attested(&self, gate: &Gate, signer: &Signer) -> Statement {
        let run = self.place.pipeline.url();
        let options = Options { run: run.as_deref(), at: Some(signer.now()), ..Options::default() };
        signer.statement(TEST_RESULT, test_result(gate, &options), &[])
    }

    async fn publish(&self, gate: &Gate, session: &mut Session) -> Result<Exit> {
        let verdict = Exit::from(gate.verdict.outcome);
        let Some(target) = &self.target else { return Ok(verdict) };
        let lines = self.place.lines_in(&target.commit, session).await;
        let published = publish(bulletin(gate, lines.as_ref(), target), target).await;
        // What cannot be told is still in the exit code.
        published.tell(&mut session.err).ok();
        Ok(published.exit(verdict, self.args.publish.require_publish))
    }
}

/// What makes the gate say no, each once: what was `given` on the command line, and what is `configured`.
pub(crate) fn fail_on(given: &[FailOn], configured: &[FailOn]) -> Vec<FailOn> {
    let mut all: Vec<FailOn> = Vec::new();
    for what in given.iter().chain(configured) {
        if !all.contains(what) {
            all.push(*what);
        }
    }
    all
}

fn no_commit() -> Failure {
    Failure::usage("cannot attest what came of the tests: the commit is not known").hint("give --commit")
}

/// Reads every report, and settles which attempts decide.
pub(crate) fn read(found: Found, not_before: Option<SystemTime>, tally: &mut Tally<'_>) -> Vec<Document> {
    let mut documents = Vec::with_capacity(found.reports.len());
    for (number, named) in found.reports.into_iter().enumerate() {
        let attempt = named.attempt;
        documents.push(inputs::read(named, not_before, &mut |case, place| tally.take(number, attempt, case, place)));
    }
    let mut scans: Vec<_> = documents.iter_mut().map(|document| document.scan.take()).collect();
    let known: Vec<bool> = scans.iter().map(Option::is_some).collect();
    let mut settled: Vec<_> = scans.iter_mut().map(|scan| scan.take().unwrap_or_default()).collect();
    tally.settle(&mut settled);
    for ((document, scan), _) in documents.iter_mut().zip(settled).zip(known).filter(|(_, known)| *known) {
        document.scan = Some(scan);
    }
    documents
}

/// Why there are not enough reports.
pub(crate) fn too_few(found: &Found, expected: Option<u64>) -> Vec<String> {
    let there = found.reports.iter().filter(|named| named.problems.is_empty()).count() as u64;
    let expected = expected.unwrap_or(1).max(1);
    if there >= expected {
        return Vec::new();
    }
    let why = if found.reports.is_empty() {
        "no report is named: give paths, a glob, or --attempt-dirs".to_owned()
    } else {
        format!("{there} of {expected} expected reports are there")
    };
    vec![why]
}

/// A time, or that of a file.
fn not_before(text: &str, dir: &Path) -> Result<SystemTime> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.into());
    }
    let path = dir.join(text);
    let modified = std::fs::metadata(&path).and_then(|about| about.modified());
    modified.map_err(|error| {
        Failure::input(format!("cannot tell when the run began: {text} is neither a time nor a file"))
            .because(error)
            .hint("make the file before the tests run: `touch reports/started`, or give 2026-11-24T12:00:00Z")
    })
}

/// The commit that is tested. git is asked only where no pipeline says it.
async fn commit(place: &Place<Config>) -> Option<String> {
    match (&place.pipeline.commit, place.repo()) {
        (None, Ok(repo)) => repo.rev_parse("HEAD").await.ok().flatten(),
        (commit, _) => commit.clone(),
    }
}

fn remembered(
    args: &JudgeArgs,
    place: &Place<Config>,
    commit: Option<String>,
    session: &Session,
) -> Result<Option<Remembered>> {
    let configured = || place.config.history.file.as_ref().map(|file| place.base().join(file));
    let Some(path): Option<PathBuf> = args.policy.history.as_ref().map(|path| place.here(path)).or_else(configured)
    else {
        return Ok(None);
    };
    Remembered::load(path, &place.pipeline, commit, session).map(Some)
}

/// Bitbucket's own list of quarantined tests. The variable is set in every step, the file is there only where it was
/// asked for.
fn bitbucket_quarantine(args: &JudgeArgs, session: &Session) -> Result<Option<BitbucketFile>> {
    let Some(path) = &args.policy.bitbucket_quarantine else { return Ok(None) };
    let path = session.dir.join(path);
    let named = session.sources.get("bitbucket_quarantine") == Some(step::args::Given::Flag);
    if !named && !path.exists() {
        return Ok(None);
    }
    let bytes = files::read(&path, 64 << 20)?;
    BitbucketFile::parse(&bytes).map(Some).map_err(|error| {
        Failure::input(format!("cannot use Bitbucket's list of quarantined tests, {}", path.display()))
            .because(error.to_string())
    })
}

/// What the change did, when something depends on it: coverage of the change is demanded, or can be shown.
async fn diff(args: &JudgeArgs, place: &Place<Config>) -> Result<Option<Vec<FileDiff>>> {
    let coverage = &args.coverage;
    let demanded = coverage.min_change.or(place.config.coverage.min_change).is_some();
    if coverage.input.coverage.is_empty() {
        return Ok(None);
    }
    let destination =
        change::destination(coverage.destination.as_deref(), place.config.destination.as_deref(), &place.pipeline);
    let Some(destination) = destination else {
        return if demanded { Err(change::no_destination(SECTION)) } else { Ok(None) };
    };
    if !demanded && change::is_there(&destination, place.repo().ok()).await {
        return Ok(None);
    }
    let repo = place.repo()?;
    let base = change::base(&destination, repo).await?;
    change::diff(&base, repo).await.map(Some)
}
