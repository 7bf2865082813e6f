//! From what was read to a verdict.

use findings::paths::Roots;
use findings::{Outcome, Verdict};
use junit::against::{Difference, compare};
use junit::case::Case;
use junit::history::History;
use junit::quarantine::{By as Keeper, Quarantine};
use step::words::count;

use crate::args::FailOn;
use crate::inputs::{Codes, Document};
use crate::place_of::place_of;
use crate::report::{self, By, Coverage, Disposition, Gate, Input, Test, Totals};
use crate::tally::Tally;

/// Everything the verdict depends on.
pub(crate) struct Evidence<'e> {
    pub(crate) documents: &'e [Document],
    pub(crate) codes: Codes,
    pub(crate) tally: Tally<'e>,
    pub(crate) quarantine: &'e Quarantine,
    pub(crate) earlier: Option<junit::against::Results>,
    pub(crate) history: Option<&'e History>,
    pub(crate) coverage: Option<Coverage>,
    pub(crate) coverage_inputs: Vec<Input>,
    /// What is worth knowing of how the inputs were found.
    pub(crate) notes: Vec<String>,
    /// Why the run cannot be whole, whatever its reports say: too few of them.
    pub(crate) missing: Vec<String>,
}

/// What decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy<'p> {
    pub(crate) fail_on: &'p [FailOn],
    pub(crate) allow_empty: bool,
    /// So many passes in a row make a quarantined test ready to come out.
    pub(crate) ready_after: usize,
}

/// How many flaky tests of the history are shown.
const FLAKIEST: usize = 50;

/// Judges.
pub(crate) fn judge(evidence: Evidence<'_>, policy: Policy<'_>, roots: &Roots) -> Gate {
    let Evidence {
        documents,
        codes,
        mut tally,
        quarantine,
        earlier,
        history,
        coverage,
        coverage_inputs,
        notes,
        missing,
    } = evidence;
    let tests = tests(std::mem::take(&mut tally.held), quarantine, policy.fail_on, roots);
    let totals = totals(documents, &tests, tally.by_step_run.len() as u64);
    let difference = earlier.zip(tally.results.as_ref()).map(|(earlier, now)| compare(&earlier, now));
    let kept = kept(&tally, quarantine, history, policy.ready_after);
    let judged_codes = codes.judge(documents);
    let mut inputs = inputs(documents, totals.tests, policy.allow_empty);
    inputs.extend(coverage_inputs);
    let mut incomplete = missing;
    incomplete.extend(problems(&inputs));
    incomplete.extend(judged_codes.incomplete);
    if totals.tests > 0 && totals.tests == totals.skipped {
        incomplete.push(format!("no test ran: all {} were skipped", totals.tests));
    }
    let mut failures: Vec<String> = red(&totals, &tests, tally.unlisted).into_iter().collect();
    failures.extend(judged_codes.failed);
    failures.extend(refused(policy.fail_on, &totals, difference.as_ref()));
    failures.extend(kept.expired.iter().map(|(test, owner, day)| {
        format!("the quarantine of `{test}` ended on {day}: {owner} is to renew or remove the entry")
    }));
    failures.extend(coverage.iter().flat_map(|coverage| coverage.reasons.iter().cloned()));
    let remarks = remarks(&totals, &kept, difference.as_ref(), policy.fail_on, notes);
    Gate {
        verdict: verdict(incomplete, failures, &totals, remarks),
        totals,
        inputs,
        codes: codes.codes.into_iter().map(|(code, _)| code).collect(),
        unlisted: tally.unlisted,
        slowest: tally.slowest(),
        tests,
        difference,
        shrink_blocks: policy.fail_on.contains(&FailOn::Shrink),
        flakiness: history.map_or(Vec::new(), |history| history.report(FLAKIEST)),
        quarantine: kept,
        coverage,
    }
}

