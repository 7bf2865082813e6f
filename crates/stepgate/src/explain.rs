//! `stepgate config`: the configuration in force, and where each value came from.

use std::io::Write;

use clap::{CommandFactory, FromArgMatches};
use git::Repo;
use step::args::{ConfigArgs, Sources};
use step::config::Origin;
use step::{Exit, Failure, Result, Session, config, files};
use stepgate_lint::args::{Command, GateArgs};
use stepgate_lint::{Setting, settings};

/// Arguments of `stepgate config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Says of each value where it came from: command line, environment, file or default.
    #[arg(long)]
    explain: bool,
    /// Arguments as `stepgate lint gate` would be given them, to see what they change.
    #[arg(last = true, value_name = "ARG")]
    lint: Vec<String>,
}

/// Prints every setting.
///
/// # Errors
///
/// When the config file cannot be used, or the arguments are wrong.
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    let root = match Repo::discover(&session.dir).await {
        Ok(repo) => repo.given_root().to_owned(),
        Err(_) => session.dir.clone(),
    };
    let (gate, sources) = gate(&args.lint)?;
    let explicit = args.config.config.map(|path| session.dir.join(path));
    let config = config::load("lint", explicit.as_deref(), &root)?;
    for setting in settings(&config, &gate.judge, &sources) {
        let line = line(&setting, args.explain, session);
        writeln!(session.out, "{line}").map_err(|error| Failure::input("cannot print").because(error))?;
    }
    Ok(Exit::Pass)
}

/// `lint.policy.max: 3                 # command line`
fn line(setting: &Setting, explain: bool, session: &Session) -> String {
    let value = format!("lint.{}: {}", setting.key, setting.value);
    if !explain {
        return value;
    }
    let origin = match &setting.origin {
        Origin::File(path) => files::shown(path, &session.dir).to_string(),
        other => other.to_string(),
    };
    format!("{value:<48} # {origin}")
}

/// The arguments of `stepgate lint gate`, and how each was given.
fn gate(words: &[String]) -> Result<(GateArgs, Sources)> {
    let line = ["stepgate-lint", "gate"].into_iter().map(String::from).chain(words.iter().cloned());
    let wrong = |error: clap::Error| Failure::usage("these are no arguments of `stepgate lint gate`").because(error);
    let matches = stepgate_lint::Args::command().try_get_matches_from(line).map_err(wrong)?;
    match stepgate_lint::Args::from_arg_matches(&matches).map_err(wrong)?.command {
        Command::Gate(gate) => Ok((gate, Sources::of(&matches))),
        _ => Err(Failure::bug("`gate` is not taken for `gate`")),
    }
}
