//! `stepgate doctor`: is everything in place, and if not, how is it mended.

mod checks;
mod phpunit;
mod trivy;

use std::io::Write;

use step::args::{ConfigArgs, PublishArgs};
use step::{Exit, Failure, Result, Session};

/// Arguments of `stepgate doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    publish: PublishArgs,
}

/// What a check found.
#[derive(Debug)]
enum Finding {
    /// In order.
    Fine(String),
    /// Not there, and not needed for everything.
    Missing { what: String, mend: String },
    /// Has to be mended.
    Broken { what: String, mend: String },
}

impl Finding {
    fn fine(what: impl Into<String>) -> Self {
        Self::Fine(what.into())
    }

    fn missing(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), mend: mend.into() }
    }

    fn broken(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Broken { what: what.into(), mend: mend.into() }
    }

    /// What could not be done, and the first thing to try.
    fn of(failure: &Failure) -> Self {
        let mend = failure.hints().first().cloned().unwrap_or_else(|| "see the message".to_owned());
        Self::broken(failure.to_string(), mend)
    }
}

/// Runs every check and prints what each found. Fails when something has to be mended.
///
/// # Errors
///
/// When standard output cannot be written.
pub async fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let found = checks::all(args, session).await;
    for (subject, finding) in &found {
        print(session, subject, finding).map_err(|error| Failure::input("cannot print").because(error))?;
    }
    let broken = found.iter().filter(|(_, finding)| matches!(finding, Finding::Broken { .. })).count();
    let verdict = match broken {
        0 => "nothing has to be mended".to_owned(),
        1 => "1 thing has to be mended".to_owned(),
        _ => format!("{broken} things have to be mended"),
    };
    writeln!(session.out, "\n{verdict}").map_err(|error| Failure::input("cannot print").because(error))?;
    Ok(if broken == 0 { Exit::Pass } else { Exit::Fail })
}

fn print(session: &mut Session, subject: &str, finding: &Finding) -> std::io::Result<()> {
    let (mark, what, mend) = match finding {
        Finding::Fine(what) => ("ok", what, None),
        Finding::Missing { what, mend } => ("-", what, Some(mend)),
        Finding::Broken { what, mend } => ("MEND", what, Some(mend)),
    };
    writeln!(session.out, "{mark:<5}{subject:<14}{}", findings::escape::terminal(what))?;
    match mend {
        Some(mend) => writeln!(session.out, "{:<19}{}", "", findings::escape::terminal(mend)),
        None => Ok(()),
    }
}
