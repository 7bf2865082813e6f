//! The one path that every report takes once it is an input: read, judge, write, publish, exit.

use std::collections::BTreeSet;

use attest::Claim;
use bumpalo::Bump;
use findings::baseline::Baseline;
use findings::judge::{Criteria, Judgement, Policy, judge};
use findings::model::Outcome;
use findings::write::{Options, Output};
use findings::{Arena, Gate, Report};
use step::change::Known;
use step::publish::{Bulletin, Target};
use step::signing::{self, Signer};
use step::{Exit, Failure, Outputs, Result, Session, words};

use crate::args::{InputArgs, JudgeArgs, PolicyArgs, RootArgs};
use crate::config::{Changed, Config};
use crate::debt::Debt;
use crate::inputs::{self, Input, Reading};
use crate::place::{self, Place, SECTION};
use crate::{change, formats};

/// What this program is called in reports and attestations.
const PROGRAM: &str = "stepgate-lint";

/// Everything that is known before the first report is read. What cannot be known fails here, before tools have run
/// for minutes.
pub(crate) struct Prepared<'p> {
    args: &'p JudgeArgs,
    roots: &'p RootArgs,
    place: Place,
    policy: Policy,
    change: Option<Known>,
    debt: Debt,
    outputs: Outputs<Output>,
    target: Option<Target>,
    signer: Option<Signer>,
}

impl<'p> Prepared<'p> {
    /// Finds out what the change did, what is known, and where to write.
    pub(crate) async fn find(args: &'p JudgeArgs, roots: &'p RootArgs, session: &mut Session) -> Result<Self> {
        let place = place::find(&args.config, session).await?;
        let wanted = signing::Wanted {
            args: &args.signing,
            attestation: place.config.attestation.as_deref(),
            service: place.config.service.as_deref(),
            commit: args.publish.commit.as_deref(),
        };
        let signer = Signer::find(PROGRAM, &wanted, &place, session).await?;
        let policy = policy(&args.policy, &place.config.policy);
        let configured = &place.config.outputs;
        let outputs = Outputs::find(&args.output, configured, formats::output, SECTION, place.dir(), place.base())?;
        let target = Target::find(&args.publish, &place.pipeline, &session.env, place.repo().ok()).await?;
        let debt = Debt::load(&args.baseline, &place)?;
        let changed = args.change.changed(place.config.changed);
        let known = change::find(&args.change, changed, debt.may_have_grown(), &place).await?;
        let debt = debt.compared(known.as_ref(), &place).await?;
        // With `off` it was only asked for to see what the baseline was before.
        let change = known.filter(|_| changed != Changed::Off);
        Ok(Self { args, roots, place, policy, change, debt, outputs, target, signer })
    }

    /// The `lint` section of stepgate.yaml.
    pub(crate) fn config(&self) -> &Config {
        &self.place.config
    }

    /// Reads `inputs`, judges them, and says what came of it everywhere it is to be said.
    pub(crate) async fn judge(&self, inputs: &[Input], session: &mut Session) -> Result<Exit> {
        self.outputs.refuse_inputs(inputs.iter().filter_map(|input| input.report.as_deref()))?;
        let bump = Bump::new();
        let arena = Arena::new(&bump);
        let roots = self.place.roots(&self.roots.root, &self.place.config.roots).await;
        let reading = Reading { arena: &arena, roots: &roots, tools: &self.place.config.tools };
        let against = self.against(&reading, session)?;
        let mut reports = inputs::read(inputs, &reading);
        if let Some(against) = &against {
            tell_of_strangers(against, &reports, session);
        }
        let criteria = Criteria {
            policy: self.policy.clone(),
            baseline: self.debt.baseline.as_ref(),
            against: against.as_ref(),
            change: self.change.as_ref().map(|known| &known.change),
            files: roots.tracked.as_ref(),
            refusals: self.debt.refusals.clone(),
        };
        let mut judgement = judge(&mut reports, &criteria);
        let known = self.debt.notes.iter().cloned().chain(stale(&judgement)).chain(judgement.notes);
        judgement.verdict.reasons.extend(known);
        let gate = Gate { program: PROGRAM, version: env!("CARGO_PKG_VERSION"), reports, verdict: judgement.verdict };
        self.write(&gate, session)?;
        if let Some(signer) = &self.signer {
            let verdict = (gate.verdict.outcome, gate.verdict.reasons.as_slice());
            signer.write(&[signer.verdict(Claim::Lint, gate.version, verdict, &[])], session)?;
        }
        self.publish(&gate, session).await
    }

