//! `flaky`: which tests are flaky, from the history.

use junit::history::{Flakiness, History, Outcome};
use step::{Exit, Result, Session, files, words};

use crate::args::FlakyArgs;
use crate::remembered;

/// Prints the flaky tests, worst first.
pub(crate) fn run(args: &FlakyArgs, session: &mut Session) -> Result<Exit> {
    let mut histories = Vec::with_capacity(args.histories.len());
    for path in &args.histories {
        let (history, notes) = remembered::read(&session.dir.join(path))?;
        for note in notes {
            words::progress(session, &format!("note: {}: {note}", path.display()));
        }
        histories.push(history);
    }
    let history = History::merge(&histories);
    if let Some(path) = &args.unite {
        files::replace(&session.dir.join(path), |out| history.write(out))?;
    }
    let runs = words::count(history.runs().len() as u64, "run");
    let flaky = history.report(args.limit);
    let mut text = match flaky.len() as u64 {
        0 => format!("no flaky test in {runs}\n"),
        tests => format!("{} in {runs}; the latest run is on the right\n\n", words::count(tests, "flaky test")),
    };
    for test in &flaky {
        text += &line(test);
    }
    words::say(session, &text)?;
    Ok(Exit::Pass)
}

/// `..F.f  3 of 12 runs  App\Tests\PriceTest::testVat`: `.` passed, `f` passed after it had failed, `F` failed.
fn line(test: &Flakiness) -> String {
    let last: String = test.last.iter().rev().take(20).rev().map(|outcome| mark(*outcome)).collect();
    let bad = test.failed + test.flaky;
    format!("{last:>20}  {bad} of {}  {}\n", test.runs, findings::escape::terminal(&test.id))
}

fn mark(outcome: Outcome) -> char {
    match outcome {
        Outcome::Passed => '.',
        Outcome::Flaky => 'f',
        Outcome::Failed => 'F',
    }
}
