//! Running one tool: report, standard error and exit code are kept in files, as the pipeline snippet keeps them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use step::files;
use tokio::process::Command;

use super::find::Planned;
use crate::config::ReportIn;
use crate::inputs::Input;

/// What came of one tool.
pub(super) struct Ran {
    /// What it left behind, to be read like any other input.
    pub(super) input: Input,
    /// How it ended: `exit 1`, `no answer in 600 s`.
    pub(super) ended: String,
    /// How long it took.
    pub(super) took: Duration,
}

/// Where and how long a tool may run.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The working directory.
    pub(super) dir: PathBuf,
    /// Where its files are kept.
    pub(super) keep: PathBuf,
    /// How long it may take.
    pub(super) limit: Duration,
}

/// Runs `tool`.
pub(super) async fn run(tool: Planned, place: Place) -> Ran {
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

async fn execute(tool: &Planned, program: &Path, place: &Place, input: &mut Input) -> io::Result<String> {
    let Place { dir, keep, limit } = place;
    let kept = |suffix: &str| keep.join(format!("{}.{suffix}", tool.name));
    let (stdout, report) = match &tool.report {
        ReportIn::Stdout => (kept("json"), kept("json")),
        ReportIn::File(path) => (kept("stdout"), dir.join(path)),
    };
    // A report of an earlier run must not be taken for one of this run.
    match std::fs::remove_file(&report) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let stderr = kept("json.stderr");
    let mut child = Command::new(program)
        .args(&tool.args)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(File::create(&stdout)?)
        .stderr(File::create(&stderr)?)
        .kill_on_drop(true)
        .spawn()?;
    input.stderr = Some(stderr);
    let Ok(status) = tokio::time::timeout(*limit, child.wait()).await else {
        child.kill().await?;
        let seconds = limit.as_secs();
        input.problems.push(format!("{} gave no answer in {seconds} s and was stopped (see --timeout)", tool.name));
        return Ok(format!("stopped after {seconds} s"));
    };
    let status = status?;
    input.report = Some(report);
    let Some(code) = status.code() else {
        input.problems.push(format!("{} was stopped by {status}", tool.name));
        return Ok(status.to_string());
    };
    input.exit_code = Some(code);
    files::replace(&kept("json.exit"), |file| writeln!(file, "{code}"))
        .map_err(|failure| io::Error::other(failure.to_string()))?;
    Ok(format!("exit {code}"))
}

/// The program as a person would type it in `dir`.
fn shown(tool: &Planned, dir: &Path) -> String {
    match &tool.program {
        Ok(program) => files::shown(program, dir).to_string(),
        Err(_) => tool.name.clone(),
    }
}
