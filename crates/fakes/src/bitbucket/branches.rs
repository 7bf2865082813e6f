//! Branches: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/>.

use serde_json::{Value, json};

use super::content::Content;
use super::errors::{Answer, envelope, field, not_allowed, object};
use super::route::Call;
use crate::server::Reply;

/// `/refs/branches`
pub(super) fn all(mut call: Call<'_>) -> Answer {
    match call.request.method.as_str() {
        "GET" => {
            let repository = call.repository();
            let (full_name, content) = (repository.full_name(), &repository.content);
            let found = content.branches.keys().filter_map(|name| describe(content, name, &full_name));
            let values: Vec<Value> = found.collect();
            call.page(&values)
        }
        "POST" => create(call),
        _ => Err(not_allowed()),
    }
}

/// `/refs/branches/{name}`; a slash in the name stands for itself.
pub(super) fn one(mut call: Call<'_>, name: &str) -> Answer {
    let method = call.request.method.as_str();
    let repository = call.repository();
    let (full_name, content) = (repository.full_name(), &mut repository.content);
    let branch =
        describe(content, name, &full_name).ok_or_else(|| envelope(404, &format!("No such branch: {name}")))?;
    match method {
        "GET" => Ok(Reply::json(200, &branch)),
        "DELETE" if content.main == name => Err(envelope(400, "The main branch cannot be deleted.")),
        "DELETE" => {
            content.branches.remove(name);
            Ok(Reply::empty(204))
        }
        _ => Err(not_allowed()),
    }
}

fn create(mut call: Call<'_>) -> Answer {
    let body = object(call.json(400)?)?;
    let name = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| field("name", "This field is required."))?;
    let target = body.get("target").and_then(|target| target.get("hash")).and_then(Value::as_str);
    let target = target.ok_or_else(|| field("target", "This field is required."))?;
    let repository = call.repository();
    let (full_name, content) = (repository.full_name(), &mut repository.content);
    if content.branches.contains_key(name) {
        return Err(envelope(400, &format!("Branch \"{name}\" already exists.")));
    }
    let hash = content.resolve(target).ok_or_else(|| envelope(404, "Commit not found"))?.logged.hash.clone();
    content.branches.insert(name.to_owned(), hash);
    Ok(Reply::json(201, &describe(content, name, &full_name).unwrap_or_default()))
}

fn describe(content: &Content, name: &str, full_name: &str) -> Option<Value> {
    let target = content.describe(content.tip(name)?, full_name);
    Some(json!({"type": "branch", "name": name, "target": target}))
}
