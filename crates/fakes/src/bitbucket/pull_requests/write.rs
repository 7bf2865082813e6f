//! Opening, changing and declining.

use serde_json::{Map, Value, json};

use super::activity::changed as changed_by_hand;
use super::{find, shown};
use crate::bitbucket::content::changed;
use crate::bitbucket::errors::{Answer, envelope, field, not_allowed, object};
use crate::bitbucket::people::Person;
use crate::bitbucket::route::Call;
use crate::bitbucket::state::{PullRequest, Repository, State};
use crate::server::Reply;

/// Opens one. One that is open between the same branches is changed instead.
pub(super) fn create(mut call: Call<'_>) -> Answer {
    let body = object(call.json(400)?)?;
    let title = text(&body, "title")?.filter(|title| !title.trim().is_empty());
    let title = title.ok_or_else(|| field("title", "This field is required."))?;
    let source = branch(&body, "source")?.ok_or_else(|| field("source", "This field is required."))?;
    let destination = branch(&body, "destination")?;
    let person = call.person();
    let change = Change::read(&body, call.state, &person)?;
    let id = 1 + call.repository().pull_requests.iter().map(|it| it.id).max().unwrap_or_default();
    let repository = call.repository();
    let destination = destination.unwrap_or_else(|| repository.content.main.clone());
    let tips = differing(repository, &source, &destination)?;
    let open =
        |it: &PullRequest| it.state == "OPEN" && it.source_branch == source && it.destination_branch == destination;
    let index = repository.pull_requests.iter().position(open).unwrap_or_else(|| {
        let opened = PullRequest::new(id, &source, &destination).commits(&tips.0, &tips.1).author(&person);
        repository.pull_requests.push(opened);
        repository.pull_requests.len() - 1
    });
    let pull_request = &mut repository.pull_requests[index];
    pull_request.title = title;
    change.apply(pull_request);
    let place = format!("https://api.bitbucket.org/2.0/repositories/{}/pullrequests/{id}", repository.full_name());
    Ok(Reply::json(201, &shown(&mut call, index)).with_header("location", place))
}

/// Changes what the body names. Reviewers that it does not name are taken away (renovatebot/renovate, sourcegraph).
pub(super) fn update(call: &mut Call<'_>, index: usize) -> Result<(), Reply> {
    let body = object(call.json(400)?)?;
    let title = text(&body, "title")?;
    let destination = branch(&body, "destination")?;
    let (at, person) = ((call.repository, index), call.person());
    let author = call.repository().pull_requests[index].author.clone();
    let change = Change::read(&body, call.state, &author)?;
    let repository = call.repository();
    if repository.pull_requests[index].state != "OPEN" {
        return Err(envelope(400, "Only open pull requests can be mutated"));
    }
    if let Some(branch) = destination {
        let source = repository.pull_requests[index].source_branch.clone();
        differing(repository, &source, &branch)?;
        repository.pull_requests[index].destination_branch = branch;
    }
    let pull_request = &mut repository.pull_requests[index];
    if let Some(title) = title {
        pull_request.title = title;
    }
    pull_request.reviewers.clear();
    change.apply(pull_request);
    let named = ["title", "description", "reviewers", "destination", "draft"].into_iter();
    let changes =
        named.filter(|name| body.contains_key(*name)).map(|name| (name.to_owned(), json!({"new": body[name]})));
    changed_by_hand(call.state, at, &person, changes.collect());
    Ok(())
}

/// `/pullrequests/{id}/decline`
pub(crate) fn decline(mut call: Call<'_>, id: &str) -> Answer {
    let index = find(&mut call, id)?;
    if call.request.method != "POST" {
        return Err(not_allowed());
    }
    close(&mut call, index, "DECLINED")?;
    Ok(Reply::json(200, &shown(&mut call, index)))
}

/// `/effective-default-reviewers`
pub(crate) fn default_reviewers(mut call: Call<'_>) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let known = call.repository().default_reviewers.iter();
    let values: Vec<Value> = known
        .map(|uuid| {
            json!({"type": "default_reviewer", "reviewer_type": "repository", "user": {"type": "user", "uuid": uuid}})
        })
        .collect();
    call.page(&values)
}

