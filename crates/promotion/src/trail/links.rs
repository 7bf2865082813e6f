//! The chain of deployments by itself.

use std::collections::{HashMap, HashSet};

use super::Found;
use crate::deployment::Action;

/// A deployment, and what is wrong with its place in the chain.
pub(super) struct Link<'f> {
    pub(super) found: &'f Found,
    pub(super) problems: Vec<String>,
}

/// All links, oldest first, each once.
pub(super) fn chain(found: &[Found]) -> Vec<Link<'_>> {
    let chain = Chain::of(found);
    let mut links: Vec<(usize, Link<'_>)> = Vec::with_capacity(chain.all.len());
    let depths = chain.depths();
    for (at, found) in chain.all.iter().enumerate() {
        links.push((depths.get(at).copied().unwrap_or_default(), Link { found, problems: chain.problems(found) }));
    }
    links.sort_by(|(a_depth, a), (b_depth, b)| {
        let key = |depth, link: &Link<'_>| (link.found.deployment.at, depth, turn(link.found.deployment.action));
        key(*a_depth, a).cmp(&key(*b_depth, b)).then_with(|| a.found.sha256.cmp(&b.found.sha256))
    });
    links.into_iter().map(|(_, link)| link).collect()
}

/// Of what was done at the same time, what comes first: what is proposed is put there, and held or released then.
fn turn(action: Action) -> u8 {
    match action {
        Action::Proposed => 0,
        Action::Bumped | Action::Promoted | Action::RolledBack => 1,
        Action::Held => 2,
        Action::Released => 3,
    }
}

/// The newest link that no other one follows.
pub(super) fn head(found: &[Found]) -> Option<&Found> {
    let links = || found.iter().filter(|link| link.deployment.action.lands());
    let followed: HashSet<&str> = links().filter_map(|link| link.deployment.previous.as_deref()).collect();
    let ends = || links().filter(|link| !followed.contains(link.sha256.as_str()));
    let newest = |a: &&Found, b: &&Found| (a.deployment.at, &a.sha256).cmp(&(b.deployment.at, &b.sha256));
    ends().max_by(newest).or_else(|| links().max_by(newest))
}

struct Chain<'f> {
    /// Each link once.
    all: Vec<&'f Found>,
    /// Where a link is in `all`, by its digest.
    by_sha256: HashMap<&'f str, usize>,
    /// Digests that different deployments have.
    ambiguous: HashSet<&'f str>,
    /// How many links name one as `previous`; `None`: how many name none. Only those that put an image there.
    followers: HashMap<Option<&'f str>, usize>,
    /// The oldest of those that put an image there.
    oldest: Option<&'f Found>,
}

impl<'f> Chain<'f> {
    fn of(found: &'f [Found]) -> Self {
        let mut this = Self {
            all: Vec::with_capacity(found.len()),
            by_sha256: HashMap::new(),
            ambiguous: HashSet::new(),
            followers: HashMap::new(),
            oldest: found.iter().filter(|link| link.deployment.action.lands()).min_by_key(|link| link.deployment.at),
        };
        for link in found {
            match this.by_sha256.get(link.sha256.as_str()).and_then(|at| this.all.get(*at)) {
                Some(same) if same.deployment == link.deployment => continue,
                Some(_) => drop(this.ambiguous.insert(&link.sha256)),
                None => drop(this.by_sha256.insert(&link.sha256, this.all.len())),
            }
            this.all.push(link);
            if link.deployment.action.lands() {
                *this.followers.entry(link.deployment.previous.as_deref()).or_default() += 1;
            }
        }
        this
    }

    fn get(&self, sha256: &str) -> Option<&'f Found> {
        self.by_sha256.get(sha256).and_then(|at| self.all.get(*at)).copied()
    }

    fn problems(&self, link: &Found) -> Vec<String> {
        let deployment = &link.deployment;
        let mut problems = Vec::new();
        if self.ambiguous.contains(link.sha256.as_str()) {
            problems.push(format!("two different deployments are called {:.12}", link.sha256));
        }
        if let Some(oldest) = self.oldest
            && (&oldest.deployment.service, &oldest.deployment.environment)
                != (&deployment.service, &deployment.environment)
        {
            problems.push(format!("it is of {} in {}", deployment.service, deployment.environment));
        }
        // What changes nothing that stands there hangs on the chain, and does not lengthen it.
        let siblings = if deployment.action.lands() {
            self.followers.get(&deployment.previous.as_deref()).copied().unwrap_or_default()
        } else {
            0
        };
        match &deployment.previous {
            None if siblings > 1 => problems.push(format!("{siblings} deployments say that nothing was before them")),
            None => {}
            Some(previous) if siblings > 1 => {
                problems
                    .push(format!("{siblings} deployments follow the same one, {previous:.12}: the trail is forked"));
            }
            Some(_) => {}
        }
        problems.extend(self.before(link));
        problems
    }

    /// What is wrong with the link before.
    fn before(&self, link: &Found) -> Option<String> {
        let at = link.deployment.at;
        let Some(previous) = &link.deployment.previous else {
            let oldest = self.oldest.filter(|oldest| oldest.deployment.at < at)?;
            return Some(format!(
                "it says that nothing was before it, but {:.12} was, at {}",
                oldest.sha256, oldest.deployment.at
            ));
        };
        match self.get(previous) {
            None => Some(format!("the deployment before it, {previous:.12}, is missing: it was taken away or changed")),
            Some(previous) if previous.deployment.at > at => Some(format!(
                "its time goes backwards: the deployment before it, {:.12}, was made at {}",
                previous.sha256, previous.deployment.at
            )),
            Some(_) => None,
        }
    }

    /// How many links are before each; in a circle, which no digest can make, they are counted from anywhere.
    fn depths(&self) -> Vec<usize> {
        let mut depths: Vec<Option<usize>> = vec![None; self.all.len()];
        let mut way = Vec::new();
        for start in 0..self.all.len() {
            let mut next = Some(start);
            let mut depth = 0;
            while let Some(at) = next {
                match depths.get_mut(at) {
                    Some(slot @ None) => *slot = Some(0),
                    Some(Some(known)) => {
                        depth = *known + 1;
                        break;
                    }
                    None => break,
                }
                way.push(at);
                let previous = self.all.get(at).and_then(|link| link.deployment.previous.as_deref());
                next = previous.and_then(|previous| self.by_sha256.get(previous)).copied();
            }
            while let Some(at) = way.pop() {
                if let Some(slot) = depths.get_mut(at) {
                    *slot = Some(depth);
                }
                depth += 1;
            }
        }
        depths.into_iter().map(Option::unwrap_or_default).collect()
    }
}