/// The tests that there is something to say of, what blocks first.
fn tests(held: Vec<(Case, usize, u64)>, quarantine: &Quarantine, fail_on: &[FailOn], roots: &Roots) -> Vec<Test> {
    let judged = held.into_iter().map(|(case, input, _)| {
        let keeper = quarantine.find(&case).filter(|found| !found.expired).map(|found| by(found.by));
        let disposition = match keeper {
            Some(by) => Disposition::Quarantined(by),
            None if case.status.is_red() || fail_on.contains(&FailOn::Flaky) => Disposition::Blocking,
            None => Disposition::Reported,
        };
        let place = place_of(&case, roots);
        Test { case, disposition, place, input }
    });
    let mut tests: Vec<Test> = judged.collect();
    tests.sort_by_key(|test| match test.disposition {
        Disposition::Blocking => 0,
        Disposition::Reported => 1,
        Disposition::Quarantined(_) => 2,
    });
    tests
}

fn by(keeper: Keeper<'_>) -> By {
    match keeper {
        Keeper::Entry(entry) => By::Entry {
            owner: entry.owner.clone(),
            reason: entry.reason.clone(),
            ticket: entry.ticket.clone(),
            expires: entry.expires.to_string(),
        },
        Keeper::Bitbucket(_) => By::Bitbucket,
    }
}

fn totals(documents: &[Document], tests: &[Test], by_step_run: u64) -> Totals {
    let mut all = junit::Totals::default();
    for scan in documents.iter().filter_map(|document| document.scan.as_ref()) {
        all.join(&scan.totals());
    }
    let quarantined = tests
        .iter()
        .filter(|test| test.case.status.is_red() && matches!(test.disposition, Disposition::Quarantined(_)));
    Totals {
        tests: all.tests,
        passed: all.passed,
        failed: all.failed,
        errored: all.errored,
        skipped: all.skipped,
        flaky: all.flaky + by_step_run,
        quarantined: quarantined.count() as u64,
        time: all.time,
    }
}

/// The inputs, those without a test told to be incomplete.
fn inputs(documents: &[Document], tests: u64, allow_empty: bool) -> Vec<Input> {
    let judged = documents.iter().map(|document| {
        let mut input = document.input.clone();
        let held = document.scan.as_ref().map(|scan| scan.suites.iter().any(|suite| suite.had_cases));
        if held == Some(false) && !(allow_empty && tests > 0) {
            input.problems.push("it holds no test at all; if that can be, say so with --allow-empty".to_owned());
        }
        input
    });
    judged.collect()
}

fn problems(inputs: &[Input]) -> Vec<String> {
    let broken: Vec<_> = inputs.iter().filter_map(|input| Some((input, input.problems.first()?))).collect();
    match broken.as_slice() {
        [] => Vec::new(),
        [(input, problem)] => vec![format!("{} cannot be relied on: {problem}", input.path)],
        [(input, problem), rest @ ..] => vec![format!(
            "{} and {} cannot be relied on: {problem}",
            input.path,
            count(rest.len() as u64, "other input")
        )],
    }
}

/// What the red tests say that are not in quarantine.
fn red(totals: &Totals, tests: &[Test], unlisted: u64) -> Option<String> {
    let blocking = (totals.failed + totals.errored).checked_sub(totals.quarantined).filter(|count| *count > 0)?;
    let first = tests.iter().find(|test| test.disposition == Disposition::Blocking && test.case.status.is_red());
    let first = first.map(|test| test.case.id()).unwrap_or_default();
    let all = format!("{} of {} failed", count(blocking, "test"), totals.tests);
    Some(match (blocking, unlisted) {
        (1, 0) => format!("1 test of {} failed: {first}", totals.tests),
        _ => all,
    })
}

