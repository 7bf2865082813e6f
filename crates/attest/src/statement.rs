//! in-toto Statements, version 1: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::json::{self, kind, shown, text};

/// What `_type` must be.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// A statement about some things.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// `https://in-toto.io/Statement/v1`.
    #[serde(rename = "_type")]
    pub kind: String,
    /// What it is about.
    pub subject: Vec<Subject>,
    /// What kind of statement it is, by the URI of its specification.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What it says of all subjects: an object, or null.
    pub predicate: Value,
}

/// A thing by its digests (a resource descriptor).
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Subject {
    /// A name for people: the repository of an image without a tag, `git` for a commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// By algorithm: `sha256` of an image, `gitCommit` of a commit; hexadecimal digits.
    pub digest: BTreeMap<String, String>,
    /// Ours: `service` and `environment`, which bind the statement to them. Annotations of others that are no text are
    /// passed over.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// Why bytes are no Statement.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct StatementError(pub String);

/// The annotation that binds a subject to a service.
pub(crate) const SERVICE: &str = "service";
/// The annotation that binds a subject to an environment.
pub(crate) const ENVIRONMENT: &str = "environment";

impl Subject {
    /// An image: the repository it is in, and `sha256:` with its digits, or the digits alone.
    #[must_use]
    pub fn image(name: &str, digest: &str) -> Self {
        let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
        Self::by("sha256", digits, name)
    }

    /// A commit by its full hash.
    #[must_use]
    pub fn commit(hash: &str) -> Self {
        Self::by("gitCommit", hash, "git")
    }

    /// Bound to a service.
    #[must_use]
    pub fn of_service(self, service: &str) -> Self {
        self.annotated(SERVICE, service)
    }

    /// Bound to an environment.
    #[must_use]
    pub fn in_environment(self, environment: &str) -> Self {
        self.annotated(ENVIRONMENT, environment)
    }

    fn by(algorithm: &str, digits: &str, name: &str) -> Self {
        let digest = BTreeMap::from([(algorithm.to_owned(), digits.to_ascii_lowercase())]);
        Self { name: Some(name.to_owned()), digest, annotations: BTreeMap::new() }
    }

    fn annotated(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }
}

impl Statement {
    /// One of version 1.
    #[must_use]
    pub fn new(subject: Vec<Subject>, predicate_type: &str, predicate: Value) -> Self {
        Self { kind: STATEMENT_TYPE.to_owned(), subject, predicate_type: predicate_type.to_owned(), predicate }
    }

    /// Reads one, strictly where security rests on it: version 1 (0.1 is refused with a hint), at least one subject, each
    /// with a digest, no key twice at any depth.
    ///
    /// # Errors
    ///
    /// In what way it is none.
    pub fn parse(json: &[u8]) -> Result<Self, StatementError> {
        read(json).map_err(|why| StatementError(format!("it is no in-toto Statement: {why}")))
    }

    /// Compact JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::json!(self).to_string().into_bytes()
    }
}

fn read(json: &[u8]) -> Result<Statement, String> {
    let Value::Object(mut fields) = json::parse(json)? else { return Err("it is no JSON object".to_owned()) };
    match text(&fields, "_type")? {
        STATEMENT_TYPE => {}
        "https://in-toto.io/Statement/v0.1" => {
            return Err(format!("it is of version 0.1; have it written as {STATEMENT_TYPE}"));
        }
        other => return Err(format!("its `_type` is `{}`, not {STATEMENT_TYPE}", shown(other))),
    }
    let predicate_type = text(&fields, "predicateType")?.to_owned();
    if predicate_type.is_empty() {
        return Err("its `predicateType` is empty".to_owned());
    }
    let subject = match fields.get("subject") {
        Some(Value::Array(list)) if list.is_empty() => return Err("it is about nothing: `subject` is empty".to_owned()),
        Some(Value::Array(list)) => list.iter().map(read_subject).collect::<Result<_, _>>()?,
        Some(other) => return Err(format!("`subject` is {}, not a list", kind(other))),
        None => return Err("it has no `subject`".to_owned()),
    };
    let predicate = fields.remove("predicate").unwrap_or_default();
    if !matches!(predicate, Value::Object(_) | Value::Null) {
        return Err(format!("`predicate` is {}, not an object", kind(&predicate)));
    }
    Ok(Statement { kind: STATEMENT_TYPE.to_owned(), subject, predicate_type, predicate })
}

fn read_subject(value: &Value) -> Result<Subject, String> {
    let Value::Object(fields) = value else { return Err(format!("a subject is {}, not an object", kind(value))) };
    let name = match fields.get("name") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.clone()),
        Some(other) => return Err(format!("the `name` of a subject is {}, not a text", kind(other))),
    };
    let Some(Value::Object(digests)) = fields.get("digest") else {
        return Err("a subject has no `digest`".to_owned());
    };
    let mut digest = BTreeMap::new();
    for (algorithm, digits) in digests {
        let Value::String(digits) = digits else { return Err(format!("a digest is {}, not a text", kind(digits))) };
        digest.insert(algorithm.clone(), digits.clone());
    }
    if digest.is_empty() {
        return Err("a subject has an empty `digest`".to_owned());
    }
    Ok(Subject { name, digest, annotations: read_annotations(fields)? })
}

fn read_annotations(fields: &Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    let given = match fields.get("annotations") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(given)) => given,
        Some(other) => return Err(format!("the `annotations` of a subject are {}, not an object", kind(other))),
    };
    let mut annotations = BTreeMap::new();
    for (key, value) in given {
        match value {
            Value::String(value) => {
                annotations.insert(key.clone(), value.clone());
            }
            other if [SERVICE, ENVIRONMENT].contains(&key.as_str()) => {
                return Err(format!("the annotation `{key}` is {}, not a text", kind(other)));
            }
            _of_others => {}
        }
    }
    Ok(annotations)
}

#[cfg(test)]
mod tests;
