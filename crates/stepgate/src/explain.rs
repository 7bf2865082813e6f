//! `stepgate config`: the configuration in force, and where each value came from.

use std::io::Write;

use clap::{CommandFactory, FromArgMatches};
use git::Repo;
use serde_json::Value;
use step::args::{ConfigArgs, Sources, in_env};
use step::config::Origin;
use step::{Exit, Failure, Result, Session, config, files};
use stepgate_lint::args::{Command, GateArgs};
use stepgate_lint::{Setting, settings};

/// Arguments of `stepgate config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Say of each value where it came from: command line, environment, file or default
    #[arg(long)]
    explain: bool,
    /// Arguments as `stepgate lint gate` would be given them, to see what they change
    #[arg(last = true, value_name = "ARG")]
    lint: Vec<String>,
    #[command(flatten)]
    config: ConfigArgs,
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
    let (gate, sources) = gate(&args.lint, session)?;
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
    let value = match &setting.value {
        Value::Null => "not set".to_owned(),
        value => value.to_string(),
    };
    let value = format!("lint.{}: {value}", setting.key);
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
fn gate(words: &[String], session: &Session) -> Result<(GateArgs, Sources)> {
    let line = ["stepgate-lint", "gate"].into_iter().map(String::from).chain(words.iter().cloned());
    let command = in_env(stepgate_lint::Args::command(), &session.env);
    let matches = command.try_get_matches_from(line).map_err(wrong)?;
    match stepgate_lint::Args::from_arg_matches(&matches).map_err(wrong)?.command {
        Command::Gate(gate) => Ok((gate, Sources::of(&matches))),
        _ => Err(Failure::bug("`gate` is not taken for `gate`")),
    }
}

/// The first line of what clap says, without its usage: it is about another command.
fn wrong(error: clap::Error) -> Failure {
    let said = error.to_string();
    let why = said.lines().next().unwrap_or_default();
    let why = why.strip_prefix("error: ").unwrap_or(why);
    Failure::usage(format!("these are no arguments of `stepgate lint gate`: {why}"))
        .hint("`stepgate lint gate --help` shows what there is")
}