/// Closes one that is open, and remembers where its branches were.
pub(super) fn close(call: &mut Call<'_>, index: usize, state: &str) -> Result<(), Reply> {
    let (at, person) = ((call.repository, index), call.person());
    let repository = call.repository();
    let it = &repository.pull_requests[index];
    if it.state != "OPEN" {
        return Err(envelope(400, "This pull request is already closed."));
    }
    let tip = |tip: Option<&str>| tip.unwrap_or_default().to_owned();
    let tips = (tip(super::source_tip(it, repository)), tip(super::destination_tip(it, repository)));
    let it = &mut repository.pull_requests[index];
    (it.source_commit, it.destination_commit) = tips;
    state.clone_into(&mut it.state);
    let new = if state == "MERGED" { "fulfilled" } else { "rejected" };
    let changes = [("status".to_owned(), json!({"old": "open", "new": new}))];
    changed_by_hand(call.state, at, &person, changes.into_iter().collect());
    Ok(())
}

/// The tips of two branches that have to be there and differ.
fn differing(repository: &Repository, source: &str, destination: &str) -> Result<(String, String), Reply> {
    let content = &repository.content;
    let missing = |name: &str, branch: &str| field(name, &format!("branch not found: {branch}"));
    let from = content.tip(source).ok_or_else(|| missing("source", source))?;
    let to = content.tip(destination).ok_or_else(|| missing("destination", destination))?;
    let base = content.merge_base(&from.logged.hash, &to.logged.hash);
    if base.is_none_or(|base| base.logged.hash == from.logged.hash || changed(&base.tree, &from.tree).is_empty()) {
        return Err(envelope(400, "There are no changes to be pulled"));
    }
    Ok((from.logged.hash.clone(), to.logged.hash.clone()))
}

/// What can be given as well when one is opened as later.
struct Change {
    description: Option<String>,
    reviewers: Option<Vec<String>>,
    close_source_branch: Option<bool>,
    draft: Option<bool>,
}

impl Change {
    fn read(body: &Map<String, Value>, state: &State, author: &Person) -> Result<Self, Reply> {
        Ok(Self {
            description: text(body, "description")?,
            reviewers: body.get("reviewers").map(|list| reviewers(list, state, author)).transpose()?,
            close_source_branch: flag(body, "close_source_branch")?,
            draft: flag(body, "draft")?,
        })
    }

    fn apply(self, to: &mut PullRequest) {
        if let Some(description) = self.description {
            to.description = description;
        }
        if let Some(reviewers) = self.reviewers {
            to.reviewers = reviewers;
        }
        to.close_source_branch = self.close_source_branch.unwrap_or(to.close_source_branch);
        to.draft = self.draft.unwrap_or(to.draft);
    }
}

/// The messages are those of the real one (bitbucket-for-visual-studio#110, renovatebot/renovate).
fn reviewers(list: &Value, state: &State, author: &Person) -> Result<Vec<String>, Reply> {
    let malformed = || field("reviewers", "Malformed reviewers list");
    let mut uuids: Vec<String> = Vec::new();
    for reviewer in list.as_array().ok_or_else(malformed)? {
        let uuid = reviewer.get("uuid").and_then(Value::as_str).ok_or_else(malformed)?;
        if !uuid.starts_with('{') || !uuid.ends_with('}') {
            return Err(malformed());
        }
        if author.uuid == uuid {
            let message = format!("{} is the author and cannot be included as a reviewer.", author.display_name);
            return Err(field("reviewers", &message));
        }
        if !state.members.is_empty() && !state.members.iter().any(|member| member == uuid) {
            let message = format!("{uuid} is not a member of this workspace and cannot be added to this pull request");
            return Err(field("reviewers", &message));
        }
        if !uuids.iter().any(|known| known == uuid) {
            uuids.push(uuid.to_owned());
        }
    }
    Ok(uuids)
}

fn branch(body: &Map<String, Value>, side: &str) -> Result<Option<String>, Reply> {
    let Some(value) = body.get(side) else {
        return Ok(None);
    };
    let name = value.get("branch").and_then(|branch| branch.get("name")).and_then(Value::as_str);
    name.map(|name| Some(name.to_owned())).ok_or_else(|| field(side, "Not a valid branch."))
}

fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Reply> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(field(name, "Not a valid string.")),
    }
}

fn flag(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, Reply> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(field(name, "Not a valid boolean.")),
    }
}