    /// The earlier reports of `--against`, as a baseline.
    fn against(&self, reading: &Reading<'_, '_>, session: &mut Session) -> Result<Option<Baseline>> {
        if self.args.baseline.against.is_empty() {
            return Ok(None);
        }
        let named = InputArgs { files: self.args.baseline.against.clone(), ..InputArgs::default() };
        let earlier = inputs::read(&inputs::gather(&named, &session.dir), reading);
        for report in &earlier {
            let Some(problem) = report.problems.first() else { continue };
            if report.format.is_none() {
                return Err(Failure::input(format!("cannot compare with {}", report.source)).because(problem.clone()));
            }
            words::warn(session, &format!("{}, given with --against, is incomplete: {problem}", report.source));
        }
        Ok(Some(Baseline::of(earlier.iter().flat_map(|report| &report.findings))))
    }

    fn write(&self, gate: &Gate<'_>, session: &mut Session) -> Result<()> {
        let files = self.outputs.files();
        let files: Vec<_> = files.iter().map(|(output, path)| (*output, path.as_str())).collect();
        let subject = self.target.as_ref().map(Target::to_string);
        let source = self.target.as_ref().map(Target::source);
        let options =
            Options { reports: &files, subject: subject.as_deref(), source: source.as_deref(), ..Options::default() };
        self.outputs.write(session, Output::Terminal, |output, colour, out| {
            Ok(findings::write::write(output, gate, &Options { colour, ..options }, out)?)
        })
    }

    async fn publish(&self, gate: &Gate<'_>, session: &mut Session) -> Result<Exit> {
        let verdict = Exit::from(gate.verdict.outcome);
        let Some(target) = &self.target else { return Ok(verdict) };
        let lines = self.place.lines_in(&target.commit, session).await;
        let bulletin = Bulletin::of_gate(gate, lines.as_ref(), target);
        let published = step::publish::publish(bulletin, target).await;
        // What cannot be told is still in the exit code.
        published.tell(&mut session.err).ok();
        Ok(published.exit(verdict, self.args.publish.require_publish))
    }
}

/// Says which tools of the earlier reports have no report now: their findings match nothing. A format that does not
/// name its tool (Checkstyle, JUnit) is the usual cause.
fn tell_of_strangers(against: &Baseline, reports: &[Report<'_>], session: &mut Session) {
    let earlier: BTreeSet<_> = against.entries().iter().map(|entry| entry.tool.as_str()).collect();
    for tool in earlier.into_iter().filter(|tool| !reports.iter().any(|report| report.tool == *tool)) {
        let what = "of which there is no report now, so they match nothing; compare reports of one format";
        words::warn(session, &format!("--against has findings of `{tool}`, {what}"));
    }
}

/// What is to be done about entries of the baseline that no longer match anything.
fn stale(judgement: &Judgement) -> Option<String> {
    let entries = judgement.stale.len() as u64;
    let known = entries > 0 && judgement.verdict.outcome != Outcome::Incomplete;
    known.then(|| match entries {
        1 => "1 baseline entry no longer matches; run `stepgate-lint baseline shrink`".to_owned(),
        _ => format!("{entries} baseline entries no longer match; run `stepgate-lint baseline shrink`"),
    })
}

/// The policy of the config, with what the flags say in its place.
pub(crate) fn policy(args: &PolicyArgs, config: &Policy) -> Policy {
    Policy {
        block: args.block.unwrap_or(config.block),
        severity: args.fail_on.or(config.severity),
        max: args.max.unwrap_or(config.max),
        ..config.clone()
    }
}
