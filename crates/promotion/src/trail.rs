//! The audit trail: what was done to a service in an environment, link by link, beside what git says was done.

mod git;
mod links;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::deployment::Deployment;
use crate::model::Earlier;

/// A deployment that was found in a bundle and accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    /// By this its successor names it.
    pub sha256: String,
    /// The names of the keys that signed it.
    pub keys: Vec<String>,
    /// What it says.
    pub deployment: Deployment,
}

/// One line of the trail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// When: the attested time, else the time of the commit.
    pub at: Option<Timestamp>,
    /// What git says: the image, and the commit that put it there.
    pub stood: Option<Earlier>,
    /// What is attested of it.
    pub found: Option<Found>,
    /// What does not fit together, in words.
    pub problems: Vec<String>,
}

/// Of one service in one environment, newest first: every image that stood there (`stood`, newest first, what stands there
/// now included) and every deployment that is attested (`found`, in any order).
///
/// Problems are: a change that nothing attests, at the time of the first attested deployment or later; a deployment that
/// git does not show, or shows in another order; a `previous` that is not there or is named twice (a fork); a first link
/// that is not the oldest, or a second first one; an `onto` that is not in the history (`is_in_history`); a `replaced` that
/// is not what stood there; times that go backwards; a link of another service or environment.
///
/// A link is held by the one after it, and by git. What changed nothing that stands there (a stop, a release, a proposal) is
/// held by nothing but the history of git, and where nothing is attested, nothing can be missed.
#[must_use]
pub fn trail(stood: &[Earlier], found: &[Found], is_in_history: &dyn Fn(&str) -> bool) -> Vec<Entry> {
    let chain = links::chain(found);
    let mut entries: Vec<Entry> = chain
        .iter()
        .map(|link| Entry {
            at: Some(link.found.deployment.at),
            stood: None,
            found: Some(link.found.clone()),
            problems: link.problems.clone(),
        })
        .collect();
    for entry in &mut entries {
        let onto = entry.found.as_ref().map_or("", |found| &found.deployment.onto);
        if !is_in_history(onto) {
            entry.problems.push(format!(
                "it was made on top of commit {onto:.12}, which is not in the history of the branch: history was rewritten"
            ));
        }
    }
    let unattested = git::compare(stood, &mut entries);
    merged(entries, unattested)
}

/// The newest deployment of the chain: what the next one names as `previous`. Those that put an image there are its links
/// (`Bumped`, `Promoted`, `RolledBack`); a proposal, a stop and a release name the link that was the newest one, and are none
/// themselves: nobody who puts an image there has to know of them. Where the chain is forked, the newest of its ends.
#[must_use]
pub fn head(found: &[Found]) -> Option<&Found> {
    links::head(found)
}

/// Both, newest first; both come oldest first. At the same time, what is attested is the newer one.
fn merged(attested: Vec<Entry>, unattested: Vec<Entry>) -> Vec<Entry> {
    let mut all = unattested;
    all.extend(attested);
    all.sort_by_key(|entry| entry.at);
    all.reverse();
    all
}
