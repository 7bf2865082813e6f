//! The one path that every run takes: find, read, judge, write, publish, exit.

use std::path::Path;

use attest::claim::VULNS;
use attest::{Claim, Statement};
use bumpalo::Bump;
use findings::{Arena, Outcome};
use image_scan::evidence::Demands;
use image_scan::exceptions::Exceptions;
use image_scan::judge::{Criteria, judge};
use image_scan::model::Gate;
use image_scan::read::Context;
use step::outputs::Outputs;
use step::publish::{Target, publish};
use step::signing::{self, Signer};
use step::{Exit, Failure, Place, Result, Session, files};

use crate::args::JudgeArgs;
use crate::bulletin::bulletin;
use crate::clock;
use crate::config::Config;
use crate::criteria::Given;
use crate::inputs::{self, Inputs};
use crate::lockfile::{self, Places};
use crate::write::{Options, Output, found, in_registries, statement_problem};

/// The section of stepgate.yaml.
pub(crate) const SECTION: &str = "scan";

/// So many lock files and Dockerfiles are looked at, and no larger ones.
const LOCK_FILES: usize = 200;
const LOCK_FILE: u64 = 16 << 20;

/// Everything that is known before the first report is read. What cannot be known fails here, before an image is
/// scanned for minutes.
pub(crate) struct Prepared<'p> {
    args: &'p JudgeArgs,
    place: Place<Config>,
    given: Given,
    outputs: Outputs<Output>,
    target: Option<Target>,
    signer: Option<Signer>,
}

impl<'p> Prepared<'p> {
    /// Finds out what is known, and where to write.
    pub(crate) async fn find(args: &'p JudgeArgs, session: &mut Session) -> Result<Self> {
        let place = Place::<Config>::find(SECTION, &args.config, session).await?;
        let wanted = signing::Wanted {
            args: &args.signing,
            attestation: place.config.attestation.as_deref(),
            service: place.config.service.as_deref(),
            commit: args.publish.commit.as_deref(),
        };
        let signer = Signer::find("stepgate-scan", &wanted, &place, session).await?;
        let (configured, base) = (&place.config.outputs, place.base());
        let outputs = Outputs::find(&args.output, configured, Output::from_name, SECTION, place.dir(), base)?;
        let context = &args.context;
        let read = [&context.against, &context.epss, &context.kev, &context.first_seen].into_iter().flatten();
        outputs.refuse_inputs(read.map(|path| place.here(path)))?;
        let target = Target::find(&args.publish, &place.pipeline, &session.env, place.repo().ok()).await?;
        let given = Given::load(args, &place)?;
        Ok(Self { args, place, given, outputs, target, signer })
    }

    /// The `scan` section of stepgate.yaml.
    pub(crate) const fn config(&self) -> &Config {
        &self.place.config
    }

    /// What has to be proved.
    pub(crate) const fn demands(&self) -> &Demands {
        &self.given.demands
    }

    /// Where paths of the config start.
    pub(crate) fn base_dir(&self) -> &Path {
        self.place.base()
    }

    /// Reads `inputs`, judges them, and says what came of it everywhere it is to be said.
    pub(crate) async fn judge(self, inputs: Inputs, session: &mut Session) -> Result<Exit> {
        self.outputs.refuse_inputs(inputs.reports.iter().filter_map(|input| input.report.as_ref()))?;
        let bump = Bump::new();
        let arena = Arena::new(&bump);
        let read = inputs::read_all(inputs, &Context { arena: &arena, bump: &bump, list_packages: false });
        let gate = self.verdict(read, &bump)?;
        let files = self.lock_files().await;
        let places = Places::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        self.write(&gate, &places, session)?;
        if let Some(signer) = &self.signer {
            signer.write(&attested(&gate, signer), session)?;
        }
        self.publish(&gate, &places, session).await
    }

    /// The lock files and Dockerfiles of the repository: path from its root, and text. What cannot be read names no line.
    async fn lock_files(&self) -> Vec<(String, String)> {
        let tracked = self.place.roots(&[], &[]).await.tracked.unwrap_or_default();
        let mut known: Vec<String> = tracked.into_iter().filter(|path| lockfile::is_known(path)).collect();
        known.sort();
        known.truncate(LOCK_FILES);
        let text = |path: &String| files::read(&self.place.base().join(path), LOCK_FILE).ok();
        let read = known.into_iter().filter_map(|path| Some((text(&path)?, path)));
        read.filter_map(|(bytes, path)| Some((path, String::from_utf8(bytes).ok()?))).collect()
    }

