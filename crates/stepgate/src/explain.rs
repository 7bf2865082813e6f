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
    /// Arguments as a program would be given them, to see what they change: `tests gate --fail-on flaky`, `bump put
    /// IMAGE --via api`; without the words before them they are of `stepgate lint gate`
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
    let (bump, bump_sources) = bump_put(of("bump"), session)?;
    let (promote, promote_sources) = promote_run(of("promote"), session)?;
    let explicit = args.config.config.map(|path| session.dir.join(path));
    let config = config::load("lint", explicit.as_deref(), &root)?;
    let lint = stepgate_lint::settings(&config, &lint.judge, &lint_sources);
    let config = config::load("scan", explicit.as_deref(), &root)?;
    let scan = stepgate_scan::settings(&config, &scan, &scan_sources);
    let config = config::load("tests", explicit.as_deref(), &root)?;
    let tests = stepgate_tests::settings(&config, &tests, &tests_sources);
    let config = config::load("bump", explicit.as_deref(), &root)?;
    let bump = stepgate_bump::settings(&config, &bump, &bump_sources);
    let config = config::load("promote", explicit.as_deref(), &root)?;
    let promote = stepgate_promote::settings(&config, &promote, &promote_sources);
    for (section, settings) in [("lint", lint), ("scan", scan), ("tests", tests), ("bump", bump), ("promote", promote)]
    {
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
        [word, rest @ ..] if word == main_command(program) => (program, rest),
        _ => (program, rest),
    }
}

/// The command that a section of the config is for.
fn main_command(program: &str) -> &'static str {
    match program {
        "bump" => "put",
        "promote" => "run",
        _ => "gate",
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

/// The arguments of `stepgate bump put`, and how each was given.
fn bump_put(words: &[String], session: &Session) -> Result<(stepgate_bump::args::PutArgs, Sources)> {
    use stepgate_bump::{Args, args::Command};
    // Which image it is about changes no setting, and one has to be named.
    let image = if words.iter().any(|word| !word.starts_with('-')) { None } else { Some("any:1".to_owned()) };
    let words: Vec<_> = words.iter().cloned().chain(image).collect();
    let (args, matches) = parsed::<Args>("bump", &words, session)?;
    match args.command {
        Command::Put(put) => Ok((*put, Sources::of(&matches))),
        _ => Err(not_a_gate()),
    }
}

/// The arguments of `stepgate promote run`, and how each was given.
fn promote_run(words: &[String], session: &Session) -> Result<(stepgate_promote::args::RunArgs, Sources)> {
    use stepgate_promote::{Args, args::Command};
    // What goes where changes no setting, and has to be named.
    let any = ["any", "--to", "any"].map(str::to_owned);
    let service = if words.iter().any(|word| word == "--to") { &[][..] } else { &any[..] };
    let words: Vec<_> = words.iter().chain(service).cloned().collect();
    let (args, matches) = parsed::<Args>("promote", &words, session)?;
    match args.command {
        Command::Run(run) => Ok((*run, Sources::of(&matches))),
        _ => Err(not_a_gate()),
    }
}

/// The arguments of a program that is told to do what its section of the config is for.
fn parsed<A: CommandFactory + FromArgMatches>(
    program: &str,
    words: &[String],
    session: &Session,
) -> Result<(A, ArgMatches)> {
    let line = [program, main_command(program)].into_iter().map(String::from).chain(words.iter().cloned());
    let wrong = |error| wrong(program, &error);
    let matches = in_env(A::command(), &session.env).try_get_matches_from(line).map_err(wrong)?;
    Ok((A::from_arg_matches(&matches).map_err(wrong)?, matches))
}

fn not_a_gate() -> Failure {
    Failure::bug("the main command of a program is not taken for itself")
}

/// The first line of what clap says, without its usage: it is about another command.
fn wrong(program: &str, error: &clap::Error) -> Failure {
    let said = error.to_string();
    let why = said.lines().next().unwrap_or_default();
    let why = why.strip_prefix("error: ").unwrap_or(why);
    let command = main_command(program);
    Failure::usage(format!("these are no arguments of `stepgate {program} {command}`: {why}"))
        .hint(format!("`stepgate {program} {command} --help` shows what there is"))
}
