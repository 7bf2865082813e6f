//! Pull requests: reading them, and changing title and description.

use serde_json::{Value, json};

use super::errors::{Answer, envelope, field, not_allowed, object};
use super::paging::query;
use super::route::Call;
use super::state::{PullRequest, Repository, caller};
use crate::server::Reply;

/// `/pullrequests`, filtered by `state`, open ones unless asked otherwise.
pub(super) fn all(mut call: Call<'_>) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let state = query(call.request, "state").unwrap_or("OPEN");
    if !["OPEN", "MERGED", "DECLINED", "SUPERSEDED"].contains(&state) {
        return Err(field("state", &format!("{state} is not a valid choice.")));
    }
    let repository = call.repository();
    let full_name = repository.full_name();
    let found = repository.pull_requests.iter().filter(|it| it.state == state);
    let values: Vec<Value> = found.map(|it| describe(it, &full_name)).collect();
    call.page(&values)
}

/// `/pullrequests/{id}`
pub(super) fn one(mut call: Call<'_>, index: usize) -> Answer {
    match call.request.method.as_str() {
        "GET" => {}
        "PUT" => {
            let change = object(call.json(400)?)?;
            let pull_request = &mut call.repository().pull_requests[index];
            let text = |name: &str| match change.get(name) {
                None => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(field(name, "Not a valid string.")),
            };
            let (title, description) = (text("title")?, text("description")?);
            if let Some(title) = title {
                pull_request.title = title;
            }
            if let Some(description) = description {
                pull_request.description = description;
            }
        }
        _ => return Err(not_allowed()),
    }
    let repository = call.repository();
    Ok(Reply::json(200, &describe(&repository.pull_requests[index], &repository.full_name())))
}

/// Where the pull request of that id is.
pub(super) fn find(call: &mut Call<'_>, id: &str) -> Result<usize, Reply> {
    let known = &call.repository().pull_requests;
    let found = id.parse().ok().and_then(|id: u64| known.iter().position(|it| it.id == id));
    found.ok_or_else(|| envelope(404, &format!("Pull request {id} not found")))
}

/// The pull requests whose source is at this commit.
pub(super) fn of_commit(repository: &Repository, hash: &str) -> Vec<Value> {
    let full_name = repository.full_name();
    let found = repository.pull_requests.iter().filter(|it| it.source_commit == hash);
    found.map(|it| describe(it, &full_name)).collect()
}

fn describe(it: &PullRequest, full_name: &str) -> Value {
    // The API shortens hashes in this place to twelve digits.
    let side = |branch: &str, commit: &str| {
        let hash = commit.get(..12).unwrap_or(commit);
        json!({
            "branch": {"name": branch},
            "commit": {"hash": hash},
            "repository": {"type": "repository", "full_name": full_name},
        })
    };
    json!({
        "type": "pullrequest",
        "id": it.id,
        "title": it.title,
        "description": it.description,
        "state": it.state,
        "draft": false,
        "author": caller(),
        "source": side(&it.source_branch, &it.source_commit),
        "destination": side(&it.destination_branch, &it.destination_commit),
        "comment_count": it.comments.iter().filter(|comment| !comment.deleted).count(),
        "links": {"html": {"href": format!("https://bitbucket.org/{full_name}/pull-requests/{}", it.id)}},
    })
}
