//! `hold` and `release`: emergency stops.

use std::cell::RefCell;
use std::collections::BTreeSet;

use gitops::Image;
use jiff::Timestamp;
use landing::{Landed, Next, Snapshot};
use promotion::{Action, Hold, Holds, Identity, Proof};
use step::{Exit, Failure, Place, Result, Session, words};

use crate::acting::{Change, deployments};
use crate::args::{CommitArgs, HoldArgs, ReleaseArgs, RepoArgs, ScopeArgs};
use crate::config::Config;
use crate::identity;
use crate::repository::{Committing, Repository, cannot_change};
use crate::state::{Depth, State};

/// What is done to the stops.
enum Deed<'a> {
    Hold { until: Option<Timestamp>, reason: &'a str },
    Release { reason: &'a str },
}

/// Stops.
pub(crate) async fn hold(args: &HoldArgs, session: &mut Session) -> Result<Exit> {
    let now = session.clock.now();
    let until = match (args.until, args.for_) {
        (Some(until), _) => Some(until),
        (None, Some(time)) => now.checked_add(time).ok(),
        (None, None) => None,
    };
    if until.is_some_and(|until| until <= now) {
        return Err(Failure::usage("a hold that is over already holds nothing").hint("give a later --until"));
    }
    act(&args.repo, &args.commit, &args.scope, &Deed::Hold { until, reason: &args.reason }, session).await
}

/// Takes a stop back.
pub(crate) async fn release(args: &ReleaseArgs, session: &mut Session) -> Result<Exit> {
    act(&args.repo, &args.commit, &args.scope, &Deed::Release { reason: &args.reason }, session).await
}

async fn act(
    repo: &RepoArgs,
    commit: &CommitArgs,
    scope: &ScopeArgs,
    deed: &Deed<'_>,
    session: &mut Session,
) -> Result<Exit> {
    if scope.service.is_none() && scope.environment.is_none() && scope.digest.is_none() && !scope.everything {
        return Err(
            Failure::usage("it is not said what").hint("give --service, --environment, --digest, or --everything")
        );
    }
    let place = Place::<Config>::find("promote", &repo.config, session).await?;
    let repository = Repository::open(repo, &place, session).await?;
    let committing = repository.committing(commit, &place, session).await?;
    let who = identity::who(&repository, &place.pipeline, session).await;
    let said = RefCell::new(Said::default());
    let plan = async |snapshot: &Snapshot<'_>| {
        let state = State::read(repository.scratch()?, &snapshot.commit, Depth::Current).await?;
        let now = session.clock.now();
        *said.borrow_mut() = Said::default();
        next(scope, deed, &state, &committing, &who, now, &said).await
    };
    let landed = landing::push(&repository.remote, &repository.options(&committing), plan).await;
    let landed = landed.map_err(|error| cannot_change(&repository, error))?;
    let said = said.into_inner();
    for note in repository.take_notes() {
        words::progress(session, &note);
    }
    let there = format!("{} of {}", repository.branch, repository.name());
    let line = match (landed, said.refused) {
        (_, Some(why)) => {
            words::say(session, &format!("refused, nothing was changed in {there}: {why}\n"))?;
            return Ok(Exit::Fail);
        }
        (Landed::Committed { commit, .. }, None) => format!("{}, by {commit:.12} on {there}", said.what),
        (Landed::Stopped, None) => format!("nothing to do in {there}: {}", said.what),
    };
    words::say(session, &format!("{line}\n"))?;
    Ok(Exit::Pass)
}

/// What is to be told.
#[derive(Debug, Default)]
struct Said {
    what: String,
    refused: Option<String>,
}

async fn next(
    scope: &ScopeArgs,
    deed: &Deed<'_>,
    state: &State<'_>,
    committing: &Committing,
    who: &Identity,
    now: Timestamp,
    said: &RefCell<Said>,
) -> Result<Next> {
    are_known(scope, state)?;
    let mut holds = state.holds.clone();
    let (action, reason) = match deed {
        Deed::Hold { until, reason } => {
            let hold = new_hold(scope, reason, *until, who, now);
            said.borrow_mut().what = format!("held: {}", hold.scope());
            if state.holds.holds.iter().any(|it| is_same(it, &hold)) {
                said.borrow_mut().what = format!("{} is held already", hold.scope());
                return Ok(Next::Stop);
            }
            holds.add(hold);
            (Action::Held, *reason)
        }
        Deed::Release { reason } => {
            let digest = scope.digest.as_ref().map(ToString::to_string);
            let gone = holds.release(scope.service.as_deref(), scope.environment.as_deref(), digest.as_deref());
            if gone.is_empty() {
                said.borrow_mut().refused = Some(nothing_held(&state.holds));
                return Ok(Next::Stop);
            }
            if let Some(why) = may_not_release(&gone, state, who) {
                said.borrow_mut().refused = Some(why);
                return Ok(Next::Stop);
            }
            let scopes: Vec<String> = gone.iter().map(Hold::scope).collect();
            said.borrow_mut().what = format!("released: {}", scopes.join("; "));
            (Action::Released, *reason)
        }
    };
    let mut change = Change::new(state, committing, now);
    change.holds(&holds);
    for (service, environment, image) in stopped(scope, state) {
        let found = deployments(state, &service, now).await?;
        change.attest_stop(action, (&service, &environment), &image, (who, reason), &found).await?;
    }
    let subject = format!(
        "{}{}: {reason}",
        said.borrow().what.get(..1).unwrap_or_default().to_uppercase(),
        said.borrow().what.get(1..).unwrap_or_default()
    );
    Ok(change.draft(Some(&subject)).await?.map_or(Next::Stop, Next::Commit))
}

