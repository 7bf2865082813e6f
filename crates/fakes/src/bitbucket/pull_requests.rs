//! Pull requests: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/>.

mod activity;
mod merge;
mod write;

use serde_json::{Value, json};

use super::errors::{Answer, envelope, field, not_allowed};
use super::paging::query;
use super::query::Query;
use super::route::Call;
use super::state::{Participant, PullRequest, Repository};
use crate::server::Reply;

pub(super) use activity::{activity, approve, settle};
pub(super) use merge::{merge, task};
pub(super) use write::{decline, default_reviewers};

/// `/pullrequests`, filtered by `state` and `q`, open ones unless asked otherwise.
pub(super) fn all(mut call: Call<'_>) -> Answer {
    match call.request.method.as_str() {
        "GET" => {}
        "POST" => return write::create(call),
        _ => return Err(not_allowed()),
    }
    let state = query(call.request, "state").unwrap_or("OPEN");
    if !["OPEN", "MERGED", "DECLINED", "SUPERSEDED"].contains(&state) {
        return Err(field("state", &format!("{state} is not a valid choice.")));
    }
    if query(call.request, "pagelen").and_then(|length| length.parse().ok()).is_some_and(|length: u32| length > 50) {
        // jenkinsci/bitbucket-branch-source-plugin pull request 1182.
        return Err(envelope(400, "Invalid pagelen"));
    }
    let wanted = Query::of(call.request)?;
    let repository = call.repository();
    let found = repository.pull_requests.iter().filter(|it| it.state == state);
    let values = found.map(|it| describe(it, repository, false)).filter(|it| wanted.matches(it));
    let values: Vec<Value> = values.collect();
    call.page(&values)
}

/// `/pullrequests/{id}`
pub(super) fn one(mut call: Call<'_>, index: usize) -> Answer {
    match call.request.method.as_str() {
        "GET" => {}
        "PUT" => write::update(&mut call, index)?,
        _ => return Err(not_allowed()),
    }
    Ok(Reply::json(200, &shown(&mut call, index)))
}

/// Where the pull request of that id is.
pub(super) fn find(call: &mut Call<'_>, id: &str) -> Result<usize, Reply> {
    let known = &call.repository().pull_requests;
    let found = id.parse().ok().and_then(|id: u64| known.iter().position(|it| it.id == id));
    found.ok_or_else(|| envelope(404, &format!("Pull request {id} not found")))
}

/// The pull requests whose source is at this commit.
pub(super) fn of_commit(repository: &Repository, hash: &str) -> Vec<Value> {
    let found = repository.pull_requests.iter().filter(|it| source_tip(it, repository) == Some(hash));
    found.map(|it| describe(it, repository, false)).collect()
}

/// The pull request as it is told by its own address.
fn shown(call: &mut Call<'_>, index: usize) -> Value {
    let repository = call.repository();
    describe(&repository.pull_requests[index], repository, true)
}

/// The tip of the source: of an open one in a repository that holds files, what its branch is now.
fn source_tip<'a>(it: &'a PullRequest, repository: &'a Repository) -> Option<&'a str> {
    if it.state != "OPEN" || repository.content.is_empty() {
        return Some(&it.source_commit);
    }
    repository.content.branches.get(&it.source_branch).map(String::as_str)
}

fn destination_tip<'a>(it: &'a PullRequest, repository: &'a Repository) -> Option<&'a str> {
    if it.state != "OPEN" || repository.content.is_empty() {
        return Some(&it.destination_commit);
    }
    repository.content.branches.get(&it.destination_branch).map(String::as_str)
}

/// Reviewers are told by a pull request's own address only, as the description says.
fn describe(it: &PullRequest, repository: &Repository, itself: bool) -> Value {
    let full_name = repository.full_name();
    // The API shortens hashes in this place to twelve digits.
    let side = |branch: &str, commit: Option<&str>| {
        let commit = commit.map(|commit| json!({"hash": commit.get(..12).unwrap_or(commit)}));
        json!({
            "branch": {"name": branch},
            "commit": commit,
            "repository": {"type": "repository", "full_name": full_name},
        })
    };
    let mut object = json!({
        "type": "pullrequest",
        "id": it.id,
        "title": it.title,
        "description": it.description,
        "state": it.state,
        "draft": it.draft,
        "author": it.author.describe(),
        "close_source_branch": it.close_source_branch,
        "source": side(&it.source_branch, source_tip(it, repository)),
        "destination": side(&it.destination_branch, destination_tip(it, repository)),
        "comment_count": it.comments.iter().filter(|comment| !comment.deleted).count(),
        "links": {"html": {"href": format!("https://bitbucket.org/{full_name}/pull-requests/{}", it.id)}},
    });
    if let Some(commit) = &it.merge_commit {
        object["merge_commit"] = json!({"hash": commit.get(..12).unwrap_or(commit)});
    }
    if itself {
        let reviewers = it.reviewers.iter().map(|uuid| json!({"type": "user", "uuid": uuid}));
        object["reviewers"] = reviewers.collect();
        object["participants"] = it.participants.iter().map(Participant::describe).collect();
    }
    object
}
