//! What happened to a pull request, and what people think of it.

use serde_json::{Map, Value, json};

use super::{describe, find, source_tip};
use crate::bitbucket::Bitbucket;
use crate::bitbucket::errors::{Answer, envelope, not_allowed};
use crate::bitbucket::keeper;
use crate::bitbucket::people::Person;
use crate::bitbucket::route::Call;
use crate::bitbucket::state::{Participant, PullRequest, State};
use crate::server::Reply;

/// `/pullrequests/{id}/activity`, the newest first.
pub(crate) fn activity(mut call: Call<'_>, index: usize) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let log = &call.repository().pull_requests[index].activity;
    let values: Vec<Value> = log.iter().rev().cloned().collect();
    call.page(&values)
}

/// `/pullrequests/{id}/approve`; one's own may be approved, and one that is merged too (both seen).
pub(crate) fn approve(mut call: Call<'_>, id: &str) -> Answer {
    let index = find(&mut call, id)?;
    let person = call.person();
    match call.request.method.as_str() {
        "POST" => {
            let at = (call.repository, index);
            review(call.state, at, &person, "approved");
            let participants = &call.repository().pull_requests[index].participants;
            let own = participants.iter().find(|it| it.person.uuid == person.uuid);
            Ok(Reply::json(200, &own.map(Participant::describe).unwrap_or_default()))
        }
        "DELETE" => {
            let it = &mut call.repository().pull_requests[index];
            if it.state == "MERGED" {
                return Err(envelope(400, "Pull request cannot be unapproved because it has already been merged."));
            }
            let own = it.participants.iter_mut().find(|it| it.person.uuid == person.uuid && it.approved);
            own.ok_or_else(|| envelope(404, "You haven't approved this pull request."))?.withdraw();
            Ok(Reply::empty(204))
        }
        _ => Err(not_allowed()),
    }
}

/// Writes down what somebody thinks.
fn review(state: &mut State, (repository, index): (usize, usize), person: &Person, thought: &'static str) {
    let date = state.now();
    let repository = &mut state.repositories[repository];
    let it = &mut repository.pull_requests[index];
    let approved = thought == "approved";
    let known = it.participants.iter().position(|it| it.person.uuid == person.uuid);
    let at = known.unwrap_or_else(|| {
        it.participants.push(Participant::new(person));
        it.participants.len() - 1
    });
    let participant = &mut it.participants[at];
    (participant.approved, participant.state, participant.date) = (approved, Some(thought), Some(date.clone()));
    let kind = if approved { "approval" } else { thought };
    let entry = json!({"date": date, "user": person.describe(), "pullrequest": reference(it)});
    let entry = json!({kind: entry, "pull_request": reference(it)});
    it.activity.push(entry);
}

fn reference(it: &PullRequest) -> Value {
    json!({"type": "pullrequest", "id": it.id, "title": it.title})
}

/// Writes down that somebody changed what `changes` names.
pub(super) fn changed(
    state: &mut State,
    (repository, index): (usize, usize),
    by: &Person,
    changes: Map<String, Value>,
) {
    let date = state.last_time();
    let repository = &mut state.repositories[repository];
    let shown = describe(&repository.pull_requests[index], repository, false);
    let mut update = json!({"date": date, "author": by.describe(), "changes": changes, "reason": ""});
    for name in ["title", "description", "state", "draft", "source", "destination"] {
        update[name] = shown[name].clone();
    }
    let it = &mut repository.pull_requests[index];
    let entry = json!({"update": update, "pull_request": reference(it)});
    it.activity.push(entry);
}

/// Writes down where the sources of open pull requests have moved, and takes approvals away where a restriction says so.
/// A new one gets its first entry. Does not make time go on: the move itself did.
pub(crate) fn settle(state: &mut State, by: &Person) {
    for repository in 0..state.repositories.len() {
        for index in 0..state.repositories[repository].pull_requests.len() {
            let here = &state.repositories[repository];
            let it = &here.pull_requests[index];
            let Some(tip) = source_tip(it, here).filter(|_| it.state == "OPEN") else {
                continue;
            };
            let (tip, known) = ((tip.to_owned(), it.destination_branch.clone()), it.noted.clone());
            if known.as_ref() == Some(&tip) {
                continue;
            }
            let resets = here.restricted("reset_pullrequest_approvals_on_change", &tip.1).next().is_some();
            let it = &mut state.repositories[repository].pull_requests[index];
            if resets && known.is_some() {
                it.participants.iter_mut().for_each(Participant::withdraw);
            }
            // A new destination is written down where it is changed.
            let moved = known.is_none_or(|known| known.0 != tip.0);
            it.noted = Some(tip);
            if moved {
                changed(state, (repository, index), by, Map::new());
            }
        }
    }
}

impl Bitbucket {
    /// Somebody approves a pull request. Says whether there is one.
    pub fn approve(&self, workspace: &str, slug: &str, id: u64, person: &Person) -> bool {
        self.reviewed(workspace, slug, id, person, "approved")
    }

    /// Somebody asks for changes. Says whether there is such a pull request.
    pub fn request_changes(&self, workspace: &str, slug: &str, id: u64, person: &Person) -> bool {
        self.reviewed(workspace, slug, id, person, "changes_requested")
    }

    fn reviewed(&self, workspace: &str, slug: &str, id: u64, person: &Person, thought: &'static str) -> bool {
        let mut state = self.shared.state();
        keeper::look(&mut state);
        let at = state.repository(workspace, slug).and_then(|repository| {
            let known = &state.repositories[repository].pull_requests;
            Some((repository, known.iter().position(|it| it.id == id)?))
        });
        if let Some(at) = at {
            review(&mut state, at, person, thought);
        }
        at.is_some()
    }
}
