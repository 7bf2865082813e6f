//! `status`: what is where, why, since when, and what is missing.

use std::collections::BTreeMap;

use attest::Evidence;
use promotion::board;
use step::outputs::WriteError;
use step::progress::Progress;
use step::{Exit, Outputs, Place, Result, Session};

use crate::args::StatusArgs;
use crate::config::Config;
use crate::judging::of_digest;
use crate::report::context;
use crate::repository::Repository;
use crate::state::State;
use crate::write::status::Output;
use crate::write::{self, Options};

/// Shows the board.
pub(crate) async fn status(args: &StatusArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repository = Repository::open(&args.repo, &place, session).await?;
    let outputs =
        Outputs::find(&args.output, &BTreeMap::new(), Output::from_name, "promote", place.dir(), place.base())?;
    let now = session.clock.now();
    let (state, proofs) = {
        let progress = Progress::new(session);
        let read = async {
            let state = repository.state().await?;
            let proofs = proofs(&state, now).await?;
            Ok::<_, step::Failure>((state, proofs))
        };
        progress.during(&format!("reading {}", repository.name()), read).await?
    };
    let proof = |service: &str, digest: &str| {
        let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
        proofs.get(&(service.to_owned(), digits.to_owned())).cloned()
    };
    let mut board = board(&state.policy, &state.standings, &state.holds, &proof, now);
    only(&mut board, args)?;
    let context = context(&repository, &state, now);
    outputs.write(session, Output::Terminal, |output, colour, out| {
        let options = Options { colour, ..Options::default() };
        write::status::write(output, &board, &context, &options, out).map_err(WriteError::Io)
    })?;
    Ok(Exit::Pass)
}

/// What the bundle of each image proves that stands somewhere.
async fn proofs(state: &State<'_>, now: jiff::Timestamp) -> Result<BTreeMap<(String, String), Evidence>> {
    let mut proofs = BTreeMap::new();
    for ((service, _), standing) in &state.standings {
        let Some(digest) = standing.image.as_ref().ok().and_then(|image| image.digest.as_ref()) else { continue };
        let key = (service.clone(), digest.hex().to_owned());
        if let std::collections::btree_map::Entry::Vacant(e) = proofs.entry(key) {
            e.insert(of_digest(state, service, digest, now).await?);
        }
    }
    Ok(proofs)
}

/// Leaves what was asked for.
fn only(board: &mut promotion::Board, args: &StatusArgs) -> Result<()> {
    let missing = |what: &str, name: &str, known: Vec<String>| {
        step::Failure::usage(format!("there is no {what} `{name}`")).hint(format!("there are {}", known.join(", ")))
    };
    for service in &args.service {
        if !board.rows.iter().any(|row| row.service == *service) {
            return Err(missing("service", service, board.rows.iter().map(|row| row.service.clone()).collect()));
        }
    }
    for environment in &args.environment {
        if !board.environments.contains(environment) {
            return Err(missing("environment", environment, board.environments.clone()));
        }
    }
    board.rows.retain(|row| args.service.is_empty() || args.service.contains(&row.service));
    let kept: Vec<bool> =
        board.environments.iter().map(|name| args.environment.is_empty() || args.environment.contains(name)).collect();
    let mut at = kept.iter();
    board.environments.retain(|_| at.next().copied().unwrap_or(true));
    for row in &mut board.rows {
        let mut at = kept.iter();
        row.cells.retain(|_| at.next().copied().unwrap_or(true));
    }
    Ok(())
}
