//! The history file: what tests did in earlier runs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use junit::history::{History, Outcome, Run};
use step::{Failure, Pipeline, Result, Session, files};

use crate::clock;

/// The history of earlier runs, and who this run is.
pub(crate) struct Remembered {
    path: PathBuf,
    pub(crate) history: History,
    /// What was odd about the file.
    pub(crate) notes: Vec<String>,
    run: String,
    commit: String,
    branch: String,
}

/// No history is larger.
const LIMIT: u64 = 256 << 20;

impl Remembered {
    /// Reads the file at `path`; that there is none yet is said, and fine.
    pub(crate) fn load(path: PathBuf, pipeline: &Pipeline, commit: Option<String>, session: &Session) -> Result<Self> {
        let shown = files::shown(&path, &session.dir).to_string();
        let (history, notes) = if path.exists() {
            read(&path)?
        } else {
            (History::default(), vec![format!("there is no history yet: {shown} is begun")])
        };
        let number = pipeline.build_number.map_or("local".to_owned(), |number| number.to_string());
        let run = match step_run(session) {
            1 => number,
            again => format!("{number}.{again}"),
        };
        let commit = commit.unwrap_or_default();
        let branch = pipeline.branch.clone().unwrap_or_default();
        Ok(Self { path, history, notes, run, commit, branch })
    }

    /// The tests that failed in an earlier run of this very step: Bitbucket counts how often a step was run again.
    pub(crate) fn failed_before(&self, session: &Session) -> HashSet<String> {
        let again = step_run(session);
        let Some(build) = self.run.split('.').next().filter(|build| again > 1 && *build != "local") else {
            return HashSet::new();
        };
        let is_earlier = |run: &&Run| {
            run.commit == self.commit
                && match run.run.split_once('.') {
                    None => run.run == build,
                    Some((number, attempt)) => {
                        number == build && attempt.parse().is_ok_and(|attempt: u64| attempt < again)
                    }
                }
        };
        let runs = self.history.runs().iter().filter(is_earlier);
        let red = runs.flat_map(|run| &run.outcomes).filter(|(_, outcome)| **outcome == Outcome::Failed);
        red.map(|(id, _)| id.clone()).collect()
    }

    /// Adds `run` and writes the file anew.
    pub(crate) fn add(
        &mut self,
        run: Run,
        tests: u64,
        runs: usize,
        is_quarantined: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let run = Run {
            run: self.run.clone(),
            commit: self.commit.clone(),
            branch: self.branch.clone(),
            at: clock::now(),
            tests,
            ..run
        };
        self.history.add(&run, is_quarantined);
        self.history.prune(runs.max(1));
        files::replace(&self.path, |out| self.history.write(out))
    }
}

/// Reads a history that is there.
pub(crate) fn read(path: &Path) -> Result<(History, Vec<String>)> {
    let bytes = files::read(path, LIMIT)?;
    History::parse(&bytes).map_err(|error| {
        Failure::input(format!("cannot use the history {}", path.display()))
            .because(error.to_string())
            .hint("remove the file to begin anew, or the line to keep the rest")
    })
}

/// The number of this run of the step: 2 when it was run again once.
fn step_run(session: &Session) -> u64 {
    session.env.get("BITBUCKET_STEP_RUN_NUMBER").and_then(|number| number.trim().parse().ok()).unwrap_or(1).max(1)
}
