//! `stepgate-lint baseline …`: write the debt down, let it shrink, keep it from growing, take it over.

use std::path::Path;

use bumpalo::Bump;
use findings::baseline::{Baseline, Entry, import};
use findings::judge::Change;
use findings::{Arena, Report, escape};
use step::change::{is_there, since};
use step::words::{self, count};
use step::{Exit, Failure, Result, Session, files};

use crate::args::{BaselineCommand, CheckArgs, CreateArgs, ImportArgs, ShrinkArgs, SourceArgs, ToolArgs};
use crate::inputs::{self, Reading};
use crate::place::{self, Place};
use crate::{change, debt, run};

/// How many entries that cannot be taken over are named.
const NOTES: usize = 10;

/// Runs a subcommand.
pub(crate) async fn subcommand(command: &BaselineCommand, session: &mut Session) -> Result<Exit> {
    match command {
        BaselineCommand::Create(args) => create(args, session).await,
        BaselineCommand::Shrink(args) => shrink(args, session).await,
        BaselineCommand::Check(args) => check(args, session).await,
        BaselineCommand::Import(args) => take_over(args, session).await,
    }
}

async fn create(args: &CreateArgs, session: &mut Session) -> Result<Exit> {
    let place = place::find(&args.file.config, session).await?;
    let path = place::baseline(args.file.baseline.as_deref(), &place);
    refuse_to_replace(&path, args.force, &place)?;
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let reports = complete(&args.source, &arena, &place, session).await?;
    let baseline = Baseline::of(reports.iter().flat_map(|report| &report.findings));
    save(&path, &baseline)?;
    say(session, &format!("{} holds {}\n", place.shown(&path), described(&baseline)))
}

async fn shrink(args: &ShrinkArgs, session: &mut Session) -> Result<Exit> {
    let place = place::find(&args.file.config, session).await?;
    let path = place::baseline(args.file.baseline.as_deref(), &place);
    let written = debt::load(&path, &place)?;
    let mut before = written.clone();
    if let Some(destination) = change::destination(args.destination.as_deref(), &place)
        && !is_there(&destination, place.repo().ok()).await
    {
        before = before.renamed(&since(&destination, false, place.repo()?).await?.change);
    }
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let reports = complete(&args.source, &arena, &place, session).await?;
    let after = before.shrunk_to_reports(&reports);
    let shown = place.shown(&path);
    if after == written {
        return say(session, &format!("{shown} holds nothing that is gone: {}\n", described(&before)));
    }
    save(&path, &after)?;
    let gone = gone(&before, &after);
    say(session, &format!("{gone}{shown} holds {}, it held {}\n", described(&after), described(&before)))
}

async fn check(args: &CheckArgs, session: &mut Session) -> Result<Exit> {
    let place = place::find(&args.file.config, session).await?;
    let path = place::baseline(args.file.baseline.as_deref(), &place);
    let now = debt::load(&path, &place)?;
    let shown = place.shown(&path);
    if let Some(line) = debt::first_unsorted_line(&path, &place)? {
        say(session, &format!("{shown} is not sorted: line {line} belongs further up\n"))?;
        return Ok(Exit::Fail);
    }
    let destination = change::destination(args.destination.as_deref(), &place);
    let (base, renames) = match (&args.base, destination) {
        (Some(base), _) => (base.clone(), Change::default()),
        (None, Some(destination)) => {
            let known = since(&destination, false, place.repo()?).await?;
            (known.base, known.change)
        }
        (None, None) => {
            let note = "nothing to compare it with: name the branch with --destination";
            return say(session, &format!("{shown} is in order: {} ({note})\n", described(&now)));
        }
    };
    let repo = place.repo()?;
    let inside = debt::repo_path(&path, repo)
        .ok_or_else(|| Failure::input(format!("{shown} is outside the repository, which knows nothing of its past")))?;
    let Some(before) = debt::before(&inside, &base, &renames, repo).await? else {
        return say(session, &format!("{shown} is new: {}\n", described(&now)));
    };
    let growth = now.growth_since(&before, &renames);
    if growth.is_empty() {
        return say(session, &format!("{shown} did not grow: {}, before {}\n", described(&now), described(&before)));
    }
    let mut text = format!("{shown} grew:\n");
    for grown in &growth {
        text += &line(grown.before, grown.entry.count, &grown.entry);
    }
    say(session, &text)?;
    Ok(Exit::Fail)
}

