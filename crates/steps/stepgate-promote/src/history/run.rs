//! Gathers the trails, and prints them.

use std::collections::{BTreeMap, BTreeSet};

use gitops::Digest;
use promotion::model::Earlier;
use promotion::trail::{Entry, Found, trail};
use step::outputs::WriteError;
use step::progress::Progress;
use step::{Exit, Failure, Outputs, Place, Result, Session};

use super::{History, write};
use crate::acting::deployments;
use crate::args::HistoryArgs;
use crate::config::Config;
use crate::repository::{Repository, cannot_read};
use crate::state::{Depth, State};

/// `history`: tells what was done.
pub(crate) async fn run(args: &HistoryArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repository = Repository::open(&args.repo, &place, session).await?;
    let outputs =
        Outputs::find(&args.output, &BTreeMap::new(), Output::from_name, "promote", place.dir(), place.base())?;
    let now = session.clock.now();
    let trails = {
        let progress = Progress::new(session);
        progress.during(&format!("reading {}", repository.name()), trails(args, &repository, now)).await?
    };
    let history = History::of(&repository.name(), &repository.branch, &trails);
    outputs.write(session, Output::Terminal, |output, colour, out| {
        match output {
            Output::Terminal => write::terminal(&history, colour, out),
            Output::Json => write::json(&history, out),
            Output::Markdown => write::markdown(&history, out),
        }
        .map_err(WriteError::Io)
    })?;
    Ok(history.exit())
}

async fn trails(
    args: &HistoryArgs,
    repository: &Repository,
    now: jiff::Timestamp,
) -> Result<Vec<(String, String, Vec<Entry>)>> {
    let state = State::read(repository.scratch()?, &repository.tip().await?, Depth::All).await?;
    are_known(args, &state)?;
    let places: Vec<(String, String)> = state.standings.keys().filter(|place| is_meant(args, place)).cloned().collect();
    let mut found: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for (service, _) in &places {
        if !found.contains_key(service) {
            found.insert(service.clone(), deployments(&state, service, now).await?);
        }
    }
    let onto = found.values().flatten().map(|it| it.deployment.onto.clone()).collect();
    let known = ancestors(onto, &state).await?;
    let mut trails = Vec::with_capacity(places.len());
    for (service, environment) in places {
        let of_it = found.get(&service).into_iter().flatten().filter(|it| it.deployment.environment == environment);
        let of_it: Vec<Found> = of_it.cloned().collect();
        let stood = stood(&state, &service, &environment);
        let mut entries = trail(&stood, &of_it, &|commit| known.contains(commit));
        if let Some(digest) = &args.digest {
            entries.retain(|entry| is_of(entry, digest));
        }
        trails.push((service, environment, entries));
    }
    Ok(trails)
}

/// What stands there now, and everything before.
fn stood(state: &State<'_>, service: &str, environment: &str) -> Vec<Earlier> {
    let Some(standing) = state.standings.get(&(service.to_owned(), environment.to_owned())) else { return Vec::new() };
    let now = Earlier { image: standing.image.clone(), since: standing.since, commit: standing.commit.clone() };
    std::iter::once(now).chain(standing.before.iter().cloned()).collect()
}

/// Those that lead to the tip.
async fn ancestors(commits: BTreeSet<String>, state: &State<'_>) -> Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for commit in commits {
        // What is no commit's id leads nowhere.
        let is_id = matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id && state.scratch.is_ancestor(&commit, &state.tip).await.map_err(cannot_read)? {
            known.insert(commit);
        }
    }
    Ok(known)
}

fn is_meant(args: &HistoryArgs, (service, environment): &(String, String)) -> bool {
    args.service.as_ref().is_none_or(|it| it == service) && args.environment.as_ref().is_none_or(|it| it == environment)
}

fn is_of(entry: &Entry, digest: &Digest) -> bool {
    let attested = entry.found.as_ref().is_some_and(|it| it.deployment.image.ends_with(digest.as_str()));
    let stood = entry.stood.as_ref().and_then(|it| it.image.as_ref().ok());
    attested || stood.is_some_and(|image| image.digest.as_ref() == Some(digest))
}

fn are_known(args: &HistoryArgs, state: &State<'_>) -> Result<()> {
    if state.standings.keys().any(|place| is_meant(args, place)) {
        return Ok(());
    }
    let known: Vec<String> =
        state.standings.keys().map(|(service, environment)| format!("{service} in {environment}")).collect();
    Err(Failure::usage("nothing of that name is in promotion.yaml").hint(format!("there is {}", known.join(", "))))
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Output {
    Terminal,
    Json,
    Markdown,
}

impl Output {
    fn from_name(name: &str) -> std::result::Result<Self, String> {
        match name {
            "terminal" => Ok(Self::Terminal),
            "json" => Ok(Self::Json),
            "markdown" => Ok(Self::Markdown),
            _ => Err(format!("`{name}` is no format of a history; there are json, markdown and terminal")),
        }
    }
}
