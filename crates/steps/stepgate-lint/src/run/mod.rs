//! `stepgate-lint run`: find the tools, run them side by side, and judge what they report as `gate` would.

mod find;
mod known;
mod spawn;

pub use find::{Installed, installed};

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use step::{Failure, Result, Session, words};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::args::ToolArgs;
use crate::config::Config;
use crate::inputs::Input;
use find::{Planned, Wanted};
use spawn::{Ran, Workplace};

/// How long one tool may take when nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The files that the tools left behind. They go when this is dropped, unless they were to be kept.
pub(crate) struct Kept {
    /// What to read.
    pub(crate) inputs: Vec<Input>,
    _scratch: Option<tempfile::TempDir>,
}

/// Runs the tools that `args` and `config` ask for.
pub(crate) async fn tools(args: &ToolArgs, config: &Config, session: &mut Session) -> Result<Kept> {
    let wanted = Wanted { names: &args.tool, paths: &args.paths, config, env: &session.env, dir: &session.dir };
    let plan = wanted.plan()?;
    let scratch = match &args.keep {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(|error| cannot_keep(Path::new("a temporary directory"), error))?),
    };
    let keep = match (&args.keep, &scratch) {
        (Some(keep), _) => session.dir.join(keep),
        (None, Some(scratch)) => scratch.path().to_owned(),
        (None, None) => session.dir.clone(),
    };
    std::fs::create_dir_all(&keep).map_err(|error| cannot_keep(&keep, error))?;
    let place = Workplace { dir: session.dir.clone(), keep, limit: args.timeout.unwrap_or(TIMEOUT) };
    let jobs = args.jobs.unwrap_or_else(|| available_parallelism().unwrap_or(NonZeroUsize::MIN));
    let names = plan.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>().join(", ");
    words::progress(session, &format!("running {names}"));
    let mut ran = side_by_side(plan, &place, jobs, session).await?;
    ran.sort_by_key(|(position, _)| *position);
    Ok(Kept { inputs: ran.into_iter().map(|(_, ran)| ran.input).collect(), _scratch: scratch })
}

async fn side_by_side(
    plan: Vec<Planned>,
    place: &Workplace,
    jobs: NonZeroUsize,
    session: &mut Session,
) -> Result<Vec<(usize, Ran)>> {
    let width = plan.iter().map(|tool| tool.name.len()).max().unwrap_or_default();
    let names: Vec<_> = plan.iter().map(|tool| tool.name.clone()).collect();
    let free = Arc::new(Semaphore::new(jobs.get()));
    let mut running = JoinSet::new();
    for (position, tool) in plan.into_iter().enumerate() {
        let (place, free) = (place.clone(), Arc::clone(&free));
        running.spawn(async move {
            let _permit = free.acquire_owned().await;
            (position, spawn::run(tool, place).await)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = running.join_next().await {
        let (position, ran) = done.map_err(|error| Failure::bug("a tool could not be waited for").because(error))?;
        let name = names.get(position).map_or("", String::as_str);
        let seconds = ran.took.as_secs_f32();
        words::progress(session, &format!("{name:width$}  {seconds:>6.1} s  {}", ran.ended));
        all.push((position, ran));
    }
    Ok(all)
}

fn cannot_keep(place: &Path, error: std::io::Error) -> Failure {
    Failure::input(format!("cannot keep the tools' reports in {}", place.display())).because(error)
}