fn new_hold(scope: &ScopeArgs, reason: &str, until: Option<Timestamp>, who: &Identity, now: Timestamp) -> Hold {
    Hold {
        service: scope.service.clone(),
        environment: scope.environment.clone(),
        digest: scope.digest.as_ref().map(ToString::to_string),
        reason: reason.to_owned(),
        by: identity::name(who),
        since: now,
        until,
    }
}

/// Whether it says the same already.
fn is_same(there: &Hold, new: &Hold) -> bool {
    let what = |it: &Hold| (it.service.clone(), it.environment.clone(), it.digest.clone(), it.reason.clone(), it.until);
    what(there) == what(new)
}

/// A name that nothing has holds nothing: better said at once.
fn are_known(scope: &ScopeArgs, state: &State<'_>) -> Result<()> {
    if let Some(service) = &scope.service
        && !state.policy.services.contains_key(service)
    {
        let known = state.policy.services.keys().cloned().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("there is no service `{service}`")).hint(format!("there are {known}")));
    }
    let environments: BTreeSet<&str> = state.standings.keys().map(|(_, environment)| environment.as_str()).collect();
    match &scope.environment {
        Some(environment) if !environments.contains(environment.as_str()) => {
            let known = environments.into_iter().collect::<Vec<_>>().join(", ");
            Err(Failure::usage(format!("there is no environment `{environment}`")).hint(format!("there are {known}")))
        }
        _ => Ok(()),
    }
}

fn nothing_held(holds: &Holds) -> String {
    let scopes: Vec<String> = holds.holds.iter().map(Hold::scope).collect();
    match scopes.as_slice() {
        [] => "nothing is held".to_owned(),
        scopes => format!("that is not held; held: {}", scopes.join("; ")),
    }
}

/// A stop may be made by anybody. Taking one back lets changes through: only who may make them may do that.
fn may_not_release(gone: &[Hold], state: &State<'_>, who: &Identity) -> Option<String> {
    let environments: BTreeSet<&str> = gone
        .iter()
        .flat_map(|hold| match &hold.environment {
            Some(environment) => vec![environment.as_str()],
            None => state.policy.environments.keys().map(String::as_str).collect(),
        })
        .collect();
    for environment in environments {
        let of_policy = state.policy.environment(environment);
        let Some(named) = &of_policy.who else { continue };
        match (&who.proof, &who.uuid) {
            (Proof::Shown(_), Some(uuid)) if state.policy.is_among(uuid, named) => {}
            (Proof::Shown(_), Some(uuid)) => {
                return Some(format!("{} may not change {environment}", state.policy.person(uuid)));
            }
            (Proof::Failed(unknown), _) => {
                return Some(format!(
                    "the policy names who may change {environment}, and who asks is not known: {}",
                    unknown.why
                ));
            }
            _ => return Some(format!("the policy names who may change {environment}, and who asks is only claimed")),
        }
    }
    None
}

/// The images that the stop is about: the one that is named, or what stands there.
fn stopped(scope: &ScopeArgs, state: &State<'_>) -> Vec<(String, String, Image)> {
    let is_meant = |(service, environment): &(String, String)| {
        scope.service.as_ref().is_none_or(|it| it == service)
            && scope.environment.as_ref().is_none_or(|it| it == environment)
    };
    let places = state.standings.iter().filter(|(place, _)| is_meant(place));
    let image = |service: &str, standing: &promotion::Standing| match &scope.digest {
        None => standing.image.as_ref().ok().cloned(),
        Some(digest) => {
            let name = state.policy.services.get(service)?.image.clone();
            Some(Image { name, tag: None, digest: Some(digest.clone()) })
        }
    };
    places
        .filter_map(|((service, environment), standing)| {
            Some((service.clone(), environment.clone(), image(service, standing)?))
        })
        .collect()
}