/// What the policy does not let pass besides red tests.
fn refused(fail_on: &[FailOn], totals: &Totals, difference: Option<&Difference>) -> Vec<String> {
    let mut reasons = Vec::new();
    for what in fail_on {
        match what {
            FailOn::Flaky if totals.flaky > 0 => {
                reasons.push(format!("{} only after failing, which `fail-on: flaky` refuses", passed(totals.flaky)));
            }
            FailOn::Skipped if totals.skipped > 0 => {
                reasons.push(format!("{} skipped, which `fail-on: skipped` refuses", were(totals.skipped)));
            }
            FailOn::Shrink => match difference {
                Some(difference) if difference.has_shrunk() => {
                    reasons.push(format!("the suite shrank: {}", shrunk(difference)));
                }
                Some(_) => {}
                None => reasons
                    .push("nothing shows that the suite did not shrink: `fail-on: shrink` needs --against".to_owned()),
            },
            FailOn::Flaky | FailOn::Skipped => {}
        }
    }
    reasons
}

fn passed(tests: u64) -> String {
    format!("{} passed", count(tests, "test"))
}

fn were(tests: u64) -> String {
    format!("{} {}", count(tests, "test"), if tests == 1 { "was" } else { "were" })
}

fn shrunk(difference: &Difference) -> String {
    let removed = difference.removed.len() as u64;
    let skipped = difference.newly_skipped.len() as u64;
    let parts = [(removed, "removed"), (skipped, "newly skipped")];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, what)| format!("{} {what}", count(number, "test"))).collect::<Vec<_>>().join(", ")
}

/// What there is to say of the quarantine.
fn kept(
    tally: &Tally<'_>,
    quarantine: &Quarantine,
    history: Option<&History>,
    ready_after: usize,
) -> report::Quarantine {
    let expired =
        quarantine.expired().map(|entry| (entry.test.to_string(), entry.owner.clone(), entry.expires.to_string()));
    let ready = history.map(|history| tally.usage.ready(history, ready_after)).unwrap_or_default();
    report::Quarantine {
        expired: expired.collect(),
        ready: ready.into_iter().map(|ready| (ready.entry.test.to_string(), ready.passes)).collect(),
        stale: tally.usage.stale().map(|entry| entry.test.to_string()).collect(),
    }
}

/// What is worth a word and decides nothing.
fn remarks(
    totals: &Totals,
    kept: &report::Quarantine,
    difference: Option<&Difference>,
    fail_on: &[FailOn],
    notes: Vec<String>,
) -> Vec<String> {
    let mut remarks = Vec::new();
    if totals.flaky > 0 && !fail_on.contains(&FailOn::Flaky) {
        remarks.push(format!("flaky: {} only after failing", passed(totals.flaky)));
    }
    if totals.quarantined > 0 {
        remarks.push(format!("quarantined: {} failed and does not block", count(totals.quarantined, "test")));
    }
    if let Some(difference) =
        difference.filter(|difference| difference.has_shrunk() && !fail_on.contains(&FailOn::Shrink))
    {
        remarks.push(format!("the suite shrank: {}", shrunk(difference)));
    }
    remarks.extend(
        kept.ready.iter().map(|(test, passes)| {
            format!("`{test}` passed {passes} times in a row: it can come out of the quarantine")
        }),
    );
    if !kept.stale.is_empty() {
        let entries = count(kept.stale.len() as u64, "entry");
        remarks.push(format!("{entries} of the quarantine match no test of this run: {}", kept.stale[0]));
    }
    remarks.extend(notes);
    remarks
}

fn verdict(incomplete: Vec<String>, failures: Vec<String>, totals: &Totals, remarks: Vec<String>) -> Verdict {
    let outcome = match (incomplete.is_empty(), failures.is_empty()) {
        (false, _) => Outcome::Incomplete,
        (true, false) => Outcome::Fail,
        (true, true) => Outcome::Pass,
    };
    let mut reasons: Vec<String> = incomplete.into_iter().chain(failures).collect();
    if outcome == Outcome::Pass {
        let ran = totals.passed + totals.failed + totals.errored;
        let skipped = match totals.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} skipped"),
        };
        let all = if totals.passed == ran { "passed" } else { "ran" };
        reasons.push(format!("{} {all}{skipped}", count(ran, "test")));
    }
    reasons.extend(remarks);
    Verdict { outcome, reasons }
}
