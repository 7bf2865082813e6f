//! The bodies with which Bitbucket refuses. The API has one documented shape, Code Insights has two of its own.

use serde_json::{Value, json};

use crate::server::{Reply, Shape};

/// An answer, or the reason for refusing, which is an answer too.
pub(super) type Answer = Result<Reply, Reply>;

/// The documented shape.
pub(super) fn envelope(status: u16, message: &str) -> Reply {
    Shape::Envelope.reply(status, message)
}

/// The documented shape with the field at fault.
pub(super) fn field(name: &str, message: &str) -> Reply {
    let error = json!({"message": format!("{name}: {message}"), "fields": {name: [message]}});
    Reply::json(400, &json!({"type": "error", "error": error}))
}

/// What Code Insights answers to a report or an annotation it does not take (reviewdog/reviewdog#1285).
pub(super) fn bad_insight(message: &str) -> Reply {
    Shape::KeyMessage.reply(400, message)
}

pub(super) fn no_repository(workspace: &str, slug: &str) -> Reply {
    envelope(404, &format!("Repository {workspace}/{slug} not found"))
}

pub(super) fn no_commit() -> Reply {
    envelope(404, "Commit not found")
}

pub(super) fn no_resource() -> Reply {
    envelope(404, "Resource not found")
}

pub(super) fn not_allowed() -> Reply {
    envelope(405, "Method Not Allowed")
}

/// The body as a JSON object.
pub(super) fn object(body: Value) -> Result<serde_json::Map<String, Value>, Reply> {
    match body {
        Value::Object(object) => Ok(object),
        _ => Err(envelope(400, "Bad request: the body is not an object")),
    }
}
