//! Build statuses, upserted by their key: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/>.

use serde_json::{Map, Value, json};

use super::errors::{Answer, envelope, field, not_allowed, object};
use super::route::Call;
use super::state::Status;
use crate::server::Reply;

/// Characters of a key (buildbot/buildbot#7049, where the message is from).
const KEY_LIMIT: usize = 40;
const STATES: [&str; 4] = ["FAILED", "INPROGRESS", "STOPPED", "SUCCESSFUL"];

/// `…/statuses`
pub(super) fn all(mut call: Call<'_>, hash: &str) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let statuses = call.repository().commits.get(hash).map_or(&[][..], |commit| &commit.statuses);
    let values: Vec<Value> = statuses.iter().map(|status| status.body.clone()).collect();
    call.page(&values)
}

/// `…/statuses/build`: 201 for a new key, 200 for a known one.
pub(super) fn post(mut call: Call<'_>, hash: &str) -> Answer {
    if call.request.method != "POST" {
        return Err(not_allowed());
    }
    let body = object(call.json(400)?)?;
    check(&body)?;
    let key = body.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
    let status = if find(&mut call, hash, &key).is_some() { 200 } else { 201 };
    Ok(Reply::json(status, &store(&mut call, hash, &key, body)))
}

/// `…/statuses/build/{key}`; PUT changes what it names and leaves the rest.
pub(super) fn one(mut call: Call<'_>, hash: &str, key: &str) -> Answer {
    let missing = || envelope(404, "Build status not found");
    match call.request.method.as_str() {
        "GET" => find(&mut call, hash, key).map(|status| Reply::json(200, &status.body)).ok_or_else(missing),
        "PUT" => {
            let change = object(call.json(400)?)?;
            let mut body = object(find(&mut call, hash, key).ok_or_else(missing)?.body.clone())?;
            body.extend(change);
            body.insert("key".to_owned(), Value::from(key));
            check(&body)?;
            Ok(Reply::json(200, &store(&mut call, hash, key, body)))
        }
        _ => Err(not_allowed()),
    }
}

fn find<'a>(call: &'a mut Call<'_>, hash: &str, key: &str) -> Option<&'a mut Status> {
    call.repository().commits.get_mut(hash)?.statuses.iter_mut().find(|status| status.key == key)
}

fn store(call: &mut Call<'_>, hash: &str, key: &str, mut body: Map<String, Value>) -> Value {
    let now = call.state.now();
    let known = find(call, hash, key);
    let created = known.as_ref().and_then(|status| status.body.get("created_on")).cloned();
    let state = body.get("state").and_then(Value::as_str).unwrap_or_default().to_owned();
    body.insert("type".to_owned(), json!("build"));
    body.insert("created_on".to_owned(), created.unwrap_or_else(|| json!(now)));
    body.insert("updated_on".to_owned(), json!(now));
    let body = Value::Object(body);
    let status = Status { key: key.to_owned(), state, body: body.clone() };
    match known {
        Some(known) => *known = status,
        None => call.repository().commits.entry(hash.to_owned()).or_default().statuses.push(status),
    }
    body
}

fn check(status: &Map<String, Value>) -> Result<(), Reply> {
    // The description does not require `url`; an empty one is refused (renovatebot/renovate).
    for name in ["key", "state", "url"] {
        match status.get(name) {
            None | Some(Value::Null) => return Err(field(name, "This field is required.")),
            Some(Value::String(text)) if text.is_empty() => {
                return Err(field(name, "This field may not be blank."));
            }
            Some(Value::String(_)) => {}
            Some(_) => return Err(field(name, "Not a valid string.")),
        }
    }
    for name in ["name", "description", "refname"] {
        if status.get(name).is_some_and(|value| !value.is_string() && !value.is_null()) {
            return Err(field(name, "Not a valid string."));
        }
    }
    let value = |name| status.get(name).and_then(Value::as_str).unwrap_or_default();
    let length = value("key").chars().count();
    if length > KEY_LIMIT {
        let message = format!("Ensure this value has at most {KEY_LIMIT} characters (it has {length}).");
        return Err(field("key", &message));
    }
    if !STATES.contains(&value("state")) {
        return Err(field("state", &format!("{} is not a valid choice.", value("state"))));
    }
    if !value("url").starts_with("http://") && !value("url").starts_with("https://") {
        return Err(field("url", "Enter a valid URL."));
    }
    Ok(())
}
