//! `merge`: one report of many, judged only for being whole.

use std::collections::BTreeMap;

use step::outputs::Outputs;
use step::{Exit, Place, Result, Session, words};

use crate::args::MergeArgs;
use crate::config::Config;
use crate::gate::{SECTION, read, too_few};
use crate::tally::{Tally, Wanted};
use crate::write::Output;
use crate::{cover, inputs, merged};

/// Merges.
pub(crate) async fn run(args: &MergeArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find(SECTION, &args.config, session).await?;
    // What the config wants written is for the gate to write.
    let outputs = Outputs::find(&args.output, &BTreeMap::new(), known, SECTION, place.dir(), place.base())?;
    let found = inputs::find(&args.input, place.dir());
    outputs.refuse_inputs(found.reports.iter().map(|named| &named.path))?;
    let nothing_but_coverage = found.reports.is_empty() && !args.coverage.coverage.is_empty();
    let mut problems = if nothing_but_coverage { Vec::new() } else { too_few(&found, args.input.expect_files) };
    let mut notes = found.notes.clone();
    let quarantine = junit::quarantine::Quarantine::new(Vec::new(), None, crate::clock::today());
    let wanted = Wanted { attempts: !args.input.attempt_dirs.is_empty(), ..Wanted::default() };
    let documents = read(found, None, &mut Tally::new(wanted, &quarantine, false));
    let roots = place.roots(&args.coverage.root, &place.config.roots).await;
    let covered = cover::read(&args.coverage.coverage, &roots, &place.config.coverage.sources, place.dir());
    let mut totals = junit::Totals::default();
    for input in documents.iter().map(|document| &document.input).chain(&covered.inputs) {
        problems.extend(input.problems.iter().map(|problem| format!("{}: {problem}", input.path)));
        notes.extend(input.notes.iter().map(|note| format!("{}: {note}", input.path)));
    }
    for document in &documents {
        totals.join(&document.scan.as_ref().map(junit::Scan::totals).unwrap_or_default());
    }
    let files = covered.coverage.files.len() as u64;
    let coverage = (!covered.inputs.is_empty()).then_some((covered.inputs.len() as u64, files));
    let summary = summary(documents.len() as u64, &totals, coverage, &problems);
    outputs.write(session, Output::Terminal, |output, _, out| match output {
        Output::Terminal => Ok(writeln!(out, "{summary}")?),
        Output::Junit => merged::junit(&documents, out),
        _ => merged::coverage(output, &covered, out),
    })?;
    for note in notes {
        words::progress(session, &format!("note: {note}"));
    }
    for problem in &problems {
        words::progress(session, &format!("incomplete: {problem}"));
    }
    Ok(if problems.is_empty() { Exit::Pass } else { Exit::Input })
}

fn known(name: &str) -> std::result::Result<Output, String> {
    let output = Output::from_name(name)?;
    let merged = [Output::Junit, Output::Cobertura, Output::Clover, Output::Lcov];
    if merged.contains(&output) {
        return Ok(output);
    }
    let names = merged.map(Output::as_str).join(", ");
    Err(format!("`merge` writes {names}; `gate` writes {name}"))
}

/// What was merged: reports of tests, and reports of `coverage` over so many files.
fn summary(reports: u64, totals: &junit::Totals, coverage: Option<(u64, u64)>, problems: &[String]) -> String {
    let junit::Totals { tests, passed, failed, errored, skipped, flaky, .. } = totals;
    let count = words::count;
    let of_tests = (reports > 0).then(|| {
        format!(
            "{}: {}, {passed} passed ({flaky} flaky), {failed} failed, {errored} errored, {skipped} skipped",
            count(reports, "report"),
            count(*tests, "test")
        )
    });
    let of_coverage =
        coverage.map(|(reports, files)| format!("{}: {}", count(reports, "coverage report"), count(files, "file")));
    let parts: Vec<String> = of_tests.into_iter().chain(of_coverage).collect();
    let state = if problems.is_empty() { "merged" } else { "INCOMPLETE: merged" };
    format!("{state} {}", if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") })
}