async fn take_over(args: &ImportArgs, session: &mut Session) -> Result<Exit> {
    let place = place::find(&args.file.config, session).await?;
    let path = place::baseline(args.file.baseline.as_deref(), &place);
    refuse_to_replace(&path, args.force, &place)?;
    let mut entries = Vec::new();
    for file in &args.files {
        let file = session.dir.join(file);
        let shown = place.shown(&file);
        let bytes = files::read(&file, 1 << 30)?;
        let dir = place::relative_dir(&file, &place);
        let (baseline, notes) = import::import(&String::from_utf8_lossy(&bytes), &dir)
            .map_err(|error| Failure::input(format!("cannot take over {shown}")).because(error))?;
        for note in notes.iter().take(NOTES) {
            words::warn(session, &format!("{shown}: {note}"));
        }
        if let Some(more @ 1..) = notes.len().checked_sub(NOTES) {
            words::warn(session, &format!("{shown}: and {more} more like these"));
        }
        entries.extend(baseline.entries().iter().cloned());
    }
    if entries.is_empty() {
        return Err(Failure::input("nothing could be taken over")
            .hint("the entries are for files of this repository? PHPStan's paths start at the directory of its file"));
    }
    let baseline = Baseline::from_entries(entries);
    save(&path, &baseline)?;
    say(session, &format!("{} holds {}\n", place.shown(&path), described(&baseline)))
}

/// The reports, all of them complete: what an incomplete one does not hold is not gone.
async fn complete<'a>(
    source: &SourceArgs,
    arena: &Arena<'a>,
    place: &Place,
    session: &mut Session,
) -> Result<Vec<Report<'a>>> {
    let roots = place.roots(&source.root.root, &place.config.roots).await;
    let reading = Reading { arena, roots: &roots, tools: &place.config.tools };
    let reports = if source.run {
        let kept = run::tools(&ToolArgs::default(), &place.config, session).await?;
        inputs::read(&kept.inputs, &reading)
    } else {
        inputs::read(&inputs::gather(&source.input, &session.dir), &reading)
    };
    let incomplete = reports.iter().find_map(|report| Some((report, report.problems.first()?)));
    match incomplete {
        None => Ok(reports),
        Some((report, problem)) => Err(Failure::input(format!("{} is not complete", report.source))
            .because(problem.clone())
            .hint("a baseline needs complete reports: what is missing from one would count as mended")),
    }
}

fn refuse_to_replace(path: &Path, force: bool, place: &Place) -> Result<()> {
    if force || !path.exists() {
        return Ok(());
    }
    Err(Failure::input(format!("there is a baseline at {} already", place.shown(path)))
        .hint("to take out what is gone: stepgate-lint baseline shrink")
        .hint("to write it anew, with everything that is there now: --force"))
}

fn save(path: &Path, baseline: &Baseline) -> Result<()> {
    files::replace(path, |file| file.write_all(baseline.to_text().as_bytes()))
}

/// What `before` has and `after` has not, a line each.
fn gone(before: &Baseline, after: &Baseline) -> String {
    let mut left = after.entries().iter().peekable();
    let mut text = String::new();
    // Both are sorted, and `after` has nothing that `before` has not.
    for entry in before.entries() {
        let same = |other: &&Entry| {
            (&other.path, &other.tool, &other.rule, &other.message)
                == (&entry.path, &entry.tool, &entry.rule, &entry.message)
        };
        let now = left.next_if(same).map_or(0, |entry| entry.count);
        if now < entry.count {
            text += &line(entry.count, now, entry);
        }
    }
    text
}

/// `  2 → 1  src/A.php phpstan argument.type: the message`.
fn line(before: u32, now: u32, entry: &Entry) -> String {
    let Entry { path, tool, rule, message, .. } = entry;
    let key = [path, tool, rule].into_iter().filter(|part| !part.is_empty());
    let key = key.map(String::as_str).collect::<Vec<_>>().join(" ");
    let what = format!("{key}: {message}");
    format!("  {before} → {now}  {}\n", escape::cut(&escape::terminal(&what), 200))
}

/// `3 entries for 7 findings`.
fn described(baseline: &Baseline) -> String {
    let entries = baseline.entries();
    let findings = entries.iter().map(|entry| u64::from(entry.count)).sum();
    format!("{} for {}", count(entries.len() as u64, "entry"), count(findings, "finding"))
}

fn say(session: &mut Session, text: &str) -> Result<Exit> {
    words::say(session, text).map(|()| Exit::Pass)
}
