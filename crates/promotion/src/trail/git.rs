//! The chain beside what git shows.

use std::collections::{HashMap, VecDeque};

use gitops::Image;
use jiff::{SignedDuration, Timestamp};

use super::Entry;
use crate::deployment::{Action, Deployment};
use crate::model::Earlier;

/// The clock of whoever attests may be ahead of the clock of whoever commits.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Gives every deployment the image that it put there, and reports what does not fit. What stood there and is not attested
/// comes back, oldest first. `stood` is newest first, `entries` are oldest first.
pub(super) fn compare(stood: &[Earlier], entries: &mut [Entry]) -> Vec<Entry> {
    let attested_since = entries.first().and_then(|entry| entry.at);
    let mut waiting = Waiting::of(entries);
    let mut unattested = Vec::new();
    let (mut last, mut before): (Option<usize>, Option<&Earlier>) = (None, None);
    for (at, now) in stood.iter().enumerate().rev() {
        // What stood there since before the known history was put there before the next one came.
        let next = at.checked_sub(1).and_then(|next| stood.get(next)).and_then(|next| next.since);
        let mut problems = backwards(before, now);
        match waiting.take(now, now.since.or(next), next) {
            Some(index) => {
                if let Some(entry) = entries.get_mut(index) {
                    entry.stood = Some(now.clone());
                    problems.extend(replaced(entry, before));
                    if last.is_some_and(|last| last > index) {
                        problems.push("git shows it after a deployment that is attested to be a later one".to_owned());
                    }
                    entry.problems.append(&mut problems);
                }
                last = last.max(Some(index));
            }
            None => {
                let is_late = attested_since.is_some_and(|first| now.since.is_some_and(|since| since >= first));
                if is_late {
                    problems.push(
                        "nothing attests this change: it was made by hand, or its attestation was taken away"
                            .to_owned(),
                    );
                }
                unattested.push(Entry { at: now.since, stood: Some(now.clone()), found: None, problems });
            }
        }
        before = Some(now);
    }
    not_shown(stood, entries);
    unattested
}

fn backwards(before: Option<&Earlier>, now: &Earlier) -> Vec<String> {
    match (before.and_then(|before| before.since), now.since) {
        (Some(before), Some(now)) if now < before => {
            vec![format!("its time goes backwards: git shows a change before it at {before}")]
        }
        _ => Vec::new(),
    }
}

/// Whether the deployment says of what stood there before something that git does not show. A proposal may be older than
/// what stands there when it is merged.
fn replaced(entry: &Entry, before: Option<&Earlier>) -> Option<String> {
    let deployment = &entry.found.as_ref()?.deployment;
    let shown = before?.image.as_ref().ok()?;
    let said = deployment.replaced.as_ref().filter(|_| deployment.action.lands())?;
    let is_same = said.parse::<Image>().is_ok_and(|said| match (&said.digest, &shown.digest) {
        (Some(said), Some(shown)) => said == shown,
        _ => said.tag == shown.tag && said.name.same_as(&shown.name),
    });
    (!is_same).then(|| format!("it says that it replaced {said}, but git shows {shown} before it"))
}

/// Reports what was put there by its own words and never stood there. The same image once more changes nothing that git
/// could show.
fn not_shown(stood: &[Earlier], entries: &mut [Entry]) {
    // Before the second one that is known, something else may have stood there.
    let known_since = match stood {
        [] => None,
        [.., last] if last.since.is_some() => last.since.map(|_| Timestamp::MIN),
        [.., next, _] => next.since,
        [_] => return,
    };
    let mut before: Option<String> = None;
    for entry in entries {
        let Some(found) = &entry.found else { continue };
        let deployment = &found.deployment;
        if !may_land(deployment) {
            continue;
        }
        let image = digest(deployment);
        let is_known = known_since.is_none_or(|since| deployment.at >= since);
        if entry.stood.is_none() && deployment.action.lands() && is_known && image != before {
            entry.problems.push(format!("git does not show that {} ever stood there", deployment.image));
        }
        before = image;
    }
}

fn may_land(deployment: &Deployment) -> bool {
    deployment.action.lands() || deployment.action == Action::Proposed
}

fn digest(deployment: &Deployment) -> Option<String> {
    let image: Image = deployment.image.parse().ok()?;
    image.digest.map(|digest| digest.as_str().to_owned())
}

/// Deployments for which an image has not been found yet, oldest first, by how git may show it.
struct Waiting {
    by_image: HashMap<String, VecDeque<usize>>,
    links: Vec<Turn>,
}

/// A link that waits.
struct Turn {
    at: Option<Timestamp>,
    /// The same for links that put the same image there without another one between them.
    run: usize,
    taken: bool,
}

impl Waiting {
    fn of(entries: &[Entry]) -> Self {
        let mut this = Self { by_image: HashMap::new(), links: Vec::with_capacity(entries.len()) };
        let (mut run, mut before) = (0, None);
        for (index, entry) in entries.iter().enumerate() {
            let deployment = entry.found.as_ref().map(|found| &found.deployment).filter(|found| may_land(found));
            let image = deployment.and_then(|deployment| deployment.image.parse::<Image>().ok());
            if let Some(image) = image {
                for key in [by_digest(&image), by_tag(&image)].into_iter().flatten() {
                    this.by_image.entry(key).or_default().push_back(index);
                }
                let digest = by_digest(&image);
                run += usize::from(digest != before);
                before = digest;
            }
            this.links.push(Turn { at: entry.at, run, taken: false });
        }
        this
    }

    /// The oldest deployment that put this image there, and did so before it stood there, which was at `since`, until
    /// something else came at `next`. Those that put the same image there once more meanwhile are done with too.
    fn take(&mut self, stood: &Earlier, since: Option<Timestamp>, next: Option<Timestamp>) -> Option<usize> {
        let image = stood.image.as_ref().ok()?;
        let queue = self.by_image.get_mut(&by_digest(image).or_else(|| by_tag(image))?)?;
        let latest = since.and_then(|since| since.checked_add(SKEW).ok());
        let mut found: Option<(usize, usize)> = None;
        while let Some(index) = queue.front() {
            let turn = self.links.get_mut(*index)?;
            let is_done = match found {
                _ if turn.taken => true,
                None => is_before(turn.at, latest),
                Some((_, run)) => turn.run == run && is_before(turn.at, next),
            };
            if !is_done {
                break;
            }
            if !turn.taken {
                turn.taken = true;
                found = found.or(Some((*index, turn.run)));
            }
            queue.pop_front();
        }
        found.map(|(index, _)| index)
    }
}

/// Whether it is not after the end; what has no end is never over.
fn is_before(at: Option<Timestamp>, end: Option<Timestamp>) -> bool {
    end.is_none_or(|end| at.is_some_and(|at| at <= end))
}

fn by_digest(image: &Image) -> Option<String> {
    image.digest.as_ref().map(|digest| digest.as_str().to_owned())
}

/// Where git shows no digest, the tag must do.
fn by_tag(image: &Image) -> Option<String> {
    image.tag.as_ref().map(|tag| format!("{}:{tag}", image.name))
}