    fn verdict<'a>(&self, read: Vec<inputs::Read<'a>>, bump: &'a Bump) -> Result<Gate<'a>> {
        let given = &self.given;
        let (mut scans, mut facts, mut warnings) = (Vec::new(), Vec::new(), given.warnings.clone());
        for mut read in read {
            // Reports of Trivy do not say, and whoever reads the outcome wants to know.
            read.scan.database_built = read.scan.database_built.or(read.facts.database_built);
            scans.push(read.scan);
            facts.push(read.facts);
            warnings.extend(read.warnings);
        }
        let epss = given.epss(&scans)?;
        let mut seen = given.first_seen.as_ref().map(|remembered| remembered.seen.clone());
        let found = || scans.iter().flat_map(|scan| &scan.findings);
        let new = seen.as_mut().map(|seen| seen.record(found(), clock::today()));
        let criteria = Criteria {
            policy: &given.policy,
            exceptions: Exceptions::new(given.exceptions.clone(), clock::today()),
            vex: &given.vex,
            demands: &given.demands,
            facts: &facts,
            deployed: given.deployed.as_ref(),
            base: given.base.as_deref(),
            epss: epss.as_ref(),
            kev: given.kev.as_ref(),
            first_seen: seen.as_ref(),
            now: clock::now(),
        };
        let mut gate = judge(scans, criteria, bump);
        gate.version = env!("CARGO_PKG_VERSION");
        if let (Some(remembered), Some(new)) = (&given.first_seen, new) {
            warnings.extend(remembered.seen.notes.iter().cloned());
            if gate.verdict.outcome != Outcome::Incomplete {
                remembered.append(&new)?;
            }
        }
        warnings.append(&mut gate.warnings);
        gate.warnings = warnings;
        Ok(gate)
    }

    fn write(&self, gate: &Gate<'_>, places: &Places<'_>, session: &mut Session) -> Result<()> {
        let files = self.outputs.files();
        let files: Vec<_> = files.iter().map(|(output, path)| (output.as_str(), path.as_str())).collect();
        let subject = self.target.as_ref().map(Target::to_string);
        let source = self.target.as_ref().map(Target::source);
        let options = Options {
            reports: &files,
            subject: subject.as_deref(),
            source: source.as_deref(),
            places: Some(places),
            ..Options::default()
        };
        self.outputs.write(session, Output::Terminal, |output, colour, out| match (output, statement_problem(gate)) {
            (Output::Vulns, Some(problem)) => Err(nothing_to_attest(problem).into()),
            _ => Ok(crate::write::write(output, gate, &Options { colour, ..options }, out)?),
        })
    }

    async fn publish(&self, gate: &Gate<'_>, places: &Places<'_>, session: &mut Session) -> Result<Exit> {
        let verdict = Exit::from(gate.verdict.outcome);
        let Some(target) = &self.target else { return Ok(verdict) };
        let lines = self.place.lines_in(&target.commit, session).await;
        let published = publish(bulletin(gate, Some(places), lines.as_ref(), target), target).await;
        // What cannot be told is still in the exit code.
        published.tell(&mut session.err).ok();
        Ok(published.exit(verdict, self.args.publish.require_publish))
    }
}

/// What is signed: the verdict, about all images and the commit, and of each report what the scanner found.
fn attested(gate: &Gate<'_>, signer: &Signer) -> Vec<Statement> {
    let images: Vec<_> = gate.scans.iter().flat_map(in_registries).collect();
    let verdict = (gate.verdict.outcome, gate.verdict.reasons.as_slice());
    let mut statements = vec![signer.verdict(Claim::Scan, gate.version, verdict, &images)];
    let relied = gate.scans.iter().filter(|scan| scan.problems.is_empty() && scan.created.is_some());
    let found = relied.map(|scan| signer.statement(VULNS, found(scan), &in_registries(scan).collect::<Vec<_>>()));
    statements.extend(found);
    statements
}

/// A statement that says nothing of an image would be worse than none.
fn nothing_to_attest(problem: String) -> Failure {
    Failure::input("cannot write a statement about the image (--output vulns)").because(problem)
}
