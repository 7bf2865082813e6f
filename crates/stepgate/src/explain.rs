//! `stepgate config`: the configuration in force, and where each value came from.

use std::io::Write;

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use git::Repo;
use serde_json::Value;
use step::args::{ConfigArgs, Sources, in_env};
use step::config::{Origin, Setting};
use step::{Exit, Failure, Result, Session, config, files};

/// Arguments of `stepgate config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Say of each value where it came from: command line, environment, file or default
    #[arg(long)]
    explain: bool,
    /// Arguments as a gate would be given them, to see what they change: `tests gate --fail-on flaky`; without the
    /// words for the gate they are of `stepgate lint gate`
    #[arg(last = true, value_name = "ARG")]
    gate: Vec<String>,
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
    let (program, words) = told(&args.gate);
    let of = |section: &str| if section == program { words } else { &[] };
    let (lint, lint_sources) = lint_gate(of("lint"), session)?;
    let (scan, scan_sources) = scan_gate(of("scan"), session)?;
    let (tests, tests_sources) = tests_gate(of("tests"), session)?;
    let explicit = args.config.config.map(|path| session.dir.join(path));
    let config = config::load("lint", explicit.as_deref(), &root)?;
    let lint = stepgate_lint::settings(&config, &lint.judge, &lint_sources);
    let config = config::load("scan", explicit.as_deref(), &root)?;
    let scan = stepgate_scan::settings(&config, &scan, &scan_sources);
    let config = config::load("tests", explicit.as_deref(), &root)?;
    let tests = stepgate_tests::settings(&config, &tests, &tests_sources);
    for (section, settings) in [("lint", lint), ("scan", scan), ("tests", tests)] {
        for setting in settings {
            let line = line(section, &setting, args.explain, session);
            writeln!(session.out, "{line}").map_err(|error| Failure::input("cannot print").because(error))?;
        }
    }
    Ok(Exit::Pass)
}

/// For the gate of which program the arguments are, and the arguments.
fn told(words: &[String]) -> (&str, &[String]) {
    let (program, rest) = match words {
        [program, rest @ ..] if config::SECTIONS.contains(&program.as_str()) => (program.as_str(), rest),
        _ => ("lint", words),
    };
    match rest {
        [gate, rest @ ..] if gate == "gate" => (program, rest),
        _ => (program, rest),
    }
}

/// `lint.policy.max: 3                 # command line`
fn line(section: &str, setting: &Setting, explain: bool, session: &Session) -> String {
    let value = match &setting.value {
        Value::Null => "not set".to_owned(),
        value => value.to_string(),
    };
    let value = format!("{section}.{}: {value}", setting.key);
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
fn lint_gate(words: &[String], session: &Session) -> Result<(stepgate_lint::args::GateArgs, Sources)> {
    use stepgate_lint::{Args, args::Command};
    let (args, matches) = parsed::<Args>("lint", words, session)?;
    match args.command {
        Command::Gate(gate) => Ok((gate, Sources::of(&matches))),
        _ => Err(not_a_gate()),
    }
}

/// The arguments of `stepgate scan gate`, and how each was given.
fn scan_gate(words: &[String], session: &Session) -> Result<(stepgate_scan::args::GateArgs, Sources)> {
    use stepgate_scan::{Args, args::Command};
    let (args, matches) = parsed::<Args>("scan", words, session)?;
    match args.command {
        Command::Gate(gate) => Ok((*gate, Sources::of(&matches))),
        _ => Err(not_a_gate()),
    }
}

/// The arguments of `stepgate tests gate`, and how each was given.
fn tests_gate(words: &[String], session: &Session) -> Result<(stepgate_tests::args::GateArgs, Sources)> {
    use stepgate_tests::{Args, args::Command};
    let (args, matches) = parsed::<Args>("tests", words, session)?;
    match args.command {
        Command::Gate(gate) => Ok((*gate, Sources::of(&matches))),
        _ => Err(not_a_gate()),
    }
}

/// The arguments of a program that is told to be the gate.
fn parsed<A: CommandFactory + FromArgMatches>(
    program: &str,
    words: &[String],
    session: &Session,
) -> Result<(A, ArgMatches)> {
    let line = [program, "gate"].into_iter().map(String::from).chain(words.iter().cloned());
    let wrong = |error| wrong(program, &error);
    let matches = in_env(A::command(), &session.env).try_get_matches_from(line).map_err(wrong)?;
    Ok((A::from_arg_matches(&matches).map_err(wrong)?, matches))
}

fn not_a_gate() -> Failure {
    Failure::bug("`gate` is not taken for `gate`")
}

/// The first line of what clap says, without its usage: it is about another command.
fn wrong(program: &str, error: &clap::Error) -> Failure {
    let said = error.to_string();
    let why = said.lines().next().unwrap_or_default();
    let why = why.strip_prefix("error: ").unwrap_or(why);
    Failure::usage(format!("these are no arguments of `stepgate {program} gate`: {why}"))
        .hint(format!("`stepgate {program} gate --help` shows what there is"))
}
