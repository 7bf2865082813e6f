//! The baseline as the gate sees it: what is known, and whether the change adds to it.

use std::path::{Path, PathBuf};

use findings::baseline::{Baseline, Growth};
use findings::escape;
use findings::judge::Change;
use git::Repo;
use step::change::Known;
use step::words::count;
use step::{Failure, Result, files};

use crate::args::BaselineArgs;
use crate::place::{self, Place};

/// More than any baseline has.
const LIMIT: u64 = 1 << 30;

/// How many entries a refusal names.
const NAMED: usize = 3;

/// The debt that is known.
#[derive(Debug, Default)]
pub(crate) struct Debt {
    /// The baseline in force.
    pub(crate) baseline: Option<Baseline>,
    /// Why the gate says no whatever the reports hold.
    pub(crate) refusals: Vec<String>,
    /// What is worth knowing about the baseline.
    pub(crate) notes: Vec<String>,
    path: PathBuf,
    may_grow: bool,
}

impl Debt {
    /// Reads the baseline, when there is one.
    pub(crate) fn load(args: &BaselineArgs, place: &Place) -> Result<Self> {
        if args.no_baseline {
            return Ok(Self::default());
        }
        let path = place::baseline(args.baseline.as_deref(), place);
        let asked_for = args.baseline.is_some() || place.config.baseline.is_some();
        let baseline = if asked_for || path.exists() { Some(load(&path, place)?) } else { None };
        let may_grow = args.allow_baseline_growth || place.config.allow_baseline_growth;
        Ok(Self { baseline, path, may_grow, ..Self::default() })
    }

    /// Whether what the baseline was before the change matters.
    pub(crate) fn may_have_grown(&self) -> bool {
        self.baseline.is_some() && !self.may_grow
    }

    /// With a refusal when `change` adds to the baseline.
    pub(crate) async fn compared(mut self, change: Option<&Known>, place: &Place) -> Result<Self> {
        let Some(baseline) = self.baseline.as_ref().filter(|_| !self.may_grow) else { return Ok(self) };
        let Some(known) = change else { return Ok(self) };
        let repo = place.repo()?;
        let Some(path) = repo_path(&self.path, repo) else { return Ok(self) };
        let shown = place.shown(&self.path);
        match before(&path, &known.base, &known.change, repo).await? {
            Some(before) => {
                let growth = baseline.growth_since(&before, &known.change);
                self.refusals.extend(refusal(&shown, &growth));
            }
            None => {
                let entries = count(baseline.entries().len() as u64, "entry");
                self.notes.push(format!("{shown} is new with this change: {entries}"));
            }
        }
        Ok(self)
    }
}

/// Reads the baseline at `path`.
pub(crate) fn load(path: &Path, place: &Place) -> Result<Baseline> {
    let shown = place.shown(path);
    if !path.exists() {
        return Err(Failure::input(format!("there is no baseline at {shown}"))
            .hint("stepgate-lint baseline create FILES… writes one"));
    }
    let bytes = files::read(path, LIMIT)?;
    parse(&bytes).map_err(|error| Failure::input(format!("cannot use the baseline {shown}")).because(error))
}

/// The first line of the baseline at `path` that sorts before the one above it.
pub(crate) fn first_unsorted_line(path: &Path, place: &Place) -> Result<Option<usize>> {
    let bytes = files::read(path, LIMIT)?;
    let line = Baseline::first_unsorted_line(&String::from_utf8_lossy(&bytes));
    line.map_err(|error| Failure::input(format!("cannot use the baseline {}", place.shown(path))).because(error))
}

/// The baseline at `path` in the repository as it was in `base`; `None` when it was not there.
pub(crate) async fn before(path: &str, base: &str, change: &Change, repo: &Repo) -> Result<Option<Baseline>> {
    let then = change.old_path(path).unwrap_or(path);
    let what = format!("cannot read {then} as it was in {base}");
    let Some(bytes) = repo.show_file(base, then).await.map_err(|error| Failure::git(&what, error))? else {
        return Ok(None);
    };
    let parsed = parse(&bytes).map_err(|error| {
        Failure::input(what).because(error).hint("to mend it with this change: --allow-baseline-growth, once")
    })?;
    Ok(Some(parsed))
}

/// Why a change that allows `growth` is refused; `None` when there is none.
pub(crate) fn refusal(shown: &str, growth: &[Growth]) -> Option<String> {
    if growth.is_empty() {
        return None;
    }
    let named = growth.iter().take(NAMED).map(|growth| escape::cut(&growth.to_string(), 160).into_owned());
    let rest = growth.len().saturating_sub(NAMED);
    let rest = (rest > 0).then(|| format!("{rest} more"));
    let named = named.chain(rest).collect::<Vec<_>>().join("; ");
    let entries = count(growth.len() as u64, "entry");
    Some(format!("the change adds {entries} to the baseline {shown} (see --allow-baseline-growth): {named}"))
}

fn parse(bytes: &[u8]) -> Result<Baseline, Box<dyn std::error::Error + Send + Sync>> {
    Ok(Baseline::parse(std::str::from_utf8(bytes)?)?)
}

/// `path` relative to the root of the repository; `None` for a file outside.
pub(crate) fn repo_path(path: &Path, repo: &Repo) -> Option<String> {
    let parent = path.parent()?.canonicalize().ok()?;
    let inside = parent.strip_prefix(repo.root()).ok()?.join(path.file_name()?);
    Some(inside.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"))
}
