//! What came of a pull request.

use std::sync::{Mutex, PoisonError};

use landing::{How, MergeState, Proposed};

use crate::put::Made;
use crate::report::{Ended, Proposal};

/// How it ended, in our own terms. What a person may want to know besides is added to `notes`.
pub(crate) fn ended(proposed: Proposed, branch: &str, made: &mut Made, notes: &Mutex<Vec<String>>) -> Ended {
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    match proposed {
        Proposed::Ours(proposal) => {
            notes.extend(proposal.notes.iter().cloned());
            let declined = proposal.superseded.iter();
            notes.extend(declined.map(|id| format!("declined pull request {id}: it is from the same branch")));
            Ended::Proposed(ours(proposal, branch))
        }
        Proposed::Newer { commit, id } => {
            let what = id.map_or_else(|| format!("branch {branch}"), |id| format!("pull request {id}"));
            made.superseded.push(format!("{what} proposes what a newer build has made ({commit:.12})"));
            Ended::Superseded
        }
        Proposed::Stopped { declined, notes: more } => {
            notes.extend(more);
            notes.extend(declined.iter().map(|id| format!("declined pull request {id}: there is nothing left to do")));
            made.stopped()
        }
    }
}

fn ours(proposal: landing::Proposal, branch: &str) -> Proposal {
    let state = match (&proposal.merge, proposal.how) {
        (Some(MergeState::Merged { .. }), _) => "merged",
        (_, How::Opened) => "opened",
        (_, How::Updated) => "updated",
        (_, How::Unchanged) => "unchanged",
    };
    let note = match proposal.merge {
        Some(MergeState::NotYet { said }) => Some(said),
        Some(MergeState::Pending) => Some("Bitbucket is still at it".to_owned()),
        Some(MergeState::Merged { .. }) | None => None,
    };
    Proposal { id: proposal.id, url: proposal.url, branch: branch.to_owned(), state, note }
}
