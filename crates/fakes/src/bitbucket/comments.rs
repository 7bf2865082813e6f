//! Comments on pull requests. Deleted ones stay in the list, and only their author may change them.

use serde_json::{Map, Value, json};

use super::errors::{Answer, envelope, field, not_allowed, object};
use super::route::Call;
use super::state::{Comment, State};
use crate::server::Reply;

/// `/pullrequests/{id}/comments`
pub(super) fn all(mut call: Call<'_>, pull_request: usize) -> Answer {
    match call.request.method.as_str() {
        "GET" => {
            let comments = &call.repository().pull_requests[pull_request].comments;
            let values: Vec<Value> = comments.iter().map(|comment| comment.body.clone()).collect();
            call.page(&values)
        }
        "POST" => {
            let sent = object(call.json(400)?)?;
            let raw = content(&sent)?;
            check_inline(&sent)?;
            let known = &call.repository().pull_requests[pull_request].comments;
            if let Some(parent) = sent.get("parent").and_then(|parent| parent.get("id"))
                && !known.iter().any(|comment| parent.as_u64() == Some(comment.id))
            {
                return Err(field("parent", "The parent comment does not exist."));
            }
            let (id, now) = (call.state.tick(), call.state.now());
            let mut body = describe(id, &raw, &now, &call.person().describe());
            for name in ["inline", "parent"] {
                if let Some(value) = sent.get(name) {
                    body[name] = value.clone();
                }
            }
            let reply = Reply::json(201, &body);
            let comment = Comment { id, raw, deleted: false, own: true, body };
            call.repository().pull_requests[pull_request].comments.push(comment);
            Ok(reply)
        }
        _ => Err(not_allowed()),
    }
}

/// `/pullrequests/{id}/comments/{id}`
pub(super) fn one(mut call: Call<'_>, pull_request: usize, id: &str) -> Answer {
    let now = call.state.now();
    let method = call.request.method.as_str();
    let sent = if method == "PUT" { content(&object(call.json(400)?)?)? } else { String::new() };
    let comments = &mut call.repository().pull_requests[pull_request].comments;
    let found = id.parse().ok().and_then(|id: u64| comments.iter_mut().find(|comment| comment.id == id));
    let comment = found.ok_or_else(|| envelope(404, &format!("Comment {id} not found")))?;
    match method {
        "GET" => Ok(Reply::json(200, &comment.body)),
        "PUT" | "DELETE" if !comment.own => Err(envelope(403, "You do not have access to change this comment.")),
        "PUT" | "DELETE" if comment.deleted => Err(envelope(404, &format!("Comment {id} not found"))),
        "PUT" => {
            comment.write(&sent, &now);
            Ok(Reply::json(200, &comment.body))
        }
        "DELETE" => {
            comment.write("", &now);
            comment.deleted = true;
            comment.body["deleted"] = Value::Bool(true);
            Ok(Reply::empty(204))
        }
        _ => Err(not_allowed()),
    }
}

/// Adds a comment that is not the caller's.
pub(super) fn by_somebody_else(state: &mut State, pull_request: u64, raw: &str) -> Option<u64> {
    let (id, now) = (state.tick(), state.now());
    let user =
        json!({"type": "user", "uuid": "{00000000-0000-4000-8000-0000000e15e0}", "display_name": "Somebody Else"});
    let body = describe(id, raw, &now, &user);
    let mut open = state.repositories.iter_mut().flat_map(|repository| &mut repository.pull_requests);
    let found = open.find(|open| open.id == pull_request)?;
    found.comments.push(Comment { id, raw: raw.to_owned(), deleted: false, own: false, body });
    Some(id)
}

impl Comment {
    fn write(&mut self, raw: &str, now: &str) {
        raw.clone_into(&mut self.raw);
        self.body["content"] = rendered(raw);
        self.body["updated_on"] = Value::from(now);
    }
}

fn describe(id: u64, raw: &str, now: &str, user: &Value) -> Value {
    json!({
        "type": "pullrequest_comment",
        "id": id,
        "content": rendered(raw),
        "user": user,
        "deleted": false,
        "pending": false,
        "created_on": now,
        "updated_on": now,
    })
}

fn rendered(raw: &str) -> Value {
    json!({"raw": raw, "markup": "markdown", "html": ""})
}

fn content(body: &Map<String, Value>) -> Result<String, Reply> {
    match body.get("content").and_then(|content| content.get("raw")) {
        None => Err(field("content", "This field is required.")),
        Some(Value::String(raw)) if raw.trim().is_empty() => Err(field("content", "This field may not be blank.")),
        Some(Value::String(raw)) => Ok(raw.clone()),
        Some(_) => Err(field("content", "Not a valid string.")),
    }
}

fn check_inline(body: &Map<String, Value>) -> Result<(), Reply> {
    let Some(inline) = body.get("inline") else {
        return Ok(());
    };
    let positive =
        |name| inline.get(name).is_none_or(|line| line.is_null() || line.as_u64().is_some_and(|line| line > 0));
    if !inline.get("path").is_some_and(Value::is_string) || !positive("from") || !positive("to") {
        return Err(field("inline", "Not a valid position."));
    }
    Ok(())
}
