//! Running one tool: report, standard error and exit code are kept in files, as the pipeline snippet keeps them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use step::files;
use step::process::{Family, TIMED_OUT, code};
use tokio::process::Command;

use super::find::Planned;
use crate::config::ReportIn;
use crate::inputs::Input;

/// What came of one tool.
pub(super) struct Ran {
    /// What it left behind, to be read like any other input.
    pub(super) input: Input,
    /// How it ended: `exit 1`, `stopped after 600 s`.
    pub(super) ended: String,
    /// How long it took.
    pub(super) took: Duration,
}

/// Where and how long a tool may run.
#[derive(Clone, Debug)]
pub(super) struct Workplace {
    /// The working directory.
    pub(super) dir: PathBuf,
    /// Where its files are kept.
    pub(super) keep: PathBuf,
    /// How long it may take.
    pub(super) limit: Duration,
}

/// Runs `tool`.
pub(super) async fn run(tool: Planned, place: Workplace) -> Ran {
    let started = Instant::now();
    let source = shown(&tool, &place.dir);
    let mut input = Input { tool: Some(tool.name.clone()), format: tool.format, source, ..Input::default() };
    let ended = match tool.program.clone() {
        Err(missing) => {
            input.problems.push(missing);
            "not found".to_owned()
        }
        Ok(program) => match execute(&tool, &program, &place, &mut input).await {
            Ok(ended) => ended,
            Err(error) => {
                input.problems.push(format!("{} could not be run: {error}", tool.name));
                "not run".to_owned()
            }
        },
    };
    Ran { input, ended, took: started.elapsed() }
}

async fn execute(tool: &Planned, program: &Path, place: &Workplace, input: &mut Input) -> io::Result<String> {
    let Workplace { dir, keep, limit } = place;
    let kept = |suffix: &str| keep.join(format!("{}.{suffix}", tool.name));
    let (report, stderr, exit) = (kept("json"), kept("json.stderr"), kept("json.exit"));
    let stdout = match &tool.report {
        ReportIn::Stdout => report.clone(),
        ReportIn::File(own) => {
            absent(&dir.join(own))?;
            kept("stdout")
        }
    };
    absent(&report)?;
    absent(&exit)?;
    let mut command = Command::new(program);
    command.args(&tool.args).current_dir(dir).stdin(Stdio::null());
    command.stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
    let mut family = Family::of(command)?;
    input.stderr = Some(stderr);
    let status = tokio::time::timeout(*limit, family.wait()).await.ok().transpose()?;
    drop(family);
    if let ReportIn::File(own) = &tool.report
        && dir.join(own).exists()
    {
        std::fs::copy(dir.join(own), &report)?;
    }
    input.report = Some(report);
    let code = status.map_or(TIMED_OUT, code);
    input.exit_code = Some(code);
    let written = files::replace(&exit, |file| writeln!(file, "{code}"));
    written.map_err(|failure| io::Error::other(failure.to_string()))?;
    Ok(match status {
        Some(status) if status.code().is_none() => status.to_string(),
        Some(_) => format!("exit {code}"),
        None => format!("stopped after {} s (see --timeout)", limit.as_secs()),
    })
}

/// A file of an earlier run must not be taken for one of this run.
fn absent(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The program as a person would type it in `dir`.
fn shown(tool: &Planned, dir: &Path) -> String {
    match &tool.program {
        Ok(program) => files::shown(program, dir).to_string(),
        Err(_) => tool.name.clone(),
    }
}
