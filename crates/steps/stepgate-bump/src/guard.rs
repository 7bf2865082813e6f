//! What `promotion.yaml` and `holds.yaml` say of a change: a build puts its image only where nothing else is asked for.
//!
//! What counts is what changes, not what the command line calls it: a target that is named by its file and path is the
//! same place as the one that `promotion.yaml` has under a service and an environment.

use std::collections::BTreeSet;

use gitops::reference::Name;
use gitops::{FileChange, Plan, Reason, Refusal, Target, Wish, Written};
use jiff::Timestamp;
use landing::Snapshot;
use promotion::policy::{Environment, FILE as PROMOTION, Via};
use promotion::{Holds, Policy, calendar, hold};
use step::Failure;
use yaml_edit::Yaml;

use crate::policy::read_text;
use crate::put::Stopped;

/// A service in an environment, by name; empty where the command line has none.
type Touched = BTreeSet<(String, String)>;

/// Refuses what the repository, as it is now, does not leave to a build.
///
/// # Errors
///
/// What it says no to, or not yet; a policy or emergency stops that cannot be read.
pub(crate) async fn check(
    policy: &Policy,
    wishes: &[Wish],
    plan: &Plan,
    snapshot: &Snapshot<'_>,
    now: Timestamp,
) -> Result<(), Stopped> {
    if plan.files.is_empty() {
        return Ok(());
    }
    let none: BTreeSet<String> = plan.files.iter().filter_map(|change| no_place(&change.file)).collect();
    if !none.is_empty() {
        return Err(refused(
            none,
            "name the file in which the image stands, by its path from the root of the repository",
        ));
    }
    let touched = touched(policy, plan);
    let closed: BTreeSet<String> = touched.iter().filter_map(|(_, environment)| closed(policy, environment)).collect();
    if !closed.is_empty() {
        return Err(refused(closed, "stepgate promote run takes an image there when all of it is met"));
    }
    let holds = holds(snapshot).await?;
    let stopped: BTreeSet<String> = touched
        .iter()
        .flat_map(|(service, environment)| {
            let digests = wishes.iter().map(|wish| wish.image.digest.as_ref().map(gitops::Digest::as_str));
            digests.flat_map(|digest| holds.stopping(service, environment, digest, now).map(stop))
        })
        .collect();
    if !stopped.is_empty() {
        return Err(refused(stopped, "stepgate promote release takes a hold back"));
    }
    let frozen: BTreeSet<String> =
        touched.iter().flat_map(|(_, environment)| freezes(policy, environment, now)).collect();
    if frozen.is_empty() { Ok(()) } else { Err(Stopped::NotYet(frozen.into_iter().collect::<Vec<_>>().join("; "))) }
}

/// Why no build changes a file: another spelling of its path would be another file to everything here, and what rules
/// over builds is not theirs.
fn no_place(file: &str) -> Option<String> {
    if !git::path_is_safe(file) {
        return Some(format!("`{file}` is not the plain path of a file in the repository"));
    }
    let rules = file == PROMOTION || file == hold::FILE || file.starts_with("attestations/");
    rules.then(|| format!("`{file}` is not for images"))
}

/// What the plan changes: what it says itself, and every place of the policy where something else stands afterwards.
fn touched(policy: &Policy, plan: &Plan) -> Touched {
    let said = plan.moves.iter().map(|it| {
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        (name(&it.service), name(&it.environment))
    });
    let mut touched: Touched = said.collect();
    for (name, service) in &policy.services {
        for (environment, place) in &service.environments {
            let changes = |target: &Target| {
                let mut files = plan.files.iter().filter(|change| change.file == target.file);
                files.any(|change| is_changed(change, target, &service.image))
            };
            if place.targets.iter().any(changes) {
                touched.insert((name.clone(), environment.clone()));
            }
        }
    }
    touched
}

/// Whether another image stands at the target afterwards. What cannot be told is a change.
fn is_changed(change: &FileChange, target: &Target, image: &Name) -> bool {
    let stands = |content: &[u8]| standing(content, target, image);
    match (stands(&change.before), stands(&change.after)) {
        (Some(before), Some(after)) => before != after,
        _ => true,
    }
}

/// What stands at a target; `None` when that cannot be told.
pub(crate) fn standing(content: &[u8], target: &Target, image: &Name) -> Option<Vec<Written>> {
    let yaml = Yaml::read(content).ok()?;
    if let Some(path) = &target.path {
        return gitops::explicit(&target.file, &yaml, target.document, path).ok().map(|place| vec![place.image]);
    }
    let places = gitops::find(&target.file, &yaml, Some(image)).into_iter();
    let places = places.filter(|place| target.document.is_none_or(|document| place.document == document));
    Some(places.map(|place| place.image).collect())
}

/// Why an environment is reached by promotion alone.
fn closed(policy: &Policy, environment: &str) -> Option<String> {
    let asked = || asked(&policy.environment(environment)).join(", ");
    (!policy.is_open(environment))
        .then(|| format!("`{environment}` is reached by promotion: {PROMOTION} asks for {} there", asked()))
}

/// What is asked of a change in an environment, in words.
fn asked(environment: &Environment) -> Vec<&'static str> {
    let Environment { from, from_any, soak, verified, require, who, approvals, windows, via, conditions, .. } =
        environment;
    let all = [
        (!from.is_empty() || !from_any.is_empty(), "an order"),
        (soak.is_some(), "time in the environment before"),
        (*verified == Some(true), "health"),
        (!require.is_empty(), "attestations"),
        (who.is_some(), "certain people"),
        (approvals.is_some(), "approvals"),
        (!windows.is_empty(), "a window"),
        (*via == Via::PullRequest, "a pull request"),
        (!conditions.is_empty(), "conditions"),
    ];
    all.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, what)| what).collect()
}

async fn holds(snapshot: &Snapshot<'_>) -> Result<Holds, Stopped> {
    let Some(text) = read_text(hold::FILE, snapshot).await? else { return Ok(Holds::default()) };
    Holds::read(&text).map_err(|error| {
        let hint = error.hint.clone();
        let failure = Failure::input(format!("cannot use {} of the GitOps repository", hold::FILE));
        Stopped::from(failure.because(error.to_string()).hint_if(hint))
    })
}

fn stop(hold: &promotion::Hold) -> String {
    let until = hold.until.map_or_else(String::new, |until| format!(", until {until}"));
    format!("{} is held: {}{until}", hold.scope(), hold.reason)
}

/// The freezes that are on. Nobody is excepted: who runs this is not shown.
fn freezes(policy: &Policy, environment: &str, now: Timestamp) -> Vec<String> {
    let on = calendar::freezes(policy, environment, now).into_iter();
    on.map(|freeze| {
        let until = freeze.when.at(now).until.map_or_else(String::new, |until| format!(", until {until}"));
        format!("`{environment}` is frozen: {}{until}", freeze.reason)
    })
    .collect()
}

fn refused(why: BTreeSet<String>, hint: &str) -> Stopped {
    Stopped::Refused(Refusal {
        reason: Reason::Policy,
        file: None,
        line: None,
        what: why.into_iter().collect::<Vec<_>>().join("; "),
        candidates: Vec::new(),
        hint: Some(hint.to_owned()),
    })
}
