//! `run`: the tests themselves, their reports and the code they end with.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use step::process::{Family, code};
use step::{Exit, Failure, Result, Session, files, words};
use tokio::process::Command;

use crate::args::{InputArgs, RunArgs};
use crate::clock;
use crate::gate::Prepared;
use crate::report::Code;

/// Runs the tests, then judges.
pub(crate) async fn run(args: &RunArgs, session: &mut Session) -> Result<Exit> {
    // What cannot be judged is not run for minutes first.
    let prepared = Prepared::find(&args.judge, session).await?;
    let started = clock::now();
    let code = execute(&args.command, &session.dir).await?;
    if let Some(path) = &args.keep_exit_code {
        files::replace(&session.dir.join(path), |out| writeln!(out, "{code}"))?;
        words::progress(
            session,
            &format!("the tests ended with exit code {code}, which {} keeps for the gate", path.display()),
        );
        return Ok(Exit::Pass);
    }
    let input = InputArgs { files: args.report.clone(), not_before: Some(started.to_string()), ..InputArgs::default() };
    let source = shown(&args.command);
    prepared.judge(&input, Some(Code { source, code }), session).await
}

/// Runs `command` with this program's own input and output, and gives the code that a shell would give.
async fn execute(command: &[OsString], dir: &Path) -> Result<i32> {
    let Some((program, args)) = command.split_first() else {
        return Err(Failure::usage("there is no command to run"));
    };
    let mut child = Command::new(program);
    child.args(args).current_dir(dir).stdin(Stdio::null());
    let cannot = |error: std::io::Error| {
        Failure::input(format!("cannot run {}", Path::new(program).display()))
            .because(error)
            .hint("name the program by its path, for example vendor/bin/phpunit")
    };
    let mut family = Family::of(child).map_err(cannot)?;
    let status = family.wait().await.map_err(cannot)?;
    Ok(code(status))
}

/// The command as a person would type it, no longer than can be read.
fn shown(command: &[OsString]) -> String {
    let words: Vec<_> = command.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    findings::escape::cut(&words.join(" "), 120).into_owned()
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_=./:,@%+\\".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
